"""Lines taken into datasets: a batch a transaction, so that a killed run goes on where it was.

What a batch has brought is in the dataset and is passed over when it comes again, so nothing comes twice. An
entry that somebody else has put or labelled meanwhile stays as it is, unless the import was told to replace.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from vedette.datasets.dataset import Dataset, Kind, NewDataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import NONE, EntryEdit
from vedette.datasets.journal import ChangeOrigin
from vedette.datasets.snapshots import NewSnapshot
from vedette.errors import Busy, Missing, Taken, TooEarly
from vedette.identity.principal import Principal
from vedette.imports.blocks import block_numbers, read_block
from vedette.imports.counting import choose_tested, is_taken
from vedette.imports.staging import StagedRow
from vedette.imports.values import ImportOptions, ImportState
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.lines import Line, read_line
from vedette.manifest.relabel import remove_labels, rename_labels
from vedette.projects.project import Project
from vedette.store.db import Database

BATCH = 500
# While something else is done to the dataset, a batch waits for it.
WAIT_S = 0.2
# Somebody adds the same pictures at this very moment: each try finds more of them there.
TRIES = 5


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One run of an import, from its first batch or from where another left off."""

    database: Database
    datasets: Datasets
    context: JobContext
    project: Project
    caller: Principal
    state: ImportState
    # Puts the masks that lines name where they say, right before these are put in.
    put_masks: Callable[[Iterable[str]], None]
    # Hears after each batch how many lines are through, and what has become of them.
    report: Callable[[int, dict[str, int]], None]

    def run(self) -> dict[str, int]:
        """Take everything in; return how many entries are new, replaced, or were there."""
        with self.database.read() as connection:
            tested = choose_tested(connection, self.state.id, self.state.options) if self._divides else set()
        result = {"train": 0, "test": 0, "added": 0, "replaced": 0, "present": 0}
        through = 0
        for kind, rows in self._batches(tested):
            counts = self._bring(kind, rows)
            through += len(rows)
            for key, count in {**counts, kind: counts["added"] + counts["replaced"]}.items():
                result[key] += count
            self.report(through, result)
        return result

    @property
    def _origin(self) -> ChangeOrigin:
        return ChangeOrigin("bring", self.caller, f"import:{self.state.id}")

    @property
    def _divides(self) -> bool:
        return self.state.options.divides

    def _batches(self, tested: set[int]) -> Iterator[tuple[Kind, list[StagedRow]]]:
        """Yield the rows for each dataset; one that would stay empty is made all the same."""
        kinds: Sequence[Kind] = ("train", "test") if self._divides else (self.state.dataset,)
        for kind in kinds:
            self._ensure(kind)
        if self.state.options.existing == "replace" and not self.state.completed:
            self._keep_snapshots(kinds)
        waiting: dict[Kind, list[StagedRow]] = {kind: [] for kind in kinds}
        for row in self._rows():
            kind = _side(row, tested) if self._divides else self.state.dataset
            waiting[kind].append(row)
            if len(waiting[kind]) == BATCH:
                yield kind, waiting[kind]
                waiting[kind] = []
        for kind in kinds:
            if waiting[kind]:
                yield kind, waiting[kind]

    def _keep_snapshots(self, kinds: Sequence[Kind]) -> None:
        """Keep what the datasets hold, since an import that replaces entries may be regretted."""
        new = NewSnapshot("Before an import", self.caller, reason="import")
        for kind in kinds:
            with contextlib.suppress(Busy, TooEarly):  # what fills it has its own line of the history
                self.datasets.snapshots.create(self.datasets.find(self.project, kind), new)

    def _rows(self) -> Iterator[StagedRow]:
        """Yield what is taken in; no transaction stands open while a batch is put in."""
        with self.database.read() as connection:
            numbers = block_numbers(connection, self.state.id)
        for number in numbers:
            with self.database.read() as connection:
                rows = read_block(connection, self.state.id, number)
            for row in rows:
                if is_taken(row, self.state.options):
                    yield row

    def _ensure(self, kind: Kind) -> None:
        try:
            self.datasets.find(self.project, kind)
        except Missing:
            try:
                self.datasets.create(self.project, NewDataset(kind, None, self.caller, {}))
            except Taken:
                self.context.pause(0)  # somebody else made it at this moment

    def _bring(self, kind: Kind, rows: Sequence[StagedRow]) -> dict[str, int]:
        """Put a batch in, once the dataset is free."""
        lines = {line.source: line.text for row in rows for line in [final_line(row, self.state.options)]}
        tries = 0
        while True:
            if self.context.should_leave():
                raise JobInterrupted
            try:
                return self._put(self.datasets.find(self.project, kind), lines)
            except (Busy, TooEarly):
                # Either the dataset is busy, which passes, or somebody put one of these pictures in between.
                tries += not self._is_busy(kind)
                if tries > TRIES:
                    raise
                self.context.pause(WAIT_S)

    def _is_busy(self, kind: Kind) -> bool:
        return self.datasets.find(self.project, kind).status in ("creating", "updating")

    def _put(self, dataset: Dataset, lines: dict[str, str]) -> dict[str, int]:
        present = self.datasets.contents.present(dataset, list(lines))
        new = [EntryEdit(text, NONE) for source, text in lines.items() if source not in present]
        replaces = self.state.options.existing == "replace"
        again = [EntryEdit(text) for source, text in lines.items() if source in present] if replaces else []
        if new or again:
            self.put_masks(edit.line for edit in [*new, *again])
            self.datasets.editor.update(self.project, dataset, [*new, *again], self.caller, self._origin)
        return {"added": len(new), "replaced": len(again), "present": len(present) - len(again)}


def _side(row: StagedRow, tested: set[int]) -> Kind:
    return "test" if row.number in tested else "train"


def final_line(row: StagedRow, options: ImportOptions) -> Line:
    """Return a row's line with its labels called what they become."""
    line = read_line(row.text, number=row.number)
    removed = [name for name, new in options.labels.items() if not new]
    line = remove_labels(line, removed) if removed else line
    renamed = {name: new for name, new in options.labels.items() if new and new != name}
    return rename_labels(line, renamed) if renamed else line
