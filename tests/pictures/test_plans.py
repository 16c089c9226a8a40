"""Reads of entries by pictures/ use keys: a quarter of a million entries are never gone through."""

import pytest
from sqlalchemy import create_engine, event

from vedette.dialects.registry import LOOKOUT
from vedette.migrations.everything import all_tables
from vedette.pictures.inspections import find_first_size, read_named, read_subjects
from vedette.pictures.twins import find_twins

READS = {
    "every entry behind a place": lambda c: read_subjects(c, 1, after=7, most=10, only_new=False),
    "new entries behind a place": lambda c: read_subjects(c, 1, after=7, most=10, only_new=True),
    "entries at places": lambda c: read_named(c, 1, [1, 2]),
    "the first size": lambda c: find_first_size(c, 1, LOOKOUT.pictures),
    "twins": lambda c: find_twins(c, 1, 2, most=3),
}


@pytest.mark.parametrize("read", READS)
def test_a_read_of_entries_uses_their_keys(read):
    engine = create_engine("sqlite://")
    all_tables().create_all(engine)
    steps = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps.extend(detail for *_, detail in cursor.fetchall())

    event.listen(engine, "before_cursor_execute", explain)
    with engine.connect() as connection:
        READS[read](connection)
    engine.dispose()
    assert steps
    assert [step for step in steps if not step.startswith("SEARCH")] == []
