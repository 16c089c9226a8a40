"""One batch of a change of many entries: worked out on what they say now, applied, and undone.

All within a transaction that somebody else opens. An entry that cannot be changed so is skipped and counted,
with the sentence of the first.
"""

import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection

from vedette.clock import from_milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import Sheet, find_places
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import put_in, revision_of, take_out
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import read_rows
from vedette.datasets.staging import EntryRow, Staging, rules_for
from vedette.datasets.works import UPDATED
from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import ManifestRefused
from vedette.errors import Wrong
from vedette.identity.principal import Principal
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, read_line
from vedette.manifest.relabel import clear_labels, remove_labels, rename_labels
from vedette.manifest.unsure import mark_unsure, settle

BATCH = 500
"""Entries of one transaction: other writers wait for it about a twentieth of a second."""

ChangeKind = Literal["label", "move", "remove", "replace"]
# What was done to an entry, the revision that it has since, and what it was.
UndoStep = tuple[ChangeKind, str, EntryRow]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What is done to each entry: moved, removed, another line, or other labels, in the fields' order."""

    kind: ChangeKind
    clears: bool = False
    removes: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    adds: tuple[str, ...] = ()
    # New lines by the revisions that they are for.
    lines: tuple[tuple[str, str], ...] = ()
    # Whether the picture is marked as one that nobody could label for sure; None leaves that.
    unsure: bool | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a batch is applied, and by whom. `taking` is the project's other dataset."""

    connection: Connection
    dialect: Dialect
    giving: Dataset
    taking: Dataset | None
    caller: Principal
    now_ms: int
    origin: ChangeOrigin

    def recorder(self, dataset: Dataset, other: Dataset | None = None) -> ChangeRecorder:
        """Return what writes the journal of a dataset."""
        number = other.id if other else None
        return ChangeRecorder(self.connection, dataset.id, self.origin, self.now_ms, other=number)


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of a batch: how many entries it changed and skipped, and what undoes it."""

    count: int
    skipped: int
    message: str
    undo: bytes
    changed: Sequence[Changed]


def apply_batch(batch: Batch, change: EntryChange, places: Sequence[int]) -> BatchOutcome:
    """Change the entries at these places, those that have gone meanwhile aside."""
    rows = [row for block in read_rows(batch.connection, batch.giving.part, set(places)) for row in block]
    if change.kind == "remove":
        return _remove(batch, rows)
    return _move(batch, rows) if change.kind == "move" else _relabel(batch, change, rows)


def undo_batch(batch: Batch, undo: bytes) -> BatchOutcome:
    """Put back what a batch changed, wherever nobody has changed it since."""
    steps = [
        (kind, revision, _row_of(values)) for kind, revision, values in orjson.loads(zlib.decompress(undo))
    ]
    replaced = [(revision, row) for kind, revision, row in steps if kind == "label"]
    removed = [row for kind, _, row in steps if kind == "remove"]
    moves = [row for kind, _, row in steps if kind == "move"]
    undone = [_unlabel(batch, replaced), _put_back(batch, removed), _move_back(batch, moves)]
    changed = [outcome for _, changed in undone for outcome in changed]
    count = sum(number for number, _ in undone)
    return BatchOutcome(count, len(steps) - count, "", b"", changed)


def _relabel(batch: Batch, change: EntryChange, rows: Sequence[EntryRow]) -> BatchOutcome:
    dataset, message, skipped = batch.giving, "", 0
    places = find_places(batch.connection, dataset.part, [row.ref for row in rows])
    new_rows: dict[int, EntryRow] = {}
    steps: list[UndoStep] = []
    stamp = Stamp(moment=from_milliseconds(batch.now_ms), job="labeling-job/console")
    caller = keep_caller(batch.connection, batch.caller)
    lines = dict(change.lines)
    for row in rows:
        try:
            if change.kind == "replace":
                line = _replaced(lines, row)
            else:
                line = _relabelled(batch.dialect, change, read_line(row.line), stamp)
            new = _judged(batch, line)
        except (Wrong, ManifestRefused) as refusal:
            skipped, message = skipped + 1, message or getattr(refusal, "sentence", str(refusal))
            continue
        if line.text.strip() != row.line:
            new_rows[places[row.ref]] = new._replace(
                created_ms=row.created_ms, picture_caller=row.picture_caller, line_caller=caller
            )
            steps.append(("label", revision_of(new.line), row))
    _replace(batch, dataset, new_rows)
    return _outcome(dataset, steps, skipped, message, list(new_rows))


def _replaced(lines: Mapping[str, str], row: EntryRow) -> Line:
    """Return the line for what an entry says now; an entry that somebody changed has none."""
    text = lines.get(revision_of(row.line))
    if text is None:
        raise Wrong(f"{row.ref} was changed meanwhile.", kind="entries", name=row.ref)
    return read_line(text)


def _relabelled(dialect: Dialect, change: EntryChange, line: Line, stamp: Stamp) -> Line:
    if change.clears:
        line = clear_labels(line)
    if change.removes:
        line = remove_labels(line, change.removes)
    if change.renames:
        line = rename_labels(line, dict(change.renames))
    for name in change.adds:
        line = dialect.label_line(line, name, stamp)
    if change.unsure is not None:
        line = mark_unsure(line) if change.unsure else settle(line)
    return line


def _judged(batch: Batch, line: Line) -> EntryRow:
    """Return the row of a line, judged as an update of the dataset would judge it."""
    rules = rules_for(batch.dialect, batch.giving.kind, batch.giving.bucket)
    staging = Staging(io.BytesIO(line.text.encode("utf-8")), rules)
    rows = [row for block in staging.blocks() for row in block]
    if len(rows) != 1:
        raise Wrong(f"{line.source} cannot be an entry with these labels.", kind="entries", name=line.source)
    return rows[0]


def _replace(batch: Batch, dataset: Dataset, rows: dict[int, EntryRow]) -> None:
    if not rows:
        return
    sheet = Sheet(batch.connection, dataset.part, batch.now_ms, batch.recorder(dataset))
    sheet.replace(rows)
    sheet.save()
    _finish(batch, dataset)


def _finish(batch: Batch, dataset: Dataset) -> None:
    outcome = changes.UpdateOutcome("updated", dataset.part, dataset.bucket, UPDATED)
    changes.finish(batch.connection, dataset, outcome, batch.now_ms)


def _remove(batch: Batch, rows: Sequence[EntryRow]) -> BatchOutcome:
    places = find_places(batch.connection, batch.giving.part, [row.ref for row in rows])
    if places:
        take_out(batch.recorder(batch.giving), batch.giving, list(places.values()))
    return _outcome(batch.giving, [("remove", "", row) for row in rows], 0, "", None)


def _move(batch: Batch, rows: Sequence[EntryRow]) -> BatchOutcome:
    giving, taking = batch.giving, batch.taking
    if taking is None:
        raise Wrong("The project has no other dataset any more.", kind="dataset")
    twins = find_places(batch.connection, taking.part, [row.ref for row in rows])
    leaving = [row for row in rows if row.ref not in twins]
    if taking.bucket not in ("", giving.bucket):
        raise Wrong("All pictures of a dataset lie in one bucket.", kind="dataset", name=taking.kind)
    added = _transfer(batch, giving, taking, leaving)
    message = f"{len(twins)} are in the {taking.kind} dataset already." if twins else ""
    steps: list[UndoStep] = [("move", "", row) for row in leaving]
    return _outcome(taking, steps, len(twins), message, added)


def _transfer(batch: Batch, source: Dataset, target: Dataset, rows: Sequence[EntryRow]) -> list[int]:
    if not rows:
        return []
    places = find_places(batch.connection, source.part, [row.ref for row in rows])
    recorder = batch.recorder(source, target)
    take_out(recorder, source, list(places.values()))
    return put_in(recorder, target, batch.dialect, rows, source.bucket)


def _unlabel(batch: Batch, steps: Sequence[tuple[str, EntryRow]]) -> tuple[int, list[Changed]]:
    """Put lines back where the entry is still in the revision that the change left it in."""
    dataset = batch.giving
    places = find_places(batch.connection, dataset.part, [row.ref for _, row in steps])
    current = {
        row.ref: revision_of(row.line)
        for block in read_rows(batch.connection, dataset.part, set(places.values()))
        for row in block
    }
    rows = {places[row.ref]: row for revision, row in steps if current.get(row.ref) == revision}
    _replace(batch, dataset, rows)
    return len(rows), [Changed(dataset.id, dataset.part, list(rows))] if rows else []


def _put_back(batch: Batch, rows: Sequence[EntryRow]) -> tuple[int, list[Changed]]:
    """Put removed entries back, behind the last one, those that somebody put there since aside."""
    dataset = batch.giving
    present = find_places(batch.connection, dataset.part, [row.ref for row in rows])
    absent = [row for row in rows if row.ref not in present]
    if not absent:
        return 0, []
    bucket = dataset.bucket or absent[0].ref.removeprefix("s3://").partition("/")[0]
    added = put_in(batch.recorder(dataset), dataset, batch.dialect, absent, bucket)
    return len(absent), [Changed(dataset.id, dataset.part, added)]


def _move_back(batch: Batch, rows: Sequence[EntryRow]) -> tuple[int, list[Changed]]:
    if not rows or batch.taking is None:
        return 0, []
    target_places = find_places(batch.connection, batch.taking.part, [row.ref for row in rows])
    source_places = find_places(batch.connection, batch.giving.part, list(target_places))
    current = [
        row
        for block in read_rows(batch.connection, batch.taking.part, set(target_places.values()))
        for row in block
        if row.ref not in source_places
    ]
    added = _transfer(batch, batch.taking, batch.giving, current)
    return len(current), [Changed(batch.giving.id, batch.giving.part, added)] if added else []


def _outcome(
    dataset: Dataset,
    steps: Sequence[UndoStep],
    skipped: int,
    message: str,
    places: list[int] | None,
) -> BatchOutcome:
    undo = zlib.compress(orjson.dumps([(kind, revision, tuple(row)) for kind, revision, row in steps]), 1)
    changed = [Changed(dataset.id, dataset.part, places)] if places else []
    return BatchOutcome(len(steps), skipped, message, undo, changed)


def _row_of(values: Sequence[Any]) -> EntryRow:
    return EntryRow(*values)
