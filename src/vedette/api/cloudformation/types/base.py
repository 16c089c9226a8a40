"""What a type of resource is: its properties, what others may ask of it, and the operations that make it."""

import contextlib
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vedette.api.inner import ActingFor, InnerCalls, InnerFault
from vedette.clock import from_milliseconds
from vedette.stacks.port import MadeThing, MakingFailed, ResourceWish, StackActor

VIA = "cloudformation.amazonaws.com"
LETTERS = string.ascii_uppercase + string.digits
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TypeCalls:
    """The operations of services, asked as a stack's actor."""

    inner: InnerCalls
    actor: StackActor

    @property
    def account(self) -> str:
        """The stack's account."""
        return self.actor.place.account

    @property
    def region(self) -> str:
        """The stack's region."""
        return self.actor.place.region

    def ask(self, service: str, operation: str, /, **members: Any) -> dict[str, Any]:
        """Return an operation's answer; members that are None are left out."""
        acting = ActingFor(self.actor.principal, self.region, VIA)
        inputs = {name: value for name, value in members.items() if value is not None}
        return self.inner.ask(acting, service, operation, inputs)

    def find(self, missing: str, service: str, operation: str, /, **members: Any) -> dict[str, Any] | None:
        """Return an operation's answer; None where it answers with that code: what it names is not there."""
        try:
            return self.ask(service, operation, **members)
        except InnerFault as fault:
            if fault.code in missing.split():
                return None
            raise

    def make_once(
        self,
        wish: ResourceWish,
        exists: str,
        make: Callable[[], Any],
        born: Callable[[], datetime | None],
    ) -> None:
        """Make something whose name is known beforehand; what a stopped run of this stack made counts.

        Only where the run was stopped in the middle, and the thing is younger than the run. What was there
        before is somebody else's: it is refused, and never deleted with the stack.
        """
        try:
            make()
        except InnerFault as fault:
            if fault.code not in exists.split() or not wish.resumed_since_ms:
                raise
            product = born()
            # Times of answers are whole seconds.
            began = from_milliseconds(wish.resumed_since_ms - wish.resumed_since_ms % 1000)
            if product is None or product < began:
                raise


# What functions of types meet in properties that are of another form than CloudFormation's.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


@contextlib.contextmanager
def furnishing(physical: str, attributes: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Have what fails from here on say that something of the resource is there, so that it is taken back.

    Of a change, `attributes` are those with which it is gone back from.
    """
    try:
        yield
    except InnerFault as fault:
        raise MakingFailed(fault.sentence, physical, attributes=attributes) from None
    except MALFORMED as error:
        raise MakingFailed(malformed_sentence(error), physical, attributes=attributes) from None


def malformed_sentence(error: Exception) -> str:
    """Say that properties are of another form than they may be; what is in them is not repeated."""
    member = f" (at {error.args[0]!s:.60})" if isinstance(error, KeyError) and error.args else ""
    return f"Properties validation failed: they are of another form than this type's{member}."


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource. `replaced_by` are the properties whose change makes another resource."""

    name: str
    properties: frozenset[str]
    make: Callable[[TypeCalls, ResourceWish], MadeThing]
    delete: Callable[[TypeCalls, ResourceWish, str], None]
    inspect: Callable[[TypeCalls, ResourceWish, str], Properties | None]
    change: Callable[[TypeCalls, ResourceWish, str, Properties], MadeThing] | None = None
    # Of a change that is going to be made: attributes by which it is gone back from; refuses what may not be.
    foresee: Callable[[TypeCalls, ResourceWish, str, Properties], dict[str, Any]] | None = None
    required: frozenset[str] = frozenset()
    replaced_by: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    # The property that names it, and the form of invented names.
    name_property: str = ""
    longest_name: int = 64
    is_lower: bool = False
    # What policies must be allowed to hand out, in words of a request (CAPABILITY_IAM).
    is_identity: bool = False
    # Properties that are not read back, since their service never tells them.
    unread: frozenset[str] = field(default_factory=frozenset)


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def invented_name(kind: ResourceType, stack: str, logical: str) -> str:
    """Return a name as CloudFormation makes them: the stack's, the resource's and twelve random letters."""
    tail = "".join(secrets.choice(LETTERS) for _ in range(12))
    room = kind.longest_name - len(tail) - 2
    half = max(room - len(logical), room // 2)
    name = f"{stack[:half]}-{logical[: room - len(stack[:half])]}-{tail}"
    return name.lower() if kind.is_lower else name


def tags_of(properties: Properties) -> dict[str, str]:
    """Return the tags of a resource's properties, by their keys."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags", ())}


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as most services list them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def born_at(value: Any) -> datetime | None:
    """Return a moment of an answer."""
    return value if isinstance(value, datetime) else None


def texts(value: Any) -> list[str]:
    """Return a list of texts, as properties have it."""
    if not isinstance(value or [], list):
        raise TypeError("a list")
    return [str(item) for item in value or ()]
