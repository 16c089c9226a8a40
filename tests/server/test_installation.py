"""What belongs together stays together: every way in which a part of an installation can be lost."""

import shutil
import sqlite3
import stat

import pytest

from doubles.installations import an_installation
from vedette.errors import Refusal, Wrong
from vedette.identity.seal import open_seal
from vedette.migrations import numbers
from vedette.server import installation as room
from vedette.server.installation import close_to_others, open_installation
from vedette.settings import Settings


@pytest.fixture
def data(sqlite_maker):
    return an_installation(sqlite_maker)


def begin(data, **settings):
    """Open the folder as a server's start does, and return what it chose."""
    with open_installation(Settings(data=data, **settings), makes=True) as installation:
        return installation.settings


def refused(data, *, makes=True):
    with pytest.raises(Refusal) as caught, open_installation(Settings(data=data), makes=makes):
        pass
    return caught.value.sentence


def contents(data):
    """Everything in a folder but what SQLite keeps for itself while it is open."""
    files = [file for file in data.rglob("*") if file.is_file() and file.name.partition("-")[2] == ""]
    return {file.relative_to(data).as_posix(): file.read_bytes() for file in files}


def lose(data, *names):
    for name in names:
        (data / name).unlink(missing_ok=True)


def with_remains(data):
    (data / "versions" / "1").mkdir(parents=True)
    (data / "versions" / "2").mkdir()
    (data / "buckets" / "pictures").mkdir(parents=True)
    (data / "buckets" / ".incoming").mkdir()


def test_the_first_start_makes_an_installation_that_opens_again(tmp_path):
    data = tmp_path / "data"
    assert begin(data, account="111122223333", region="eu-west-1").account == "111122223333"
    made = contents(data)
    assert set(made) == {"vedette.db", "installation.json", "credentials.json", "keys/installation.key"}
    again = begin(data)
    assert (again.account, again.region) == ("111122223333", "eu-west-1")
    assert contents(data) == made


@pytest.mark.parametrize("makes", [True, False], ids=["serve", "command"])
@pytest.mark.parametrize(
    ("name", "value", "own"),
    [("account", "111122223333", "000000000000"), ("region", "eu-west-1", "us-east-1")],
)
def test_another_account_or_region_is_refused(data, makes, name, value, own):
    before = contents(data)
    with (
        pytest.raises(Wrong, match=f"is of the {name} {own}, and VEDETTE_{name.upper()} says {value}"),
        open_installation(Settings(data=data, **{name: value}), makes=makes),
    ):
        pass
    assert contents(data) == before


def test_a_folder_of_an_older_release_keeps_its_first_account_and_region(sqlite_maker):
    data = an_installation(sqlite_maker, account="111122223333", region="eu-west-1")
    with open_installation(Settings(data=data)) as installation:
        installation.identity.directory.create_account("000000000000")
    lose(data, "installation.json")
    with open_installation(Settings(data=data)) as installation:
        assert installation.settings.account == "111122223333"
    assert not (data / "installation.json").exists()
    again = begin(data)
    assert (again.account, again.region) == ("111122223333", "eu-west-1")
    assert (data / "installation.json").exists()


@pytest.mark.parametrize("makes", [True, False], ids=["serve", "command"])
@pytest.mark.parametrize("how", ["is missing", "is empty", "has no tables"])
def test_a_lost_database_beside_models_and_objects_is_refused(data, how, makes):
    with_remains(data)
    lose(data, "vedette.db", "vedette.db-wal", "vedette.db-shm")
    if how == "is empty":
        (data / "vedette.db").touch()
    if how == "has no tables":
        sqlite3.connect(data / "vedette.db").execute("create table t (x)").connection.close()
    before = contents(data)
    sentence = refused(data, makes=makes)
    if how == "has no tables":
        lose(data, "vedette.db")  # opening it changed how it keeps its log
        del before["vedette.db"]
    assert f"vedette.db {how}, though {data} holds 2 models and 1 bucket." in sentence
    assert "`vedette restore` puts a backup into a new folder" in sentence
    assert contents(data) == before


def test_a_lost_database_without_models_is_refused_too(data):
    lose(data, "vedette.db", "vedette.db-wal", "vedette.db-shm")
    assert "holds the credentials of an installation" in refused(data)


def test_a_first_start_that_was_killed_half_way_begins_again(tmp_path):
    data = tmp_path / "data"
    begin(data)
    key = (data / "keys" / "installation.key").read_text()
    lose(data, "vedette.db", "vedette.db-wal", "vedette.db-shm", "installation.json", "credentials.json")
    (data / "vedette.db").touch()
    assert "There is no installation" in refused(data, makes=False)
    begin(data)
    assert (data / "keys" / "installation.key").read_text() == key


@pytest.mark.parametrize("makes", [True, False], ids=["serve", "command"])
def test_a_missing_key_is_never_made_anew(data, makes):
    lose(data, "keys/installation.key")
    before = contents(data)
    assert "The installation's key is missing" in refused(data, makes=makes)
    assert contents(data) == before


@pytest.mark.parametrize(
    "text", ["", "zz", "ab" * 31, "ab" * 33, "ab " * 32, "gg" * 32, "é" * 32, "ab" * 32 + "x"]
)
@pytest.mark.parametrize("fresh", [True, False])
def test_a_key_that_is_not_32_bytes_is_refused(sqlite_maker, tmp_path, text, fresh):
    data = tmp_path if fresh else an_installation(sqlite_maker)
    (data / "keys").mkdir(exist_ok=True)
    (data / "keys" / "installation.key").write_text(text)
    assert "is damaged: it is not 64 hexadecimal digits" in refused(data)


def test_a_key_in_capitals_or_without_its_line_feed_is_a_key(data):
    file = data / "keys" / "installation.key"
    file.write_text(file.read_text().strip().upper())
    begin(data)


@pytest.mark.parametrize("marked", [True, False], ids=["by its own mark", "by the oldest secret"])
def test_the_key_of_another_installation_is_refused(data, marked):
    (data / "keys" / "installation.key").write_text("ab" * 32 + "\n")
    if not marked:
        lose(data, "installation.json")
    before = contents(data)
    assert "are not of one installation" in refused(data)
    assert contents(data) == before


def test_a_mark_that_names_an_account_of_nobody_makes_none(data):
    text = (data / "installation.json").read_text()
    (data / "installation.json").write_text(text.replace("000000000000", "111122223333"))
    before = contents(data)
    assert "are not of one installation" in refused(data)
    assert contents(data) == before


def test_an_empty_database_in_the_place_of_the_lost_one_brings_no_new_key(data, sqlite_maker):
    _, other = sqlite_maker.new()
    lose(data, "vedette.db-wal", "vedette.db-shm", "keys/installation.key")
    shutil.copy(other / "vedette.db", data / "vedette.db")
    assert "The installation's key is missing" in refused(data)
    assert not (data / "keys" / "installation.key").exists()


def test_a_log_without_its_database_is_left_for_whoever_finds_the_database(data):
    lose(data, "vedette.db", "vedette.db-shm")
    (data / "vedette.db-wal").write_bytes(b"the last changes")
    assert "vedette.db is missing" in refused(data)
    assert (data / "vedette.db-wal").read_bytes() == b"the last changes"
    assert not (data / "vedette.db").exists()


@pytest.mark.parametrize("makes", [True, False], ids=["serve", "command"])
def test_a_restore_that_was_broken_off_is_no_new_installation(tmp_path, makes):
    (tmp_path / ".restoring-0a1b").mkdir()
    assert "was broken off: empty the folder, and restore again" in refused(tmp_path, makes=makes)
    assert [place.name for place in tmp_path.iterdir()] == [".restoring-0a1b"]


def test_a_folder_behind_a_link_is_closed_as_well(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    (data / "vedette.db").chmod(0o644)
    data.chmod(0o755)
    close_to_others(tmp_path / "link")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "vedette.db")] == [0o700, 0o600]
    (data / "vedette.db").chmod(0o644)
    close_to_others(tmp_path / "link")
    assert stat.S_IMODE((data / "vedette.db").stat().st_mode) == 0o644, "walked again for nothing"


def test_another_key_is_refused_where_the_database_holds_no_secret_either(data):
    with open_installation(Settings(data=data)) as installation:
        directory = installation.identity.directory
        for key in directory.keys("000000000000"):
            directory.delete_key(key.id)
    (data / "keys" / "installation.key").write_text("ab" * 32 + "\n")
    assert "are not of one installation" in refused(data)


def test_the_database_of_another_installation_is_refused(data, sqlite_maker):
    other = an_installation(sqlite_maker)
    shutil.copy(other / "vedette.db", data / "vedette.db")
    lose(data, "vedette.db-wal", "vedette.db-shm")
    assert "Put back those that belong together, out of one backup." in refused(data)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"account": "1", "region": 3, "probe": "ab"}'])
def test_a_damaged_mark_is_refused_and_can_be_written_anew(data, content):
    (data / "installation.json").write_text(content)
    assert "installation.json is damaged" in refused(data)
    lose(data, "installation.json")
    begin(data)


def test_a_database_that_is_no_database_is_one_sentence(data):
    lose(data, "vedette.db-wal", "vedette.db-shm")
    (data / "vedette.db").write_bytes(b"noise" * 5000)
    assert "is damaged: file is not a database. Nothing was changed." in refused(data)


@pytest.mark.parametrize("how", ["cut", "page"])
def test_a_damaged_database_is_one_sentence(data, how):
    with sqlite3.connect(data / "vedette.db") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    raw = bytearray((data / "vedette.db").read_bytes())
    if how == "cut":
        del raw[5000:]
    else:
        raw[8192:12288] = bytes(range(256)) * 16
    lose(data, "vedette.db-wal", "vedette.db-shm")
    (data / "vedette.db").write_bytes(raw)
    for makes in (True, False):
        sentence = refused(data, makes=makes)
        assert f"The database of {data} is damaged: " in sentence
        assert "\n" not in sentence


def test_a_database_that_is_a_folder_is_one_sentence(data):
    lose(data, "vedette.db", "vedette.db-wal", "vedette.db-shm")
    (data / "vedette.db").mkdir()
    assert refused(data).endswith("is a folder. Put the database back from a backup.")


@pytest.mark.parametrize(
    ("number", "makes", "sentence"),
    [
        ("9999", True, r"was last changed by a newer Vedette"),
        ("9999", False, r"was last changed by a newer Vedette"),
        ("0001", False, r"is of an older Vedette \(change 0001\): start the server once"),
    ],
)
def test_a_database_of_another_release_is_refused_by_a_command(data, number, makes, sentence):
    with sqlite3.connect(data / "vedette.db") as connection:
        connection.execute("update alembic_version set version_num = ?", (number,))
    connection.close()
    with pytest.raises(Wrong, match=sentence), open_installation(Settings(data=data), makes=makes):
        pass
    assert numbers()[0] == "0001"


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "data").touch()
    assert refused(tmp_path / "data").endswith("is not a folder.")


class Elsewhere:
    """What os.access would say to a user who is not root."""

    def __init__(self, monkeypatch, *, read_only=False, owner=None):
        monkeypatch.setattr(room.os, "access", lambda path, mode: False)
        flags = type("Flags", (), {"f_flag": room.os.ST_RDONLY if read_only else 0})
        monkeypatch.setattr(room.os, "statvfs", lambda path: flags)
        if owner is not None:
            monkeypatch.setattr(room.os, "geteuid", lambda: owner)


@pytest.mark.parametrize(
    ("circumstance", "sentence"),
    [
        ({"read_only": True}, "lies on a read-only file system."),
        ({"owner": 4242}, "belongs to another user (id "),
        ({}, "cannot be read and written: its mode forbids it."),
    ],
)
def test_a_folder_that_is_not_ours_to_write_is_one_sentence(data, monkeypatch, circumstance, sentence):
    Elsewhere(monkeypatch, **circumstance)
    assert sentence in refused(data)


def test_what_an_older_release_left_open_is_closed_once(data):
    (data / "buckets").mkdir(mode=0o755)
    for path in (data, data / "buckets", data / "vedette.db"):
        path.chmod(0o755)
    close_to_others(data)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "buckets", data / "vedette.db")]
    assert modes == [0o700, 0o700, 0o700]
    (data / "buckets").chmod(0o755)
    close_to_others(data)
    assert stat.S_IMODE((data / "buckets").stat().st_mode) == 0o755, "walked again for nothing"
    data.chmod(0o755)
    close_to_others(data)
    assert stat.S_IMODE((data / "buckets").stat().st_mode) == 0o700
    begin(data)


def test_the_key_opens_what_it_sealed(data):
    sealed = open_seal(data).seal(b"secret", "test")
    assert open_seal(data).open(sealed, "test") == b"secret"
