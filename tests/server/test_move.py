"""A database moved to another one and back: every row with its type, or nothing at all."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from sqlalchemy import insert, text

from doubles.full_tables import every_row, fill_every_table
from doubles.installations import an_installation
from vedette.clock import system_clock
from vedette.errors import Busy, NoSpace, Wrong
from vedette.jobs.store import DATABASE_MS
from vedette.jobs.tables import jobs, servers
from vedette.server import move
from vedette.server.holding import locked
from vedette.server.installation import open_installation
from vedette.server.move import move_database
from vedette.settings import Settings
from vedette.store.db import open_database


def quiet(stage, done, of):
    del stage, done, of


def moved(settings, to, progress=quiet):
    return move_database(settings, to, progress=progress)


def rows_of(address, data):
    database = open_database(address, data)
    try:
        return every_row(database)
    finally:
        database.close()


def is_empty(address, data):
    database = open_database(address, data)
    try:
        with database.read() as connection:
            query = "select count(*) from pg_tables where schemaname = current_schema()"
            return connection.execute(text(query)).scalar() == 0
    finally:
        database.close()


def refusal_of(settings):
    with pytest.raises(Wrong) as caught, open_installation(settings, makes=True):
        pass
    return caught.value.sentence


@pytest.fixture
def data(sqlite_maker):
    """An installation on SQLite with rows in every table beside its own."""
    folder = an_installation(sqlite_maker)
    database = open_database("", folder)
    fill_every_table(database)
    with database.write() as connection:
        # The oldest secret is one that the installation's key opens.
        connection.execute(text("update access_keys set created_ms = abs(created_ms)"))
        # And no server has been heard of lately.
        connection.execute(text("update servers set seen_ms = -abs(seen_ms)"))
    database.close()
    return folder


@pytest.fixture
def empty(postgres_maker):
    """The address of an empty database of PostgreSQL."""
    address = postgres_maker.empty()
    yield address
    postgres_maker.drop(address)


@pytest.mark.postgres
def test_every_row_goes_over_and_comes_back_with_its_type(data, empty):
    before = rows_of("", data)
    assert all(before.values())
    result = moved(Settings(data=data), empty)
    assert (result.tables, result.rows) == (len(before), sum(map(len, before.values())))
    assert rows_of(empty, data) == before
    back = moved(Settings(data=data, database=empty), "sqlite")
    assert rows_of("", data) == before
    assert back.aside.parent == data / "backups"
    assert not list(data.glob("*moving*"))
    with open_installation(Settings(data=data)):
        pass


@pytest.mark.postgres
def test_numbers_that_were_given_out_are_not_given_again(data, empty):
    order = {
        "kind": "k", "account": "", "order": "", "tries": 0, "cancelled": False, "owner": "",
        "lease_ms": 0, "progress": "",
    }  # fmt: skip

    def add(address, subject):
        database = open_database(address, data)
        with database.write() as connection:
            number = connection.execute(insert(jobs).values(subject=subject, **order)).inserted_primary_key[0]
            connection.execute(jobs.delete().where(jobs.c.id == number))
        database.close()
        return number

    first = add("", "a")
    moved(Settings(data=data), empty)
    assert add(empty, "b") == first + 1
    moved(Settings(data=data, database=empty), "sqlite")
    assert add("", "c") == first + 2


@pytest.mark.postgres
def test_between_two_of_postgresql(data, empty, postgres_maker):
    second = postgres_maker.empty()
    before = rows_of("", data)
    moved(Settings(data=data), empty)
    moved(Settings(data=data, database=empty), second)
    assert rows_of(second, data) == before
    postgres_maker.drop(second)


@pytest.mark.postgres
def test_what_was_left_is_not_served_and_takes_no_writes(data, empty):
    waiting = open_database("", data)
    moved(Settings(data=data), empty)
    assert "by `vedette move`: set VEDETTE_DATABASE to the address" in refusal_of(Settings(data=data))
    # A command that had looked at the database before, and waited for its turn to write.
    with pytest.raises(Exception, match="was moved to another one"), waiting.write() as connection:
        connection.execute(
            text("insert into accounts (id, name, created_ms) values ('111122223333', 'plant', 0)")
        )
    waiting.close()
    moved(Settings(data=data, database=empty), "sqlite")
    assert "was moved to another one" in refusal_of(Settings(data=data, database=empty))
    left = open_database(empty, data)
    for words in ("delete from users", "update jobs set tries = 1", "truncate minutes"):
        with pytest.raises(Exception, match="was moved to another one"), left.write() as connection:
            connection.execute(text(words))
    left.close()


@pytest.mark.postgres
def test_a_database_that_holds_something_is_refused(data, empty, postgres_maker):
    other, _ = postgres_maker.new()
    with pytest.raises(Wrong, match=r"is not empty: it holds an installation \(change \d{4}\)"):
        moved(Settings(data=data), other)
    postgres_maker.drop(other)
    database = open_database(empty, data)
    with database.write() as connection:
        connection.execute(text("create table theirs (x int)"))
    with pytest.raises(Wrong, match=r"is not empty: it holds 1 tables, such as theirs. .* Nothing was moved"):
        moved(Settings(data=data), empty)
    database.close()
    with open_installation(Settings(data=data)):
        pass


@pytest.mark.postgres
def test_the_same_database_is_no_target(data, empty):
    moved(Settings(data=data), empty)
    with pytest.raises(Wrong, match="is not empty"):
        moved(Settings(data=data, database=empty), empty)


@pytest.mark.postgres
def test_a_database_that_servers_use_is_refused(data, empty, tmp_path):
    moved(Settings(data=data), empty)
    database = open_database(empty, data)
    with database.write() as connection:
        connection.execute(servers.delete())
        now = connection.execute(DATABASE_MS).scalar_one()
        facts = {"host": "h", "address": "", "folder": "f", "release": "1", "change": "1", "units": "{}"}
        connection.execute(insert(servers).values(id="x", began_ms=now, seen_ms=now, ahead_ms=0, **facts))
    database.close()
    with pytest.raises(Busy, match=r"Servers use this database \(1\): stop them first"):
        moved(Settings(data=data, database=empty), f"sqlite:///{tmp_path / 'other.db'}")


def test_a_folder_that_a_server_holds_is_refused(data):
    with locked(data), pytest.raises(Busy, match="Another server holds the folder"):
        moved(Settings(data=data), f"sqlite:///{data / 'other.db'}")


def test_an_installation_of_an_older_release_is_brought_up_to_date_first(data, tmp_path):
    with closing(sqlite3.connect(data / "vedette.db")) as connection, connection:
        connection.execute("update alembic_version set version_num = '0001'")
    with pytest.raises(Wrong, match=r"is of an older Vedette \(change 0001\): start the server once"):
        moved(Settings(data=data), f"sqlite:///{tmp_path / 'other.db'}")


def test_tables_of_somebody_else_are_not_left_behind_in_silence(data, tmp_path):
    with closing(sqlite3.connect(data / "vedette.db")) as connection:
        connection.execute("create table theirs (x)")
    with pytest.raises(Wrong, match=r"holds tables that are not Vedette's \(theirs\)"):
        moved(Settings(data=data), f"sqlite:///{tmp_path / 'other.db'}")


def test_a_file_that_stands_there_is_never_written_over(data, tmp_path):
    with pytest.raises(Wrong, match=r"The database is .*vedette.db already"):
        moved(Settings(data=data), "sqlite")
    other = tmp_path / "other.db"
    shutil.copy(data / "vedette.db", other)
    before = other.read_bytes()
    with pytest.raises(
        Wrong, match=r"There is a database at .*other.db already, which nobody has moved away"
    ):
        moved(Settings(data=data), f"sqlite:///{other}")
    other.write_bytes(b"something else")
    with pytest.raises(Wrong, match="There is a database at"):
        moved(Settings(data=data), f"sqlite:///{other}")
    assert other.read_bytes() == b"something else" != before


@pytest.mark.parametrize("words", ["nonsense", "mysql://db.example/vedette", "http://db.example"])
def test_what_is_no_database_is_said(data, words):
    with pytest.raises(Wrong, match=r"is no database: write `sqlite`|of the kind .* is not known"):
        moved(Settings(data=data), words)


def test_one_that_does_not_answer_is_said(data, monkeypatch):
    monkeypatch.setattr("vedette.store.db.AWAY_S", 0.1)
    with pytest.raises(Wrong, match=r"127.0.0.1:1/vedette does not answer: .* Nothing was moved\.") as caught:
        moved(Settings(data=data), "postgresql://vedette:secret@127.0.0.1:1/vedette?password=secret")
    assert "secret" not in caught.value.sentence
    with open_installation(Settings(data=data)):
        pass


@pytest.mark.postgres
def test_a_row_that_postgresql_does_not_take_is_named_and_nothing_is_moved(data, empty):
    with closing(sqlite3.connect(data / "vedette.db")) as connection, connection:
        connection.execute("update projects set name = ? where id = (select max(id) from projects)", ["x\0y"])
    with pytest.raises(Wrong, match=r"The table projects holds a row that the other .* Nothing was moved"):
        moved(Settings(data=data), empty)
    assert is_empty(empty, data)
    with open_installation(Settings(data=data)):
        pass


@pytest.mark.postgres
def test_what_is_not_as_it_was_is_not_accepted(data, empty, monkeypatch):
    real = move.copy_rows

    def careless(source, target, table, progress):
        digest = real(source, target, table, progress)
        if table.name == "jobs":
            target.execute(text("update jobs set tries = tries + 1 where id = (select max(id) from jobs)"))
        return digest

    monkeypatch.setattr(move, "copy_rows", careless)
    with pytest.raises(Wrong, match=r"The table jobs is not in .* as it was"):
        moved(Settings(data=data), empty)
    assert is_empty(empty, data)


def test_a_full_disk_leaves_nothing(data, tmp_path, monkeypatch):
    real = move.copy_rows

    def full(source, target, table, progress):
        if table.name == "jobs":
            target.execute(text("pragma max_page_count = 1"))
            target.execute(text("create table filler as select randomblob(100000) as x"))
        return real(source, target, table, progress)

    monkeypatch.setattr(move, "copy_rows", full)
    other = tmp_path / "other.db"
    with pytest.raises(NoSpace, match=r"There is no room for the database .*other.db. Nothing was moved."):
        moved(Settings(data=data), f"sqlite:///{other}")
    assert not list(tmp_path.glob("*other*"))
    with open_installation(Settings(data=data)):
        pass


# The process that is killed says when it is in the middle, and then waits.
KILLED = """
import sys, time
from pathlib import Path
from vedette.server.move import move_database
from vedette.settings import Settings
def tell(stage, done, of):
    if stage == sys.argv[3] and done * 2 > of:
        print("half", flush=True)
        time.sleep(60)
move_database(Settings(data=Path(sys.argv[1])), sys.argv[2], progress=tell)
"""


def kill_in_the_middle(data, to, stage):
    words = [sys.executable, "-c", KILLED, str(data), to, stage]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.postgres
@pytest.mark.parametrize("stage", ["moving", "comparing"])
def test_one_that_is_killed_begins_again(data, empty, stage):
    before = rows_of("", data)
    kill_in_the_middle(data, empty, stage)
    deadline = time.monotonic() + 30
    while not is_empty(empty, data):
        assert time.monotonic() < deadline
    moved(Settings(data=data), empty)
    assert rows_of(empty, data) == before


def test_one_to_sqlite_that_is_killed_begins_again(data, tmp_path):
    other = tmp_path / "other.db"
    kill_in_the_middle(data, f"sqlite:///{other}", "comparing")
    assert not other.exists()
    assert list(tmp_path.glob(".other.db.moving*"))
    before = rows_of("", data)
    moved(Settings(data=data), f"sqlite:///{other}")
    assert [file.name for file in tmp_path.glob("*other*")] == ["other.db"]
    assert rows_of(f"sqlite:///{other}", data) == before


def test_two_that_come_back_in_one_second_both_keep_the_file_that_was_left(data, tmp_path):
    """Back and forth: each file that was left lies in the backups, by the moment."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    for _ in range(2):
        moved(Settings(data=data), other)
        moved(Settings(data=data, database=other), "sqlite")
    assert len(list((data / "backups").glob("moved-*"))) == 2
    assert len(list((tmp_path / "backups").glob("moved-*"))) == 1


def test_a_mark_that_fails_at_the_last_moment_is_said(data, tmp_path, monkeypatch):
    from sqlalchemy.exc import OperationalError

    real = move._give_name

    def name_and_break(file, clock=system_clock):
        result = real(file, clock)
        monkeypatch.setattr(
            "sqlalchemy.engine.default.DefaultDialect.do_commit",
            lambda *_: (_ for _ in ()).throw(OperationalError("commit", {}, sqlite3.OperationalError("no"))),
        )
        return result

    monkeypatch.setattr(move, "_give_name", name_and_break)
    result = moved(Settings(data=data), f"sqlite:///{tmp_path / 'other.db'}")
    assert not result.is_marked
