import contextlib
import sqlite3
import stat
import threading
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from vedette.errors import Wrong
from vedette.store.db import open_database


@pytest.fixture
def counted(database):
    with database.write() as connection:
        connection.execute(text("create table counted (id integer primary key, said varchar(20))"))
    return database


def rows(database):
    with database.read() as connection:
        return connection.execute(text("select count(*) from counted")).scalar_one()


def test_what_is_written_is_read(counted):
    with counted.write() as connection:
        connection.execute(text("insert into counted values (1, 'one')"))
    assert rows(counted) == 1


def test_an_exception_undoes_everything(counted):
    def fail():
        with counted.write() as connection:
            connection.execute(text("insert into counted values (1, 'one')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(counted) == 0


def test_a_text_that_postgresql_cannot_keep_is_refused_in_a_sentence(counted):
    """SQLite keeps it; PostgreSQL's driver raises an error, which was a 500 for whoever had sent the text."""
    statement = text("insert into counted values (1, :said)")
    is_kept = counted.file is not None
    expected = contextlib.nullcontext() if is_kept else pytest.raises(Wrong, match=r"U\+0000")
    with expected, counted.write() as connection:
        connection.execute(statement, {"said": "a\0b"})
    with counted.write() as connection:
        connection.execute(text("insert into counted values (2, 'two')"))
    assert rows(counted) == 1 + is_kept


def test_a_read_sees_one_moment(counted):
    with counted.read() as connection:
        before = connection.execute(text("select count(*) from counted")).scalar_one()
        with counted.write() as writer:
            writer.execute(text("insert into counted values (1, 'one')"))
        after = connection.execute(text("select count(*) from counted")).scalar_one()
    assert (before, after, rows(counted)) == (0, 0, 1)


def test_a_writer_sees_what_the_one_before_it_wrote(counted, address):
    """Two processes look first and write then: none of the looks may be stale."""
    other = open_database(*address)

    def add(database):
        for _ in range(20):
            with database.write() as connection:
                count = connection.execute(text("select count(*) from counted")).scalar_one()
                connection.execute(text("insert into counted values (:id, 'x')"), {"id": count})

    threads = [threading.Thread(target=add, args=(each,)) for each in (counted, other, counted)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert rows(counted) == 60


def test_sqlite_waits_for_the_disk_and_keeps_its_promises(sqlite_maker):
    database = open_database(*sqlite_maker.new())
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_database_is_its_owners_alone(tmp_path):
    database = open_database("", tmp_path / "data")
    with database.write() as connection:
        connection.execute(text("create table t (x integer)"))
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").glob("vedette.db*")}
    database.close()
    assert modes == {0o600}


def test_a_committed_write_is_in_the_file_of_another_process(sqlite_maker):
    address, folder = sqlite_maker.new()
    database = open_database(address, folder)
    with database.write() as connection:
        connection.execute(
            text("insert into accounts (id, name, created_ms) values ('111122223333', 'x', 0)")
        )
    with sqlite3.connect(folder / "vedette.db") as beside:
        assert beside.execute("select count(*) from accounts").fetchone() == (1,)
    database.close()


def test_what_a_thread_reads_in_one_moment_is_of_that_moment(database):
    def count(connection):
        return connection.execute(text("select count(*) from accounts")).scalar()

    with database.one_moment():
        with database.read() as first:
            before = count(first)
        # Somebody else's write, which waits for nobody who reads.
        writer = threading.Thread(target=put_account, args=(database, "111122223333"))
        writer.start()
        writer.join()
        with database.one_moment(), database.read() as second:
            assert second is first
            assert count(second) == before
    with database.read() as later:
        assert count(later) == before + 1


def test_nobody_writes_within_a_moment_of_reading(database):
    with database.one_moment(), pytest.raises(AssertionError, match="within a moment"), database.write():
        pass
    put_account(database, "111122223333")


def test_a_moment_that_breaks_off_is_over(database):
    with pytest.raises(ValueError, match="broken"), database.one_moment():
        raise ValueError("broken")
    put_account(database, "111122223333")


def put_account(database, name):
    with database.write() as connection:
        connection.execute(
            text("insert into accounts (id, name, created_ms) values (:name, :name, 0)"), {"name": name}
        )


SECRETS = {"word": "hush-hush", "other": "hush-hush-2"}
STATEMENTS = (
    "insert into named values (:word, 2)",  # twice
    "insert into named values (:other, null)",
    "select cast(:word as integer) / 0 from named",
)


def test_a_failed_statement_is_told_without_what_it_wrote(counted):
    """PostgreSQL's DETAIL quotes the key that is there already, or the whole row; an error is logged."""
    with counted.write() as connection:
        connection.execute(text("create table named (name varchar(20) primary key, number integer not null)"))
        connection.execute(text("insert into named values ('hush-hush', 1)"))
    words = []
    for statement in STATEMENTS:
        try:
            with counted.write() as connection:
                connection.execute(
                    text(statement),
                    {name: value for name, value in SECRETS.items() if f":{name}" in statement},
                )
        except DBAPIError as error:
            words.append("".join(traceback.format_exception(error)))
    assert len(words) == 2 + (counted.file is None)
    assert not any("hush-hush" in text for text in words)
    assert all("named" in text for text in words), "which table it was still stands there"
