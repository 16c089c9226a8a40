"""One restoration's work: what it is of, what is still to be done, and each transaction of it.

Says nothing of how far it is to anybody but its row; `restoring.py` begins and ends it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Row, update

from vedette.clock import Clock, milliseconds
from vedette.datasets.blocks import find_places
from vedette.datasets.dataset import Dataset
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder, OriginKind
from vedette.datasets.past import read_past_rows
from vedette.datasets.plans import RestorePlan, plan_restore, plan_revert, without_comings_and_goings
from vedette.datasets.sheet import Sheet
from vedette.datasets.snapshots import require_snapshot
from vedette.datasets.staging import EntryRow
from vedette.datasets.tables import restorations
from vedette.identity.principal import load_principal

BATCH = 500
"""Entries of one transaction, as for changes of many."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class RestoreTarget:
    """What a restoration is of: the dataset, the project's other one, and what it is put back to."""

    dataset: Dataset
    other: Dataset | None
    snapshot: str
    line: int | None
    only_labels: bool

    def plan(self, connection: Connection) -> RestorePlan:
        """Return what is to be done still."""
        if self.line is not None:
            return plan_revert(connection, self.dataset, self.other, self.line)
        snapshot = require_snapshot(connection, self.dataset, self.snapshot)
        plan = plan_restore(connection, self.dataset, self.other, snapshot)
        return without_comings_and_goings(plan) if self.only_labels else plan


class RestoreWork:
    """A plan carried out, a batch a transaction."""

    def __init__(self, row: Row[Any], target: RestoreTarget, plan: RestorePlan, clock: Clock) -> None:
        self._row = row
        self._target = target
        self._plan = plan
        self._clock = clock
        caller = load_principal({"caller": orjson.loads(row.caller)})
        kind: OriginKind = "restore" if row.line is None else "revert"
        self._origin = ChangeOrigin(kind, caller, f"restore:{row.id}", row.note, row.line)

    def steps(self) -> Iterator[Callable[[Connection], Sequence[Changed]]]:
        """Yield what each transaction does; what goes makes room for what comes."""
        for removes in batches(self._plan.removes):
            yield partial(self._remove, places=removes)
        for pairs in batches(self._plan.replaces):
            yield partial(self._replace, pairs=pairs)
        for returns in batches(self._plan.returns):
            yield partial(self._return, places=returns)

    def bucket(self, connection: Connection, dataset: Dataset) -> str:
        """Return the bucket that a dataset's pictures are in from now on."""
        if self._row.line is not None or self._target.only_labels:
            return dataset.bucket
        return require_snapshot(connection, dataset, self._row.snapshot).bucket

    def _remove(self, connection: Connection, places: Sequence[int]) -> Sequence[Changed]:
        sheet = self._sheet(connection)
        sheet.remove(places)
        sheet.save()
        self._count(connection, len(places))
        return ()

    def _replace(self, connection: Connection, pairs: Sequence[tuple[int, int]]) -> Sequence[Changed]:
        past = self._past(connection, [origin for origin, _ in pairs])
        rows = {place: past[origin] for origin, place in pairs}
        sheet = self._sheet(connection)
        sheet.replace(rows)
        sheet.save()
        self._count(connection, len(pairs))
        return [Changed(self._target.dataset.id, self._target.dataset.part, list(rows))]

    def _return(self, connection: Connection, places: Sequence[int]) -> Sequence[Changed]:
        past = self._past(connection, places)
        dataset, other = self._target.dataset, self._target.other
        recorder = self._recorder(connection)
        if self._plan.takes_from_other and other is not None:
            recorder = self._recorder(connection, leaving=other)
            places_there = find_places(connection, other.part, [row.ref for row in past.values()])
            sheet = Sheet(connection, other.part, recorder.now_ms, recorder)
            sheet.remove(places_there.values())
            sheet.save()
        sheet = Sheet(connection, dataset.part, recorder.now_ms, recorder)
        seqs: Sequence[int] = list(past)
        if self._plan.part == dataset.part:
            sheet.put_back(past)
        else:
            seqs = sheet.append(list(past.values()))
        sheet.save()
        self._count(connection, len(places))
        return [Changed(dataset.id, dataset.part, seqs)]

    def _past(self, connection: Connection, places: Sequence[int]) -> dict[int, EntryRow]:
        sources = {place: self._plan.sources[place] for place in places}
        rows, forgotten = read_past_rows(connection, self._plan.part, sources)
        assert not forgotten, "a restoration is refused before it begins where something was forgotten"
        return rows

    def _sheet(self, connection: Connection) -> Sheet:
        recorder = self._recorder(connection)
        return Sheet(connection, self._target.dataset.part, recorder.now_ms, recorder)

    def _recorder(self, connection: Connection, leaving: Dataset | None = None) -> ChangeRecorder:
        now, dataset = milliseconds(self._clock()), self._target.dataset
        if leaving is None:
            return ChangeRecorder(connection, dataset.id, self._origin, now)
        return ChangeRecorder(connection, leaving.id, self._origin, now, other=dataset.id)

    def _count(self, connection: Connection, count: int) -> None:
        same = restorations.c.id == self._row.id
        connection.execute(update(restorations).where(same).values(done=restorations.c.done + count))


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield so many as one transaction takes."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
