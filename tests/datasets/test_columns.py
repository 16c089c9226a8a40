"""Columns that are refreshed step by step are those that are read at once."""

import numpy as np

from doubles.lines import a_box_line, a_line
from vedette.datasets.columns import PartColumns


def refreshed(database, columns):
    with database.read() as connection:
        assert columns.refresh(connection)
    return columns


def assert_as_read_at_once(database, columns):
    at_once = refreshed(database, PartColumns(columns.part))
    refreshed(database, columns)
    assert columns.names == at_once.names
    for name in ("labels", "boxed"):
        own, other = getattr(columns, name), getattr(at_once, name)
        assert own.keys() == other.keys()
        for number in other:
            np.testing.assert_array_equal(own[number], other[number], f"{name} {number}")


def test_labels_with_and_without_boxes_part_where_they_differ(room, database):
    room.create([a_box_line(number, "bolt") for number in range(10)])
    columns = refreshed(database, PartColumns(room.now().part))
    assert columns.boxed[1] is columns.labels[1]  # once in memory
    room.update([a_box_line(number, "bolt", "nut") for number in range(20, 1200)])
    assert_as_read_at_once(database, columns)
    assert all(columns.boxed[number] is columns.labels[number] for number in (1, 2))
    room.update([a_line(3, "bolt")])
    assert_as_read_at_once(database, columns)
    assert int(np.bitwise_count(columns.labels[1]).sum()) == 1190
    assert int(np.bitwise_count(columns.boxed[1]).sum()) == 1189
    room.update([a_box_line(3, "bolt"), a_line(4), *(a_line(number, "nut") for number in range(3000, 4100))])
    assert_as_read_at_once(database, columns)
