"""The database's shape, one numbered file a change.

Every start brings the database up to date, in one transaction that nobody else can
write beside. A copy of a SQLite database is kept first. Whoever adds a table writes the
next file in versions/ and imports its room's tables in everything.py.

A change that servers of the release before can work with says `works_with_older = True` in its file: then it
is made beside them, and servers are updated one after the other. What such a change may do is held by a
test (decision 0364). Any other asks for the older servers to be stopped.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from vedette.errors import Wrong
from vedette.jobs.members import has_roll, living_others
from vedette.store.db import Database

VERSIONS = Path(__file__).parent / "versions"
COPIES = 3
VERSION_TABLE = "alembic_version"
# Before the number of a database that `vedette move` has left; no release knows such a number.
MOVED = "moved-"


def numbers() -> list[str]:
    """Return the numbers of the changes that this program knows, in order."""
    return sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def upgrade(database: Database, data: Path) -> str | None:
    """Bring the database up to date; return the number it had before, None where it was new.

    A database that a newer program has changed is refused.
    """
    numbers_known = numbers()
    with database.read() as connection:
        before = current(connection)
    if before == numbers_known[-1]:
        return before
    _refuse_newer(before, numbers_known)
    if before is not None:
        keep_copy(database, data / "backups", before)
    # Alembic is a third of a second to import, and mostly there is nothing to do.
    from vedette.migrations.steps import climb

    with database.write() as connection:
        # Another server may have made some of them while this one waited for its turn.
        standing = current(connection)
        _refuse_newer(standing, numbers_known)
        _refuse_in_use(connection, [number for number in numbers_known if number > (standing or "")])
        climb(connection)
    return before


def current(connection: Connection) -> str | None:
    """Return the number of the database's last change; None where it has none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    number = connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()
    return None if number is None else str(number)


def moved_number(number: str) -> str:
    """Return what stands for the number in a database that was moved to another one."""
    return f"{MOVED}{number}"


def is_moved(number: str) -> bool:
    """Say whether a database with this number was moved to another one."""
    return number.startswith(MOVED)


def keep_copy(database: Database, folder: Path, number: str) -> Path | None:
    """Copy a SQLite database and keep the last few copies. PostgreSQL has its own tools."""
    if database.file is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    copy = folder / f"vedette-{number}.db"
    beside = copy.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(database.file)) as source, closing(sqlite3.connect(beside)) as target:
        source.backup(target)
        target.execute("pragma journal_mode = delete")
    beside.replace(copy)
    for old in sorted(folder.glob("vedette-*.db"))[:-COPIES]:
        old.unlink()
    return copy


def _refuse_in_use(connection: Connection, pending: Sequence[str]) -> None:
    """Refuse to change a database that servers of an older release use, where the change would break them."""
    from vedette.migrations.steps import breaks_older

    if connection.dialect.name == "sqlite" or not has_roll(connection):
        return
    if breaks_older(pending) and (count := living_others(connection)):
        raise Wrong(
            "This release has to change the database, which servers of an older one use at this moment "
            f"({count}): stop them, and start this one again."
        )


def _refuse_newer(before: str | None, numbers_known: list[str]) -> None:
    if before is not None and is_moved(before):
        raise Wrong(
            "This database was moved to another one by `vedette move`: set VEDETTE_DATABASE to the address "
            "of that one, or unset it where that is the SQLite file in the data folder."
        )
    if before is not None and before not in numbers_known:
        raise Wrong(
            f"The database was last changed by a newer Vedette (change {before}; this program knows up to "
            f"{numbers_known[-1]}). Install that version again, or start with a copy from the backups folder."
        )
