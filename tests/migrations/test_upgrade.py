import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from vedette.errors import Wrong
from vedette.migrations import current, keep_copy, numbers, upgrade
from vedette.migrations.everything import all_tables
from vedette.store.db import open_database


def number(database):
    with database.read() as connection:
        return current(connection)


def test_the_changes_lead_to_the_tables_that_the_rooms_describe(database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []


def described(connection):
    """Return all that a database says of its tables: columns, defaults, keys, checks and indexes."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "references": sorted(
                (key["constrained_columns"], key["referred_table"], key["referred_columns"], key["options"])
                for key in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(rule["column_names"] for rule in inspector.get_unique_constraints(table)),
            "checks": sorted(
                " ".join(rule["sqltext"].split()) for rule in inspector.get_check_constraints(table)
            ),
            "indexes": sorted(
                (index["name"], index["column_names"], index["unique"], str(index["dialect_options"]))
                for index in inspector.get_indexes(table)
            ),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_the_changes_lead_to_just_what_the_tables_create(sqlite_maker, tmp_path):
    """Of keys, defaults, checks and what an index leaves out the comparison above knows nothing."""
    changed, created = open_database(*sqlite_maker.new()), open_database("", tmp_path)
    with created.write() as connection:
        all_tables().create_all(connection)
        by_tables = described(connection)
    with changed.read() as connection:
        by_changes = described(connection)
    # A column that was added to rows which stand has a value for them; the program always writes one.
    kind, is_nullable, _ = by_tables["dataset_blocks"]["columns"]["unsure"]
    added = {"unsure": (kind, is_nullable, f"X'{'00' * 128}'")}
    by_tables["dataset_blocks"]["columns"] |= added
    assert by_changes == by_tables
    changed.close()
    created.close()


def test_numbers_have_no_gaps():
    assert numbers() == [f"{number:04}" for number in range(1, len(numbers()) + 1)]


def test_a_new_database_is_brought_to_the_last_change(tmp_path):
    database = open_database("", tmp_path)
    assert upgrade(database, tmp_path) is None
    assert number(database) == numbers()[-1]
    assert not (tmp_path / "backups").exists()
    database.close()


def test_a_second_start_changes_nothing(database, tmp_path):
    assert upgrade(database, tmp_path) == numbers()[-1]
    assert list(tmp_path.iterdir()) == []


def test_two_first_starts_at_once_both_succeed(tmp_path):
    failed = []

    def start():
        database = open_database("", tmp_path)
        try:
            upgrade(database, tmp_path)
        except Exception as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_database_of_a_newer_program_is_refused_and_untouched(database, tmp_path):
    with database.write() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(Wrong, match=r"newer Vedette \(change 9999; this program knows up to \d{4}\)"):
        upgrade(database, tmp_path)
    assert number(database) == "9999"
    assert list(tmp_path.iterdir()) == []


def test_a_copy_holds_what_the_database_held(sqlite_maker, tmp_path):
    database = open_database(*sqlite_maker.new())
    with database.write() as connection:
        connection.execute(
            text("insert into accounts (id, name, created_ms) values ('111122223333', 'plant', 0)")
        )
    copy = keep_copy(database, tmp_path / "backups", "0001")
    database.close()
    with sqlite3.connect(copy) as kept:
        assert kept.execute("select name from accounts").fetchall() == [("plant",)]


def test_the_last_three_copies_are_kept(sqlite_maker, tmp_path):
    database = open_database(*sqlite_maker.new())
    for number in ("0001", "0002", "0003", "0004", "0004"):
        keep_copy(database, tmp_path, number)
    database.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "vedette-0002.db",
        "vedette-0003.db",
        "vedette-0004.db",
    ]


def test_an_older_database_is_copied_before_it_is_changed(sqlite_maker, monkeypatch, tmp_path):
    """An older one cannot be had before there is a second change, so the program is made older instead."""
    import vedette.migrations

    folder = tmp_path / "versions"
    folder.mkdir()
    for file in vedette.migrations.VERSIONS.glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    last = numbers()[-1]
    added = f"{int(last) + 1:04}"
    (folder / f"{added}_more.py").write_text(
        f"from alembic import op\nrevision = {added!r}\ndown_revision = {last!r}\n"
        "def upgrade():\n    op.execute('create table more (x integer)')\n"
    )
    monkeypatch.setattr(vedette.migrations, "VERSIONS", folder)
    database = open_database(*sqlite_maker.new())
    assert upgrade(database, tmp_path) == last
    assert number(database) == added
    assert [file.name for file in (tmp_path / "backups").iterdir()] == [f"vedette-{last}.db"]
    database.close()


def test_a_change_that_fails_leaves_the_database_as_it_was(sqlite_maker, monkeypatch, tmp_path):
    import vedette.migrations

    folder = tmp_path / "versions"
    folder.mkdir()
    for file in vedette.migrations.VERSIONS.glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    last = numbers()[-1]
    added = f"{int(last) + 1:04}"
    (folder / f"{added}_breaks.py").write_text(
        f"from alembic import op\nrevision = {added!r}\ndown_revision = {last!r}\n"
        "def upgrade():\n    op.execute('create table half (x integer)')\n    raise RuntimeError('stop')\n"
    )
    monkeypatch.setattr(vedette.migrations, "VERSIONS", folder)
    database = open_database(*sqlite_maker.new())
    with pytest.raises(RuntimeError, match="stop"):
        upgrade(database, tmp_path)
    with database.read() as connection:
        names = connection.exec_driver_sql("select name from sqlite_master").scalars().all()
    assert "half" not in names
    assert number(database) == last
    database.close()
