"""What a stack is given, and what it is. Moments are milliseconds since 1970."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vedette.dialects.cloudformation.template import StackTemplate, read_template

# A job asks for its stack's template at each resource, and a megabyte of YAML takes half a second.
_cached_template = lru_cache(maxsize=8)(read_template)


@dataclass(frozen=True, slots=True)
class StackPlace:
    """The account and the region that a stack is in."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class StackSource:
    """What a stack is made from: a template's text, and the values of its parameters."""

    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: Sequence[str] = ()

    def read(self) -> StackTemplate:
        """Return the template; it was checked when it was given."""
        return _cached_template(self.template)


@dataclass(frozen=True, slots=True)
class StackOutput:
    """An output of a stack, as it was when its last operation was done."""

    name: str
    value: str
    description: str = ""
    export: str = ""


@dataclass(frozen=True, slots=True)
class StackSecrets:
    """What lies sealed: a template's parameters may be passwords.

    `next` is what an update under way leads to; `caller` is who asked for what is under way, as
    `dump_principal` has it, and `role` whom the stack's operations act as instead, where there is one.
    `judged_by` is the stack policy of the update under way, where it has one of its own, and `next_policy`
    what the stack's becomes when it is done.
    """

    source: StackSource
    next: StackSource | None = None
    outputs: tuple[StackOutput, ...] = ()
    caller: Mapping[str, Any] = field(default_factory=dict)
    role: str = ""
    judged_by: str = ""
    next_policy: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack."""

    id: int
    place: StackPlace
    name: str
    uuid: str
    status: str
    reason: str
    created_ms: int
    updated_ms: int
    deleted_ms: int
    is_protected: bool
    rolls_back: bool
    on_failure: str
    policy: str
    is_cancelled: bool
    token: str
    drift: Mapping[str, Any]
    secrets: StackSecrets

    @property
    def arn(self) -> str:
        """What clients call its id."""
        return (
            f"arn:aws:cloudformation:{self.place.region}:{self.place.account}:stack/{self.name}/{self.uuid}"
        )

    @property
    def source(self) -> StackSource:
        """What it is made from, or is going to be."""
        return self.secrets.next or self.secrets.source


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What is known of a resource: its properties as they were last set, and what others may ask of it.

    `before` are the properties that a failed update goes back to.
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    deletion: str = "Delete"
    replacement: str = "Delete"
    metadata: Any = None


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a stack. One that is not current was replaced, and waits to be deleted."""

    id: int
    stack: int
    logical: str
    type: str
    physical: str
    status: str
    reason: str
    began_ms: int
    changed_ms: int
    is_current: bool
    # Made by the operation that is under way.
    is_fresh: bool
    # Something of it is there, as far as is known.
    is_there: bool
    drift: Mapping[str, Any]
    facts: ResourceFacts


@dataclass(frozen=True, slots=True)
class StackEvent:
    """Something that happened to a stack or to one of its resources."""

    id: int
    uuid: str
    at_ms: int
    logical: str
    physical: str
    type: str
    status: str
    reason: str
    properties: str
    token: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """An update or a creation that was looked at before it is carried out."""

    id: int
    stack: int
    uuid: str
    name: str
    kind: str
    status: str
    execution: str
    reason: str
    created_ms: int
    description: str
    changes: Sequence[Mapping[str, Any]]
    source: StackSource
    role: str = ""
