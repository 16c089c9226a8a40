"""A change that is made beside servers of the release before takes nothing from them."""

import pytest
from sqlalchemy import inspect, text

import vedette.migrations
from vedette.errors import Wrong
from vedette.jobs.store import DATABASE_MS
from vedette.migrations import current, numbers, upgrade
from vedette.migrations.steps import WORKS_WITH_OLDER, _script, breaks_older, climb
from vedette.store.db import open_database

LAST = numbers()[-1]
NEXT = f"{int(LAST) + 1:04}"
HEAD = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {NEXT!r}\ndown_revision = {LAST!r}\n"
# An older server's numbers fit into these, and it reads what it wrote.
WIDER = {("INTEGER", "BIGINT")}
DECLARED = [number for number in numbers() if not breaks_older([number])]


def shape(connection):
    """Return, of each table, its columns, and what rows of it are held to."""
    seen = inspect(connection)
    return {
        table: (
            {column["name"]: column for column in seen.get_columns(table)},
            {
                "primary": seen.get_pk_constraint(table)["constrained_columns"],
                "unique": sorted(str(found["column_names"]) for found in seen.get_unique_constraints(table)),
                "unique indexes": sorted(
                    str(found["column_names"]) for found in seen.get_indexes(table) if found["unique"]
                ),
                "foreign": sorted(
                    str(found["constrained_columns"]) for found in seen.get_foreign_keys(table)
                ),
                "checks": sorted(str(found["sqltext"]) for found in seen.get_check_constraints(table)),
            },
        )
        for table in seen.get_table_names()
    }


def taken_away(before, after):
    """Return what the older server would miss or stumble over."""
    faults = []
    for table, (columns, held) in before.items():
        if table not in after:
            faults.append(f"{table} is gone")
            continue
        new_columns, new_held = after[table]
        faults += [f"{table}: {kind}" for kind in held if held[kind] != new_held[kind]]
        for name, column in columns.items():
            now = new_columns.get(name)
            types = None if now is None else (str(column["type"]), str(now["type"]))
            if types is None or (types[0] != types[1] and types not in WIDER):
                faults.append(f"{table}.{name} is gone or of another type")
            elif column["nullable"] and not now["nullable"]:
                faults.append(f"{table}.{name} has to be filled")
        faults += [
            f"{table}.{name} is new and has to be filled"
            for name in new_columns.keys() - columns.keys()
            if not new_columns[name]["nullable"] and new_columns[name]["default"] is None
        ]
    return faults


def change(address, tmp_path, number):
    """Return the shapes before and after one change, in a database of its own."""
    where, _ = address
    database = open_database(where, tmp_path)
    try:
        with database.write() as connection:
            if where:
                connection.execute(text("drop schema public cascade"))
                connection.execute(text("create schema public"))
            climb(connection, f"{int(number) - 1:04}")
            before = shape(connection)
            climb(connection, number)
            return before, shape(connection)
    finally:
        database.close()


@pytest.mark.parametrize("number", DECLARED)
def test_what_says_that_it_works_with_older_servers_takes_nothing_away(address, tmp_path, number):
    assert taken_away(*change(address, tmp_path, number)) == []


@pytest.fixture
def with_change(monkeypatch, tmp_path):
    """Add one more change to the program."""

    def add(body, *, says=True):
        folder = tmp_path / "program" / "versions"
        folder.mkdir(parents=True)
        for file in vedette.migrations.VERSIONS.glob("*.py"):
            (folder / file.name).write_text(file.read_text())
        mark = f"{WORKS_WITH_OLDER} = True\n" if says else ""
        (folder / f"{NEXT}_more.py").write_text(f"{HEAD}{mark}\ndef upgrade():\n    {body}\n")
        monkeypatch.setattr(vedette.migrations, "VERSIONS", folder)

    return add


@pytest.mark.parametrize(
    ("body", "is_allowed"),
    [
        ("op.create_table('more', sa.Column('x', sa.Integer, primary_key=True))", True),
        ("op.add_column('projects', sa.Column('more', sa.Text, nullable=True))", True),
        ("op.add_column('projects', sa.Column('more', sa.Text, nullable=False, server_default=''))", True),
        ("op.create_index('ix_more', 'projects', ['name'])", True),
        ("op.create_index('ix_more', 'projects', ['name'], unique=True)", False),
        ("op.drop_table('drafts')", False),
        ("op.rename_table('drafts', 'sketches')", False),
        ("op.execute('alter table projects rename column auto_update to more')", False),
        ("op.execute('alter table jobs drop column progress')", False),
    ],
)
def test_the_test_knows_what_takes_something_away(address, tmp_path, with_change, body, is_allowed):
    with_change(body)
    assert (taken_away(*change(address, tmp_path, NEXT)) == []) is is_allowed


def test_what_has_to_be_filled_is_found(sqlite_maker, tmp_path, with_change):
    """SQLite adds no such column to a table with rows; an empty one it lets have it."""
    before = {"t": ({"a": {"type": "TEXT", "nullable": True, "default": None}}, {})}
    after = {"t": ({**before["t"][0], "b": {"type": "TEXT", "nullable": False, "default": None}}, {})}
    assert taken_away(before, after) == ["t.b is new and has to be filled"]
    del sqlite_maker, tmp_path, with_change


@pytest.mark.postgres
@pytest.mark.parametrize("says", [True, False])
def test_beside_a_living_server_only_such_a_change_is_made(postgres_maker, tmp_path, with_change, says):
    address, folder = postgres_maker.new()
    database = open_database(address, folder)
    with database.write() as connection:
        now = connection.execute(DATABASE_MS).scalar_one()
        connection.execute(
            text(
                "insert into servers values "
                "('a', 'h', 'http://a', 'f', '0.1.0', :change, :now, :now, 0, '{}')"
            ),
            {"change": LAST, "now": int(now)},
        )
    with_change("op.create_table('more', sa.Column('x', sa.Integer, primary_key=True))", says=says)
    if says:
        assert upgrade(database, folder) == LAST
    else:
        with pytest.raises(Wrong, match=r"which servers of an older one use at this moment \(1\): stop them"):
            upgrade(database, folder)
    with database.read() as connection:
        assert current(connection) == (NEXT if says else LAST)
    database.close()
    postgres_maker.drop(address)


def test_every_change_can_be_asked():
    assert breaks_older(numbers())
    assert not breaks_older([])
    assert {revision.revision for revision in _script().walk_revisions()} == set(numbers())
