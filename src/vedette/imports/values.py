"""What an import is: where it comes from, what is to be done with it, how far it is. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.datasets.dataset import Kind
from vedette.exchange.formats import Format

SourceKind = Literal["files", "bucket", "dataset"]
ImportStatus = Literal["open", "reading", "ready", "mending", "running", "done", "failed", "cancelled"]
FolderLabels = Literal["none", "first", "last"]
# What becomes of outlines where masks are known: nothing, a mask, or a mask of boxes too.
MasksFrom = Literal["none", "polygons", "shapes"]
Existing = Literal["keep", "replace"]
Severity = Literal["refused", "error", "warning"]

# Formats whose labels are read line by line.
LINE_FORMATS: frozenset[Format] = frozenset({"manifest", "groundtruth"})
UNDER_WAY: frozenset[ImportStatus] = frozenset({"reading", "mending", "running"})
TEST_SHARE = 0.2
"""As DistributeDatasetEntries has it."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """Where pictures and labels come from."""

    kind: SourceKind
    format: Format
    # Of a bucket: s3://bucket/prefix, or s3://bucket/key of a manifest. Of a dataset: its project's ARN.
    address: str = ""
    dataset: Kind = "train"
    folder_labels: FolderLabels = "none"
    masks_from: MasksFrom = "none"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What becomes of the lines. A label that maps to nothing is left out."""

    labels: Mapping[str, str] = field(default_factory=dict)
    divides: bool = False
    existing: Existing = "keep"
    with_unlabelled: bool = True


@dataclass(frozen=True, slots=True)
class ImportState:
    """An import as it is now."""

    id: str
    project: int
    dataset: Kind
    source: ImportSource
    options: ImportOptions
    status: ImportStatus
    message: str
    # How much of what is under way is through, and of how much; nothing where that is not known.
    completed: int
    total: int
    pieces: int
    totals: Mapping[str, Any]
    result: Mapping[str, int]
    caller: Mapping[str, Any]
    created_ms: int
    changed_ms: int


@dataclass(frozen=True, slots=True)
class LineQuery:
    """Which lines are asked for: all, or those with one of these codes or of a sort."""

    codes: tuple[str, ...] = ()
    has_problems: bool = False
    after: int = 0
    most: int = 100


@dataclass(frozen=True, slots=True)
class MendOrder:
    """What is to be done to lines: to those of these numbers, or to all that have this code."""

    kind: str
    numbers: Sequence[int] = ()
    code: str = ""
    value: str = ""
