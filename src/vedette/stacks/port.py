"""What makes resources: the promise that a door of templates keeps. Nothing here knows of any service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from vedette.identity.principal import Principal
from vedette.stacks.values import StackPlace, StackResource


class MakingFailed(Exception):
    """An operation on a resource was refused or failed; `physical` is what is there of it all the same.

    `is_untouched` says of a change that none was begun: the resource is as it was. `attributes` are those
    with which it is to be gone back from, where they are others than before.
    """

    def __init__(
        self,
        sentence: str,
        physical: str = "",
        *,
        is_untouched: bool = False,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.physical = physical
        self.is_untouched = is_untouched
        self.attributes = attributes


@dataclass(frozen=True, slots=True)
class StackActor:
    """As whom, where and for which stack an operation acts."""

    principal: Principal
    place: StackPlace
    stack: str
    name: str


@dataclass(frozen=True, slots=True)
class StackNeighbour:
    """Another resource of the same stack, as it was last set."""

    type: str
    physical: str
    properties: Mapping[str, Any]


def neighbours_of(row: StackResource, rows: Iterable[StackResource]) -> tuple[StackNeighbour, ...]:
    """Return the other resources of a stack that are there."""
    others = [other for other in rows if other.is_there and other.id != row.id]
    return tuple(StackNeighbour(other.type, other.physical, other.facts.properties) for other in others)


@dataclass(frozen=True, slots=True)
class ResourceWish:
    """A resource as it should be."""

    logical: str
    type: str
    # What it is called where its properties give no name; settled before anything is made.
    name: str
    properties: Mapping[str, Any]
    # What others may ask of it, where it is there already.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    # Where a server was stopped in the middle: when it was begun. What was made since then is its own.
    resumed_since_ms: int = 0
    # Of a change: it was begun before, or goes back. What looks as if this change had put it is its own then.
    is_again: bool = False
    # What else the stack has: two resources may give the same.
    neighbours: tuple[StackNeighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeThing:
    """A resource as it is: what it is called, and what others may ask of it."""

    physical: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class ResourceMaker(Protocol):
    """Makes, changes, deletes and reads resources by the operations of their services."""

    def act_as(self, place: StackPlace, caller: Mapping[str, Any], role: str) -> Principal:
        """Return whom an operation acts as, with its present rights; raise what refuses it."""

    def make(self, actor: StackActor, wish: ResourceWish) -> MadeThing:
        """Make a resource; raise MakingFailed where that is refused."""

    def foresee(
        self, actor: StackActor, wish: ResourceWish, physical: str, before: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return a resource's attributes with what is to be known once it was changed; nothing is changed.

        It is written down before the change: a server that is stopped in the middle of it goes back by it.
        """

    def change(
        self, actor: StackActor, wish: ResourceWish, physical: str, before: Mapping[str, Any]
    ) -> MadeThing:
        """Change a resource where it is; to do it twice does no harm."""

    def delete(self, actor: StackActor, wish: ResourceWish, physical: str) -> None:
        """Delete a resource; one that is not there any more is deleted."""

    def read(self, actor: StackActor, wish: ResourceWish, physical: str) -> Mapping[str, Any] | None:
        """Return the properties that a resource has now; None where it is not there."""

    def tagged(
        self, type_name: str, properties: Mapping[str, Any], tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return properties with a stack's tags, where the type takes some; a resource's own are stronger."""

    def replaces(self, type_name: str, names: set[str]) -> bool:
        """Say whether a change of these properties makes another resource."""

    def named_by(self, type_name: str, properties: Mapping[str, Any]) -> str:
        """Return the name that a resource's properties give it; nothing where they give none."""

    def invent_name(self, type_name: str, stack: str, logical: str) -> str:
        """Return a name for a resource that is given none."""
