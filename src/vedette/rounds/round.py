"""What a labelling round is, as frozen values: its people, its pictures, and what became of each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from vedette.identity.principal import Principal, load_principal

RoundStatus = Literal["draft", "open", "review", "handing-back", "handed-back", "cancelled"]
# What is asked of a picture.
RoundTask = Literal["labels", "boxes", "masks"]
AnswerStatus = Literal["open", "answered", "sent-back", "accepted", "set-aside"]
# `nothing`: there is nothing to label. `unsure`: labels that their person doubts. `skipped`: no answer, since
# its person cannot tell.
AnswerKind = Literal["given", "nothing", "unsure", "skipped"]
# What becomes of an answer after the deadline: accepted and marked, or refused.
LatePolicy = Literal["accept", "refuse"]
# What became of a picture's answer at the hand-back; nothing before it. `kept` is a conflict in which
# the dataset's version was chosen.
Outcome = Literal["", "handed-back", "conflict", "removed", "kept"]

MOVES: dict[RoundStatus, frozenset[RoundStatus]] = {
    "draft": frozenset({"open", "cancelled"}),
    "open": frozenset({"review", "handing-back", "cancelled"}),
    # A picture that is sent back opens the round again.
    "review": frozenset({"open", "handing-back", "cancelled"}),
    # A hand-back that fails leaves a round that can be reviewed and handed back again.
    "handing-back": frozenset({"handed-back", "review"}),
    "handed-back": frozenset(),
    "cancelled": frozenset(),
}
UNDER_WAY: frozenset[RoundStatus] = frozenset({"open", "review"})

MOST_PICTURES = 50_000
"""Pictures of a round: at 60 a minute two days for one person. More is several rounds, since each is copied
into its round in one transaction, for which everybody else who writes waits a second or two."""
MOST_PEOPLE = 50
MOST_EXAMPLES = 20
LONGEST_TEXT = 10_000
"""Characters of instructions and of a comment."""


ExampleKind = Literal["", "right", "wrong"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who labels in a round: a user, known by an id that no later user of the same name has."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ExamplePicture:
    """A picture that shows what is meant, with a remark: done right, done wrong, or neither."""

    source: str
    note: str = ""
    kind: ExampleKind = ""


@dataclass(frozen=True, slots=True)
class NewRound:
    """What a round is made of. `double_share` is the share of pictures that two people label."""

    name: str
    task: RoundTask
    instructions: str = ""
    examples: tuple[ExamplePicture, ...] = ()
    double_share: float = 0.0
    deadline_ms: int | None = None
    late: LatePolicy = "accept"


@dataclass(frozen=True, slots=True)
class RoundCounts:
    """How many tasks are in each state (two for a picture with two people), and what became of pictures."""

    pictures: int = 0
    doubled: int = 0
    tasks: int = 0
    open: int = 0
    answered: int = 0
    sent_back: int = 0
    accepted: int = 0
    set_aside: int = 0
    # Of pictures with two answers.
    compared: int = 0
    agreed: int = 0
    handed_back: int = 0
    conflicts: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """A labelling round. `dataset` is the number of a dataset that may have been deleted since."""

    id: str
    project: int
    dataset: int
    kind: str
    name: str
    task: RoundTask
    instructions: str
    examples: tuple[ExamplePicture, ...]
    double_share: float
    deadline_ms: int | None
    late: LatePolicy
    status: RoundStatus
    message: str
    created: datetime
    # By whose rights pictures are shown to those who label: whoever made it or shared it out last.
    owner: dict[str, object] = field(repr=False)
    counts: RoundCounts = RoundCounts()
    people: tuple[Person, ...] = ()

    @property
    def owner_principal(self) -> Principal:
        """By whose rights pictures are shown, as they were stored: without the rights of now."""
        return load_principal({"caller": self.owner})

    @property
    def job(self) -> str:
        """What its labels are signed with in a manifest."""
        return f"labeling-job/{self.name}"

    def is_over(self, moment_ms: int) -> bool:
        """Whether this moment is after the deadline."""
        return self.deadline_ms is not None and moment_ms > self.deadline_ms

    def mask_folder_of(self, user_id: str) -> str:
        """Return the folder, in the bucket of the pictures, where masks of a person's answers lie."""
        return f"vedette-masks/rounds/{self.id}/{user_id}"


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of an answer."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoundAnswer:
    """One person's task: a picture, and what they say of it; `line` is the picture's own while it is open."""

    number: int
    entry: str
    source: str
    person: Person
    status: AnswerStatus
    line: str
    revision: str
    answered: datetime | None = None
    comments: tuple[Comment, ...] = ()
    kind: AnswerKind = "given"
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedPicture:
    """A picture of a round as who reviews it sees it: its answers, and how far they agree."""

    number: int
    entry: str
    source: str
    outcome: Outcome
    # None where fewer than two people have answered.
    agreement: float | None
    agrees: bool | None
    answers: tuple[RoundAnswer, ...] = ()
    # What the dataset says now, where that stands in the way of the answer.
    current: str = ""
    current_revision: str = ""


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """What a reviewer says of one person's answer; `revision` is what they saw."""

    entry: str
    user_id: str
    accepts: bool
    comment: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class HandBackPreview:
    """What a hand-back would do now."""

    ready: int
    unchanged: int
    conflicts: int
    removed: int
    # Answers that nobody accepted yet, and tasks without an answer.
    unreviewed: int
    unanswered: int
    labels: tuple[tuple[str, int], ...] = ()
