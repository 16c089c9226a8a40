"""The database's shape, one numbered file a change.

Every start brings the database up to date, in one transaction that nobody else can
write beside. A copy of a SQLite database is kept first. Whoever adds a table writes the
next file in versions/ and imports its room's tables in everything.py.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from vedette.errors import Wrong
from vedette.store.db import Database

VERSIONS = Path(__file__).parent / "versions"
COPIES = 3


def numbers() -> list[str]:
    """Return the numbers of the changes that this program knows, in order."""
    return sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))


def upgrade(database: Database, data: Path) -> str | None:
    """Bring the database up to date; return the number it had, None where it was new.

    A database that a newer program has changed is refused.
    """
    known = numbers()
    with database.read() as connection:
        was = current(connection)
    if was == known[-1]:
        return was
    _refuse_newer(was, known)
    if was is not None:
        keep_copy(database, data / "backups", was)
    # Alembic is a third of a second to import, and mostly there is nothing to do.
    from vedette.migrations.steps import climb

    with database.write() as connection:
        _refuse_newer(current(connection), known)
        climb(connection)
    return was


def current(connection: Connection) -> str | None:
    """Return the number of the database's last change; None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return None if found is None else str(found)


def keep_copy(database: Database, folder: Path, number: str) -> Path | None:
    """Copy a SQLite database as it stands, and keep the last few copies. PostgreSQL has its own ways."""
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


def _refuse_newer(was: str | None, known: list[str]) -> None:
    if was is not None and was not in known:
        raise Wrong(
            f"The database was last changed by a newer Vedette (change {was}; this program knows up to "
            f"{known[-1]}). Install that version again, or start with a copy out of the backups folder."
        )
