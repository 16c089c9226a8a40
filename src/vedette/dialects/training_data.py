"""What crosses between a training and its dialect: files and terms in, what is to be learnt out.

A dialect stands below the room of trainings, so the files are a protocol, which that room keeps.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vedette.manifest.lines import Manifest
from vedette.manifest.problems import Flaw
from vedette.vision.annotations import Sample, Task

# Divides samples into those to learn from and those to test with.
Split = Callable[[Sequence[Sample]], tuple[list[Sample], list[Sample]]]

# So many pictures are named in a status message, and the rest counted: a message is for a person.
NAMED = 10
# So many lines are kept of a training that failed. Who has more of them mends the manifest by a program.
MOST_PROBLEMS = 100


class TrainingFiles(Protocol):
    """The files of one training: frozen manifests, pictures by their addresses, results by kind."""

    def lines(self, part: str) -> Manifest:
        """Return a part's frozen lines; the part is train or test."""

    def place_of(self, address: str) -> Path:
        """Return where the object of an S3 address lies, if it is there."""

    def find(self, address: str) -> Path | None:
        """Return the file of an object, or nothing where there is no such object."""

    def put(self, kind: str, document: Mapping[str, Any]) -> None:
        """Write a result that is one document."""

    def put_lines(self, kind: str, lines: Iterable[str]) -> None:
        """Write a result that is one line after another."""


@dataclass(frozen=True, slots=True)
class TrainingTerms:
    """What a training is held to: its parts, how one alone is divided, whether all pictures have one size.

    `denied` are buckets that the caller may not read, `foreign` those of another account than the manifest's.
    """

    has_test: bool
    split: Split
    one_size: bool = True
    denied: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    # The most lines of a part, where the installation lets it have more than the service does.
    most_entries: int = 0


@dataclass(frozen=True, slots=True)
class FrozenProblem:
    """What is wrong with one line of a frozen manifest, or with its picture."""

    part: str
    line: int
    source: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FrozenProblems:
    """The first problems of a training's lines, for a person to mend, and how many there are."""

    first: Sequence[FrozenProblem] = ()
    count: int = 0

    @classmethod
    def collect(cls, problems: Iterable[FrozenProblem]) -> "FrozenProblems":
        """Return as many as a person goes through, and the count of all."""
        first: list[FrozenProblem] = []
        count = 0
        for problem in problems:
            count += 1
            if len(first) < MOST_PROBLEMS:
                first.append(problem)
        return cls(first, count)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be learnt, or why nothing can be."""

    train: Sequence[Sample] = ()
    test: Sequence[Sample] = ()
    # A sentence; empty where the training may begin.
    refusal: str = ""
    # What is wrong with pictures that cannot be used and are left out.
    unusable: Sequence[Flaw] = ()
    # The manifest's own text by picture, where a document repeats it.
    lines: Mapping[str, str] = field(default_factory=dict)
    # With a refusal: what is needed, and which lines are wrong.
    needs: Sequence["Need"] = ()
    problems: FrozenProblems = FrozenProblems()


@dataclass(frozen=True, slots=True)
class PictureNote:
    """What the look at a dataset's pictures noted of an entry: what is wrong, and what its mask shows."""

    flaws: Sequence[Flaw] = ()
    # None where no mask was looked at.
    labels: Sequence[str] | None = None


# The note of an address; an empty one where nothing was noted.
PictureNotes = Callable[[str], PictureNote]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that keeps a training from beginning: the service's sentence, and what it is about."""

    message: str
    code: str = ""
    # The dataset it is about; empty where it is about both.
    part: str = ""
    labels: Sequence[str] = ()
    # The picture it is about, where it is about one.
    source: str = ""
    # How many pictures more would mend it; 0 where no number of pictures does.
    missing: int = 0


@dataclass(slots=True)
class PartPreview:
    """What a training would use of a dataset, and how many of its labelled pictures it could not."""

    pictures: int = 0
    unusable: int = 0
    unlabelled: int = 0
    labels: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class TrainingPreview:
    """What a training would learn if it began now, and what keeps it from that."""

    task: Task | None
    parts: Mapping[str, PartPreview]
    needs: Sequence[Need] = ()


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model's names for its documents. `mask_folder` is the address that drawn masks will lie under."""

    arn: str
    project: str
    version: str
    mask_folder: str = ""


@dataclass(frozen=True, slots=True)
class MaskedLabel:
    """A label that a drawn mask shows, its colour as `#rrggbb`, and how sure the model is of it."""

    name: str
    color: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DrawnMask:
    """A mask that a model drew on a test picture: its file's name and the labels on it."""

    file: str
    labels: Sequence[MaskedLabel]


def name_unusable(flaws: Sequence[Flaw]) -> str:
    """Return the sentence that names pictures that were left out; nothing for none."""
    if not flaws:
        return ""
    count = "1 image was" if len(flaws) == 1 else f"{len(flaws)} images were"
    first = " ".join(flaw.message for flaw in flaws[:NAMED])
    rest = f" And {len(flaws) - NAMED} more." if len(flaws) > NAMED else ""
    return f"{count} left out: {first}{rest}"
