"""What a training leaves behind, or the bringing in of a model that was trained elsewhere. No torch."""

from dataclasses import dataclass
from pathlib import Path

from vedette.evaluation.document import Evaluation
from vedette.learn.order import UnusablePicture
from vedette.runtime.facts import PackageFacts


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What a training left: the package, and the pictures that it could not learn from.

    `broken` are those that cannot be read; `left_out` are these and all that were left out for another
    reason, each with a sentence.
    """

    package: Path
    facts: PackageFacts
    evaluation: Evaluation
    broken: list[UnusablePicture]
    left_out: list[UnusablePicture]
