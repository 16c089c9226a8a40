"""Models that AWS trained, as the files of their evaluation tell of them: figures, and no network.

Those files are what a customer keeps of a training; where they lie and what they are called is each
dialect's. They come from elsewhere: every figure is looked at before it is believed to be one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeGuard

from vedette.arn import Arn, parse_arn
from vedette.errors import Wrong

# The summary of a model of 250 labels with every cell of its confusion matrix has some 6 MB.
MOST_BYTES = 64 * 1024**2
MOST_LABELS = 10_000
MOST_PICTURES = 10**9
YEAR_10000_MS = 253_402_300_800_000


@dataclass(frozen=True, slots=True)
class PastLabel:
    """A label of a past model; what its service does not tell is None."""

    label: str
    precision: float
    recall: float
    f1: float
    test_pictures: int | None = None
    threshold: float | None = None
    iou: float | None = None


@dataclass(frozen=True, slots=True)
class PastModel:
    """A model that was trained at AWS. `metrics` are the figures that its service shows of a model."""

    arn: str
    project: str
    name: str
    # When its training began, where its ARN tells that, and when its evaluation ended.
    created_ms: int
    ended_ms: int
    task: str
    train_pictures: int
    test_pictures: int
    precision: float
    recall: float
    f1: float
    metrics: Mapping[str, float]
    labels: Sequence[PastLabel] = ()


def dump_past(past: PastModel) -> dict[str, Any]:
    """Return a past model as a version's results hold it."""
    return asdict(past)


def load_past(values: Mapping[str, Any]) -> PastModel:
    """Return a past model out of a version's results."""
    return PastModel(**{**values, "labels": [PastLabel(**label) for label in values["labels"]]})


class PastReading:
    """One document, asked for what it must hold; `place` is what it is called in refusals."""

    def __init__(self, content: bytes, place: str) -> None:
        self._place = place
        if len(content) > MOST_BYTES:
            self.refuse(f"has more than {MOST_BYTES:,} bytes")
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as fault:
            self.refuse(f"is no JSON: {fault}")
        self.document: dict[str, Any] = self.table(document, "a JSON object")

    def refuse(self, problem: str) -> NoReturn:
        """Refuse the document in a sentence."""
        raise Wrong(f"{self._place} {problem}.", kind="file", name=self._place)

    def table(self, value: Any, name: str) -> dict[str, Any]:
        """Return a value that is an object."""
        if not isinstance(value, dict):
            self.refuse(f"has not {name}, and so is not the evaluation of a model")
        return value

    def rows(self, value: Any, name: str) -> list[dict[str, Any]]:
        """Return a list of objects; an absent one is empty."""
        rows = [] if value is None else value
        if not isinstance(rows, list) or len(rows) > MOST_LABELS:
            self.refuse(f"has {name} that is no list of at most {MOST_LABELS:,}")
        return [self.table(row, f"objects in {name}") for row in rows]

    def share(self, values: Mapping[str, Any], name: str) -> float:
        """Return a figure from 0 to 1."""
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self.refuse(f"has a {name} that is no figure from 0 to 1")
        return float(value)

    def count(self, values: Mapping[str, Any], name: str) -> int:
        """Return how many pictures there were."""
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_PICTURES:
            self.refuse(f"has a {name} that is no number of pictures")
        return value

    def text(self, values: Mapping[str, Any], name: str) -> str:
        """Return a text of at most 255 letters, as labels have."""
        value = values.get(name)
        if not _is_text(value) or not value.strip() or len(value) > 255:
            self.refuse(f"has a {name} that is no text of at most 255 letters")
        return value

    def arn(self, values: Mapping[str, Any], name: str) -> Arn:
        """Return the ARN of the model."""
        text = values.get(name)
        if not _is_text(text) or len(text) > 2048:
            self.refuse(f"does not say its {name}")
        try:
            return parse_arn(text)
        except Wrong as fault:
            self.refuse(f"has a {name} that is no ARN: {fault.sentence.rstrip('.')}")

    def moment_ms(self, values: Mapping[str, Any], name: str) -> int:
        """Return a moment, which both services write in UTC without saying so."""
        text = values.get(name)
        try:
            moment = datetime.fromisoformat(text if isinstance(text, str) else "")
            milliseconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000
        except (ValueError, OverflowError):
            self.refuse(f"has a {name} that is no moment")
        if not 0 <= milliseconds < YEAR_10000_MS:
            self.refuse(f"has a {name} that is no moment of a training")
        return int(milliseconds)


def _is_text(value: Any) -> TypeGuard[str]:
    """Say whether a value is a text that can be written; JSON can hold halves of letters."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False
