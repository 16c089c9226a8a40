import pytest
from sqlalchemy import select, update

from doubles.houses import MovedClock
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.masters import InstallationMaster, KmsMaster, SecretMaster, open_master
from vedette.encryption.tables import key_versions, masters
from vedette.errors import Busy, Wrong
from vedette.identity.seal import Seal
from vedette.settings import Settings

OTHER = bytes(range(32))


class AwayMaster:
    """A master at a KMS that does not answer."""

    name = "kms somewhere"

    def wrap(self, material, place):
        raise Busy("It cannot be reached.", kind="master key")

    def unwrap(self, wrapped, place):
        raise Busy("It cannot be reached.", kind="master key")


@pytest.fixture
def sealed(opened, place):
    """A key, and what it encrypted, under the installation's own master."""
    room = opened()
    key = room.keys.create(place, NewEncryptionKey())
    return key, room.encrypt(key, b"secret", {})


def rows(database):
    with database.read() as connection:
        return [
            [tuple(row) for row in connection.execute(select(table)).all()]
            for table in (masters, key_versions)
        ]


def test_the_right_master_opens_everything_after_a_start(opened, sealed):
    key, ciphertext = sealed
    assert opened().decrypt(key, ciphertext, {}) == b"secret"


@pytest.mark.parametrize(
    ("master", "sentence"),
    [
        (InstallationMaster(Seal(OTHER)), "is not the one that wrapped"),
        (SecretMaster(OTHER), r"wrapped by the master key \(installation\)"),
        (AwayMaster(), r"wrapped by the master key \(installation\)"),
    ],
)
def test_a_wrong_master_is_refused_in_a_sentence_and_nothing_is_written(
    opened, sealed, database, master, sentence
):
    before = rows(database)
    with pytest.raises(Wrong, match=sentence):
        opened(master)
    assert rows(database) == before


def test_a_new_master_takes_over_what_the_one_before_wrapped(opened, sealed, database):
    key, ciphertext = sealed
    before = InstallationMaster(Seal(bytes(32)))
    room = opened(SecretMaster(OTHER), [before])
    assert room.decrypt(key, ciphertext, {}) == b"secret"
    assert opened(SecretMaster(OTHER)).decrypt(key, ciphertext, {}) == b"secret"
    with pytest.raises(Wrong, match="secret "):
        opened()


def test_a_wrong_master_before_changes_nothing(opened, sealed, database):
    before = rows(database)
    with pytest.raises(Wrong, match="does not open the key"):
        opened(SecretMaster(OTHER), [InstallationMaster(Seal(OTHER))])
    assert rows(database) == before


def test_a_master_that_is_away_at_the_start_is_waited_for(opened, place, database, caplog):
    assert opened(AwayMaster()) is not None
    assert "cannot be reached" in caplog.text
    with pytest.raises(Busy):
        opened(AwayMaster()).keys.create(place, NewEncryptionKey())


def test_wrapped_material_put_in_another_place_is_refused(opened, sealed, place, database):
    key, ciphertext = sealed
    room = opened()
    other = room.keys.create(place, NewEncryptionKey())
    with database.write() as connection:
        wrapped = select(key_versions.c.wrapped).where(key_versions.c.key == other.id)
        row = connection.execute(wrapped).scalar_one()
        connection.execute(update(key_versions).where(key_versions.c.key == key.id).values(wrapped=row))
    with pytest.raises(Busy, match="was changed in the database"):
        opened().decrypt(key, ciphertext, {})


def test_unwrapped_material_is_kept_for_a_while_only(opened, sealed, database):
    key, ciphertext = sealed
    room = opened()
    clock = room.keys._clock
    assert isinstance(clock, MovedClock)
    assert room.decrypt(key, ciphertext, {}) == b"secret"
    with database.write() as connection:
        connection.execute(update(key_versions).values(wrapped=bytes(60)))
    assert room.decrypt(key, ciphertext, {}) == b"secret"
    clock.move(seconds=301)
    with pytest.raises(Busy):
        room.decrypt(key, ciphertext, {})


def test_settings_name_a_master(tmp_path):
    seal, settings = Seal(bytes(32)), Settings(data=tmp_path)
    file = tmp_path / "master"
    file.write_text(f"{OTHER.hex()}\n")
    assert open_master("", settings, seal).name == "installation"
    assert open_master(OTHER.hex(), settings, seal).name == SecretMaster(OTHER).name
    assert open_master(f"file:{file}", settings, seal).name == SecretMaster(OTHER).name
    arn = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    assert isinstance(open_master(f"kms:{arn}", settings, seal), KmsMaster)
    assert OTHER.hex() not in SecretMaster(OTHER).name


@pytest.mark.parametrize(
    "text", ["hunter2", "file:", "kms:", "kms:alias/x", "file:/nowhere/at/all", "ab" * 31]
)
def test_a_setting_that_names_none_is_refused(text, tmp_path):
    with pytest.raises(Wrong):
        open_master(text, Settings(data=tmp_path), Seal(bytes(32)))
