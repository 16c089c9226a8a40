"""An installation's database moved to another one: from SQLite to PostgreSQL, back, or between two of a kind.

Keys, models and buckets lie in the folder and stay there. Every row goes over with its types, the numbers
that tables have given out go on, and both sides are compared before anything counts (decision 0362). The
other database is filled in one transaction: whatever breaks off leaves it as empty as it was. The one that
was left is marked within the same moment, so that no server begins on it by mistake, and takes no writes.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, delete, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from vedette.clock import Clock, system_clock
from vedette.encryption.material import masters_elsewhere
from vedette.errors import Busy, NoSpace, Refusal, Wrong
from vedette.jobs.members import has_roll, living_others
from vedette.migrations import VERSION_TABLE, current, is_moved, moved_number
from vedette.migrations.everything import all_tables
from vedette.server.holding import locked
from vedette.server.installation import CHECKED_AT_START, check_folder, check_pages, open_installation
from vedette.settings import Settings
from vedette.store.db import Database, is_away, open_database, sqlite_file
from vedette.store.disk import disk_refusal
from vedette.store.modes import private
from vedette.store.rows import RowsDigest, copy_rows, count_rows, digest_rows, go_on_from, last_number

# How one names the file in the data folder.
SQLITE = "sqlite"
# What a SQLite database is called until it is whole. It is nobody's: a move that was killed left it.
MOVING = ".moving"
# What libpq takes in an address and nobody else is to read.
SECRETS = ("password", "sslpassword")
BESIDE = ("", "-wal", "-shm", "-journal")
MOVED_SENTENCE = "this database was moved to another one by vedette move"

Progress = Callable[[str, int, int], None]
"""Told what is done now, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class MoveResult:
    """What was moved.

    `aside` is where an older SQLite file lies now that was in the way. `is_marked` says whether the database
    that was left refuses to be served: where its disk failed in the last moment it does not. `masters` wrap
    its encryption keys and lie outside of the data folder.
    """

    tables: int
    rows: int
    source: str
    target: str
    aside: Path | None
    is_marked: bool
    masters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a database goes: its address, its name for people, and the file that it is to become."""

    address: str
    name: str
    file: Path | None


def move_database(
    settings: Settings, to: str, *, progress: Progress, clock: Clock = system_clock
) -> MoveResult:
    """Move the database of the installation that the settings name; no server may run on it."""
    check_folder(settings.data, makes=False)
    target = _target(to, settings.data)
    with private(), locked(settings.data), open_installation(settings) as installation:
        source = installation.database
        name = _name(settings.database, settings.data)
        _check_source(source)
        with _whole_or_nothing(target):
            masters = masters_elsewhere(source)
            rows, aside, is_marked = _move(source, target, progress, clock)
    return MoveResult(len(_tables()), rows, name, target.name, aside, is_marked, masters)


def _tables() -> list[Table]:
    return list(all_tables().sorted_tables)


def _name(address: str, data: Path) -> str:
    """Return what people call a database: its address without a password, or its file."""
    file = sqlite_file(address, data)
    if file is not None:
        return str(file)
    return make_url(address).difference_update_query(SECRETS).render_as_string(hide_password=True)


def _target(to: str, data: Path) -> _Target:
    """Return where a database is to go; a SQLite one is written beside its name."""
    try:
        file = sqlite_file("" if to == SQLITE else to, data)
        kind = make_url(to).get_backend_name() if file is None else SQLITE
    except ArgumentError:
        raise Wrong(
            f"{to} is no database: write `{SQLITE}` for the file in the data folder, or an address such as "
            "postgresql://vedette@db.example/vedette."
        ) from None
    if kind not in (SQLITE, "postgresql", "postgres"):
        raise Wrong(f"A database of the kind {kind} is not known: PostgreSQL and SQLite are.")
    if file is None:
        return _Target(to, _name(to, data), None)
    return _Target(f"sqlite:///{_moving(file).absolute()}", str(file), file)


def _check_source(source: Database) -> None:
    """Refuse a database that is damaged, that servers use, or that holds what this program cannot move."""
    if source.file is not None and source.file.stat().st_size > CHECKED_AT_START:
        damage = check_pages(source)
        if damage:
            raise Wrong(f"The database {source.file} is damaged: {damage}. Nothing was changed.")
    with source.read() as connection:
        if source.file is None and has_roll(connection) and (count := living_others(connection)):
            raise Busy(
                f"Servers use this database ({count}): stop them first. One that was killed counts for 15 s."
            )
        own_names = {table.name for table in _tables()} | {VERSION_TABLE}
        unknown = sorted(set(inspect(connection).get_table_names()) - own_names)
    if unknown:
        raise Wrong(
            f"The database holds tables that are not Vedette's ({', '.join(unknown[:3])}): they would be "
            "left behind. Move them elsewhere first."
        )


@contextlib.contextmanager
def _whole_or_nothing(target: _Target) -> Iterator[None]:
    """Say what the other database refused; of a file that was not finished nothing is left."""
    _forget(target)
    try:
        yield
    except Refusal as refusal:
        raise type(refusal)(f"{refusal.sentence.rstrip('.')}. Nothing was moved.") from refusal
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise _refusal(target, error) from error
    finally:
        _forget(target)


def _refusal(target: _Target, error: Exception) -> Refusal:
    refusal = disk_refusal(error)
    if isinstance(refusal, NoSpace):
        return NoSpace(f"There is no room for the database {target.name}. Nothing was moved.")
    if refusal is not None:
        return type(refusal)(f"{refusal.sentence} Nothing was moved.")
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    verb = "does not answer" if is_away(error) else "refuses"
    return Wrong(f"The database {target.name} {verb}: {reason.rstrip('.')}. Nothing was moved.")


def _forget(target: _Target) -> None:
    if target.file is not None:
        for end in BESIDE:
            moving = _moving(target.file)
            moving.with_name(f"{moving.name}{end}").unlink(missing_ok=True)


def _moving(file: Path) -> Path:
    # Hidden, as what a backup leaves out.
    return file.with_name(f".{file.name}{MOVING}")


def _move(
    source: Database, target: _Target, progress: Progress, clock: Clock
) -> tuple[int, Path | None, bool]:
    """Copy, compare and mark; the two commits stand side by side at the end.

    Returns how many rows there are, what was put aside, and whether the database that was left is marked.
    """
    _check_place(source, target)
    database = open_database(target.address, Path())
    rows, aside, is_filled = 0, None, False
    try:
        with database.read() as connection:
            # Before a lock is held: it may be the same database by another name.
            _require_empty(connection, target)
        with source.write() as reading:
            _wait_for_nothing(reading)
            with database.write() as writing:
                _wait_for_nothing(writing)
                rows = _fill(reading, writing, target, progress)
                _mark(reading)
            database.close()
            if target.file is not None:
                aside = _give_name(target.file, clock)
            is_filled = True
    except (SQLAlchemyError, sqlite3.Error):
        if not is_filled:
            raise
        return rows, aside, False
    finally:
        database.close()
    return rows, aside, True


def _check_place(source: Database, target: _Target) -> None:
    """Refuse a file where another database stands, but for one that was moved away."""
    if target.file is None or not target.file.exists():
        return
    if source.file is not None and target.file.samefile(source.file):
        raise Wrong(f"The database is {target.file} already.")
    with closing(sqlite3.connect(target.file)) as standing:
        try:
            number = standing.execute(f"select version_num from {VERSION_TABLE}").fetchone()  # noqa: S608  (our own name)
        except sqlite3.Error:
            number = None
    if number is None or not is_moved(str(number[0])):
        raise Wrong(
            f"There is a database at {target.file} already, which nobody has moved away: put it elsewhere."
        )


def _wait_for_nothing(connection: Connection) -> None:
    """Have PostgreSQL keep this transaction, however long the other side takes."""
    if connection.dialect.name == "postgresql":
        for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(text("select set_config(:name, '0', true)"), {"name": name})


def _fill(reading: Connection, writing: Connection, target: _Target, progress: Progress) -> int:
    """Make the tables in the empty database, put every row into them, and compare."""
    from vedette.migrations.steps import climb

    _require_empty(writing, target)
    climb(writing)
    tables = _tables()
    for table in reversed(tables):
        # What a change itself puts into a new database is in the one that is moved, as it is now.
        writing.execute(delete(table))
    of = sum(count_rows(reading, table) for table in tables)
    digests = _each(
        tables, "moving", of, progress, lambda table, tell: copy_rows(reading, writing, table, tell)
    )
    for table in tables:
        go_on_from(writing, table, last_number(reading, table))
    copies = _each(tables, "comparing", of, progress, lambda table, tell: digest_rows(writing, table, tell))
    for table in tables:
        if digests[table.name] != copies[table.name]:
            raise Wrong(f"The table {table.name} is not in {target.name} as it was: this should not happen.")
    return of


def _each(
    tables: list[Table],
    stage: str,
    of: int,
    progress: Progress,
    act: Callable[[Table, Callable[[int], None]], RowsDigest],
) -> Mapping[str, RowsDigest]:
    """Do the same to each table; return what its rows come to, by its name."""
    row_count = 0

    def tell(count: int) -> None:
        nonlocal row_count
        row_count += count
        progress(stage, row_count, of)

    return {table.name: act(table, tell) for table in tables}


def _require_empty(writing: Connection, target: _Target) -> None:
    if writing.dialect.name == "postgresql":
        encoding = writing.execute(text("show server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise Wrong(
                f"The database {target.name} keeps texts as {encoding}: make one with the encoding UTF8"
            )
    names = inspect(writing).get_table_names()
    if not names:
        return
    number = current(writing) if VERSION_TABLE in names else None
    holds = f"an installation (change {number})" if number else f"{len(names)} tables, such as {min(names)}"
    raise Wrong(
        f"The database {target.name} is not empty: it holds {holds}. Make a new one, or empty it first"
    )


def _mark(connection: Connection) -> None:
    """Have no server begin on the database that was left, and no command that waits write to it."""
    number = moved_number(current(connection) or "")
    connection.execute(text(f"update {VERSION_TABLE} set version_num = :number"), {"number": number})  # noqa: S608  (our own name)
    for statement in _refusing_writes(connection):
        connection.execute(text(statement))


def _refusing_writes(connection: Connection) -> Iterator[str]:
    quoted = connection.dialect.identifier_preparer.format_table
    if connection.dialect.name == "postgresql":
        yield (
            "create function vedette_moved() returns trigger language plpgsql as "
            f"$$ begin raise exception '{MOVED_SENTENCE}'; end $$"
        )
        for table in _tables():
            yield (
                "create trigger vedette_moved before insert or update or delete or truncate "
                f"on {quoted(table)} for each statement execute function vedette_moved()"
            )
        return
    for table in _tables():
        for act in ("insert", "update", "delete"):
            yield (
                f"create trigger moved_{table.name}_{act} before {act} on {quoted(table)} "
                f"begin select raise(abort, '{MOVED_SENTENCE}'); end"
            )


def _give_name(file: Path, clock: Clock) -> Path | None:
    """Give the file its name; one that was moved away before goes into the backups."""
    aside = None
    if file.exists():
        with closing(sqlite3.connect(file)) as old:
            # What its log still holds goes into the file, which goes without it.
            old.execute("pragma wal_checkpoint(truncate)")
            old.execute("pragma journal_mode = delete")
        folder = file.parent / "backups"
        folder.mkdir(exist_ok=True, mode=0o700)
        # By the moment, to the millisecond: one that lies there is not written over.
        aside = folder / f"moved-{clock():%Y%m%dT%H%M%S.%f}.db"
        shutil.move(file, aside)
    for end in BESIDE[1:]:
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
    _moving(file).replace(file)
    return aside
