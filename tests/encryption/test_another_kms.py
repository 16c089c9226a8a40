"""The master key in another KMS: another Vedette, asked through its front door."""

import pytest

from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.masters import InstallationMaster, KmsAddress, KmsMaster, UnfitMaster
from vedette.errors import Busy, Wrong
from vedette.identity.seal import Seal


@pytest.fixture(scope="module")
def kms(server):
    return server.client("kms")


@pytest.fixture
def arn(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def master(server, arn):
    """`master(more)` returns the key there, as settings name it."""

    def make(**more):
        access_key, secret = server.key
        address = {"arn": arn, "endpoint": server.address, "access_key": access_key, "secret_key": secret}
        return KmsMaster(KmsAddress(**{**address, **more}))

    return make


@pytest.fixture
def made(opened, master, place):
    room = opened(master())
    key = room.keys.create(place, NewEncryptionKey())
    return key, room.encrypt(key, b"secret", {})


def test_keys_are_wrapped_there_and_opened_after_a_start(opened, master, made, kms, arn):
    key, ciphertext = made
    room = opened(master())
    assert room.decrypt(key, ciphertext, {}) == b"secret"
    room.keys.rotate(key, on_demand=True)
    assert opened(master()).decrypt(room.keys.by_id(key.id), ciphertext, {}) == b"secret"


def test_without_leave_there_nothing_opens_here_and_with_it_again_all_does(
    opened, master, made, kms, arn, caplog
):
    key, ciphertext = made
    room = opened(master())
    kms.disable_key(KeyId=arn)
    with pytest.raises(Busy, match="refuses"):
        room.decrypt(key, ciphertext, {})
    # A server starts all the same, and says so: it has models to serve.
    assert "nothing that is encrypted can be read" not in caplog.text
    beside = opened(master())
    assert "nothing that is encrypted can be read" in caplog.text
    kms.enable_key(KeyId=arn)
    assert beside.decrypt(key, ciphertext, {}) == b"secret"


def test_an_address_where_nobody_answers_is_said(opened, master, made):
    key, ciphertext = made
    with pytest.raises(Busy, match="cannot be reached"):
        opened(master(endpoint="http://127.0.0.1:9")).decrypt(key, ciphertext, {})


def test_another_key_there_is_a_wrong_master(opened, master, made, kms):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(Wrong, match="wrapped by the master key"):
        opened(master(arn=other))
    with pytest.raises(Wrong):
        opened()


def test_keys_move_from_the_installations_own_master_and_back(opened, master, made, place):
    key, ciphertext = made
    own = InstallationMaster(Seal(bytes(32)))
    back = opened(own, [master()])
    assert back.decrypt(key, ciphertext, {}) == b"secret"
    there = opened(master(), [own])
    assert there.decrypt(key, ciphertext, {}) == b"secret"


def test_what_was_wrapped_there_fits_its_own_place_alone(master):
    wrapped = master().wrap(b"material", "key:1")
    assert master().unwrap(wrapped, "key:1") == b"material"
    for place, content in (("key:2", wrapped), ("key:1", wrapped[:-1]), ("key:1", b"\1" + bytes(80))):
        with pytest.raises((UnfitMaster, Busy)):
            master().unwrap(content, place)
