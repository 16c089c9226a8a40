"""Data keys of objects that are read again: remembered, and never longer than the key that opens them."""

import pytest

from vedette.encryption import material
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.masters import InstallationMaster
from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.identity.seal import Seal

CONTEXT = {"aws:s3:arn": "arn:aws:s3:::bucket/key"}


class CountingMaster(InstallationMaster):
    """The installation's, which counts how often it is asked."""

    unwrapped = 0

    def unwrap(self, wrapped, place):
        type(self).unwrapped += 1
        return super().unwrap(wrapped, place)


@pytest.fixture
def key(room, place):
    return room.keys.create(place, NewEncryptionKey())


@pytest.fixture
def data_key(room, key):
    return room.data_key(key, CONTEXT)


def is_remembered(room, data_key):
    """Say whether the key is opened where its ciphertext could not be any more."""
    held = room.materials._cache
    return any(data_key.plaintext in entry.opened.values() for entry in held.values())


def test_a_data_key_that_was_opened_is_remembered_and_the_same(room, data_key):
    assert room.open_data_key(data_key.ciphertext, CONTEXT) == data_key.plaintext
    assert is_remembered(room, data_key)
    assert room.open_data_key(data_key.ciphertext, CONTEXT) == data_key.plaintext


def test_another_context_opens_nothing_of_what_is_remembered(room, data_key):
    room.open_data_key(data_key.ciphertext, CONTEXT)
    with pytest.raises(Wrong, match="another encryption context"):
        room.open_data_key(data_key.ciphertext, {**CONTEXT, "more": ""})


def test_a_disabled_key_is_noticed_at_once_and_opens_again_when_enabled(room, key, data_key):
    room.open_data_key(data_key.ciphertext, CONTEXT)
    room.keys.switch(key, on=False)
    with pytest.raises(Refusal):
        room.open_data_key(data_key.ciphertext, CONTEXT)
    room.keys.switch(key, on=True)
    assert room.open_data_key(data_key.ciphertext, CONTEXT) == data_key.plaintext


def test_what_an_ended_key_opened_is_forgotten_with_it(room, key, data_key, clock):
    room.open_data_key(data_key.ciphertext, CONTEXT)
    room.keys.schedule_end(key, 7)
    clock.move(days=7, seconds=1)
    with pytest.raises(Missing):
        room.open_data_key(data_key.ciphertext, CONTEXT)
    assert [ended.id for ended in room.keys.end_due()] == [key.id]
    assert not is_remembered(room, data_key)


def test_it_is_forgotten_with_the_material_and_opened_anew(opened, place, clock):
    room = opened(CountingMaster(Seal(bytes(32))))
    data_key = room.data_key(room.keys.create(place, NewEncryptionKey()), CONTEXT)
    room.open_data_key(data_key.ciphertext, CONTEXT)
    before = CountingMaster.unwrapped
    room.open_data_key(data_key.ciphertext, CONTEXT)
    assert CountingMaster.unwrapped == before
    clock.move(seconds=material.CACHE_S + 1)
    assert room.open_data_key(data_key.ciphertext, CONTEXT) == data_key.plaintext
    assert CountingMaster.unwrapped == before + 1


def test_many_are_remembered_in_a_bounded_room(room, key, monkeypatch):
    monkeypatch.setattr(material, "MOST_OPENED", 8)
    for number in range(30):
        context = {"aws:s3:arn": f"arn:aws:s3:::bucket/{number}"}
        room.open_data_key(room.data_key(key, context).ciphertext, context)
    assert sum(len(entry.opened) for entry in room.materials._cache.values()) <= 8


def test_a_changed_ciphertext_is_never_remembered(room, data_key):
    room.open_data_key(data_key.ciphertext, CONTEXT)
    changed = data_key.ciphertext[:-1] + bytes([data_key.ciphertext[-1] ^ 1])
    with pytest.raises((Wrong, Busy)):
        room.open_data_key(changed, CONTEXT)
