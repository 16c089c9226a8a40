"""Verified pictures put into a dataset of the project: by its editor, with whoever adds them as the caller.

A picture that the dataset has without a label gets the verified one; what somebody has labelled stays as it
is, and a picture is never in both datasets. What is left out is named, with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vedette.datasets.dataset import Dataset, Kind
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import MOST_EDITS, NONE, EntryEdit, revision_of
from vedette.datasets.journal import ChangeOrigin
from vedette.dialects.guesses import mask_place
from vedette.errors import Denied, Missing
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A verified picture that was not added, and why."""

    number: int
    reason: str


@dataclass(slots=True)
class AddedPictures:
    """What became of verified pictures: added, there already with the same labels, or left out."""

    added: int = 0
    present: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


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

    def add(self, numbers: Sequence[int]) -> AddedPictures:
        """Add the verified pictures of these numbers, or all of them."""
        with self.database.read() as connection:
            pictures = records.addable(connection, self.trial.id, numbers)
        result = AddedPictures()
        for start in range(0, len(pictures), MOST_EDITS):
            self._add_few(pictures[start : start + MOST_EDITS], result)
        return result

    def _add_few(self, pictures: Sequence[TrialPicture], result: AddedPictures) -> None:
        own = self.datasets.contents.lines_at(self.dataset.id, [picture.address for picture in pictures])
        other = self._in_other(pictures)
        edits: dict[int, EntryEdit] = {}
        present: list[int] = []
        for picture in pictures:
            problem = self._problem(picture, other)
            line = own.get(picture.address)
            if problem:
                result.left_out.append(LeftOut(picture.number, problem))
            elif line is None:
                edits[picture.number] = EntryEdit(picture.verified_line, NONE)
            elif self._is_the_same(line, picture):
                present.append(picture.number)
            elif self._is_labelled(line):
                reason = f"It is in the {self.dataset.kind} dataset already, with labels of its own."
                result.left_out.append(LeftOut(picture.number, reason))
            else:
                edits[picture.number] = EntryEdit(_with_labels(line, picture), revision_of(line))
        self._store_masks(picture for picture in pictures if picture.number in edits)
        if edits:
            origin = ChangeOrigin("trial", self.caller, note=self.trial.name)
            values = list(edits.values())
            self.datasets.editor.update(self.project, self.dataset, values, self.caller, origin)
        self._mark([*edits, *present])
        result.added += len(edits)
        result.present += len(present)

    def _in_other(self, pictures: Sequence[TrialPicture]) -> set[str]:
        try:
            other = self.datasets.find(self.project, OTHER[self.dataset.kind])
        except Missing:
            return set()
        return self.datasets.contents.present(other, [picture.address for picture in pictures])

    def _problem(self, picture: TrialPicture, other: set[str]) -> str:
        """Return why a picture cannot be added; nothing where it can."""
        if picture.address in other:
            return f"It is in the {OTHER[self.dataset.kind]} dataset; a picture is in one of the two."
        bucket, key = split_s3(picture.address)
        if self.dataset.bucket not in ("", bucket):
            return f"It lies in {bucket}; all pictures of the dataset lie in {self.dataset.bucket}."
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
        with self.database.write() as connection:
            for number in numbers:
                records.change_picture(connection, self.trial.id, number, {"added": self.dataset.kind})


def _with_labels(line: str, picture: TrialPicture) -> str:
    """Return an unlabelled entry's line with what was verified; whatever else it says stays."""
    verified = {key: value for key, value in read_line(picture.verified_line).values.items() if key != SOURCE}
    return change_line(read_line(line), verified).text
