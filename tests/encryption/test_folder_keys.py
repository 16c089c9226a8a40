"""Data keys of folders: bound to their version, opened by a grant, closed with their key."""

import json

import pytest

from vedette.encryption.folder_keys import CONTEXT, OPERATIONS, FolderKeys, read_folder_mark
from vedette.encryption.keys import CACHE_S, NewEncryptionKey
from vedette.errors import Busy, Missing, Wrong

ARN = "arn:aws:rekognition:eu-west-1:000000000000:project/boards/version/v1/1"


@pytest.fixture
def folders(room, clock):
    return FolderKeys(room, clock.ticks)


@pytest.fixture
def key(room, place):
    return room.keys.create(place, NewEncryptionKey())


@pytest.fixture
def made(folders, key):
    """A data key, and the mark of its folder."""
    new = folders.prepare(key, "rekognition")
    return new, folders.grant(new, ARN).dump()


def grants(room, key):
    return room.grants.list(key)[0]


def test_a_mark_opens_to_its_data_key(folders, room, key, made):
    new, mark = made
    assert folders.open(mark) == new.plaintext
    assert new.plaintext not in mark
    (grant,) = grants(room, key)
    assert (grant.grantee, grant.retiring) == ("rekognition.eu-west-1.amazonaws.com",) * 2
    assert grant.operations == OPERATIONS
    assert dict(grant.equals) == {CONTEXT: ARN}


def test_the_plain_key_is_in_no_text(made):
    new, _ = made
    assert new.plaintext.hex() not in repr(new)
    assert repr(new.plaintext) not in repr(new)


def test_a_disabled_key_closes_at_once_and_opens_again(folders, room, key, made):
    new, mark = made
    assert folders.open(mark) == new.plaintext
    room.keys.switch(key, on=False)
    with pytest.raises(Busy, match=r"The files of .*/v1/1 are encrypted .* is disabled") as refused:
        folders.open(mark)
    assert refused.value.name == ARN
    with pytest.raises(Busy):
        folders.prepare(room.keys.by_id(key.id), "rekognition")
    room.keys.switch(key, on=True)
    assert folders.open(mark) == new.plaintext


def test_a_key_that_is_to_end_closes_and_may_come_back(folders, room, key, made):
    new, mark = made
    room.keys.schedule_end(key, 7)
    with pytest.raises(Busy, match="pending deletion"):
        folders.open(mark)
    room.keys.switch(room.keys.cancel_end(room.keys.by_id(key.id)), on=True)
    assert folders.open(mark) == new.plaintext


def test_a_destroyed_key_closes_for_good(folders, room, key, made, clock):
    _, mark = made
    folders.open(mark)
    room.keys.schedule_end(key, 7)
    clock.move(days=7, seconds=1)
    room.keys.end_due()
    with pytest.raises(Busy, match="does not exist"):
        folders.open(mark)
    folders.retire(mark)  # the version can be deleted all the same


def test_a_grant_that_is_taken_away_closes_within_a_second(folders, room, key, made, clock):
    _, mark = made
    folders.open(mark)
    (grant,) = grants(room, key)
    room.grants.delete(grant)
    with pytest.raises(Missing, match="retired or revoked already"):
        room.grants.delete(grant)
    clock.move(seconds=CACHE_S + 0.1)
    with pytest.raises(Busy, match=r"the grant .* was retired or revoked"):
        folders.open(mark)
    folders.retire(mark)


def test_the_grant_goes_with_its_folder(folders, room, key, made):
    _, mark = made
    folders.retire(mark)
    assert grants(room, key) == []
    folders.retire(mark)


def test_a_rotated_key_opens_what_its_older_version_sealed(folders, room, key, made, clock):
    new, mark = made
    room.keys.rotate(key, on_demand=True)
    clock.move(seconds=CACHE_S + 0.1)
    assert folders.open(mark) == new.plaintext


def test_the_key_of_the_service_needs_no_grant(folders, room, place):
    own = folders.of_service(place, "rekognition")
    new = folders.prepare(own, "rekognition")
    assert folders.open(folders.grant(new, ARN).dump()) == new.plaintext
    assert grants(room, own) == []


@pytest.mark.parametrize("name", ["version", "grant", "key", "data_key", "form"])
def test_a_changed_mark_opens_nothing(folders, room, place, key, made, name):
    _, mark = made
    other = room.keys.create(place, NewEncryptionKey())
    theirs = json.loads(folders.grant(folders.prepare(other, "rekognition"), f"{ARN}2").dump())
    values = json.loads(mark)
    changed = {**values, name: theirs[name] if name != "form" else 2}
    with pytest.raises((Busy, Wrong)):
        folders.open(json.dumps(changed).encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"form": 1, "key": 1}'])
def test_what_is_no_mark_is_refused_in_a_sentence(content):
    with pytest.raises(Wrong, match="damaged, or of a later release"):
        read_folder_mark(content)
