"""What the operations of IAM have in common: whom a request names, who may ask it, and pages of names.

The rights themselves are those of `api/identity_rights.py`, which other dialects ask for too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from vedette.api.house import Caller, House
from vedette.api.identity_rights import (
    BUILTIN_ACCOUNT,
    BUILTIN_ARN,
    NO_TAGS,
    TagsAsked,
    facts_of,
    permit,
)
from vedette.arn import parse_arn
from vedette.errors import Missing, Wrong
from vedette.identity.builtin import AWS, AWS_NAMES, NAMES
from vedette.identity.directory import Directory
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.may import RESOURCE_ACCOUNT, require
from vedette.identity.policies import IdentityPolicy
from vedette.identity.records import split_resource
from vedette.wire import pages

T = TypeVar("T")

# How a request names a holder.
MEMBERS: dict[HolderKind, str] = {"user": "UserName", "group": "GroupName", "role": "RoleName"}
USUAL_SIZE = 100
UNMODIFIABLE = "unmodifiable"


def changes(house: House, caller: Caller) -> Directory:
    """Return the account's directory for changes, which always leave it an administrator."""
    return house.identity.directory.guarded(caller.account)


def permit_named(
    house: House, caller: Caller, action: str, kind: HolderKind, request: Mapping[str, Any], **keys: str
) -> Holder:
    """Return the holder that the request names, if the caller may do this to it."""
    holder = Holder(kind, caller.account, request[MEMBERS[kind]])
    return permit(house, caller, action, holder, tags=NO_TAGS, path=None, **keys)


def named_or_caller(caller: Caller, request: dict[str, Any]) -> Holder:
    """Return the user that the request names, or the caller where it is one."""
    if "UserName" in request:
        return Holder("user", caller.account, request["UserName"])
    if caller.principal.kind != "user":
        raise Wrong("Must specify userName when calling with non-User credentials", kind="caller name")
    return Holder("user", caller.account, caller.principal.name)


def permit_all(caller: Caller, action: str) -> None:
    """Refuse unless the caller may do what is about no thing in particular."""
    caller.require(action, "*")


def permit_policy(
    house: House, caller: Caller, action: str, arn: str, *, tags: TagsAsked = NO_TAGS
) -> IdentityPolicy:
    """Return the policy of an ARN, if the caller may do this to it."""

    def known() -> Mapping[str, str]:
        try:
            return find_policy(house, caller, arn).tags
        except (Missing, Wrong):
            return {}

    if arn.startswith(BUILTIN_ARN):
        # It is everybody's: what the caller's own policies say of it decides.
        require(
            caller.principal,
            f"iam:{action}",
            arn,
            {**facts_of(caller, tags, {}), RESOURCE_ACCOUNT: caller.account},
        )
    else:
        require(caller.principal, f"iam:{action}", arn, lambda: facts_of(caller, tags, known()))
    return find_policy(house, caller, arn)


def find_policy(house: House, caller: Caller, text: str) -> IdentityPolicy:
    """Return the policy of an ARN: the account's own, or one that comes with the program."""
    policies = house.identity.directory.policies
    arn = parse_arn(text)
    kind, path, name = split_resource(arn.resource)
    missing = Missing(f"Policy {text} does not exist or is not attachable.", kind="policy", name=text)
    if arn.service != "iam" or kind != "policy" or arn.region or arn.partition != "aws":
        raise Wrong(f"ARN {text} is not valid.", kind="policy", name=text)
    if arn.account == BUILTIN_ACCOUNT:
        builtin = name if name in NAMES else f"{AWS}{name}" if name in AWS_NAMES else ""
        policy = policies.find(caller.account, builtin) if builtin else None
    elif arn.account == caller.account:
        policy = policies.find(caller.account, name)
    else:
        policy = None
    is_there = policy is not None and policy.is_builtin == (arn.account == BUILTIN_ACCOUNT)
    if policy is None or not is_there or policy.path != path:
        raise missing
    return policy


def require_own(policy: IdentityPolicy) -> None:
    """Refuse to change what comes with the program."""
    if policy.is_builtin:
        name = policy.name.removeprefix(AWS)
        raise Wrong(f"{name} comes with the program and cannot be changed.", kind=UNMODIFIABLE, name=name)


def require_path(request: Mapping[str, Any], member: str = "Path") -> str:
    """Return the path that the request gives a new thing."""
    path = str(request.get(member, "/"))
    if "//" in path:
        raise Wrong(f"{path!r} is no path: no part of one is empty.", kind="path", name=path)
    return path


def tags_asked(request: Mapping[str, Any]) -> TagsAsked:
    """Return the tags of a request, whose keys differ by more than their capitals."""
    listed = request.get("Tags", ())
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    if len({key.lower() for key in tags}) < len(listed):
        raise Wrong("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return TagsAsked(tags, tuple(request.get("TagKeys", ())))


def list_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as answers list them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page of a list in the order of some text, which begins behind the text `after`."""

    size: int
    after: str
    scope: str
    key: bytes

    def answer(self, member: str, items: Sequence[T], of: Callable[[T], Any], by: Callable[[T], str]) -> Any:
        """Return the answer for items behind `after`, of which one beyond `size` says that there are more."""
        entries, more = items[: self.size], len(items) > self.size
        answer: dict[str, Any] = {member: [of(item) for item in entries], "IsTruncated": more}
        if more:
            answer["Marker"] = pages.encode(self.key, self.scope, [by(entries[-1])])
        return answer

    def cut(self, member: str, items: Sequence[T], of: Callable[[T], Any], by: Callable[[T], str]) -> Any:
        """Return the answer for the whole list, of which this page is a part."""
        later = [item for item in sorted(items, key=by) if not self.after or by(item) > self.after]
        return self.answer(member, later, of, by)


def read_page(house: House, caller: Caller, operation: str, request: Mapping[str, Any]) -> MarkedPage:
    """Return the page that a request asks for; its marker is bound to all that the request names."""
    members = sorted(
        (name, str(value)) for name, value in request.items() if name not in ("Marker", "MaxItems")
    )
    scope = pages.scope("iam", operation, caller.account, members)
    position = pages.decode(house.page_key, scope, request.get("Marker"))
    return MarkedPage(
        request.get("MaxItems", USUAL_SIZE), position[0] if position else "", scope, house.page_key
    )
