"""One way through a part's entries, a batch at a time, so that walks can take turns.

    begin   the next entries are read, and their pictures given to other processes
    finish  what those saw is judged and kept; only then is a batch done

Two batches may be begun at once, so that no process waits for a write. What a walk has not finished is found
again at the next start, since it is every entry without a look.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.filling import MayRead
from vedette.datasets.picture_facts import PictureFact, PictureState, write_facts
from vedette.datasets.staging import read_flaws, write_flaws
from vedette.datasets.view import find_by_part, parts_of_project
from vedette.dialects.dialect import Dialect
from vedette.dialects.limits import PictureLimits
from vedette.manifest.lines import Line, read_line
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.pictures.inspections import Subject, find_first_size, read_named, read_subjects, store_entries
from vedette.pictures.inspector import ABSENT, ImageObject, Inspector, ObjectInspection, PendingBatch
from vedette.pictures.readers import is_readable, readers_of
from vedette.projects.projects import by_id
from vedette.store.db import Database
from vedette.vision.inspect import Inspection

# Entries looked at between two writes; few at first, so that the processes soon have something to do.
FIRST_BATCH, BATCH = 16, 128
MOST_BEGUN = 2
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class InspectionTask:
    """Entries to look at: those at these places, all, or those that nothing is known of."""

    part: int
    seqs: Sequence[int] | None = None
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class DatasetScope:
    """The dataset that a part belongs to, and its project's other one."""

    dataset: Dataset
    account: str
    project: int
    dialect: Dialect
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EntryBatch:
    """Entries whose pictures are being looked at."""

    subjects: Sequence[Subject]
    lines: Mapping[int, Line]
    masks: Mapping[int, MaskRef | None]
    # What may be read, by the entry that names it: another's object is nothing to an entry.
    pictures: Mapping[int, ImageObject]
    masks_to_read: Mapping[int, ImageObject]
    pending: PendingBatch


@dataclass(frozen=True, slots=True)
class WalkContext:
    """What a walk needs: where entries and looks are kept, and who looks."""

    database: Database
    datasets: Datasets
    inspector: Inspector
    may_read: MayRead
    # Says that some pictures of a part are not there.
    miss: Callable[[int], None]
    one_size: bool


class EntryWalk:
    """One task on its way."""

    def __init__(self, context: WalkContext, task: InspectionTask, place: DatasetScope) -> None:
        self.task, self.place = task, place
        self._context = context
        self.before = self.first_size()
        self._first = self.before
        self._batches = self._read_batches()
        self._pending: deque[EntryBatch] = deque()
        self._is_read = False
        # Whether the last step did anything.
        self.has_moved = False

    @property
    def batches(self) -> int:
        """How many batches are begun and not finished."""
        return len(self._pending)

    @property
    def is_over(self) -> bool:
        """Whether everything was looked at and kept."""
        return self._is_read and not self._pending

    def step(self, ready: Callable[[], None], *, may_begin: bool = True) -> None:
        """Begin a batch and finish one, as far as nothing has to be waited for.

        `ready` is called, in some thread, when the next one may be finished.
        """
        self.has_moved = False
        if may_begin and not self._is_read and len(self._pending) < MOST_BEGUN:
            self.has_moved = True
            self.begin(ready)
        if self._pending and self._pending[0].pending.is_done:
            self.has_moved = True
            self.finish()

    def begin(self, ready: Callable[[], None]) -> None:
        """Begin the next batch, if there is one."""
        subjects = next(self._batches, None)
        if subjects is None:
            self._is_read = True
        else:
            batch = self._begin(subjects)
            self._pending.append(batch)
            batch.pending.when_done(ready)

    def finish(self) -> None:
        """Judge the pictures of the batch that was begun first, and keep what is wrong."""
        self._finish(self._pending.popleft())

    @property
    def _has_one_size(self) -> bool:
        return self.place.dialect.has_one_size and self._context.one_size

    def first_size(self) -> Size | None:
        """Return the size that all pictures of the project are held to."""
        if not self._has_one_size:
            return None
        with self._context.database.read() as connection:
            limits = self.place.dialect.pictures
            sizes = (find_first_size(connection, part, limits) for part in self.place.parts)
            return next((size for size in sizes if size), None)

    def _read_batches(self) -> Iterator[list[Subject]]:
        """Yield the task's entries in their order."""
        after, most = -1, FIRST_BATCH
        seqs = sorted(self.task.seqs or ())
        while True:
            with self._context.database.read() as connection:
                if self.task.seqs is not None:
                    batch_seqs, seqs = seqs[:most], seqs[most:]
                    subjects = read_named(connection, self.task.part, batch_seqs)
                else:
                    subjects = read_subjects(
                        connection, self.task.part, after=after, most=most, only_new=self.task.only_new
                    )
            if subjects:
                yield subjects
                after = subjects[-1].seq
            elif not seqs:
                return
            most = BATCH

    def _begin(self, subjects: Sequence[Subject]) -> EntryBatch:
        place = self.place
        lines = {subject.seq: read_line(subject.text) for subject in subjects}
        masks = {seq: place.dialect.mask_of(line) for seq, line in lines.items()}
        with self._context.database.read() as connection:
            readers = readers_of(connection, subjects, place.account)
        pictures, masks_to_read = {}, {}
        for subject in subjects:
            picture, mask = ImageObject(lines[subject.seq].source), masks[subject.seq]
            if is_readable(self._context.may_read, readers[subject.seq], picture.ref):
                pictures[subject.seq] = picture
            # Who put the line named the mask, whoever named the picture before.
            if mask and is_readable(self._context.may_read, readers[subject.seq][:1], mask.ref):
                masks_to_read[subject.seq] = _mask_object(mask)
        objects = list(dict.fromkeys([*pictures.values(), *masks_to_read.values()]))
        pending = self._context.inspector.begin(place.account, place.dataset.bucket, objects)
        return EntryBatch(subjects, lines, masks, pictures, masks_to_read, pending)

    def _finish(self, batch: EntryBatch) -> None:
        results = self._context.inspector.finish(batch.pending)
        findings: dict[int, list[Flaw]] = {}
        entry_states: dict[int, tuple[bytes | None, bool]] = {}
        labels: dict[int, Sequence[str]] = {}
        facts: dict[int, PictureFact] = {}
        for subject in batch.subjects:
            line, mask = batch.lines[subject.seq], batch.masks[subject.seq]
            picture = _result(results, batch.pictures.get(subject.seq))
            if self._has_one_size:
                self._first = self._first or _sound_size(picture.inspection, self.place.dialect.pictures)
            masks = (
                [(mask, _result(results, batch.masks_to_read.get(subject.seq)).inspection)] if mask else []
            )
            for drawn_mask, inspection in masks:
                if (names := _labels_on(drawn_mask, inspection)) is not None:
                    labels[subject.seq] = names
            flaws = self.place.dialect.judge_picture(line, picture.inspection, masks, same_as=self._first)
            # The line may have told of its picture's size already.
            line_codes = {flaw.code for flaw in read_flaws(subject.line_flaws)}
            flaws = [flaw for flaw in flaws if flaw.code not in line_codes]
            entry_states[subject.seq] = (picture.id, bool(flaws))
            facts[subject.seq] = _fact_of(picture.inspection)
            if write_flaws(flaws) != subject.picture_flaws:
                findings[subject.seq] = flaws
        self._keep(findings, entry_states, facts)
        if labels:
            self._context.datasets.contents.say_of_masks(self.place.dataset.part, labels)

    def _keep(
        self,
        findings: Mapping[int, Sequence[Flaw]],
        entry_states: Mapping[int, tuple[bytes | None, bool]],
        facts: Mapping[int, PictureFact],
    ) -> None:
        part = self.place.dataset.part
        if findings:
            self._context.datasets.contents.say_of_pictures(part, findings)
        with self._context.database.write() as connection:
            write_facts(connection, part, facts)
            store_entries(connection, part, entry_states)
        if any(inspection is None for inspection, _ in entry_states.values()):
            self._context.miss(part)


def _result(results: Mapping[ImageObject, ObjectInspection], image: ImageObject | None) -> ObjectInspection:
    """Return what was found out about an object; nothing where it is not there, or may not be read."""
    return ABSENT if image is None else results.get(image, ABSENT)


def _fact_of(inspection: Inspection | None) -> PictureFact:
    """Return what queries can ask of a picture."""
    if inspection is None:
        return PictureFact("missing")
    state: PictureState = "sound" if inspection.format and not inspection.problem else "broken"
    sides = (inspection.width, inspection.height, inspection.bytes)
    return PictureFact(state, *sides, exact=inspection.exact, alike=inspection.alike)


def _labels_on(mask: MaskRef, inspection: Inspection | None) -> list[str] | None:
    """Return the labels that a mask shows; None where that cannot be told, so that the line is believed."""
    if inspection is None or inspection.mask_colors is None or inspection.color:
        return None
    colors = inspection.mask_colors.split(",")
    return list(dict.fromkeys(name for color, name in mask.colors.items() if color in colors))


def _mask_object(mask: MaskRef) -> ImageObject:
    return ImageObject(mask.ref, tuple(sorted(mask.colors)))


def _sound_size(inspection: Inspection | None, limits: PictureLimits) -> Size | None:
    if (
        inspection is None
        or not inspection.format
        or inspection.problem
        or not limits.allow_sides(inspection.width, inspection.height)
    ):
        return None
    return inspection.width, inspection.height


def find_scope(connection: Connection, part: int) -> DatasetScope | None:
    """Return the dataset that a part belongs to; None where it or its project was deleted."""
    dataset = find_by_part(connection, part)
    project = by_id(connection, dataset.project) if dataset else None
    if dataset is None or project is None:
        return None
    return DatasetScope(
        dataset, project.scope.account, project.id, project.dialect, parts_of_project(connection, project.id)
    )
