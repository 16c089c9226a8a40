import errno
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from vedette.errors import Missing, NoSpace, Unwritable
from vedette.store.db import open_database
from vedette.store.disk import NO_SPACE, disk_refusal


class PostgresError(Exception):
    """As psycopg's errors are: the server's code is an attribute."""

    def __init__(self, sqlstate):
        super().__init__("could not extend file")
        self.sqlstate = sqlstate


def raised(act):
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_the_system_says_in_three_ways_that_there_is_no_room(number):
    refusal = disk_refusal(OSError(number, "no room", "/data/secret"))
    assert (type(refusal), refusal.sentence) == (NoSpace, NO_SPACE)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE])
def test_a_disk_that_fails_is_not_called_full_and_its_path_is_not_told(number):
    refusal = disk_refusal(OSError(number, "the reason", "/data/secret"))
    sentence = "The server's disk cannot be used: the reason."
    assert (type(refusal), refusal.sentence) == (Unwritable, sentence)


def test_a_full_sqlite_database_is_a_full_disk(tmp_path):
    database = open_database("", tmp_path)
    with database.write() as connection:
        connection.execute(text("create table t (x text)"))

    def fill():
        with database.write() as connection:
            connection.execute(text("pragma max_page_count = 3"))
            for _ in range(100):
                connection.execute(text("insert into t values (:x)"), {"x": "x" * 5000})

    error = raised(fill)
    database.close()
    assert isinstance(error, OperationalError)
    assert isinstance(disk_refusal(error), NoSpace)


def test_a_damaged_sqlite_file_is_said(tmp_path):
    (tmp_path / "t.db").write_bytes(b"noise" * 1000)
    error = raised(lambda: sqlite3.connect(tmp_path / "t.db").execute("select * from t"))
    assert disk_refusal(error).sentence == "The server's disk cannot be used: file is not a database."


def test_postgresql_says_it_by_a_code():
    full = OperationalError("insert", {}, PostgresError("53100"))
    standby = OperationalError("insert", {}, PostgresError("25006"))
    assert isinstance(disk_refusal(full), NoSpace)
    assert isinstance(disk_refusal(standby), Unwritable)


def test_the_cause_is_seen_through_what_failed_because_of_it():
    def write():
        raise OSError(errno.ENOSPC, "no room")

    def undo():
        try:
            write()
        except OSError:
            raise sqlite3.OperationalError("cannot rollback - no transaction is active")  # noqa: B904

    assert isinstance(disk_refusal(raised(undo)), NoSpace)


def test_other_errors_and_refusals_stay_what_they_are():
    refusal = Missing("no such key")
    refusal.__cause__ = OSError(errno.ENOSPC, "no room")
    loop = RuntimeError("a")
    loop.__cause__ = RuntimeError("b")
    loop.__cause__.__cause__ = loop
    others = [refusal, loop, KeyError("x"), FileNotFoundError(errno.ENOENT, "x"), sqlite3.IntegrityError("x")]
    assert [disk_refusal(error) for error in others] == [None] * 5
