"""A part filled by whole blocks has the rows that it would have by one entry after another."""

import io
import random

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from vedette.datasets.blocks import BLOCK, find_places, hash_ref
from vedette.datasets.part_writer import PartWriter
from vedette.datasets.parts import drop_part, make_part, sweep
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import EntryRow, put_by, read_block, write_block
from vedette.datasets.tables import blocks, entries, entry_places, label_blocks, labels, parts, refs
from vedette.store.bulk import insert_values

NAMES = ["bolt", "nut", "ärmel", "", "a\0b", *(f"part-{number}" for number in range(60))]
NOW_MS = 1_764_000_000_000


def some_rows(count, *, first=0, seed=5):
    """Entries with every kind of fact, the same each time."""
    dice = random.Random(seed)
    for number in range(first, first + count):
        names = dice.sample(NAMES, dice.choice([0, 1, 1, 2, 5]))
        yield EntryRow(
            ref=f"s3://bucket/größe-{number}.png",
            line=f'{{"source-ref": "s3://bucket/größe-{number}.png", "text": "\\\\n \\u2028 é"}}',
            flaws=dice.choice([None, '[["ERROR_INVALID_IMAGE", "x", "line", "", -1]]']),
            has_errors=dice.random() < 0.1,
            labels=names,
            boxed=names[: dice.randint(0, len(names))],
            is_anomalous=dice.choice([None, None, True, False]),
            created_ms=dice.choice([None, 1_700_000_000_000 + number]),
            is_labelled=bool(names),
            picture_caller=dice.choice([None, 3]),
            line_caller=dice.choice([None, 4]),
            is_unsure=dice.random() < 0.1,
        )


def content(connection, part):
    """Return every row of a part, without its number."""
    found = []
    for table in (entries, entry_places, blocks, refs, labels, label_blocks):
        columns = [column for column in table.c if column.name != "part"]
        keys = [column for column in table.primary_key if column.name != "part"]
        query = select(*columns).where(table.c.part == part).order_by(*keys)
        found.append([tuple(row) for row in connection.execute(query)])
    found.append(connection.execute(select(parts.c.changes).where(parts.c.id == part)).all())
    return found


@pytest.mark.parametrize("counts", [[3], [BLOCK], [BLOCK, BLOCK, 200], []], ids=str)
def test_whole_blocks_are_the_rows_that_entries_one_by_one_are(database, counts):
    batches = [list(some_rows(count, first=at * BLOCK, seed=at)) for at, count in enumerate(counts)]
    with database.write() as connection:
        by_sheet, by_writer = make_part(connection), make_part(connection)
        for rows in batches:
            sheet = Sheet(connection, by_sheet, NOW_MS)
            sheet.append(rows)
            sheet.save()
        writer = PartWriter(by_writer)
        for rows in batches:
            writer.write(connection, rows, NOW_MS)
        for places in writer.places():
            writer.write_places(connection, places)
        writer.finish(connection)
    with database.read() as connection:
        assert content(connection, by_writer) == content(connection, by_sheet)
        assert len(content(connection, by_writer)[0]) == sum(counts)


def test_of_a_dropped_part_no_address_is_left(database):
    with database.write() as connection:
        kept, dropped = make_part(connection), make_part(connection)
        # More than go at once, with blocks and without: of a filling that ended early none have come.
        for part, count in ((kept, 30), (dropped, 20_000)):
            places = [(part, hash_ref(f"s3://bucket/{number}.png"), number) for number in range(count)]
            insert_values(connection, entry_places, ("part", "ref_hash", "seq"), places)
        PartWriter(dropped).write(connection, list(some_rows(40)), NOW_MS)
        drop_part(connection, dropped)
    while sweep(database):
        pass
    with database.read() as connection:
        for table in (entries, entry_places, blocks, refs, label_blocks):
            assert connection.execute(select(func.count()).where(table.c.part == dropped)).scalar() == 0
        assert find_places(connection, kept, ["s3://bucket/7.png"]) == {"s3://bucket/7.png": 7}
        assert connection.execute(select(func.count()).where(entry_places.c.part == kept)).scalar() == 30


def test_who_is_removed_is_found_no_more_and_may_come_again(database):
    rows = list(some_rows(1300))
    with database.write() as connection:
        part = make_part(connection)
        sheet = Sheet(connection, part, NOW_MS)
        sheet.append(rows)
        sheet.save()
        sheet = Sheet(connection, part, NOW_MS)
        sheet.remove(range(0, 1300, 2))
        sheet.save()
        addresses = [row.ref for row in rows]
        assert find_places(connection, part, addresses) == {
            row.ref: seq for seq, row in enumerate(rows) if seq % 2
        }
        sheet = Sheet(connection, part, NOW_MS)
        sheet.put_back({0: rows[0]})
        sheet.append([rows[2]])
        sheet.save()
        assert find_places(connection, part, addresses[:3]) == {
            rows[0].ref: 0,
            rows[1].ref: 1,
            rows[2].ref: 1300,
        }


def fill(database, rows):
    with database.write() as connection:
        writer = PartWriter(make_part(connection))
        writer.write(connection, rows, NOW_MS)
        for places in writer.places():
            writer.write_places(connection, places)


@pytest.mark.parametrize("is_last", [True, False])
def test_an_address_twice_in_a_part_is_refused_by_the_database(database, is_last):
    rows = list(some_rows(3))
    rows.insert(3 if is_last else 1, rows[0])
    with pytest.raises(DBAPIError):
        fill(database, rows)
    fill(database, list(some_rows(3)))


def test_a_block_comes_back_from_the_file_as_it_was():
    first, second = list(some_rows(7)), list(some_rows(2, first=7))
    stream = io.BytesIO(write_block(first) + write_block([]) + write_block(second))
    assert [read_block(stream) for _ in range(3)] == [first, [], second]
    assert stream.read() == b""


def test_a_caller_is_put_at_its_place_and_nothing_else_moves():
    rows = list(some_rows(9))
    assert put_by(8, rows) == [row._replace(picture_caller=8, line_caller=8) for row in rows]
