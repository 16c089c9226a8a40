"""What a start refuses, as whoever types `vedette serve` sees it: a sentence, a status, no traceback."""

import logging
import os
import stat
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from doubles.installations import an_installation
from doubles.servers import start_server, stop_server
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.server.run import choose_tls
from vedette.server.tls import own_certificate
from vedette.settings import Settings


@pytest.fixture(autouse=True)
def _logging_stays_as_it_was():
    root, ours = logging.getLogger(), logging.getLogger("vedette")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def serve(data, *options, **environment):
    """Run `vedette serve` to its end, which is at once; return its status and what it said."""
    words = ["serve", "--port", "0", "--data", str(data), *options]
    ran = CliRunner().invoke(app, words, env={"VEDETTE_LOG": "json", **environment})
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.exit_code, ran.output


def pair(folder, name="self"):
    place = folder / name
    return own_certificate(place, names=["127.0.0.1"], clock=lambda: datetime(2026, 5, 4, tzinfo=UTC))


def refusal(settings, certificate, key, tls=""):
    with pytest.raises(Wrong) as caught:
        choose_tls(settings, certificate, key, tls)
    return caught.value.sentence


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data")


def test_a_certificate_and_its_key_serve_https(settings, tmp_path):
    certificate, key = pair(tmp_path)
    chosen = choose_tls(settings, certificate, key, "")
    assert (chosen.certificate, chosen.key) == (certificate, key)
    assert choose_tls(settings, None, None, "") is None


@pytest.mark.parametrize("which", ["--tls-cert", "--tls-key"])
def test_half_a_pair_is_refused_before_anything_is_served(which, tmp_path):
    certificate, key = pair(tmp_path)
    status, said = serve(tmp_path / "data", which, str(certificate if which == "--tls-cert" else key))
    assert (status, said) == (2, "--tls-cert and --tls-key go together.\n")
    assert not (tmp_path / "data").exists()


def test_a_key_of_another_certificate_is_refused(settings, tmp_path):
    certificate, _ = pair(tmp_path)
    _, other = pair(tmp_path, "other")
    assert refusal(settings, certificate, other).endswith(f"is not the one of the certificate {certificate}.")


def test_files_that_are_no_pair_are_refused(settings, tmp_path):
    certificate, key = pair(tmp_path)
    noise = tmp_path / "noise.pem"
    noise.write_text("no certificate")
    assert refusal(settings, noise, key).endswith("they are no certificate and key in PEM form.")
    assert refusal(settings, certificate, noise).endswith("they are no certificate and key in PEM form.")
    assert refusal(settings, tmp_path / "none.pem", key) == f"There is no file {tmp_path / 'none.pem'}."
    assert refusal(settings, certificate, tmp_path) == f"There is no file {tmp_path}."


def test_a_key_with_a_passphrase_asks_nobody_for_it(settings, tmp_path):
    certificate, key = pair(tmp_path)
    secret = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"word"),
        )
    )
    assert refusal(settings, certificate, key).startswith("The key of --tls-key has a passphrase")


def test_two_ways_at_once_and_unknown_ways_are_refused(settings, tmp_path):
    certificate, key = pair(tmp_path)
    assert "--tls self makes a certificate of its own" in refusal(settings, certificate, key, "self")
    assert "'yes' is none" in refusal(settings, None, None, "yes")


def test_a_damaged_certificate_of_our_own_is_a_sentence(settings):
    choose_tls(settings, None, None, "self")
    (settings.data / "tls" / "self.key").write_text("")
    assert refusal(settings, None, None, "self").endswith("they are no certificate and key in PEM form.")


def test_a_certificate_of_our_own_has_the_names_that_the_server_answers_to(settings):
    """The attack: under the name of `--host-name`, clients that trust the file refused the server."""

    def names_of(settings):
        certificate = x509.load_pem_x509_certificate(
            choose_tls(settings, None, None, "self").certificate.read_bytes()
        )
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return {str(name.value) for name in names}, certificate.serial_number

    plain, first = names_of(settings)
    assert {"localhost", "*.localhost", "127.0.0.1", "::1"} <= plain
    named = settings.model_copy(update={"host": "0.0.0.0", "host_names": "vision.example, 192.0.2.7"})
    both, second = names_of(named)
    assert {"vision.example", "192.0.2.7"} <= both
    assert "0.0.0.0" not in both
    assert second != first
    # What has the names already stays, so that clients need no other file.
    assert names_of(named) == (both, second)
    assert names_of(settings) == (both, second)


def test_an_account_belongs_to_its_folder(tmp_path):
    """The attack: a command without the variable made a second account and took over the credentials."""
    data = tmp_path / "data"
    server = start_server(data, VEDETTE_ACCOUNT="111122223333")
    try:
        before = (data / "credentials.json").read_text()
        assert server.vedette("account", "list").split() == ["111122223333", "111122223333"]
        assert server.client("sts").get_caller_identity()["Account"] == "111122223333"
        assert (data / "credentials.json").read_text() == before
    finally:
        assert stop_server(server) == 0
    status, said = serve(data, VEDETTE_ACCOUNT="000000000000")
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(f"The installation in {data} is of the account 111122223333")
    server = start_server(data)
    try:
        assert server.client("sts").get_caller_identity()["Account"] == "111122223333"
    finally:
        assert stop_server(server) == 0


def test_what_a_server_writes_is_its_owners_alone(tmp_path):
    data = tmp_path / "data"
    before = os.umask(0o022)
    try:
        server = start_server(data, "--tls", "self", migrates=True)
    finally:
        os.umask(before)
    try:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="closed")
        s3.put_object(Bucket="closed", Key="a/b/c.txt", Body=b"x")
        s3.create_multipart_upload(Bucket="closed", Key="parts")
        server.vedette("user", "create", "alice")
    finally:
        assert stop_server(server) == 0
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (data, *data.rglob("*"))}
    assert {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    assert len(modes) > 10


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: (data / "keys" / "installation.key").write_text(""), "is damaged: it is not 64"),
        (lambda data: (data / "keys" / "installation.key").unlink(), "The installation's key is missing"),
        (lambda data: (data / "vedette.db").write_bytes(b""), "vedette.db is empty, though"),
        (
            lambda data: (data / "vedette.db").write_bytes(b"noise" * 999),
            "is damaged: file is not a database",
        ),
        (lambda data: (data / "server.lock").unlink() or (data / "server.lock").mkdir(), "cannot be opened"),
    ],
    ids=["key empty", "key missing", "database empty", "database damaged", "lock is a folder"],
)
def test_a_start_says_what_is_wrong_in_one_line(sqlite_maker, damage, sentence):
    data = an_installation(sqlite_maker)
    (data / "server.lock").touch()
    for name in ("vedette.db-wal", "vedette.db-shm"):
        (data / name).unlink(missing_ok=True)
    damage(data)
    status, said = serve(data)
    assert (status, said.count("\n")) == (2, 1)
    assert sentence in said
    assert "Traceback" not in said


def test_a_setting_that_is_none_is_one_line(tmp_path):
    status, said = serve(tmp_path / "data", VEDETTE_TRAININGS="many")
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith("VEDETTE_TRAININGS cannot be 'many': ")


@pytest.mark.parametrize(
    ("error", "lacking"), [(RuntimeError("can't start new thread"), "threads"), (MemoryError(), "memory")]
)
def test_a_start_without_threads_or_memory_is_one_line(tmp_path, monkeypatch, error, lacking):
    def starve(*_, **__):
        raise error

    monkeypatch.setattr("vedette.server.run.serve", starve)
    answer = CliRunner().invoke(app, ["serve", "--data", str(tmp_path / "d"), "--port", "0"])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"The system gives the server no more {lacking}: raise the limits")
    assert answer.stderr.count("\n") == 1
