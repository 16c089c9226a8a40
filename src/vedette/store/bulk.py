"""Many rows put into a table at once: by COPY on PostgreSQL, by one prepared statement on SQLite.

Within a transaction of the caller's, as any insert: all of the rows, or none. Values go to the driver as they
are, so that tables whose types change them (times, booleans, JSON) are for inserts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError

LEAST_COPIED = 64
"""Of fewer rows than these an insert is no slower, and a COPY is one way to the database more."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows of the same columns; none where there are none."""
    if len(rows) < LEAST_COPIED:
        if rows:
            connection.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    insert_values(connection, table, names, [tuple(row[name] for name in names) for row in rows])


def insert_values(
    connection: Connection, table: Table, names: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    """Put rows that are values in the order of these columns, however few they are."""
    if not values:
        return
    if connection.dialect.name == "postgresql":
        put_by_copy(connection, table, names, values)
    else:
        place, columns = _names_of(connection, table, names)
        marks = ", ".join("?" * len(names))
        # The names are the tables' own; SQLAlchemy's work on each row takes as long as SQLite's.
        connection.exec_driver_sql(f"insert into {place} ({columns}) values ({marks})", values)  # noqa: S608


def put_by_copy(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Put rows by COPY, which takes PostgreSQL a fifth of the time of inserts, and this process a seventh."""
    place, columns = _names_of(connection, table, names)
    driver: Any = connection.connection.dbapi_connection
    errors: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(f"copy {place} ({columns}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
    except errors.Error as error:
        raise DBAPIError(f"copy {table.name}", None, error) from error


def _names_of(connection: Connection, table: Table, names: Sequence[str]) -> tuple[str, str]:
    """Return the table and these columns as the database writes them."""
    prepared: Any = connection.dialect.identifier_preparer
    return prepared.format_table(table), ", ".join(prepared.format_column(table.c[name]) for name in names)
