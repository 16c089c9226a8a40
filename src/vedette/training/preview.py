"""What a training would learn if it began now, and what keeps it from that: looked at, nothing is begun.

The lines are judged by the dialect's own training checks. Pictures are not opened: what the look at the
dataset noted of them stands for that, so that a page has its answer in a moment.
"""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.dataset import Dataset, Filter
from vedette.datasets.datasets import Datasets
from vedette.datasets.query_pages import SummaryEntry
from vedette.dialects.training_data import PictureNote, TrainingPreview
from vedette.projects.project import Project
from vedette.training.changes import LabelledPictures, digest_of
from vedette.training.folder import Folder
from vedette.training.gather import freeze
from vedette.training.resting import COSTLY_S, RestingAnswers

PAGE = 500
# Of the largest datasets each takes 4 MB.
MOST_DIGESTS = 8


class Previewer:
    """Previews of trainings with a project's datasets, and what is labelled; of large ones recent answers."""

    def __init__(
        self,
        datasets: Datasets,
        root: Path,
        *,
        one_size: bool,
        costly_s: float = COSTLY_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._datasets = datasets
        self._root = root
        self._one_size = one_size
        self._previews = RestingAnswers[TrainingPreview](costly_s=costly_s, now=now)
        self._digests = RestingAnswers[LabelledPictures](most=MOST_DIGESTS, costly_s=costly_s, now=now)

    def preview(self, project: Project, sources: Mapping[str, Dataset]) -> TrainingPreview:
        """Return the preview of a training with these datasets, by part; of large ones a recent one."""
        return self._previews.answer(project.id, self._state(sources), lambda: self._look(project, sources))

    def digest(self, project: Project, sources: Mapping[str, Dataset]) -> LabelledPictures:
        """Return what is labelled now, to be compared with what a version learnt; of large ones recently."""
        return self._digests.answer(project.id, self._state(sources), lambda: self._digest(project, sources))

    def _digest(self, project: Project, sources: Mapping[str, Dataset]) -> LabelledPictures:
        with self._frozen(sources) as beside:
            return digest_of(project.dialect, [beside.lines(part) for part in sources])

    def _state(self, sources: Mapping[str, Dataset]) -> tuple[str, ...]:
        return tuple(f"{part} {self._datasets.queries.revision(sources[part])}" for part in sorted(sources))

    @contextmanager
    def _frozen(self, sources: Mapping[str, Dataset]) -> Iterator[Folder]:
        """Freeze the datasets in a folder that goes away again."""
        beside = Folder(self._root / f".new-{secrets.token_hex(8)}")
        try:
            freeze(self._datasets, beside, dict(sources))
            yield beside
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)

    def _look(self, project: Project, sources: Mapping[str, Dataset]) -> TrainingPreview:
        with self._frozen(sources) as beside:
            return project.dialect.preview(
                beside.lines("train"),
                beside.lines("test") if "test" in sources else None,
                self._notes_of(sources),
                one_size=self._one_size,
            )

    def _notes_of(self, sources: Mapping[str, Dataset]) -> Callable[[str], PictureNote]:
        """Return what was noted of pictures: flaws, and the anomaly types that masks show."""
        notes: dict[str, PictureNote] = {}
        for dataset in sources.values():
            for entry in self._entries(dataset, Filter(is_anomalous=True)):
                is_known = entry.picture_state == "sound"
                notes[entry.source] = PictureNote(labels=_types_of(entry) if is_known else None)
            for entry in self._entries(dataset, Filter(has_errors=True)):
                notes[entry.source] = PictureNote(entry.flaws)
        nothing = PictureNote()
        return lambda address: notes.get(address, nothing)

    def _entries(self, dataset: Dataset, conditions: Filter) -> Iterator[SummaryEntry]:
        query, snapshot, offset = EntryQuery(EntryFilter(conditions)), "", 0
        while True:
            page = self._datasets.queries.page(dataset, query, offset=offset, most=PAGE, snapshot=snapshot)
            yield from (entry for entry in page.entries if entry is not None)
            snapshot, offset = page.snapshot, offset + PAGE
            if offset >= page.total:
                return


def _types_of(entry: SummaryEntry) -> list[str]:
    return [label for label in entry.labels if label not in ("normal", "anomaly")]
