"""What a batch is: which version, which pictures, where to, and how far it is. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

BatchStatus = Literal["listing", "running", "done", "failed", "cancelled"]
ResultForm = Literal["jsonl"]

UNDER_WAY: frozenset[BatchStatus] = frozenset({"listing", "running"})
MOST_PICTURES = 1_000_000
"""Of a batch: a million results of a kilobyte are a gigabyte in the bucket."""


@dataclass(frozen=True, slots=True)
class BatchWish:
    """What somebody asks for. Addresses are s3://bucket/folder/; `least` is a share, or the model's own."""

    name: str
    source: str
    address: str
    form: ResultForm = "jsonl"
    least: float | None = None


@dataclass(frozen=True, slots=True)
class BatchModel:
    """The model that a batch asks: its ARN, the digest of its package, the thresholds chosen for it."""

    arn: str
    package: str
    thresholds: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class BatchState:
    """A batch as it is now. `tally` is what came of its pictures so far (tallies.py).

    `model` is none of a batch that an older server began.
    """

    id: str
    project: int
    version: int
    version_name: str
    model: BatchModel | None
    wish: BatchWish
    status: BatchStatus
    message: str
    total: int
    parts: int
    caller: Mapping[str, Any]
    tally: Mapping[str, Any]
    created_ms: int
    changed_ms: int
