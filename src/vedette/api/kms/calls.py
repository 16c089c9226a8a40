"""What the operations of KMS have in common: which key a request means, and whether its caller may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.api.house import Caller, House, about_tags
from vedette.api.paging import PageMembers, PageRequest, read_page
from vedette.encryption.authority import KeyUse
from vedette.encryption.values import EncryptionContext, EncryptionKey, KeyGrant, KeyPlace
from vedette.errors import Denied, Missing, Unbuilt, Wrong
from vedette.identity.may import Context, refusal, require

MARKERS = PageMembers(size="Limit", token="Marker", next_token="NextMarker")  # noqa: S106  (members' names)
ALGORITHM = "SYMMETRIC_DEFAULT"


@dataclass(frozen=True, slots=True)
class KeyAction:
    """What a request does with a key."""

    name: str
    context: EncryptionContext = field(default_factory=dict)
    facts: Context = field(default_factory=dict)


def place_of(caller: Caller) -> KeyPlace:
    """Return where the caller's names of keys are looked up."""
    return KeyPlace(caller.account, caller.region)


def permitted_key(
    house: House, caller: Caller, request: Mapping[str, Any], action: KeyAction
) -> EncryptionKey:
    """Return the key that the request's KeyId names, if the caller may do this with it."""
    return granted_key(house, caller, request["KeyId"], action, request)[0]


def granted_key(
    house: House, caller: Caller, text: str, action: KeyAction, request: Mapping[str, Any]
) -> tuple[EncryptionKey, KeyGrant | None]:
    """Return the key of a name, and the grant by which the caller may do this, where it is one."""
    check_grant_tokens(house, request)
    key, grant = usable_key(house, caller, text, action)
    if request.get("DryRun"):
        raise Wrong("The request would have succeeded, but the DryRun option is set.", kind="dry run")
    return key, grant


def usable_key(
    house: House, caller: Caller, text: str, action: KeyAction
) -> tuple[EncryptionKey, KeyGrant | None]:
    """Return the key of a name, if the caller may do this with it, and the grant that lets it."""
    key = find_key(house, caller, text, action.name)
    try:
        return key, require_key(house, caller, key, action)
    except Denied:
        if key.account == caller.account:
            raise
        # In the words that are said of a key which is not there: an alias's key is not told either.
        raise refusal(caller.principal, f"kms:{action.name}", text) from None


def find_key(house: House, caller: Caller, text: str, action: str) -> EncryptionKey:
    """Return the key of a name; of one in another account nothing is told, not even that it is not there."""
    try:
        return house.encryption.keys.find(place_of(caller), text)
    except Missing:
        if text.startswith("arn:") and text.split(":")[4] != caller.account:
            raise refusal(caller.principal, f"kms:{action}", text) from None
        raise


def require_key(house: House, caller: Caller, key: EncryptionKey, action: KeyAction) -> KeyGrant | None:
    """Refuse unless the caller may do this with a key; return the grant by which it may."""
    facts = {**caller.context, **action.facts}
    return house.encryption.authority.require(
        caller.principal, KeyUse(action.name, key, action.context, facts)
    )


def require_own(caller: Caller, action: str, resource: str = "*", *, facts: Context | None = None) -> None:
    """Refuse unless the caller's own policies allow what is about no key, or not yet."""
    require(caller.principal, f"kms:{action}", resource, {**caller.context, **(facts or {})})


def check_grant_tokens(house: House, request: Mapping[str, Any]) -> None:
    """Refuse tokens that were not given out here. Grants count at once, so they say nothing else."""
    for token in request.get("GrantTokens") or ():
        house.encryption.grants.id_of(token)


def page_of(house: House, caller: Caller, request: Mapping[str, Any], *list_asked: object) -> PageRequest:
    """Return the page of a list that is asked for."""
    return read_page(house, request, *list_asked, caller.account, caller.region, members=MARKERS)


def answer_page(page: PageRequest, answer: dict[str, Any], last: int | None) -> dict[str, Any]:
    """Return a page as KMS has it: it says in words too whether there is more."""
    return page.answer({**answer, "Truncated": last is not None}, last)


def read_tags(listed: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the tags of a request."""
    tags = {tag["TagKey"]: tag["TagValue"] for tag in listed}
    if len(tags) < len(listed):
        raise Wrong("Duplicate tag keys found.", kind="tag")
    if reserved := [name for name in tags if name.lower().startswith("aws:")]:
        raise Wrong(f"{reserved[0]}: tags that begin with aws: are kept for services.", kind="tag")
    return tags


def facts_of_tags(tags: Mapping[str, str], keys: Sequence[str] = ()) -> Context:
    """Return what conditions may ask of a request's tags."""
    return about_tags(dict(tags), keys)


def refuse_unbuilt(request: Mapping[str, Any], **supported: object) -> None:
    """Refuse members whose values are real, and not supported yet."""
    for name, only in supported.items():
        value = request.get(name)
        if value not in (None, only):
            raise Unbuilt(
                f"{name} {value} is not supported yet: keys here are symmetric, of one region, and their "
                "material is made by the installation.",
                name=name,
            )


def unknown_ciphertext() -> Denied:
    """Return what is said of a ciphertext whose key is not there, or not the caller's to know of."""
    return Denied(
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
        "or you are not allowed to access."
    )
