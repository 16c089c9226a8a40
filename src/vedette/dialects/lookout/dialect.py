"""Lookout for Vision as a dialect: each method names the module that holds the rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from vedette.dialects.detections import DetectionResult
from vedette.dialects.dialect import Home, Service
from vedette.dialects.intake import IncomingEntry, Intake, LineReview
from vedette.dialects.lookout import (
    buckets,
    dataset_checks,
    documents,
    intake,
    labelling,
    line_rules,
    past_models,
    picture_rules,
    responses,
    statuses,
    training,
    training_preview,
)
from vedette.dialects.lookout.codes import CODES, flaw, refusal
from vedette.dialects.lookout.limits import DATASETS, DESCRIPTIONS, PICTURES
from vedette.dialects.lookout.metrics import METRICS
from vedette.dialects.lookout.names import NAMES
from vedette.dialects.past_models import PastModel
from vedette.dialects.readiness import DatasetTally, TrainingLack
from vedette.dialects.training_data import (
    DrawnMask,
    PictureNotes,
    Prepared,
    TrainedModel,
    TrainingFiles,
    TrainingPreview,
    TrainingTerms,
)
from vedette.evaluation.document import AnomalyEvaluation, Evaluation, SegmentationEvaluation
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import BadLine, Line, Manifest
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.unsure import settle
from vedette.manifest.verdicts import Verdict
from vedette.vision.inspect import Inspection


class LookoutDialect:
    """Lookout for Vision."""

    name: Service = "lookoutvision"
    names = NAMES
    metrics = METRICS
    codes = CODES
    datasets = DATASETS
    pictures = PICTURES
    pictures_in_requests = PICTURES
    descriptions = DESCRIPTIONS
    dataset_statuses = statuses.DATASETS
    model_statuses = statuses.MODELS
    has_one_size = True
    # A project of one dataset keeps it whole; each training divides it for itself.
    divides_datasets = False
    least_tested = 10
    class_labels = labelling.CLASSES
    past_model = "evaluation_result"
    results: Mapping[str, str] = {
        "evaluation_manifest": "EvaluationManifest",
        "evaluation_result": "EvaluationResult",
    }
    first_result = "evaluation_result"
    # The guide's policy has these two; the rest the service does by its grant.
    key_actions: tuple[str, ...] = ("DescribeKey", "CreateGrant")
    seals_results = False
    unwritable_output = CODES.sentence("LOOKOUT_OUTPUT")

    def with_room_for(self, entries: int) -> "LookoutDialect":
        """Return a dialect of larger datasets, or this one where they may be so large already."""
        limits = self.datasets.with_room_for(entries)
        if limits == self.datasets:
            return self
        larger = type(self)()
        larger.datasets = limits
        return larger

    def judge_line(self, line: Line, *, strict: bool = True) -> Verdict:
        """Judge by line_rules.py."""
        return line_rules.judge_line(line, strict=strict)

    def label_line(self, line: Line, label: str, stamp: Stamp) -> Line:
        """Set the class by labelling.py; it is sure then."""
        return labelling.label_line(settle(line), label, stamp)

    def take(
        self, lines: Iterable[Line | BadLine], so_far: Intake, *, most_rows: int
    ) -> Iterator[IncomingEntry]:
        """Take entries by intake.py."""
        return intake.take_entries(lines, so_far, most_rows=most_rows)

    def review(self, line: Line | BadLine, so_far: Intake) -> LineReview:
        """Review by intake.py."""
        return intake.review_line(line, so_far)

    def refuse_beyond_limits(self, kind: str, *, entries: int, labels: int) -> None:
        """Refuse by intake.py."""
        intake.refuse_beyond_limits(self.datasets, kind, entries=entries, labels=labels)

    def refuse_missing_manifest(self, address: str, version: str) -> None:
        """Refuse, naming what was looked for."""
        name = f"{address} in the version {version}" if version else address
        raise refusal("LOOKOUT_UNREADABLE", f"there is no {name}.")

    def refuse_manifest(self, address: str, *, is_readable: bool, size: int) -> None:
        """Refuse by intake.py."""
        intake.refuse_manifest(self.datasets, address, is_readable=is_readable, size=size)

    def refuse_frozen(self, size: int) -> None:
        """Refuse by intake.py; of an empty dataset the counts say what it lacks."""
        intake.refuse_manifest(self.datasets, "", is_readable=True, size=size)

    def mask_of(self, line: Line) -> MaskRef | None:
        """Return the mask of an anomalous picture, by line_rules.py."""
        return line_rules.judge_line(line, strict=False).mask

    def judge_picture(
        self,
        line: Line,
        inspection: Inspection | None,
        masks: Sequence[tuple[MaskRef, Inspection | None]],
        *,
        same_as: tuple[int, int] | None,
    ) -> list[Flaw]:
        """Judge by picture_rules.py."""
        return picture_rules.judge_picture(line, inspection, masks, same_as=same_as)

    def bucket_problem(self, bucket: str, project: Home, find_home: Callable[[], Home]) -> str:
        """Judge by buckets.py."""
        return buckets.bucket_problem(bucket, project, find_home)

    def prepare(self, files: TrainingFiles, terms: TrainingTerms) -> Prepared:
        """Check by training.py."""
        return training.prepare(files, terms)

    def find_lacks(self, train: DatasetTally, test: DatasetTally | None) -> list[TrainingLack]:
        """Find by dataset_checks.py."""
        return dataset_checks.find_lacks(train, test)

    def preview(
        self, train: Manifest, test: Manifest | None, note_of: PictureNotes, *, one_size: bool
    ) -> TrainingPreview:
        """Check by training_preview.py."""
        return training_preview.preview(train, test, note_of, one_size=one_size)

    def name_broken(self, source: str) -> Flaw:
        """Return the sentence that names the picture."""
        return flaw("LOOKOUT_IMAGE", source)

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
        """Write by documents.py."""
        # Lookout trains nothing else.
        assert isinstance(evaluation, AnomalyEvaluation | SegmentationEvaluation)
        return documents.write_results(files, prepared, evaluation, model=model, masks=masks, now=now)

    def copy_result(self, kind: str, content: bytes, *, arn: str) -> bytes:
        """Return the file as it is: the service copies no models."""
        del kind, arn
        return content

    def read_past_model(self, content: bytes, place: str) -> PastModel:
        """Read by past_models.py."""
        return past_models.read_past_model(content, place)

    def result_key(self, prefix: str, name: str) -> str:
        """Take the prefix for the beginning of the key: programs read `k_fold_EvaluationResult-…` (0207)."""
        return f"{prefix}{name}"

    def write_response(self, detection: DetectionResult, most: int | None = None) -> dict[str, Any]:
        """Return what the service answers of a picture."""
        return responses.write_response(detection, most)
