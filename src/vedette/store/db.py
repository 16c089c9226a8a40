"""The database: SQLite in the data folder, or a PostgreSQL server, by its address.

Both keep the same promises. A write transaction is alone: no other runs beside it, so
that a room may look first and write then. What was committed survives a killed process.
A read sees one moment.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.pool import ConnectionPoolEntry

from vedette.errors import NoSpace
from vedette.store.disk import NO_SPACE

# Every room's tables.py registers here; only migrations look at all of them.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Longer than any write of ours takes; a command beside a busy server waits, and does not fail.
BUSY_TIMEOUT_MS = 30_000
# PostgreSQL's one-writer lock: any number will do, if nobody else takes it ("vedette" in base 36).
WRITER_LOCK = 68_349_305_714


class Database:
    """One installation's database. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**_writing(engine.dialect.name))
        self._one_writer = threading.Lock()
        # Whether the room that is left is wanted for deleting; a server that watches its disk says so.
        self.is_short_of_room: Callable[[], bool] = _never_short
        # How many write transactions of this process have ended: what was read before may be out of date.
        self.commits = 0

    @property
    def file(self) -> Path | None:
        """The file that SQLite keeps, or None for PostgreSQL."""
        name = self.engine.url.database
        return Path(name) if self.engine.dialect.name == "sqlite" and name else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection with a snapshot, for reading."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only write transaction: committed at the end, rolled back by an exception."""
        with self._one_writer:
            try:
                with self._writer.begin() as connection:
                    if connection.dialect.name == "postgresql":
                        connection.execute(text(f"select pg_advisory_xact_lock({WRITER_LOCK})"))
                    yield connection
            finally:
                self.commits += 1

    def require_room(self) -> None:
        """Refuse large background writes while the disk has only room for deleting."""
        if self.is_short_of_room():
            raise NoSpace(NO_SPACE)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _never_short() -> bool:
    return False


def sqlite_file(address: str, data: Path) -> Path | None:
    """Return the file of a SQLite database; None where the address is PostgreSQL's."""
    if not address:
        return data / "vedette.db"
    url = make_url(address)
    return Path(url.database or "vedette.db") if url.get_backend_name() == "sqlite" else None


def open_database(address: str, data: Path) -> Database:
    """Open the PostgreSQL at the address, or else SQLite in the data folder."""
    file = sqlite_file(address, data)
    if file is not None:
        data.mkdir(parents=True, exist_ok=True)
        return Database(_sqlite(file))
    url = make_url(address)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return Database(create_engine(url, pool_pre_ping=True, isolation_level="REPEATABLE READ"))


def _writing(dialect: str) -> dict[str, Any]:
    # A writer on PostgreSQL waits for its lock within the transaction, and must see what the one
    # before it wrote: so each of its statements looks anew.
    if dialect == "postgresql":
        return {"vedette_write": True, "isolation_level": "READ COMMITTED"}
    return {"vedette_write": True}


def _sqlite(file: Path) -> Engine:
    # Nobody else's to read; the files that SQLite puts beside it follow its mode.
    file.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{file}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin says which kind.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = wal",
        "synchronous = full",  # what is acknowledged is on the disk
        "foreign_keys = on",
        "trusted_schema = off",
        "cache_size = -8000",
    ):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("vedette_write")
    # Immediate, since a transaction that read first and wants to write then cannot wait its turn.
    # By the driver itself: through SQLAlchemy a begin costs as much as a query.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("begin immediate" if writes else "begin")
