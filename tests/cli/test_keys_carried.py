"""Backup, restore and move carry encryption keys, and say which master key they do not carry."""

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from vedette.cli.main import app
from vedette.encryption.encryption import open_encryption
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.errors import Wrong
from vedette.identity.seal import open_seal
from vedette.settings import Settings
from vedette.store.db import open_database

PLACE = KeyPlace("000000000000", "us-east-1")
MASTER = "5a" * 32


def run(*words):
    ran = CliRunner().invoke(app, [str(word) for word in words])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def with_keys(data, master, act, address=""):
    database = open_database(address, data)
    try:
        return act(open_encryption(database, open_seal(data), Settings(data=data, master_key=master)))
    finally:
        database.close()


def made(room):
    key = room.keys.create(PLACE, NewEncryptionKey())
    return key.id, room.encrypt(key, b"secret", {})


@pytest.mark.parametrize(("master", "says"), [("", False), (MASTER, True)])
def test_a_restored_and_a_moved_installation_open_what_was_encrypted(sqlite_maker, tmp_path, master, says):
    data = an_installation(sqlite_maker)
    key, ciphertext = with_keys(data, master, made)

    def opens(room):
        return room.decrypt(room.keys.by_id(key), ciphertext, {})

    said = run("backup", tmp_path / "b", "--data", data)
    assert ("Not in it: the master key (secret " in said) is says
    run("restore", tmp_path / "b", "--data", tmp_path / "again")
    assert with_keys(tmp_path / "again", master, opens) == b"secret"
    other = f"sqlite:///{tmp_path / 'other.db'}"
    said = run("move", other, "--data", data)
    assert ("carry VEDETTE_MASTER_KEY over by hand" in said) is says
    assert with_keys(data, master, opens, other) == b"secret"
    if master:
        with pytest.raises(Wrong, match="wrapped by the master key"):
            with_keys(tmp_path / "again", "", opens)
