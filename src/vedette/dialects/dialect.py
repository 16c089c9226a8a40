"""What every dialect promises the rooms: its limits, and its rules of lines, pictures, buckets and trainings.

A room has the dialect from a project (`project.dialect`); a worker process, whose order is plain values, by
its name from `registry.py`. No room compares names: what differs between services is asked of this value.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from vedette.dialects.codes import CodeTable
from vedette.dialects.detections import DetectionResult
from vedette.dialects.intake import IncomingEntry, Intake, LineReview
from vedette.dialects.limits import DatasetLimits, PictureLimits, TextLimits
from vedette.dialects.metrics import ServiceMetrics
from vedette.dialects.names import ResourceNames
from vedette.dialects.past_models import PastModel
from vedette.dialects.readiness import DatasetTally, TrainingLack
from vedette.dialects.statuses import Statuses
from vedette.dialects.training_data import (
    DrawnMask,
    PictureNotes,
    Prepared,
    TrainedModel,
    TrainingFiles,
    TrainingPreview,
    TrainingTerms,
)
from vedette.evaluation.document import Evaluation
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import BadLine, Line, Manifest
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.verdicts import Verdict
from vedette.vision.inspect import Inspection

Service = Literal["rekognition", "lookoutvision"]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a project or a bucket is at home; a bucket's region is empty where nobody knows it."""

    account: str
    region: str


class Dialect(Protocol):
    """One service's limits and rules. All of it is pure: whoever calls brings the facts."""

    # As it is stored with a project.
    name: Service
    names: ResourceNames
    # What its figures are called where they are graphed.
    metrics: ServiceMetrics
    codes: CodeTable
    datasets: DatasetLimits
    # Of a dataset, or in a bucket; and of the body of a request.
    pictures: PictureLimits
    pictures_in_requests: PictureLimits
    # Of what a person writes about a model.
    descriptions: TextLimits
    dataset_statuses: Statuses
    model_statuses: Statuses
    # Whether all pictures of a project must have one size, unless the installation lifts that.
    has_one_size: bool
    # Whether a project's only dataset is divided into a training and a test dataset, for good.
    divides_datasets: bool
    # Of a dataset that is divided so many pictures of each kind test the model, where it has twice as many.
    least_tested: int
    # Labels of the service's own, of which a picture bears one; empty where customers name all of them.
    class_labels: frozenset[str]
    # The kinds of result file that a training leaves, and what the objects are called in the output bucket.
    results: Mapping[str, str]
    # The one of them that tells of a model all that its service shows.
    past_model: str
    # The first of them, by which an output location is tried before a training.
    first_result: str
    unwritable_output: str
    # What its callers must be allowed to do with a key that they name for a training's files.
    key_actions: tuple[str, ...]
    # Whether that key encrypts the results in the output bucket too; else they lie as the bucket has them.
    seals_results: bool

    def with_room_for(self, entries: int) -> "Dialect":
        """Return the dialect with datasets of so many entries, where that is more than the service's own."""

    # Lines and manifests

    def judge_line(self, line: Line, *, strict: bool = True) -> Verdict:
        """Return what is wrong with a line, and what can be learnt from it.

        `strict` holds it to every documented key and limit; otherwise only what its meaning needs is asked.
        """

    def label_line(self, line: Line, label: str, stamp: Stamp) -> Line:
        """Return a line whose picture bears this image-level label."""

    def take(
        self, lines: Iterable[Line | BadLine], intake: Intake, *, most_rows: int
    ) -> Iterator[IncomingEntry]:
        """Yield the entries of a manifest or an update; raise ManifestRefused where the whole of it fails."""

    def review(self, line: Line | BadLine, intake: Intake) -> LineReview:
        """Return all that is wrong with a line, for a person who can still mend it; refuses nothing."""

    def refuse_beyond_limits(self, kind: str, *, entries: int, labels: int) -> None:
        """Raise ManifestRefused where a dataset of this kind would have more than it may."""

    def refuse_missing_manifest(self, address: str, version: str) -> None:
        """Raise ManifestRefused for a manifest that does not exist."""

    def refuse_manifest(self, address: str, *, is_readable: bool, size: int) -> None:
        """Raise ManifestRefused for a manifest that the caller may not read, or that is too large."""

    def refuse_frozen(self, size: int) -> None:
        """Raise ManifestRefused for a training's frozen lines when their bytes alone forbid the training."""

    # Pictures and buckets

    def mask_of(self, line: Line) -> MaskRef | None:
        """Return the mask that belongs to a line's picture."""

    def judge_picture(
        self,
        line: Line,
        inspection: Inspection | None,
        masks: Sequence[tuple[MaskRef, Inspection | None]],
        *,
        same_as: tuple[int, int] | None,
    ) -> list[Flaw]:
        """Return what is wrong with a line's picture and its masks; `inspection` None is no picture.

        `same_as` is the size that all pictures of the project have, where that is asked.
        """

    def bucket_problem(self, bucket: str, project: Home, find_home: Callable[[], Home]) -> str:
        """Return why a project may not use a bucket, in a sentence; nothing where it may.

        `find_home` asks the store, and is called only where the answer matters.
        """

    # Trainings

    def prepare(self, files: TrainingFiles, terms: TrainingTerms) -> Prepared:
        """Check a training's frozen manifests, and return what is to be learnt or why nothing can be."""

    def find_lacks(self, train: DatasetTally, test: DatasetTally | None) -> Sequence[TrainingLack]:
        """Return what a training of these datasets would lack, as its own checks count."""

    def preview(
        self, train: Manifest, test: Manifest | None, note_of: PictureNotes, *, one_size: bool
    ) -> TrainingPreview:
        """Return what `prepare` would come to, by the same rules, without opening a picture.

        `note_of` brings what the look at the dataset noted of its pictures.
        """

    def name_broken(self, source: str) -> Flaw:
        """Return the flaw of a picture that was found to be damaged only when it was decoded."""

    def write_results(
        self,
        files: TrainingFiles,
        prepared: Prepared,
        evaluation: Evaluation,
        *,
        model: TrainedModel,
        masks: Mapping[str, DrawnMask],
        now: datetime,
    ) -> dict[str, float]:
        """Write the documents of a training; return the figures that the model shows, by their names."""

    def copy_result(self, kind: str, content: bytes, *, arn: str) -> bytes:
        """Return a result file as the copy of its version, which has this ARN, is to have it."""

    def read_past_model(self, content: bytes, place: str) -> PastModel:
        """Return the model of AWS whose result file this is; `place` is what the file is called."""

    def result_key(self, prefix: str, name: str) -> str:
        """Return the key of an object below the output prefix that the caller chose."""

    # Detection

    def write_response(self, detection: DetectionResult, most: int | None = None) -> dict[str, Any]:
        """Return what the service answers of a picture, where it bounds labels with so many at most."""
