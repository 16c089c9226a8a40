"""What an export is: of which entries, in which form, to where, and how far it is. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vedette.datasets.dataset import Kind
from vedette.exchange.packing import PackedFormat

ExportStatus = Literal["running", "done", "failed", "cancelled"]
OverObjects = Literal["refuse", "replace"]
"""What is done where something lies already in the place that is named."""


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What somebody asks for. `address` is s3://bucket/folder."""

    dataset: Kind
    form: PackedFormat
    with_pictures: bool
    address: str
    existing: OverObjects = "refuse"


@dataclass(frozen=True, slots=True)
class ExportState:
    """An export as it is now."""

    id: str
    project: int
    wish: ExportWish
    status: ExportStatus
    message: str
    # Whether the entries of one moment are written down: before that nothing lies in the bucket.
    is_frozen: bool
    # Entries that are through, and of how many.
    completed: int
    total: int
    # What was written, and how many pictures or masks could not be read.
    files: int
    size: int
    left_out: int
    caller: Mapping[str, Any]
    created_ms: int
    changed_ms: int
