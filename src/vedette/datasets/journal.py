"""The journal of a dataset: every change of its entries, written in the transaction that makes the change.

A change is one line (who, when, how, how many entries, which labels they got and lost), however many batches
it is made in, and a step a block with what it did to each entry (`steps.py`). Reads nothing back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from vedette.datasets.callers import keep_caller
from vedette.datasets.steps import PackedStep, Touched, names_of_row, pack_step, split_by_block
from vedette.datasets.tables import journal, journal_steps, labels
from vedette.identity.principal import Principal

OriginKind = Literal[
    "edit", "update", "import", "copy", "bring", "move", "remove", "label", "rename", "delete-label",
    "drafts", "round", "trial", "distribute", "divide", "example", "undo", "revert", "restore",
]  # fmt: skip

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class ChangeOrigin:
    """Which operation changes entries, and for whom. Batches of one work name it, and share a line."""

    kind: OriginKind
    caller: Principal | None = None
    work: str = ""
    # What it was about: a snapshot's name, a round's, an import's.
    note: str = ""
    # The line whose change is taken back.
    reverts: int | None = None


@dataclass(slots=True)
class ChangeTally:
    """How many entries a change added, removed and changed, and which labels they got and lost."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def count(self, old: Any, new: Any) -> None:
        """Count what became of one entry."""
        before, after = names_of_row(old), names_of_row(new)
        self.gained.update(after - before)
        self.dropped.update(before - after)
        if old is None:
            self.added += 1
        elif new is None:
            self.removed += 1
        else:
            self.changed += 1

    def take(self, row: Row[Any]) -> None:
        """Add what a line has counted already."""
        self.added += row.added
        self.removed += row.removed
        self.changed += row.changed
        for name, (gained, dropped) in orjson.loads(row.labels).items():
            self.gained[name] += gained
            self.dropped[name] += dropped

    def values(self) -> dict[str, Any]:
        """Return the tally as a line has it."""
        names = sorted({*self.gained, *self.dropped})
        deltas = {name: (self.gained[name], self.dropped[name]) for name in names}
        return {
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "labels": orjson.dumps(deltas).decode(),
        }


class ChangeRecorder:
    """Writes one change of a dataset, within the transaction that makes it."""

    def __init__(
        self,
        connection: Connection,
        dataset: int,
        origin: ChangeOrigin,
        now_ms: int,
        *,
        other: int | None = None,
    ) -> None:
        self.connection = connection
        self.now_ms = now_ms
        self._dataset = dataset
        self._other = other
        self._origin = origin
        self._number: int | None = None

    def write(self, part: int, touched: Mapping[int, Touched], numbers: Mapping[str, int]) -> None:
        """Write what became of these entries of a part. Labels are kept by the part's numbers of them."""
        real = {seq: pair for seq, pair in touched.items() if _is_change(*pair)}
        if not real:
            return
        tally = ChangeTally()
        for pair in real.values():
            tally.count(*pair)
        steps = [pack_step(block, places, numbers) for block, places in split_by_block(real).items()]
        self._add_steps(part, self._add_to_line(tally), steps)

    def write_whole(self, part: int, count: int) -> None:
        """Write that a part with so many entries came as a whole."""
        tally = ChangeTally(added=count)
        query = select(labels.c.name, labels.c.pictures).where(labels.c.part == part, labels.c.pictures > 0)
        for row in self.connection.execute(query):
            tally.gained[bytes(row.name).decode()] = row.pictures
        self._add_to_line(tally, whole_part=part)

    def _add_to_line(self, tally: ChangeTally, whole_part: int | None = None) -> int:
        """Write the change's line, or add to it; return its number."""
        row = self._written()
        if row is None:
            values = self._facts() | tally.values() | {"whole_part": whole_part}
            new = insert(journal).values(values).returning(journal.c.id)
            self._number = int(self.connection.execute(new).scalar_one())
            return self._number
        tally.take(row)
        values = tally.values() | {"ended_ms": self.now_ms}
        if whole_part is not None:
            values |= {"whole_part": whole_part}
        self.connection.execute(update(journal).where(journal.c.id == row.id).values(values))
        self._number = row.id
        return int(row.id)

    def _written(self) -> Row[Any] | None:
        """Return the line of this change, where an earlier batch of it has written one."""
        query = select(journal)
        if self._number is not None:
            return self.connection.execute(query.where(journal.c.id == self._number)).one()
        if not self._origin.work:
            return None
        same_work = (journal.c.work == self._origin.work, journal.c.dataset == self._dataset)
        return self.connection.execute(query.where(*same_work, journal.c.kind == self._origin.kind)).first()

    def _facts(self) -> dict[str, Any]:
        origin = self._origin
        return {
            "dataset": self._dataset,
            "other": self._other,
            "kind": origin.kind,
            "work": origin.work,
            "caller": keep_caller(self.connection, origin.caller) if origin.caller else None,
            "began_ms": self.now_ms,
            "ended_ms": self.now_ms,
            "note": origin.note[:LONGEST_NOTE],
            "reverts": origin.reverts,
        }

    def _add_steps(self, part: int, line: int, steps: Sequence[PackedStep]) -> None:
        rows = [
            {
                "line": line,
                "part": part,
                "block": step.block,
                "at_ms": self.now_ms,
                "facts": step.facts,
                "labels": step.labels,
                "rows": step.rows,
            }
            for step in steps
        ]
        self.connection.execute(insert(journal_steps), rows)


def _is_change(old: Any, new: Any) -> bool:
    """Say whether an entry says something else than before, since a line may be put in again."""
    if old is None or new is None:
        return old is not new
    return bool(old.line != new.line)
