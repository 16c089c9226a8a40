"""The master key in a token: SoftHSM's, where it is installed, spoken to as any other one is.

Its library is asked in a process of its own: it reads where its tokens lie once in a process.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vedette.encryption.masters import TokenMaster, open_master
from vedette.encryption.tokens import UnfitToken, find_token, read_token_address
from vedette.errors import Busy, Wrong
from vedette.identity.seal import Seal
from vedette.settings import Settings

LIBRARIES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
)  # fmt: skip
LIBRARY = next((str(path) for path in LIBRARIES if path.exists()), "")
USUAL = "pkcs11:token=plant;object=master?module-path=/lib/hsm.so&pin-value=1234"
MAKE_KEY = """
import sys, pkcs11
token = pkcs11.lib(sys.argv[1]).get_token(token_label=sys.argv[2])
with token.open(rw=True, user_pin=sys.argv[3]) as session:
    session.generate_key(pkcs11.KeyType.AES, 256, label=sys.argv[4], store=True)
"""
# What a server does, step by step, with the token's address before them.
STEPS = """
import json, os, pathlib, shutil, sys
from vedette.encryption.masters import TokenMaster, UnfitMaster
from vedette.encryption.tokens import find_token, read_token_address
from vedette.errors import Busy

def told(do):
    try:
        return do()
    except (Busy, UnfitMaster) as refusal:
        return type(refusal).__name__ + ": " + str(getattr(refusal, "sentence", ""))

address = sys.argv[1]
master = TokenMaster(read_token_address(address))
said = {}
exec(sys.stdin.read())
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """`token(code, uri)` runs steps over a token with a key, and returns what they said."""
    if not LIBRARY or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed; tools/install_softhsm brings Debian's")
    if importlib.util.find_spec("pkcs11") is None:
        pytest.skip("vedette[pkcs11] is not installed")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
    )
    environment = {**os.environ, "SOFTHSM2_CONF": str(folder / "softhsm2.conf")}

    def run(*words, content=""):
        done = subprocess.run(
            words, env=environment, input=content, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("softhsm2-util", "--init-token", "--free", "--label", "plant", "--pin", "1234", "--so-pin", "5678")
    for label in ("master", "other"):
        run(sys.executable, "-c", MAKE_KEY, LIBRARY, "plant", "1234", label)
    pin = folder / "pin"
    pin.write_text("1234\n")

    def steps(code, *, pin_file=pin):
        uri = f"pkcs11:token=plant;object=master?module-path={LIBRARY}&pin-source=file:{pin_file}"
        return json.loads(run(sys.executable, "-c", STEPS, uri, str(folder), content=code))

    return steps


def test_a_token_wraps_and_opens_again_and_notices_every_change(token):
    said = token("""
wrapped = master.wrap(b"m" * 32, "key:1")
said["open"] = master.unwrap(wrapped, "key:1").decode()
said["again"] = TokenMaster(read_token_address(address)).unwrap(wrapped, "key:1").decode()
said["in clear"] = b"mmmm" in wrapped
changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
said["wrong"] = [told(lambda: master.unwrap(*words)) for words in (
    (wrapped, "key:2"), (changed, "key:1"), (wrapped[:-1], "key:1"), (b"", "key:1"))]
other = TokenMaster(read_token_address(address.replace("object=master", "object=other")))
said["wrong"].append(told(lambda: other.unwrap(wrapped, "key:1")))
said["open still"] = master.unwrap(wrapped, "key:1").decode()
""")
    assert said["open"] == said["again"] == said["open still"] == "m" * 32
    assert said["wrong"] == ["UnfitMaster: "] * 5
    assert said["in clear"] is False


def test_a_token_that_goes_is_told_and_one_that_comes_back_is_used(token):
    said = token("""
wrapped = master.wrap(b"m" * 32, "key:1")
tokens = pathlib.Path(sys.argv[2]) / "tokens"
fresh = TokenMaster(read_token_address(address))
[place] = tokens.iterdir()
shutil.move(place, tokens.parent / "away")
said["gone"] = [told(lambda: each.unwrap(wrapped, "key:1")) for each in (master, fresh)]
said["doctor"] = find_token(read_token_address(address))
shutil.move(tokens.parent / "away", place)
said["back"] = [each.unwrap(wrapped, "key:1").decode() for each in (master, fresh)]
said["doctor after"] = find_token(read_token_address(address))
""")
    assert all(
        "Busy: The master key master in the token plant cannot be used" in each for each in said["gone"]
    )
    assert said["doctor"]
    assert (said["back"], said["doctor after"]) == (["m" * 32] * 2, "")


def test_a_wrong_pin_is_shown_to_the_token_once(token, tmp_path):
    wrong = tmp_path / "pin"
    wrong.write_text("9999")
    said = token(
        """
pin = pathlib.Path(read_token_address(address).pin_source)
said["first"] = told(lambda: master.wrap(b"m", "key:1"))
pin.write_text("1234")
said["then"] = told(lambda: master.wrap(b"m", "key:1"))
said["started anew"] = told(lambda: len(TokenMaster(read_token_address(address)).wrap(b"m", "key:1")))
""",
        pin_file=wrong,
    )
    assert "refused its PIN (PinIncorrect)" in said["first"]
    assert said["then"] == said["first"]
    assert said["started anew"] == 12 + 1 + 16


def test_what_is_not_there_is_told_by_its_name(token):
    said = token("""
for old, new in (("object=master", "object=none"), ("token=plant", "token=none"), ("/pin", "/none")):
    other = TokenMaster(read_token_address(address.replace(old, new)))
    said[new] = told(lambda: other.wrap(b"m", "key:1"))
""")
    assert "there is no AES key of that name" in said["object=none"]
    assert "there is no such token" in said["token=none"]
    assert "The file of the token's PIN" in said["/none"]


def test_a_library_that_is_none_is_told(tmp_path):
    pytest.importorskip("pkcs11")
    file = tmp_path / "none.so"
    file.write_bytes(b"no library")
    address = read_token_address(f"pkcs11:token=plant;object=master?module-path={file}")
    assert "none.so" in find_token(address)
    with pytest.raises(Busy, match=r"none\.so"):
        TokenMaster(address).wrap(b"m", "key:1")


def test_without_its_part_the_sentence_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(Busy, match=r"pip install 'vedette\[pkcs11\]'"):
        TokenMaster(read_token_address(USUAL)).wrap(b"m", "key:1")


def test_an_address_is_read_and_its_pin_is_not_shown(tmp_path):
    address = read_token_address(
        "pkcs11:token=line%204;serial=a1;object=k%3b1;id=%00%ff;type=secret-key?module-path=/lib/h.so&pin-value=s%26t"
    )
    assert (address.token, address.serial, address.label, address.key_id) == (
        "line 4", "a1", "k;1", b"\x00\xff",
    )  # fmt: skip
    assert (address.module, address.pin()) == ("/lib/h.so", "s&t")
    assert "s&t" not in repr(address)
    master = open_master(USUAL, Settings(data=tmp_path), Seal(bytes(32)))
    assert master.name == f"pkcs11 {read_token_address(USUAL).name}"
    assert len(master.name) <= 64


def test_the_name_is_the_key_s_and_not_the_way_s():
    moved = USUAL.replace("/lib/hsm.so", "/opt/other.so").replace("1234", "5678")
    assert read_token_address(moved).name == read_token_address(USUAL).name
    assert read_token_address(USUAL.replace("master", "second")).name != read_token_address(USUAL).name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pkcs11:", "names no token"),
        ("pkcs11:token=plant?module-path=/lib/h.so", "no key in it"),
        ("pkcs11:object=master?module-path=/lib/h.so", "names no token"),
        ("pkcs11:token=plant;object=master", "module-path"),
        ("pkcs11:token=plant;object=master?module-path=h.so", "whole path"),
        ("pkcs11:token=plant;token=plant;object=m?module-path=/h.so", "token stands there twice"),
        ("pkcs11:token=plant;object=m;slot-id=3?module-path=/h.so", "slot-id is not understood"),
        ("pkcs11:token=plant;object=m?module-path=/h.so&pin-sauce=/x", "pin-sauce is not understood"),
        ("pkcs11:token=plant;object=m?module-path=/h.so&pin-source=/x&pin-value=1", "both a pin-source"),
        ("pkcs11:token=plant;object=m;type=private?module-path=/h.so", "not secret-key"),
        ("pkcs11:token=%ff;object=m?module-path=/h.so", "no UTF-8"),
    ],
)
def test_an_address_that_is_not_understood_is_refused(text, reason):
    with pytest.raises(Wrong, match=reason):
        read_token_address(text)


def test_a_pin_in_the_wrong_place_is_not_repeated():
    with pytest.raises(Wrong) as refused:
        read_token_address("pkcs11:token=plant;object=m?module-path=/h.so&hunter 2")
    assert "hunter" not in refused.value.sentence


def test_a_ciphertext_too_short_is_none():
    with pytest.raises(UnfitToken):
        TokenMaster(read_token_address(USUAL))._key.decrypt(b"short", b"")
