"""Rekognition Custom Labels as a dialect: each method names the module that holds the rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from vedette.dialects.detections import DetectionResult
from vedette.dialects.dialect import Home, Service
from vedette.dialects.intake import IncomingEntry, Intake, LineReview
from vedette.dialects.past_models import PastModel
from vedette.dialects.readiness import DatasetTally, TrainingLack
from vedette.dialects.rekognition import (
    documents,
    intake,
    line_rules,
    past_models,
    picture_rules,
    readiness,
    responses,
    statuses,
    training,
    training_preview,
)
from vedette.dialects.rekognition.codes import CODES, flaw, refusal
from vedette.dialects.rekognition.limits import DATASETS, DESCRIPTIONS, PICTURES, PICTURES_IN_REQUESTS
from vedette.dialects.rekognition.metrics import METRICS
from vedette.dialects.rekognition.names import NAMES
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
from vedette.manifest.relabel import add_labels
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.unsure import settle
from vedette.manifest.verdicts import Verdict
from vedette.vision.inspect import Inspection


class CustomLabelsDialect:
    """Rekognition Custom Labels."""

    name: Service = "rekognition"
    names = NAMES
    metrics = METRICS
    codes = CODES
    datasets = DATASETS
    pictures = PICTURES
    pictures_in_requests = PICTURES_IN_REQUESTS
    descriptions = DESCRIPTIONS
    dataset_statuses = statuses.DATASETS
    model_statuses = statuses.MODELS
    has_one_size = False
    divides_datasets = True
    least_tested = 1
    class_labels: frozenset[str] = frozenset()
    past_model = "evaluation_summary"
    results: Mapping[str, str] = {
        "manifest_summary": "ManifestSummary",
        "train_validation": "TrainingManifestWithValidation",
        "test_validation": "TestingManifestWithValidation",
        "evaluation_summary": "EvaluationResultSummary",
        "train_snapshot": "TrainingGroundTruth",
        "test_snapshot": "TestingGroundTruth",
    }
    first_result = "manifest_summary"
    key_actions: tuple[str, ...] = ("DescribeKey", "CreateGrant", "GenerateDataKey", "Decrypt")
    seals_results = True
    unwritable_output = CODES.sentence("ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET")

    def with_room_for(self, entries: int) -> "CustomLabelsDialect":
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
        """Add a label to those that the picture has; it is sure then."""
        return add_labels(settle(line), [label], stamp)

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
        """Refuse in the sentence for every manifest that cannot be opened."""
        del address, version
        raise refusal("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")

    def refuse_manifest(self, address: str, *, is_readable: bool, size: int) -> None:
        """Refuse by intake.py."""
        del address
        intake.refuse_manifest(self.datasets, is_readable=is_readable, size=size)

    def refuse_frozen(self, size: int) -> None:
        """Refuse an empty manifest: the sentence says more than what each label lacks."""
        if not size:
            raise refusal("ERROR_EMPTY_MANIFEST")
        intake.refuse_manifest(self.datasets, is_readable=True, size=size)

    def mask_of(self, line: Line) -> MaskRef | None:
        """Return nothing: no type of pair here has a mask."""
        del line
        return None

    def judge_picture(
        self,
        line: Line,
        inspection: Inspection | None,
        masks: Sequence[tuple[MaskRef, Inspection | None]],
        *,
        same_as: tuple[int, int] | None,
    ) -> list[Flaw]:
        """Judge by picture_rules.py."""
        del masks, same_as
        return picture_rules.judge_picture(line, inspection)

    def bucket_problem(self, bucket: str, project: Home, find_home: Callable[[], Home]) -> str:
        """Return nothing: a project may use any bucket that its callers may read."""
        del bucket, project, find_home
        return ""

    def prepare(self, files: TrainingFiles, terms: TrainingTerms) -> Prepared:
        """Check by training.py."""
        limits = self.datasets.with_room_for(terms.most_entries)
        return training.prepare(files, terms, most_rows=limits.entries["train"])

    def find_lacks(self, train: DatasetTally, test: DatasetTally | None) -> list[TrainingLack]:
        """Find by readiness.py."""
        return readiness.find_lacks(train, test)

    def preview(
        self, train: Manifest, test: Manifest | None, note_of: PictureNotes, *, one_size: bool
    ) -> TrainingPreview:
        """Check by training_preview.py."""
        del one_size  # asked of no Custom Labels project
        return training_preview.preview(train, test, note_of, most_rows=self.datasets.entries["train"])

    def name_broken(self, source: str) -> Flaw:
        """Return the code of every picture that is of no use; validation manifests say it on the line."""
        del source
        return flaw("ERROR_INVALID_IMAGE")

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
        """Write by documents.py; its forms have no masks."""
        del masks
        return documents.write_results(files, prepared, evaluation, version_arn=model.arn, now=now)

    def copy_result(self, kind: str, content: bytes, *, arn: str) -> bytes:
        """Copy by documents.py: the summary names its version."""
        return documents.rename_version(content, arn) if kind == "evaluation_summary" else content

    def read_past_model(self, content: bytes, place: str) -> PastModel:
        """Read by past_models.py."""
        return past_models.read_past_model(content, place)

    def result_key(self, prefix: str, name: str) -> str:
        """Take the prefix for a folder, with or without a slash at its end."""
        return f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}{name}"

    def write_response(self, detection: DetectionResult, most: int | None = None) -> dict[str, Any]:
        """Return what the service answers of a picture."""
        return responses.write_response(detection, most)
