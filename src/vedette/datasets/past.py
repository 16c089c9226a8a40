"""What a dataset was at a moment of its journal, and which entries say something else now.

A moment is the number of the last step before it. Everything is worked out from the steps since, whose facts
are numbers: a quarter of a million entries take about a second, and no line is read before it is put back.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from vedette.datasets.blocks import SEPARATOR
from vedette.datasets.staging import BLOCK, EntryRow
from vedette.datasets.steps import PRESENT, read_facts, unpack_rows, unpack_step
from vedette.datasets.tables import journal_steps, refs

Places = NDArray[np.int64]

TOUCHED = np.dtype(
    [
        ("seq", "<i8"),
        ("before", "u1"),
        ("after", "u1"),
        ("old", "<u8"),
        ("new", "<u8"),
        # The step that has what the entry said at the moment, and the step and line that changed it last.
        ("first", "<i8"),
        ("last", "<i8"),
        ("line", "<i8"),
    ]
)


def read_touched(
    connection: Connection, part: int, after: int, *, line: int | None = None
) -> NDArray[np.void]:
    """Return the entries that steps behind `after` touched, by place: what they were at first, are at last.

    With a line, only its steps count.
    """
    query = select(
        journal_steps.c.id, journal_steps.c.line, journal_steps.c.block, journal_steps.c.facts
    ).where(journal_steps.c.part == part, journal_steps.c.id > after)
    if line is not None:
        query = query.where(journal_steps.c.line == line)
    steps = [_columns(row) for row in connection.execute(query.order_by(journal_steps.c.id))]
    if not steps:
        return np.zeros(0, TOUCHED)
    every = np.concatenate(steps)
    seqs, firsts = np.unique(every["seq"], return_index=True)
    _, backwards = np.unique(every["seq"][::-1], return_index=True)
    touched, lasts = every[firsts].copy(), every[len(every) - 1 - backwards]
    for name in ("after", "new", "last", "line"):
        touched[name] = lasts[name]
    assert len(seqs) == len(touched)
    return touched


def _columns(row: Any) -> NDArray[np.void]:
    facts = read_facts(row.facts)
    step = np.zeros(len(facts), TOUCHED)
    step["seq"] = facts["place"].astype(np.int64) + row.block * BLOCK
    for name in ("before", "after", "old", "new"):
        step[name] = facts[name]
    step["first"] = step["last"] = row.id
    step["line"] = row.line
    return step


@dataclass(frozen=True, slots=True)
class Differences:
    """Places whose entries are not what they were: gone since, new since, or saying something else.

    `changed` pairs where an entry was with where it is: another place where it was removed and came again.
    """

    removed: NDArray[np.void]
    added: NDArray[np.void]
    changed: NDArray[np.void]
    changed_at: Places
    # What `changed` are now, where that is another place's.
    changed_now: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.removed) + len(self.added) + len(self.changed)


def find_differences(connection: Connection, part: int, after: int) -> Differences:
    """Return which entries of a part are not what they were after that step."""
    touched = read_touched(connection, part, after)
    was_present, is_present = (touched[name] & PRESENT == PRESENT for name in ("before", "after"))
    removed, added = touched[was_present & ~is_present], touched[~was_present & is_present]
    changed = touched[was_present & is_present & (touched["old"] != touched["new"])]
    came_again = _came_again(connection, part, removed, added)
    again_from = np.isin(removed["seq"], list(came_again))
    again_to = np.array([came_again[seq] for seq in removed["seq"][again_from].tolist()], np.int64)
    at = np.searchsorted(added["seq"], again_to) if len(added) else again_to
    pairs, pairs_now = removed[again_from], added[at] if len(added) else added
    is_other = pairs["old"] != pairs_now["new"]
    return Differences(
        removed=removed[~again_from],
        added=added[~np.isin(added["seq"], again_to)],
        changed=np.concatenate([changed, pairs[is_other]]),
        changed_at=np.concatenate([changed["seq"], again_to[is_other]]),
        changed_now=np.concatenate([changed, pairs_now[is_other]]),
    )


def _came_again(
    connection: Connection, part: int, removed: NDArray[np.void], added: NDArray[np.void]
) -> dict[int, int]:
    """Return, for entries that were removed, where the same picture's entry is now."""
    if not len(removed) or not len(added):
        return {}
    by_address = {address: seq for seq, address in addresses_at(connection, part, added["seq"])}
    return {
        seq: by_address[address]
        for seq, address in addresses_at(connection, part, removed["seq"])
        if address in by_address
    }


def addresses_at(
    connection: Connection, part: int, seqs: NDArray[np.int64] | Sequence[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield these places with the addresses of their pictures, which stay when entries go."""
    by_block: dict[int, list[int]] = {}
    for seq in np.asarray(seqs).tolist():
        by_block.setdefault(seq // BLOCK, []).append(seq)
    for number, places in by_block.items():
        texts = _block_addresses(connection, part, number)
        yield from ((seq, texts[seq % BLOCK]) for seq in places)


def read_past_rows(
    connection: Connection, part: int, sources: Mapping[int, int]
) -> tuple[dict[int, EntryRow], set[int]]:
    """Return what the entries at these places were before the steps that they are mapped to.

    Also which of the places have nothing any more: what they said was forgotten.
    """
    rows: dict[int, EntryRow] = {}
    for step in _steps(connection, set(sources.values())):
        addresses = _block_addresses(connection, part, step.block)
        first = step.block * BLOCK
        for place, row in unpack_rows(step.rows, addresses).items():
            if sources.get(first + place) == step.id:
                rows[first + place] = row
    return rows, set(sources) - set(rows)


def read_past_labels(
    connection: Connection, steps: Collection[int]
) -> dict[tuple[int, int], tuple[Sequence[int], Sequence[int]]]:
    """Return the labels before and after, by the step and the place, of all entries of these steps."""
    labels: dict[tuple[int, int], tuple[Sequence[int], Sequence[int]]] = {}
    for step in _steps(connection, steps):
        for entry in unpack_step(step.facts, step.labels):
            labels[step.id, step.block * BLOCK + entry.place] = (entry.old_labels, entry.new_labels)
    return labels


def _steps(connection: Connection, numbers: Collection[int]) -> Iterator[Row[Any]]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), 100):  # a step's rows are up to 200 kB
        few = ordered[start : start + 100]
        yield from connection.execute(select(journal_steps).where(journal_steps.c.id.in_(few)))


def _block_addresses(connection: Connection, part: int, block: int) -> list[bytes]:
    query = select(refs.c.refs).where(refs.c.part == part, refs.c.block == block)
    return bytes(connection.execute(query).scalar_one()).split(SEPARATOR)
