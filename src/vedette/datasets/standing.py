"""What a dataset says now of pictures whose lines somebody took: the same, something else, or nothing.

Counted within the database, a join of two tables, since a client that polls would otherwise have tens of
thousands of lines read for three figures. Writes nothing.
"""

from collections import Counter
from typing import Literal

from sqlalchemy import Connection, Select, case, func, select

from vedette.datasets.tables import entries, parts

Standing = Literal["same", "changed", "removed"]


def count_standing(
    connection: Connection, part: int, copies: Select[tuple[bytes, str, str]]
) -> Counter[tuple[Standing, str]]:
    """Count copies of lines by what the part says of their pictures now, and by a group of the caller's.

    `copies` selects three columns: `ref_hash`, the `line` as it was, and `grouping`, any text.
    """
    copy = copies.subquery()
    line = entries.c.line
    standing = case((line.is_(None), "removed"), (line == copy.c.line, "same"), else_="changed")
    is_entry = (entries.c.part == part) & (entries.c.ref_hash == copy.c.ref_hash)
    query = (
        select(standing.label("standing"), copy.c.grouping, func.count().label("pictures"))
        .select_from(copy.outerjoin(entries, is_entry))
        .group_by(standing, copy.c.grouping)
    )
    return Counter({(row.standing, row.grouping): row.pictures for row in connection.execute(query)})


def count_changes(connection: Connection, part: int) -> int:
    """Return how often a part was changed: as long as that is the same, so is what it says."""
    return connection.execute(select(parts.c.changes).where(parts.c.id == part)).scalar() or 0
