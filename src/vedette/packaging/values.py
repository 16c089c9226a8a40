"""What an order of an edge package is, and how far its job is. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.runtime.components import EdgeTarget, Precision

PackagingStatus = Literal["created", "running", "succeeded", "failed"]
UNDER_WAY: tuple[PackagingStatus, ...] = ("created", "running")


@dataclass(frozen=True, slots=True)
class PackagingWish:
    """What somebody orders.

    Without a job's name it gets one; without a component's version that is the model's number and `.0.0`.
    `configuration` is the order in its service's own words, to be described back as it came.
    """

    component: str
    bucket: str
    prefix: str = ""
    component_version: str = ""
    name: str = ""
    description: str = ""
    component_description: str = ""
    target: EdgeTarget = field(default_factory=EdgeTarget)
    options: Mapping[str, Any] = field(default_factory=dict)
    precision: Precision = "float32"
    tags: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    # The key that its files lie under in the bucket: as it was asked for, and by its ARN.
    kms_key: str = ""
    encryption_key: str = ""


@dataclass(frozen=True, slots=True)
class PackagingJob:
    """A job as it is now. `files` are the keys that it wrote, by what they are; `id` grows with every job.

    `version` may be deleted by now; its name stays.
    """

    id: int
    project: int
    version: int
    version_name: str
    model_arn: str
    wish: PackagingWish
    status: PackagingStatus
    message: str
    files: Mapping[str, str]
    precision: str
    caller: Mapping[str, Any]
    created_ms: int
    changed_ms: int


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """What a job wrote: keys by what they are, the precision of the model, and what to say of it."""

    files: Mapping[str, str]
    precision: Precision
    message: str


@dataclass(frozen=True, slots=True)
class PackagedPlace:
    """Where a part of a package was written, and the ARN of the key that it was written under, if any."""

    bucket: str
    key: str
    encryption_key: str
