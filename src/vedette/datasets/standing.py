"""Which of the pictures whose lines somebody took a dataset says something else of now, or nothing.

Looked up within the database, a join of two tables, since a client that polls would otherwise have tens of
thousands of lines read for three figures. Writes nothing.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Select, or_, select

from vedette.datasets.tables import entries, entry_places, parts


@dataclass(frozen=True, slots=True)
class Deviations:
    """Copies, by their numbers, that are no longer what the part says; mostly few."""

    changed: frozenset[int]
    removed: frozenset[int]


def find_deviations(connection: Connection, part: int, copies: Select[tuple[int, bytes, str]]) -> Deviations:
    """Return which copies of lines the part has changed, and which it has removed.

    `copies` selects three columns: `number`, `ref_hash`, and the `line` as it was.
    """
    copy = copies.subquery()
    line = entries.c.line
    is_place = (entry_places.c.part == part) & (entry_places.c.ref_hash == copy.c.ref_hash)
    is_entry = (entries.c.part == part) & (entries.c.seq == entry_places.c.seq)
    query = (
        select(copy.c.number, line.is_(None).label("is_removed"))
        .select_from(copy.outerjoin(entry_places, is_place).outerjoin(entries, is_entry))
        .where(or_(line.is_(None), line != copy.c.line))
    )
    rows = connection.execute(query).all()
    return Deviations(
        frozenset(row.number for row in rows if not row.is_removed),
        frozenset(row.number for row in rows if row.is_removed),
    )


def count_changes(connection: Connection, part: int) -> int:
    """Return how often a part was changed: as long as that is the same, so is what it says."""
    return connection.execute(select(parts.c.changes).where(parts.c.id == part)).scalar() or 0
