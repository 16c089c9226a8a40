"""One batch of a change's undoing: what its last steps in the journal did to the entries, taken back.

All within a transaction that somebody else opens. An entry that was changed is put back where it still says
what the change left; a removed one comes back to its place unless its picture has another entry by now; a
moved one comes back from the other dataset, with the labels that it has there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from vedette.datasets.batches import BATCH, Batch, BatchOutcome, finish_batch, replace_entries
from vedette.datasets.blocks import count, find_places
from vedette.datasets.editing import take_out
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.parts import read_lines_at, read_rows
from vedette.datasets.past import read_past_rows
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import BLOCK, EntryRow
from vedette.datasets.steps import FACTS, PRESENT, digest_line, read_facts
from vedette.datasets.tables import journal_steps
from vedette.dialects.intake import ManifestRefused
from vedette.errors import TooMuch


class UndoneEntry(NamedTuple):
    """An entry that a step of the change touched: its place, the step, and what the step left."""

    seq: int
    step: int
    is_gone: bool
    new: int


def undo_batch(
    batch: Batch, line: int, ahead_of: int | None, *, is_move: bool
) -> tuple[BatchOutcome, int] | None:
    """Take back a line's last steps ahead of one, and return the first of them too; None after the last."""
    steps = _last_steps(batch, line, ahead_of)
    if not steps:
        return None
    touched = [entry for step in steps for entry in _entries_of(step)]
    past, _ = read_past_rows(
        batch.connection, batch.giving.part, {entry.seq: entry.step for entry in touched}
    )
    removed = {entry.seq: past[entry.seq] for entry in touched if entry.is_gone and entry.seq in past}
    changed = [entry for entry in touched if not entry.is_gone and entry.seq in past]
    put_back = _move_back if is_move else _put_back
    undone = [_change_back(batch, changed, past), put_back(batch, removed)]
    total = sum(len(places) for places in undone)
    events = [Changed(batch.giving.id, batch.giving.part, places) for places in undone if places]
    return BatchOutcome(total, len(touched) - total, "", events), min(step.id for step in steps)


def _last_steps(batch: Batch, line: int, ahead_of: int | None) -> Sequence[Row[Any]]:
    """Return the last steps that touch about as many entries as one transaction takes."""
    query = select(journal_steps.c.id, journal_steps.c.block, journal_steps.c.facts).where(
        journal_steps.c.line == line, journal_steps.c.part == batch.giving.part
    )
    if ahead_of is not None:
        query = query.where(journal_steps.c.id < ahead_of)
    rows = batch.connection.execute(query.order_by(journal_steps.c.id.desc()).limit(BATCH)).all()
    touched = 0
    steps: list[Any] = []
    for row in rows:
        if touched >= BATCH:
            break
        steps.append(row)
        touched += len(row.facts) // FACTS.itemsize
    return steps


def _entries_of(step: Row[Any]) -> list[UndoneEntry]:
    first = step.block * BLOCK
    return [
        UndoneEntry(first + place, step.id, not after & PRESENT, new)
        for place, _, after, _, new in read_facts(step.facts).tolist()
    ]


def _change_back(batch: Batch, touched: Sequence[UndoneEntry], past: Mapping[int, EntryRow]) -> list[int]:
    lines = read_lines_at(batch.connection, batch.giving.part, [entry.seq for entry in touched])
    same = [entry.seq for entry in touched if entry.seq in lines and _digest(lines[entry.seq]) == entry.new]
    replace_entries(batch, {seq: past[seq] for seq in same})
    return same


def _digest(line: str) -> int:
    return int.from_bytes(digest_line(line), "big")


def _put_back(batch: Batch, rows: Mapping[int, EntryRow]) -> list[int]:
    twins = find_places(batch.connection, batch.giving.part, [row.ref for row in rows.values()])
    absent = {seq: row for seq, row in rows.items() if row.ref not in twins}
    return _return(batch, batch.recorder(batch.giving), absent)


def _move_back(batch: Batch, rows: Mapping[int, EntryRow]) -> list[int]:
    taking = batch.taking
    if not rows or taking is None:
        return []
    taking_places = find_places(batch.connection, taking.part, [row.ref for row in rows.values()])
    giving_places = find_places(batch.connection, batch.giving.part, list(taking_places))
    leaving = {place for address, place in taking_places.items() if address not in giving_places}
    current = {row.ref: row for block in read_rows(batch.connection, taking.part, leaving) for row in block}
    returning = {seq: current[row.ref] for seq, row in rows.items() if row.ref in current}
    recorder = batch.recorder(taking, batch.giving)
    if leaving:
        take_out(recorder, taking, sorted(leaving))
    return _return(batch, recorder, returning)


def _return(batch: Batch, recorder: ChangeRecorder, rows: Mapping[int, EntryRow]) -> list[int]:
    """Put entries back where they were, if the dataset has room for them."""
    if not rows:
        return []
    dataset = batch.giving
    sheet = Sheet(batch.connection, dataset.part, batch.now_ms, recorder)
    sheet.put_back(rows)
    sheet.save()
    counts = count(batch.connection, dataset.part)
    try:
        batch.dialect.refuse_beyond_limits(dataset.kind, entries=counts.total, labels=counts.labels)
    except ManifestRefused as reason:
        raise TooMuch(reason.message, kind="dataset", name=dataset.kind) from None
    address = next(iter(rows.values())).ref
    finish_batch(batch, dataset, bucket=dataset.bucket or address.removeprefix("s3://").partition("/")[0])
    return list(rows)
