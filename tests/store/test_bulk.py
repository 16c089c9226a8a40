"""Many rows at once are the rows that single inserts would have put, or none."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from vedette.datasets.tables import entries
from vedette.store.bulk import LEAST_COPIED, insert_rows


def rows(count, part=1):
    """Rows with what a line may hold: tabs, quotes, backslashes, line ends, other scripts, nothing."""
    texts = ["", "a\tb", "back\\slash \\N", 'quo"te', "line\nend\r", "Grüße 東京 🔩", "{}"]
    return [
        {
            "part": part,
            "seq": number,
            "ref_hash": number.to_bytes(16, "big"),
            "line": texts[number % len(texts)],
            "flaws": None if number % 2 else "[]",
            "picture_flaws": None,
            "picture_caller": None if number % 3 else 7,
            "line_caller": number,
        }
        for number in range(count)
    ]


def stored(database):
    with database.read() as connection:
        return [
            {**row._mapping, "ref_hash": bytes(row.ref_hash)}
            for row in connection.execute(select(entries).order_by(entries.c.part, entries.c.seq))
        ]


@pytest.mark.parametrize("count", [0, 1, LEAST_COPIED - 1, LEAST_COPIED, 1024])
def test_rows_come_back_as_they_were_put(database, count):
    put = rows(count)
    with database.write() as connection:
        insert_rows(connection, entries, put)
    assert stored(database) == put


def test_a_row_that_is_there_already_undoes_all_of_them(database):
    with database.write() as connection:
        insert_rows(connection, entries, rows(1))
    before = stored(database)
    with pytest.raises(DBAPIError), database.write() as connection:
        insert_rows(connection, entries, rows(200))
    assert stored(database) == before
