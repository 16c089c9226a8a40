"""Rows in every table: values at the ends of what their types hold, and references that hold."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    text,
)

from vedette.migrations.everything import all_tables
from vedette.store.db import Database

TEXTS = ("", 'it\'s "quoted"', "a\tb\r\nc\\n", "Prüfling 検査 🔎", "e\u0301 and \u00e9", "NULL", "\x01\x7f")
BYTES = (b"", bytes(range(256)), b"\x00\x00", b"NULL")
FLOATS = (0.1, -0.0, 1.7976931348623157e308, 5e-324, -1.5, float("inf"))
COUNT = 7


def fill_every_table(database: Database, count: int = COUNT) -> None:
    """Put rows into every table, beside those that are there."""
    made: dict[str, list[dict[str, Any]]] = {}
    with database.write() as connection:
        for table in all_tables().sorted_tables:
            made[table.name] = [_row(table, number, made) for number in range(count)]
            connection.execute(insert(table), made[table.name])
        if connection.dialect.name == "postgresql":
            for table in all_tables().sorted_tables:
                if table.autoincrement_column is not None:
                    name = connection.dialect.identifier_preparer.format_table(table)
                    column = table.autoincrement_column.name
                    connection.execute(
                        text(
                            f"select setval(pg_get_serial_sequence('{name}', '{column}'),"
                            f" (select max({column}) from {name}))"
                        )
                    )


def every_row(database: Database) -> dict[str, list[str]]:
    """Return the rows of every table, each with the types of its values, in one order."""
    with database.read() as connection:
        return {
            table.name: sorted(
                repr([(type(value).__name__, value) for value in row])
                for row in connection.execute(select(table))
            )
            for table in all_tables().sorted_tables
        }


def _row(table: Table, number: int, made: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    row = {column.name: _value(column, number) for column in table.columns}
    for column in table.columns:
        for key in column.foreign_keys:
            row[column.name] = made[key.column.table.name][number][key.column.name]
    return row


def _value(column: Column[Any], number: int) -> Any:
    # What is free to be nothing is nothing in some rows, and what stands in a key differs in each.
    if column.nullable and number % 3 == 2:
        return None
    length = getattr(column.type, "length", None)
    for kind, value in (
        (Boolean, number % 2 == 0),
        (Float, FLOATS[number % len(FLOATS)]),
        (LargeBinary, (b"%d" % number + BYTES[number % len(BYTES)])[:length]),
        (BigInteger, (-1) ** number * (2**63 - 1 - number)),
        (Integer, 2**31 - 1000 + number),
        (String, (f"{number}" + TEXTS[number % len(TEXTS)])[:length]),
    ):
        if isinstance(column.type, kind):
            return value
    raise AssertionError(column)
