from datetime import timedelta

import pytest
from sqlalchemy import select, text

from doubles.houses import ELSEWHERE
from vedette.encryption.keeper import KeyKeeper
from vedette.encryption.keys import MOST_ON_DEMAND, NewEncryptionKey
from vedette.encryption.tables import key_versions
from vedette.encryption.values import KeyPlace
from vedette.errors import Busy, Missing, Wrong


@pytest.fixture
def key(room, place):
    return room.keys.create(place, NewEncryptionKey("for boards", tags={"line": "4"}))


def again(room, key):
    return room.keys.by_id(key.id)


def test_a_key_is_found_by_each_of_its_names(room, place, key):
    room.aliases.create(place, "alias/boards", key)
    alias = f"arn:aws:kms:eu-west-1:{place.account}:alias/boards"
    for text_ in (key.id, str(key.arn), "alias/boards", alias):
        assert room.keys.find(place, text_) == key
    assert room.keys.find(place, alias).asked_as == "alias/boards"
    assert (key.description, key.tags, key.state, key.version) == ("for boards", {"line": "4"}, "enabled", 1)


@pytest.mark.parametrize("name", ["alias/none", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_names_no_key_is_missing(room, place, key, name):
    with pytest.raises(Missing):
        room.keys.find(place, name)


def test_a_bare_id_is_looked_up_in_ones_own_account_and_region(room, place, key):
    for other in (KeyPlace(ELSEWHERE, place.region), KeyPlace(place.account, "us-east-1")):
        with pytest.raises(Missing):
            room.keys.find(other, key.id)
    assert room.keys.find(KeyPlace(ELSEWHERE, place.region), str(key.arn)) == key
    with pytest.raises(Missing):
        room.keys.find(place, str(key.arn).replace(place.account, ELSEWHERE))


def test_a_disabled_key_does_nothing_until_it_is_enabled_again(room, key):
    ciphertext = room.encrypt(key, b"secret", {})
    room.keys.switch(key, on=False)
    for act in (lambda k: room.encrypt(k, b"x", {}), lambda k: room.decrypt(k, ciphertext, {})):
        with pytest.raises(Busy, match="is disabled") as refused:
            act(again(room, key))
        assert refused.value.kind == "disabled key"
    room.keys.switch(key, on=True)
    assert room.decrypt(again(room, key), ciphertext, {}) == b"secret"


def test_a_rotated_key_reads_what_its_older_versions_encrypted(room, key):
    old = room.encrypt(key, b"old", {})
    rotated = room.keys.rotate(key, on_demand=True)
    new = room.encrypt(rotated, b"new", {})
    assert rotated.version == 2
    assert [room.decrypt(rotated, each, {}) for each in (old, new)] == [b"old", b"new"]
    assert [(version.number, version.on_demand) for version in room.keys.versions(key)] == [
        (1, False),
        (2, True),
    ]


def test_rotations_on_demand_have_an_end(room, key):
    for _ in range(MOST_ON_DEMAND):
        room.keys.rotate(key, on_demand=True)
    with pytest.raises(Wrong):
        room.keys.rotate(key, on_demand=True)


def test_a_key_rotates_by_itself_when_its_time_has_come(room, key, clock):
    room.keys.set_rotation(key, 90)
    assert again(room, key).rotates == clock.now + timedelta(days=90)
    clock.move(days=89)
    assert room.keys.rotate_due() == 0
    clock.move(days=1)
    assert room.keys.rotate_due() == 1
    assert (again(room, key).version, again(room, key).rotates) == (2, clock.now + timedelta(days=90))
    room.keys.set_rotation(key, 0)
    clock.move(days=400)
    assert room.keys.rotate_due() == 0


def test_an_ending_key_can_be_kept_until_its_window_is_over(room, key, clock):
    ciphertext = room.encrypt(key, b"secret", {})
    ending = room.keys.schedule_end(key, 7)
    assert (ending.state, ending.ends) == ("ending", clock.now + timedelta(days=7))
    with pytest.raises(Busy, match="is pending deletion"):
        room.decrypt(ending, ciphertext, {})
    with pytest.raises(Busy):
        room.keys.switch(ending, on=True)
    clock.move(days=6.9)
    assert room.keys.end_due() == []
    kept = room.keys.cancel_end(again(room, key))
    assert (kept.state, kept.ends) == ("disabled", None)
    room.keys.switch(kept, on=True)
    assert room.decrypt(again(room, key), ciphertext, {}) == b"secret"


def test_when_its_window_is_over_a_keys_material_is_gone_for_good(room, place, key, clock, database, opened):
    ciphertext = room.encrypt(key, b"secret", {})
    room.aliases.create(place, "alias/boards", key)
    with database.read() as connection:
        wrapped = connection.execute(select(key_versions.c.wrapped)).scalar_one()
    room.keys.schedule_end(key, 7)
    clock.move(days=7)
    # Nobody may use it from then on, even before the keeper has looked.
    with pytest.raises(Missing):
        room.keys.by_id(key.id)
    KeyKeeper(room.keys).look()
    for name in (key.id, str(key.arn), "alias/boards"):
        with pytest.raises(Missing):
            room.keys.find(place, name)
    with pytest.raises(Missing):
        opened().key_of(ciphertext)
    assert room.materials.of(key.id, 1) is None
    if database.file is not None:
        with database.engine.connect() as connection:
            connection.execute(text("pragma wal_checkpoint(truncate)"))
        assert bytes(wrapped) not in database.file.read_bytes()


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_has_bounds(room, key, days):
    with pytest.raises(Wrong):
        room.keys.schedule_end(key, days)


def test_a_services_own_key_is_made_once_and_known_by_its_alias(room, place, opened):
    own = room.keys.of_service(place, "s3")
    assert opened().keys.of_service(place, "s3") == own
    assert room.keys.find(place, "alias/aws/s3") == own
    assert (own.service, own.rotation_days) == ("s3", 365)
    assert room.keys.of_service(KeyPlace(ELSEWHERE, place.region), "s3") != own
    with pytest.raises(Missing):
        room.keys.find(place, "alias/aws/nothing")


@pytest.mark.parametrize("name", ["boards", "alias/", "alias/a b", "alias/aws/mine"])
def test_an_alias_has_a_form(room, place, key, name):
    with pytest.raises(Wrong):
        room.aliases.create(place, name, key)


def test_a_ciphertext_put_under_another_key_is_refused(room, place, key):
    other = room.keys.create(place, NewEncryptionKey())
    with pytest.raises(Wrong):
        room.decrypt(other, room.encrypt(key, b"x", {}), {})
