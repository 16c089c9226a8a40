"""What a trial is, how far it is, and what is known of each of its pictures. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.datasets.dataset import Kind

TrialKind = Literal["trial", "production"]
TrialStatus = Literal["running", "done", "failed", "cancelled"]
GuessState = Literal["waiting", "answered", "unreadable"]
TrialVerdict = Literal["none", "correct", "incorrect", "corrected"]
TrialOrder = Literal["doubt", "confidence", "number"]

MOST_PICTURES = 2000
"""As many as the service takes in one trial (spec, 7)."""
MOST_VERDICTS = 1000


@dataclass(frozen=True, slots=True)
class TrialCounts:
    """How many pictures a trial has, how many were looked at, and what was said of them."""

    total: int = 0
    answered: int = 0
    unreadable: int = 0
    correct: int = 0
    incorrect: int = 0
    corrected: int = 0
    added: int = 0
    # Verified, with labels, and in no dataset.
    addable: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as it is now."""

    id: str
    project: int
    kind: TrialKind
    name: str
    version: int
    version_name: str
    address: str
    status: TrialStatus
    message: str
    caller: Mapping[str, Any]
    created_ms: int
    changed_ms: int
    counts: TrialCounts = field(default_factory=TrialCounts)


@dataclass(frozen=True, slots=True)
class NewTrial:
    """What somebody wants tried: pictures below an address, named ones, or a dataset's without labels."""

    name: str
    version: str
    address: str = ""
    pictures: Sequence[str] = ()
    dataset: Kind | None = None


@dataclass(frozen=True, slots=True)
class ChosenPicture:
    """A picture of a trial before it was looked at."""

    address: str
    etag: str


@dataclass(frozen=True, slots=True)
class TrialPicture:
    """A picture of a trial: what was guessed, and what people say of that."""

    trial: str
    number: int
    address: str
    etag: str
    state: GuessState
    message: str
    guess: Mapping[str, Any]
    has_mask: bool
    line: str
    confidence: float
    doubt: float
    verdict: TrialVerdict
    revision: int
    verified_line: str
    verified_by: str
    verified_ms: int
    added: str


@dataclass(frozen=True, slots=True)
class PictureVerdict:
    """What somebody says of a guess, seen in a revision; `line` is what the picture shows instead."""

    number: int
    verdict: TrialVerdict
    revision: int
    line: str = ""


@dataclass(frozen=True, slots=True)
class TrialView:
    """Which pictures of a trial, and in which order."""

    state: GuessState | None = None
    is_verified: bool | None = None
    verdict: TrialVerdict | None = None
    numbers: Sequence[int] = ()
    address: str = ""
    order: TrialOrder = "number"
    offset: int = 0
    most: int = 100
