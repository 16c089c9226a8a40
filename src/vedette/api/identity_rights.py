"""The rights to users, groups, roles and policies: IAM's own actions, whichever dialect asks for them.

A right is asked for the ARN that a thing has, with its path, or would have: before anything else is looked
at, so that who may not ask learns nothing of what there is. Two dialects change the same people; if each had
rights of its own, a policy that keeps somebody from one would leave the other open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.api.house import Caller, House, about_tags
from vedette.errors import Missing
from vedette.identity.builtin import AWS
from vedette.identity.directory import Directory
from vedette.identity.holder import Holder
from vedette.identity.may import Context, require
from vedette.identity.policies import IdentityPolicy
from vedette.identity.records import arn_of

# The account of the policies that come with the program.
BUILTIN_ACCOUNT = "aws"
BUILTIN_ARN = f"arn:aws:iam::{BUILTIN_ACCOUNT}:policy/"


@dataclass(frozen=True, slots=True)
class TagsAsked:
    """The tags that a request gives something, and the keys of those that it takes away."""

    added: Mapping[str, str]
    removed: Sequence[str] = ()


NO_TAGS = TagsAsked({})


def permit(
    house: House,
    caller: Caller,
    action: str,
    holder: Holder,
    *,
    tags: TagsAsked = NO_TAGS,
    path: str | None = None,
    **keys: str,
) -> Holder:
    """Return a holder if the caller may do this to it; `keys` are condition keys of IAM's own."""
    directory = house.identity.directory

    def facts() -> Context:
        present = {} if path is not None else _tags_of(directory, holder)
        conditions = {f"iam:{key}": value for key, value in keys.items() if value}
        return {**facts_of(caller, tags, present), **conditions}

    require(caller.principal, f"iam:{action}", holder_arn(house, holder, path), facts)
    return holder


def holder_arn(house: House, holder: Holder, path: str | None = None) -> str:
    """Return the ARN that a user, a group or a role has; with a path the one that a new one would have."""
    folder = house.identity.directory.holders.path(holder) if path is None else path
    return arn_of(holder.kind, holder.account, folder, holder.name)


def policy_arn(account: str, policy: IdentityPolicy) -> str:
    """Return a policy's ARN."""
    if policy.is_builtin:
        return f"{BUILTIN_ARN}{policy.path[1:]}{policy.name.removeprefix(AWS)}"
    return arn_of("policy", account, policy.path, policy.name)


def policy_arn_of(house: House, account: str, name: str) -> str:
    """Return the ARN of the policy that attachments call so; that of a new one where there is none."""
    try:
        return policy_arn(account, house.identity.directory.policies.find(account, name))
    except Missing:
        return arn_of("policy", account, "/", name)


def facts_of(caller: Caller, tags: TagsAsked, present: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Return what conditions may ask of a request about something that has these tags at present."""
    facts = {**caller.context, **about_tags(tags.added, tags.removed)}
    for key, value in present.items():
        facts |= {f"aws:ResourceTag/{key}": value, f"iam:ResourceTag/{key}": value}
    return facts


def _tags_of(directory: Directory, holder: Holder) -> Mapping[str, str]:
    if holder.kind == "group":
        return {}
    try:
        return directory.tags(holder)
    except Missing:
        return {}
