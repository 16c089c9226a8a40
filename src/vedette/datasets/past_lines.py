"""The lines of a part as they were at a moment of its journal, in order, a block at a time.

What has been changed since is taken from the journal's steps, which a snapshot of that moment keeps.
"""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection, select

from vedette.datasets.past import read_past_rows, read_touched
from vedette.datasets.staging import BLOCK
from vedette.datasets.steps import PRESENT
from vedette.datasets.tables import blocks, entries
from vedette.errors import Missing


def read_lines_then(connection: Connection, part: int, step: int) -> Iterator[str]:
    """Yield the lines that a part had after this step of its journal."""
    touched = read_touched(connection, part, step)
    numbers = select(blocks.c.block).where(blocks.c.part == part).order_by(blocks.c.block)
    for number in connection.execute(numbers).scalars().all():
        lines = _lines_now(connection, part, number)
        first, last = np.searchsorted(touched["seq"], (number * BLOCK, (number + 1) * BLOCK))
        changed = touched[first:last]
        for seq in changed["seq"].tolist():
            lines.pop(seq, None)
        past = changed[changed["before"] & PRESENT == PRESENT]
        sources = dict(zip(past["seq"].tolist(), past["first"].tolist(), strict=True))
        rows, forgotten = read_past_rows(connection, part, sources) if sources else ({}, set())
        if forgotten:
            raise Missing("What the dataset said then is not kept any more.", kind="snapshot")
        lines.update({seq: row.line for seq, row in rows.items()})
        yield from (lines[seq] for seq in sorted(lines))


def _lines_now(connection: Connection, part: int, block: int) -> dict[int, str]:
    query = select(entries.c.seq, entries.c.line).where(
        entries.c.part == part, entries.c.seq >= block * BLOCK, entries.c.seq < (block + 1) * BLOCK
    )
    return {record.seq: record.line for record in connection.execute(query)}
