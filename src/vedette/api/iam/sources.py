"""The policies of a user, a group or a role as simulations name them, with their documents."""

from collections.abc import Iterator
from dataclasses import dataclass

from vedette.access.policy import Policy, PolicyKind
from vedette.api.house import House
from vedette.errors import Missing
from vedette.identity.holder import Holder
from vedette.identity.rights import parsed


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy, and where it comes from; without a document one that is lost, which denies everything."""

    policy: Policy
    id: str
    type: str
    document: str = ""


def sources_of(house: House, holder: Holder) -> tuple[PolicySource, ...]:
    """Return the policies that decide for a holder, those of a user's groups too."""
    house.identity.directory.holders.find(holder)
    sources = list(_held(house, holder))
    if holder.kind == "user":
        for group in house.identity.directory.groups.of(holder.account, holder.name):
            sources += _held(house, Holder("group", holder.account, group))
    return tuple(sources)


def boundary_source(house: House, holder: Holder) -> tuple[PolicySource, ...]:
    """Return the policy that bounds a holder, if one does."""
    name = getattr(house.identity.directory.holders.find(holder), "boundary", "")
    return (_managed(house, holder.account, name),) if name else ()


def _held(house: House, holder: Holder) -> Iterator[PolicySource]:
    directory = house.identity.directory
    for name in directory.policies.attached(holder):
        yield _managed(house, holder.account, name)
    for name, document in directory.inline.of(holder).items():
        policy = parsed(name, document, PolicyKind.INLINE)
        yield PolicySource(policy, f"{holder.kind}_{holder.name}_{name}", holder.kind, document)


def _managed(house: House, account: str, name: str) -> PolicySource:
    try:
        policy = house.identity.directory.policies.find(account, name)
    except Missing:
        return PolicySource(parsed(name, None), name, "user-managed")
    source = "aws-managed" if policy.is_builtin else "user-managed"
    return PolicySource(parsed(name, policy.document), name.rpartition(":")[2], source, policy.document)
