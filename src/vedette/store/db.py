"""The database: SQLite in the data folder, or a PostgreSQL server, by its address.

Both keep the same promises. A write transaction is alone: no other runs beside it, so
that a room may look first and write then. What was committed survives a killed process.
A read sees one moment.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    MetaData,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from vedette.errors import NoSpace, Wrong
from vedette.store.disk import NO_SPACE
from vedette.store.stale import find_dead_lines

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
# What psycopg says of a text that PostgreSQL has no room for; it has no code, since no server was asked.
NUL_WORDS = "cannot contain NUL (0x00)"
# Connections of one server: its 16 handlers, what runs in the background, and some that come and go.
POOL, OVERFLOW = 16, 16
# How long a transaction waits for a PostgreSQL that is away before it fails: long enough for a restart of
# it, short enough that a server's 16 handlers are not all asleep while a load balancer asks who is well.
AWAY_S = 5.0
AWAY_LOOK_S = 0.25
# What each connection asks of PostgreSQL. No statement of ours takes so long that is not lost; and a machine
# that is gone without a word must not keep the others' writes for the two hours of TCP's own patience.
PG_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": "120s",
        "tcp_keepalives_idle": 10,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 3,
    }.items()
)
# Nor must a server that hangs within a write: it loses the writers' lock, and its write is undone.
TAKE_TURN = text(
    f"select pg_advisory_xact_lock({WRITER_LOCK}), "
    "set_config('idle_in_transaction_session_timeout', '120s', true)"
)
PG_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # Unacknowledged bytes: a failed over database that answers no more is left after this many ms.
    "tcp_user_timeout": 20_000,
    "application_name": "vedette",
}


class Database:
    """One installation's database. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**_writing(engine.dialect.name))
        self._one_writer = threading.Lock()
        # The connection that the reads of a thread share, where it asked for that.
        self._shared = threading.local()
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
        shared = getattr(self._shared, "connection", None)
        if shared is not None:
            yield shared
            return
        with self._begun(self.engine) as connection:
            yield connection

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Have all reads of this thread see one moment, by one transaction; it writes nothing meanwhile.

        To begin and to end each read are two ways to a PostgreSQL and back, and most reads are one more.
        """
        with self.read() as connection:
            outer, self._shared.connection = getattr(self._shared, "connection", None), connection
            try:
                yield
            finally:
                self._shared.connection = outer

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only write transaction: committed at the end, rolled back by an exception."""
        # Its own later reads would not see what it wrote.
        assert getattr(self._shared, "connection", None) is None, "a thread writes within a moment of reading"
        with self._one_writer:
            try:
                with self._begun(self._writer) as connection:
                    if connection.dialect.name == "postgresql":
                        connection.execute(TAKE_TURN)
                    yield connection
            finally:
                self.commits += 1

    @contextmanager
    def note(self) -> Iterator[Connection]:
        """A small write of rows that only this server writes, which on PostgreSQL waits for no writer.

        What says that a server lives must not wait behind another one's long write.
        """
        if self.file is not None:
            with self.write() as connection:
                yield connection
            return
        with self._begun(self._writer) as connection:
            yield connection

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        """A transaction; where PostgreSQL is away it is waited for, since nothing has been done yet."""
        connection = self._connect(engine)
        with connection, connection.begin():
            yield connection

    def _connect(self, engine: Engine) -> Connection:
        deadline = time.monotonic() + AWAY_S
        while True:
            try:
                return engine.connect()
            except DBAPIError as error:
                if self.file is not None or not is_away(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(AWAY_LOOK_S)

    def require_room(self) -> None:
        """Refuse large background writes while the disk has only room for deleting."""
        if self.is_short_of_room():
            raise NoSpace(NO_SPACE)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _never_short() -> bool:
    return False


def is_away(error: BaseException) -> bool:
    """Say whether an error means that PostgreSQL is not to be reached now: stopped, starting, away."""
    driver = error.orig if isinstance(error, DBAPIError) else None
    # By its name, since the driver is only there where PostgreSQL is used.
    if not any(kind.__name__ == "OperationalError" for kind in type(driver).__mro__):
        return False
    # Class 08 is a lost connection, 57P a server that stops or starts; no code came from no server.
    state = getattr(driver, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


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
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        isolation_level="REPEATABLE READ",
        connect_args=_connect_options(url),
        hide_parameters=True,
    )
    find_dead_lines(engine)
    event.listen(engine, "handle_error", _refuse_nul)
    event.listen(engine, "handle_error", _hide_values)
    return Database(engine)


def _hide_values(context: ExceptionContext) -> None:
    """Leave of PostgreSQL's words only those that hold no value of a row or a statement: they are logged.

    Its DETAIL, HINT and CONTEXT name the values of a key or a row; of data that a column does not take
    (class 22) the first line does too.
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    words = getattr(getattr(error, "diag", None), "message_primary", None)
    if not words:
        return  # of the driver, or of a line that was lost
    state = getattr(error, "sqlstate", None) or ""
    if state.startswith("22"):
        words = f"a value is not what its column takes ({type(error).__name__})"
    error.args = (words,)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__module__}.{type(error).__name__}) {words}",)


def _refuse_nul(context: ExceptionContext) -> None:
    """Refuse a text with U+0000, which PostgreSQL keeps in no text; its driver says so without a code."""
    if NUL_WORDS in str(context.original_exception):
        raise Wrong("A text has the character U+0000, which no text may have here.", kind="text")


def _connect_options(url: URL) -> dict[str, Any]:
    """Return what is asked of each connection, the address's own options last: PostgreSQL obeys the last."""
    own = url.query.get("options", "")
    own = " ".join(own) if isinstance(own, tuple) else own
    return {
        **{name: value for name, value in PG_CONNECT.items() if name not in url.query},
        "options": f"{PG_OPTIONS} {own}".strip(),
    }


def _writing(dialect: str) -> dict[str, Any]:
    # A writer on PostgreSQL waits for its lock within the transaction, and must see what the one
    # before it wrote: so each of its statements looks anew.
    if dialect == "postgresql":
        return {"vedette_write": True, "isolation_level": "READ COMMITTED"}
    return {"vedette_write": True}


def _sqlite(file: Path) -> Engine:
    # Nobody else's to read; the files that SQLite puts beside it follow its mode.
    file.touch(mode=0o600)
    # A statement that fails stands in the log, and what was written by it does not.
    engine = create_engine(
        f"sqlite:///{file}", connect_args={"check_same_thread": False}, hide_parameters=True
    )
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
