"""Recognises disk errors, full or not writable, wherever they occur.

The operating system, SQLite, SQLAlchemy and PostgreSQL each report them differently. Nothing is
caught or retried here, and no database library is imported: worker processes ask too.
"""

import errno
import sqlite3
from collections.abc import Iterator

from vedette.errors import NoSpace, Refusal, Unwritable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# With no file left to open the disk cannot be used either, until some are closed.
FAILING = frozenset({errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
# PostgreSQL's disk_full, and its read_only_sql_transaction (a server that became a standby).
PG_FULL, PG_READ_ONLY = "53100", "25006"
SQLITE_FAILING = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
# SQLite's extended codes carry the primary one in their low byte.
PRIMARY = 0xFF
# Causes of causes: a chain that is longer than this is a loop.
DEEPEST = 20

NO_SPACE = "The server's disk is full: nothing can be stored until there is room. Deleting still works."


def disk_refusal(error: BaseException) -> Refusal | None:
    """Return the refusal for an error that the disk caused, directly or as a cause; None for any other.

    A refusal stays what it is: whoever raised it knew the disk's error, and says more of the matter.
    """
    if isinstance(error, Refusal):
        return None
    causes = list(_causes(error))
    if any(_is_full(cause) for cause in causes):
        return NoSpace(NO_SPACE)
    for cause in causes:
        if _is_failing(cause):
            return Unwritable(f"The server's disk cannot be used: {_reason(cause)}.")
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes: a failed rollback hides the error that led to it."""
    waiting: list[BaseException | None] = [error]
    for _ in range(DEEPEST):
        if not waiting:
            return
        cause = waiting.pop(0)
        if cause is not None:
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "orig", None)]


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return _sqlite_code(error) == sqlite3.SQLITE_FULL or getattr(error, "sqlstate", "") == PG_FULL


def _is_failing(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in FAILING:
        return True
    return _sqlite_code(error) in SQLITE_FAILING or getattr(error, "sqlstate", "") == PG_READ_ONLY


def _sqlite_code(error: BaseException) -> int:
    if not isinstance(error, sqlite3.Error):
        return -1
    # Errors that the driver raises by itself carry no code.
    return getattr(error, "sqlite_errorcode", -1) & PRIMARY


def _reason(error: BaseException) -> str:
    """Return the reason without the path, which does not belong on the wire."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).partition("\n")[0].rstrip(".")
