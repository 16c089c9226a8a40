"""What came of a training, in the few figures that a person wants first; read out of the model's package."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.evaluation.document import LabelFigures, read_evaluation
from vedette.evaluation.metrics import OutcomeCounts
from vedette.file_access import read_file
from vedette.projects.version import Version
from vedette.runtime.facts import read_facts
from vedette.runtime.package import Package, open_package
from vedette.runtime.package_files import FACTS
from vedette.store.sealed_folders import keys_for
from vedette.training.folder import Folder
from vedette.vision.annotations import ANOMALY

# Each holds some figures a label.
MOST_KEPT = 256


# Thresholds are shown in tenths of a percent; less is no other threshold.
LEAST_STEP = 0.0005


def read_thresholds(folder: Folder) -> Mapping[str, float]:
    """Return the thresholds of a version's package; none where there is no package that can be read now."""
    try:
        document = json.loads(read_file(folder.package / FACTS))
        thresholds: dict[str, float] = document["thresholds"]
    except (OSError, ValueError, KeyError, TypeError, Busy):
        return {}
    return thresholds


def read_label_thresholds(folder: Folder, version: Version) -> Mapping[str, float]:
    """Return the threshold of every label that has one; of the anomaly tasks that is "anomaly" alone."""
    about = {"kind": "version", "name": version.path}
    try:
        facts = read_facts(json.loads(read_file(folder.package / FACTS)), version.path)
    except FileNotFoundError:
        raise Missing(f"The version {version.name} was deleted.", **about) from None
    except (OSError, ValueError) as error:
        raise Missing(f"The version {version.name} is damaged on the server's disk.", **about) from error
    labels = (ANOMALY,) if facts.task in ("anomaly", "segmentation") else facts.labels
    return {label: facts.threshold(label) for label in labels}


@dataclass(frozen=True, slots=True)
class LabelReport:
    """A label on the test pictures; a figure that its kind of label has not is None."""

    label: str
    test_pictures: int | None
    precision: float
    recall: float
    f1: float
    threshold: float | None = None
    iou: float | None = None
    counts: OutcomeCounts | None = None


@dataclass(frozen=True, slots=True)
class CandidateReport:
    """A recipe that competed, and how well it did on training pictures that it had not seen, 0 to 1."""

    recipe: str
    quality: float
    state: Literal["judged", "given-up", "kept"]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """A trained model in figures."""

    task: str
    train_pictures: int
    test_pictures: int
    # Test pictures that the model was right about in all they show; None where that is not told.
    correct: int | None
    precision: float
    recall: float
    f1: float
    budget: str
    labels: Sequence[LabelReport]
    candidates: Sequence[CandidateReport]
    # Of which label more pictures would help most: label, quality, judged; empty where all are told well.
    advice: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingReports:
    """Reports of versions; the last are kept: a package is never written again. Threads may share it."""

    _reports: OrderedDict[str, TrainingReport] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, folder: Folder) -> TrainingReport | None:
        """Return a version's report; nothing where its package is gone or damaged."""
        name = str(folder.root)
        try:
            keys_for(folder.package / FACTS)
        except Refusal:
            return None  # its key is not to be had now, and what was read before is not told any more
        with self._lock:
            if name in self._reports:
                return self._reports[name]
        try:
            report = _report(open_package(folder.package))
        except (Wrong, FileNotFoundError):
            return None
        with self._lock:
            self._reports[name] = report
            while len(self._reports) > MOST_KEPT:
                self._reports.popitem(last=False)
        return report


def _report(package: Package) -> TrainingReport:
    evaluation = read_evaluation(package.evaluation, "evaluation.json")
    facts = package.facts
    return TrainingReport(
        task=evaluation.task,
        train_pictures=int(facts.data.get("training_pictures", 0)),
        test_pictures=evaluation.pictures,
        correct=sum(outcome.correct for outcome in evaluation.outcomes),
        precision=evaluation.precision,
        recall=evaluation.recall,
        f1=evaluation.f1,
        budget=str(facts.recipe.get("budget", "")),
        labels=[_label(row) for row in evaluation.labels],
        candidates=_candidates(facts.recipe),
        advice=facts.recipe.get("more_pictures_of", {}),
    )


def _label(row: Any) -> LabelReport:
    figures = {"label": row.label, "test_pictures": row.test_pictures}
    figures |= {name: getattr(row, name) for name in ("precision", "recall", "f1")}
    if isinstance(row, LabelFigures):
        return LabelReport(**figures, threshold=row.threshold, counts=row.counts)
    return LabelReport(**figures, iou=row.iou)


def _candidates(recipe: Mapping[str, Any]) -> list[CandidateReport]:
    def state_of(attempt: Mapping[str, Any]) -> Literal["judged", "given-up", "kept"]:
        if attempt["recipe"] == recipe.get("recipe"):
            return "kept"
        return "given-up" if attempt.get("given_up") else "judged"

    return [
        CandidateReport(attempt["recipe"], float(attempt["quality"]), state_of(attempt))
        for attempt in recipe.get("tried", ())
    ]
