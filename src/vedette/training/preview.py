"""What a training would learn if it began now, and what keeps it from that: looked at, nothing is begun.

The lines are judged by the dialect's own training checks. Pictures are not opened: what the look at the
dataset noted of them stands for that, so that a page has its answer in a moment.
"""

import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.dataset import Dataset, Filter
from vedette.datasets.datasets import Datasets
from vedette.datasets.queries import SummaryEntry
from vedette.dialects.training_data import PictureNote, TrainingPreview
from vedette.projects.project import Project
from vedette.training.changes import LabelDigests, LabelledPictures, digest_of
from vedette.training.folder import Folder
from vedette.training.gather import freeze

# Answers of so many states of datasets are kept; each is as large as its labels are many.
MOST_KEPT = 32
PAGE = 500
# A look that takes a processor so long is not taken again at each change of a label: pages ask every five
# seconds, people label all the time, and a quarter of a million lines take some 14 s (docs/experiments.md).
COSTLY_S = 1.0
# So many times as long as it took it rests, which leaves four fifths of a processor to others.
REST = 4


@dataclass(frozen=True, slots=True)
class Previewer:
    """Previews of trainings with a project's datasets; the last answers are kept. Threads may share it."""

    datasets: Datasets
    root: Path
    one_size: bool
    costly_s: float = COSTLY_S
    now: Callable[[], float] = time.monotonic
    _answers: OrderedDict[tuple[str, ...], TrainingPreview] = field(default_factory=OrderedDict)
    # One at a time of a project: a page that is opened twice does not read a quarter of a million lines
    # twice, and nobody waits for the project of somebody else.
    _looking: dict[int, threading.Lock] = field(default_factory=dict)
    # The last answer of a project that took long, and until when it is good enough.
    _costly: dict[int, tuple[TrainingPreview, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def preview(self, project: Project, sources: Mapping[str, Dataset]) -> TrainingPreview:
        """Return the preview of a training with these datasets, by part; of large ones a recent one."""
        with self._lock:
            looking = self._looking.setdefault(project.id, threading.Lock())
        with looking:
            state = self._state(sources)
            with self._lock:
                answer = self._answers.get(state) or self._recent(project)
            if answer is None:
                answer = self._look_timed(project, sources)
                self._keep(state, answer)
            return answer

    def _recent(self, project: Project) -> TrainingPreview | None:
        answer, until = self._costly.get(project.id, (None, 0.0))
        return answer if self.now() < until else None

    def _look_timed(self, project: Project, sources: Mapping[str, Dataset]) -> TrainingPreview:
        began, used = self.now(), time.thread_time()
        answer = self._look(project, sources)
        with self._lock:
            self._costly.pop(project.id, None)
            if time.thread_time() - used >= self.costly_s:
                ended = self.now()
                self._costly[project.id] = (answer, ended + REST * (ended - began))
        return answer

    def _keep(self, state: tuple[str, ...], answer: TrainingPreview) -> None:
        with self._lock:
            self._answers[state] = answer
            self._answers.move_to_end(state)
            while len(self._answers) > MOST_KEPT:
                self._answers.popitem(last=False)

    def digest(
        self, project: Project, sources: Mapping[str, Dataset], digests: LabelDigests
    ) -> LabelledPictures:
        """Return what is labelled now, to be compared with what a version learnt."""
        state = "; ".join(self._state(sources))

        def make() -> LabelledPictures:
            with self._frozen(sources) as beside:
                return digest_of(project.dialect, [beside.lines(part) for part in sources])

        return digests.of_now(state, make)

    def _state(self, sources: Mapping[str, Dataset]) -> tuple[str, ...]:
        return tuple(f"{part} {self.datasets.queries.revision(sources[part])}" for part in sorted(sources))

    @contextmanager
    def _frozen(self, sources: Mapping[str, Dataset]) -> Iterator[Folder]:
        """Freeze the datasets in a folder that goes away again."""
        beside = Folder(self.root / f".new-{secrets.token_hex(8)}")
        try:
            freeze(self.datasets, beside, dict(sources))
            yield beside
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)

    def _look(self, project: Project, sources: Mapping[str, Dataset]) -> TrainingPreview:
        with self._frozen(sources) as beside:
            return project.dialect.preview(
                beside.lines("train"),
                beside.lines("test") if "test" in sources else None,
                self._notes_of(sources),
                one_size=self.one_size,
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
            page = self.datasets.queries.page(dataset, query, offset=offset, most=PAGE, snapshot=snapshot)
            yield from (entry for entry in page.entries if entry is not None)
            snapshot, offset = page.snapshot, offset + PAGE
            if offset >= page.total:
                return


def _types_of(entry: SummaryEntry) -> list[str]:
    return [label for label in entry.labels if label not in ("normal", "anomaly")]
