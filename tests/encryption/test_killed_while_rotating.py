"""A process that rotates keys is killed again and again: whatever was encrypted stays readable."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vedette.encryption import keys as keys_module
from vedette.encryption.encryption import open_encryption
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.errors import Busy
from vedette.identity.identity import Identity
from vedette.identity.seal import Seal
from vedette.settings import Settings
from vedette.store.db import open_database

ACCOUNT = "111122223333"
ROTATE = """
import sys
from pathlib import Path
from vedette.encryption.encryption import open_encryption
from vedette.identity.seal import Seal
from vedette.settings import Settings
from vedette.store.db import open_database
data, key = Path(sys.argv[1]), sys.argv[2]
room = open_encryption(open_database("", data), Seal(bytes(32)), Settings(data=data))
print("begins", flush=True)
while True:
    found = room.keys.rotate(room.keys.by_id(key), on_demand=False)
    print(found.version, room.encrypt(found, b"secret", {"a": "b"}).hex(), flush=True)
"""


@pytest.fixture
def data(sqlite_maker):
    _, folder = sqlite_maker.new()
    return folder


def test_what_was_encrypted_before_a_kill_is_read_after_it(data):
    database = open_database("", data)
    Identity(database, Seal(bytes(32))).directory.create_account(ACCOUNT)
    room = open_encryption(database, Seal(bytes(32)), Settings(data=data))
    key = room.keys.create(KeyPlace(ACCOUNT, "eu-west-1"), NewEncryptionKey())
    ciphertexts = [room.encrypt(key, b"secret", {"a": "b"})]
    for lines in (1, 2, 5, 9, 14):
        with subprocess.Popen(
            [sys.executable, "-c", ROTATE, str(data), key.id], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "begins\n"
            for _ in range(lines):
                ciphertexts.append(bytes.fromhex(process.stdout.readline().split()[1]))
            process.kill()
    again = open_encryption(database, Seal(bytes(32)), Settings(data=data))
    now = again.keys.by_id(key.id)
    # Each version that the key counts has its material, and none is there twice or beyond it.
    assert [version.number for version in again.keys.versions(now)] == list(range(1, now.version + 1))
    assert now.version >= len(ciphertexts)
    assert {again.decrypt(now, each, {"a": "b"}) for each in ciphertexts} == {b"secret"}
    database.close()


def test_of_two_who_rotate_at_once_each_makes_a_version_or_is_told(opened, place):
    room = opened()
    key = room.keys.create(place, NewEncryptionKey())
    told = []

    def rotate():
        try:
            room.keys.rotate(key, on_demand=True)
        except Busy:
            told.append(1)

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.keys.by_id(key.id).version == 1 + 8 - len(told)
    assert len(room.keys.versions(key)) == 1 + 8 - len(told)


def test_what_was_read_before_a_change_is_not_remembered_after_it(opened, place, monkeypatch):
    room = opened()
    key = room.keys.create(place, NewEncryptionKey())
    read = keys_module.read_row
    changed = []

    def slow(connection, key_id):
        row = read(connection, key_id)
        if not changed:
            changed.append(1)
            # In a thread of its own, as another request: a connection is a thread's.
            with ThreadPoolExecutor(1) as other:
                other.submit(room.keys.rotate, key, on_demand=True).result()
        return row

    monkeypatch.setattr(keys_module, "read_row", slow)
    room.keys._cache.clear()
    assert room.keys.by_id(key.id).version == 1  # it was so when it was read
    assert room.keys.by_id(key.id).version == 2
