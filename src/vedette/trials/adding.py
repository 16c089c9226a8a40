"""Verified pictures put into a dataset of the project: by its editor, with whoever adds them as the caller.

A picture that the dataset has without a label gets the verified one, and one without a label in the other
dataset moves; what somebody has labelled stays as it is, and a picture is never in both datasets. What is
left out is named, with the reason: of a dataset that gets full those that have no more room, too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vedette.datasets.dataset import Dataset, Kind
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import MOST_EDITS, NONE, EntryEdit, EntryName, revision_of
from vedette.datasets.journal import ChangeOrigin
from vedette.dialects.guesses import mask_place
from vedette.errors import Busy, Denied, Missing, TooMuch
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.manifest.lines import SOURCE, change_line, read_line
from vedette.manifest.places import split_s3
from vedette.projects.project import Project
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.trials import records
from vedette.trials.values import Trial, TrialPicture

OTHER: Mapping[Kind, Kind] = {"train": "test", "test": "train"}
# Somebody else may label the same entries meanwhile; they are read anew so often.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class AddingOrder:
    """Which verified pictures go into which dataset; without numbers all of them."""

    kind: Kind
    numbers: Sequence[int] = ()
    # Says whether the caller may take pictures without labels out of the other dataset.
    may_move: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A verified picture that was not added, and why."""

    number: int
    reason: str


@dataclass(slots=True)
class AddedPictures:
    """What became of verified pictures: added, there already with the same labels, or left out.

    `new_labels` are those that came with them and that no labelled picture of the project had: a version
    still knows a label that was renamed or given up since, and adding brings it back.
    """

    added: int = 0
    present: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    new_labels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _AddingPlan:
    """What is to be done with a batch of pictures."""

    edits: dict[int, EntryEdit] = field(default_factory=dict)
    present: list[int] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    moves: dict[int, EntryName] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialAdding:
    """Adds pictures of one trial to one dataset, for one caller."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    access: ObjectAccess
    project: Project
    trial: Trial
    dataset: Dataset
    caller: Principal
    may_move: Callable[[], bool]

    def add(self, numbers: Sequence[int]) -> AddedPictures:
        """Add the verified pictures of these numbers, or all of them."""
        pictures = self._addable(numbers)
        result = AddedPictures()
        before = self._labels()
        for start in range(0, len(pictures), MOST_EDITS):
            self._add_few([picture.number for picture in pictures[start : start + MOST_EDITS]], result)
        # Of a project without labels every one is new, which says nothing.
        result.new_labels = sorted(self._labels() - before) if before else []
        return result

    def _labels(self) -> set[str]:
        """Return the labels of both datasets."""
        datasets = [dataset for dataset in (self.dataset, self._other()) if dataset is not None]
        names = {name for dataset in datasets for name in self.datasets.contents.label_names(dataset)}
        return names - self.project.dialect.class_labels

    def _addable(self, numbers: Sequence[int]) -> list[TrialPicture]:
        with self.database.read() as connection:
            return records.addable(connection, self.trial.id, numbers)

    def _add_few(self, numbers: Sequence[int], result: AddedPictures) -> None:
        for attempt in range(ATTEMPTS):
            # Anew after every attempt: what was added before it is not addable any more.
            pictures = self._addable(numbers)
            plan = self._plan(pictures)
            try:
                self._apply(plan, pictures, result)
            except Busy:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self._mark(plan.present)
            result.present += len(plan.present)
            result.left_out += plan.left_out
            return

    def _plan(self, pictures: Sequence[TrialPicture]) -> _AddingPlan:
        addresses = [picture.address for picture in pictures]
        own = self.datasets.contents.lines_at(self.dataset.id, addresses)
        other = self._other()
        others = self.datasets.contents.lines_at(other.id, addresses) if other is not None else {}
        plan = _AddingPlan()
        for picture in pictures:
            problem = self._problem(picture, others.get(picture.address))
            if problem:
                plan.left_out.append(LeftOut(picture.number, problem))
            else:
                self._decide(plan, picture, own.get(picture.address), others.get(picture.address))
        return plan

    def _decide(self, plan: _AddingPlan, picture: TrialPicture, own: str | None, other: str | None) -> None:
        """Note what is done with a picture that has no problem."""
        if other is not None:
            plan.moves[picture.number] = EntryName(picture.address, revision_of(other))
            plan.edits[picture.number] = EntryEdit(_with_labels(other, picture), revision_of(other))
        elif own is None:
            plan.edits[picture.number] = EntryEdit(picture.verified_line, NONE)
        elif self._is_the_same(own, picture):
            plan.present.append(picture.number)
        elif self._is_labelled(own):
            reason = f"It is in the {self.dataset.kind} dataset already, with labels of its own."
            plan.left_out.append(LeftOut(picture.number, reason))
        else:
            plan.edits[picture.number] = EntryEdit(_with_labels(own, picture), revision_of(own))

    def _apply(self, plan: _AddingPlan, pictures: Sequence[TrialPicture], result: AddedPictures) -> None:
        """Do what was planned."""
        if plan.moves:
            self._move(plan)
        if plan.edits:
            self._store_masks(picture for picture in pictures if picture.number in plan.edits)
            self._put(plan.edits, result)

    def _move(self, plan: _AddingPlan) -> None:
        """Take pictures without labels over from the other dataset; a crash then loses nothing of them."""
        other, names = self.datasets.find(self.project, OTHER[self.dataset.kind]), list(plan.moves.values())
        try:
            self.datasets.editor.move(self.project, other, self.dataset, names, self.caller)
        except TooMuch as full:
            for number in plan.moves:
                del plan.edits[number]
                plan.left_out.append(LeftOut(number, full.sentence))

    def _put(self, edits: Mapping[int, EntryEdit], result: AddedPictures) -> None:
        """Put entries in and note that: as many as the dataset has room for, found by halves."""
        origin = ChangeOrigin("trial", self.caller, note=self.trial.name)
        waiting, most = list(edits), len(edits)
        while waiting:
            few = waiting[:most]
            lines = [edits[number] for number in few]
            try:
                self.datasets.editor.update(self.project, self.dataset, lines, self.caller, origin)
            except TooMuch as full:
                if len(few) == 1:
                    result.left_out += [LeftOut(number, full.sentence) for number in waiting]
                    return
                most = len(few) // 2
                continue
            self._mark(few)
            result.added += len(few)
            waiting = waiting[most:]

    def _other(self) -> Dataset | None:
        try:
            return self.datasets.find(self.project, OTHER[self.dataset.kind])
        except Missing:
            return None

    def _problem(self, picture: TrialPicture, other: str | None) -> str:
        """Return why a picture cannot be added; nothing where it can."""
        if other is not None and (self._is_labelled(other) or not self.may_move()):
            return f"It is in the {OTHER[self.dataset.kind]} dataset; a picture is in one of the two."
        bucket, key = split_s3(picture.address)
        if self.dataset.bucket not in ("", bucket):
            return f"It lies in {bucket}; all pictures of the dataset lie in {self.dataset.bucket}."
        return self._object_problem(picture, bucket, key)

    def _object_problem(self, picture: TrialPicture, bucket: str, key: str) -> str:
        if not self.blobs.has_bucket(bucket):
            return "The bucket of the picture was deleted."
        if not self.access.may_read(self.caller, bucket, key):
            return "You may not read the picture."
        try:
            etag = self.blobs.find(bucket, key).etag
        except Missing:
            return "The picture is not in its bucket any more."
        if etag != picture.etag:
            return "The picture was replaced by another since the model looked at it."
        return ""

    def _is_the_same(self, line: str, picture: TrialPicture) -> bool:
        """Say whether an entry says already what was verified: an earlier call has added it."""
        return revision_of(line) == revision_of(picture.verified_line)

    def _is_labelled(self, line: str) -> bool:
        return self.project.dialect.judge_line(read_line(line), strict=False).state == "valid"

    def _store_masks(self, pictures: Iterable[TrialPicture]) -> None:
        """Store the guessed masks that verified lines name, by the caller's rights."""
        for picture in pictures:
            mask = self.project.dialect.mask_of(read_line(picture.verified_line))
            png = self._guessed_mask(picture)
            if mask is None or png is None:
                continue
            bucket, key = mask_place(self.project.name, picture.address, png)
            if mask.ref != f"s3://{bucket}/{key}":
                continue  # another was drawn, and is stored
            if not self.access.may_write(self.caller, bucket, key):
                raise Denied(
                    f"User: {self.caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}"
                )
            self.blobs.put(bucket, key, png, content_type="image/png")

    def _guessed_mask(self, picture: TrialPicture) -> bytes | None:
        if not picture.has_mask:
            return None
        with self.database.read() as connection:
            return records.mask_of(connection, self.trial.id, picture.number)

    def _mark(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        with self.database.write() as connection:
            for number in numbers:
                records.change_picture(connection, self.trial.id, number, {"added": self.dataset.kind})


def _with_labels(line: str, picture: TrialPicture) -> str:
    """Return an unlabelled entry's line with what was verified; whatever else it says stays."""
    verified = {key: value for key, value in read_line(picture.verified_line).values.items() if key != SOURCE}
    return change_line(read_line(line), verified).text
