"""One batch of a change of many entries: worked out on what they say now, and applied.

All within a transaction that somebody else opens. An entry that cannot be changed so is skipped and counted,
with the sentence of the first. What undoes a batch is what the journal says of it (`undoing.py`).
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from vedette.clock import from_milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import find_places
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import put_in, revision_of, take_out
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import read_rows
from vedette.datasets.sheet import Sheet
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
    """What became of a batch: how many entries it changed or put back, and how many it skipped."""

    count: int
    skipped: int
    message: str
    changed: Sequence[Changed]


def apply_batch(batch: Batch, change: EntryChange, places: Sequence[int]) -> BatchOutcome:
    """Change the entries at these places, those that have gone meanwhile aside."""
    rows = [row for block in read_rows(batch.connection, batch.giving.part, set(places)) for row in block]
    if change.kind == "remove":
        return _remove(batch, rows)
    return _move(batch, rows) if change.kind == "move" else _relabel(batch, change, rows)


def _relabel(batch: Batch, change: EntryChange, rows: Sequence[EntryRow]) -> BatchOutcome:
    dataset, message, skipped = batch.giving, "", 0
    places = find_places(batch.connection, dataset.part, [row.ref for row in rows])
    new_rows: dict[int, EntryRow] = {}
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
    replace_entries(batch, new_rows)
    return _outcome(dataset, len(new_rows), skipped, message, list(new_rows))


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


def replace_entries(batch: Batch, rows: Mapping[int, EntryRow]) -> None:
    """Let entries of the dataset say something else, and count them anew."""
    if not rows:
        return
    dataset = batch.giving
    sheet = Sheet(batch.connection, dataset.part, batch.now_ms, batch.recorder(dataset))
    sheet.replace(rows)
    sheet.save()
    finish_batch(batch, dataset, bucket=dataset.bucket)


def finish_batch(batch: Batch, dataset: Dataset, *, bucket: str) -> None:
    """Show what a batch has come to."""
    outcome = changes.UpdateOutcome("updated", dataset.part, bucket, UPDATED)
    changes.finish(batch.connection, dataset, outcome, batch.now_ms)


def _remove(batch: Batch, rows: Sequence[EntryRow]) -> BatchOutcome:
    places = find_places(batch.connection, batch.giving.part, [row.ref for row in rows])
    if places:
        take_out(batch.recorder(batch.giving), batch.giving, list(places.values()))
    return _outcome(batch.giving, len(rows), 0, "", None)


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
    return _outcome(taking, len(leaving), len(twins), message, added)


def _transfer(batch: Batch, source: Dataset, target: Dataset, rows: Sequence[EntryRow]) -> list[int]:
    if not rows:
        return []
    places = find_places(batch.connection, source.part, [row.ref for row in rows])
    recorder = batch.recorder(source, target)
    take_out(recorder, source, list(places.values()))
    return put_in(recorder, target, batch.dialect, rows, source.bucket)


def _outcome(
    dataset: Dataset, count: int, skipped: int, message: str, places: list[int] | None
) -> BatchOutcome:
    changed = [Changed(dataset.id, dataset.part, places)] if places else []
    return BatchOutcome(count, skipped, message, changed)
