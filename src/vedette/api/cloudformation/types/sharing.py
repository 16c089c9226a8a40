"""What several resources of a stack give to one holder, and what somebody else had given it before."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from vedette.api.cloudformation.types.base import Properties, texts
from vedette.stacks.port import ResourceWish

# A property that names holders, and IAM's word for them.
HOLDERS = {"Users": "User", "Groups": "Group", "Roles": "Role"}
INLINE, MANAGED = "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"
HELD = "held before"
"""Of a resource's attributes: what an update asked for and somebody had given already, and what one that
failed had not given yet. Where that is there later, it is somebody else's doing, and stays. No template can
ask for an attribute of this name."""


def holders_of(properties: Properties) -> list[tuple[str, str]]:
    """Return those whom a policy's properties name: what they are, and their names."""
    return [(kind, name) for member, kind in HOLDERS.items() for name in texts(properties.get(member))]


def policies_for(wish: ResourceWish, type_name: str, kind: str, holder: str) -> set[str]:
    """Return the policies of a type that other resources of the stack give to a holder."""
    return {
        other.physical
        for other in wish.neighbours
        if other.type == type_name and (kind, holder) in holders_of(other.properties)
    }


def holders_with(wish: ResourceWish, arn: str) -> set[tuple[str, str]]:
    """Return the holders of the stack that have a managed policy by their own properties."""
    return {
        (kind, other.physical)
        for other in wish.neighbours
        for kind in HOLDERS.values()
        if other.type == f"AWS::IAM::{kind}" and arn in texts(other.properties.get("ManagedPolicyArns"))
    }


def without(values: Iterable[str], others: Iterable[str], own: Iterable[str]) -> list[str]:
    """Return what is read without that which others of the stack give, unless it is asked for here, too."""
    passed = set(others) - set(own)
    return [value for value in values if value not in passed]


def held(wish: ResourceWish, name: str) -> list[Any]:
    """Return what of a kind was held before the update that is gone back from."""
    remembered: dict[str, list[Any]] = wish.attributes.get(HELD, {}) if wish.is_again else {}
    return [tuple(item) if isinstance(item, list) else item for item in remembered.get(name, [])]


def foreseen(
    wish: ResourceWish, items: Mapping[str, list[Any]], present: Mapping[str, Collection[Any]]
) -> dict[str, Any]:
    """Return the attributes of a change that finds these held, with what an update before it found.

    Of that, what is not `present` any more is nobody's: this change may give it.
    """
    remembered = {
        name: [item for item in held(wish, name) if name not in present or item in present[name]]
        for name in items
    }
    return {
        HELD: {
            name: [*remembered[name], *(item for item in new if item not in remembered[name])]
            for name, new in items.items()
        }
    }


def with_ungiven(attributes: Mapping[str, Any], items: Mapping[str, Iterable[Any]]) -> dict[str, Any]:
    """Return what is remembered of a change that failed, with these that it had not given by then."""
    remembered: dict[str, list[Any]] = attributes.get(HELD, {})
    return remembered | {name: [*remembered.get(name, []), *sorted(new)] for name, new in items.items()}
