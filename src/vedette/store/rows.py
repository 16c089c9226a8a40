"""The rows of one database put into another as they are: values with their types, in batches, and proved.

Whoever copies holds a transaction on either side. Of each table a digest is taken from what was read, and one
from what then lies in the other database; rows count in whichever order they come, since two databases
sort texts differently.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from vedette.errors import Wrong
from vedette.store.bulk import put_by_copy
from vedette.store.db import is_away
from vedette.store.disk import disk_refusal

# Rows that are fetched, and put, at once: a round trip for each would be most of the time.
ROWS = 500
# Some rows hold a thousand lines of a dataset: a batch of them ends earlier, so that memory stays small.
BATCH_BYTES = 4 * 1024**2
# Digests of rows are added up within as many bits.
BITS = 128

RowProgress = Callable[[int], None]
"""Told of how many further rows."""


@dataclass(frozen=True, slots=True)
class RowsDigest:
    """How many rows a table has, and what they come to."""

    count: int = 0
    total: int = 0

    def plus(self, rows: Sequence[Row[Any]]) -> "RowsDigest":
        """Return what these rows and further ones come to."""
        total = sum(map(_row_digest, rows), self.total) % 2**BITS
        return RowsDigest(self.count + len(rows), total)


def count_rows(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def copy_rows(source: Connection, target: Connection, table: Table, progress: RowProgress) -> RowsDigest:
    """Put every row of a table into the same table of another database; return what was read."""
    digest = RowsDigest()
    for rows in _batches(source, table):
        digest = digest.plus(rows)
        try:
            _put(target, table, rows)
        except DBAPIError as error:
            raise _untaken(table, error) from error
        progress(len(rows))
    return digest


def _put(target: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    if target.dialect.name == "postgresql":
        put_by_copy(target, table, table.columns.keys(), rows)
    else:
        target.execute(insert(table), [dict(row._mapping) for row in rows])


def digest_rows(connection: Connection, table: Table, progress: RowProgress) -> RowsDigest:
    """Return what the rows of a table come to."""
    digest = RowsDigest()
    for rows in _batches(connection, table):
        digest = digest.plus(rows)
        progress(len(rows))
    return digest


def last_number(connection: Connection, table: Table) -> int:
    """Return the highest number that a table has given out, to a row that is gone too; 0 where none was."""
    column = table.autoincrement_column
    if column is None:
        return 0
    highest = connection.execute(select(func.max(column))).scalar() or 0
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, table)
        last, is_called = connection.execute(text(f"select last_value, is_called from {sequence}")).one()  # noqa: S608  (the database's own name)
        return max(int(highest), int(last) if is_called else int(last) - 1)
    if not table.dialect_options["sqlite"].get("autoincrement"):
        return int(highest)
    query = text("select seq from sqlite_sequence where name = :name")
    return max(highest, connection.execute(query, {"name": table.name}).scalar() or 0)


def go_on_from(connection: Connection, table: Table, number: int) -> None:
    """Have a table give out only numbers above this one."""
    if table.autoincrement_column is None or number < 1:
        return
    if connection.dialect.name == "postgresql":
        values = {"sequence": _sequence(connection, table), "number": number}
        connection.execute(text("select setval(cast(:sequence as regclass), :number)"), values)
    elif table.dialect_options["sqlite"].get("autoincrement"):
        values = {"name": table.name, "number": number}
        connection.execute(text("delete from sqlite_sequence where name = :name"), values)
        connection.execute(text("insert into sqlite_sequence (name, seq) values (:name, :number)"), values)


def _sequence(connection: Connection, table: Table) -> str:
    assert table.autoincrement_column is not None
    names = {
        "table": connection.dialect.identifier_preparer.format_table(table),
        "column": table.autoincrement_column.name,
    }
    query = text("select pg_get_serial_sequence(:table, :column)")
    return str(connection.execute(query, names).scalar_one())


def _batches(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    result = connection.execute(select(table).execution_options(yield_per=ROWS))
    batch: list[Row[Any]] = []
    size = 0
    for row in result:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if len(batch) >= ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _row_digest(row: Row[Any]) -> int:
    # What Python writes for a value is of one type only: True is not 1, '1' is not b'1'. SQLite has no
    # negative zero, which is equal to the other one everywhere.
    values = tuple(0.0 if value == 0 and isinstance(value, float) else value for value in row)
    body = repr(values).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(body, digest_size=BITS // 8).digest())


def _untaken(table: Table, error: DBAPIError) -> Exception:
    """Return the refusal for rows that the other database does not take, or what happened to it."""
    if is_away(error) or disk_refusal(error) is not None:
        return error
    reason = str(error.orig).strip().partition("\n")[0]
    return Wrong(f"The table {table.name} holds a row that the other database does not take: {reason}")
