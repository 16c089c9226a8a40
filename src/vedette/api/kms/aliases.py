"""Names of keys. The caller's policies must allow the alias, and the key's own the key."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.kms.calls import (
    KeyAction,
    answer_page,
    find_key,
    page_of,
    place_of,
    require_key,
    require_own,
    usable_key,
)
from vedette.encryption.names import check_alias_name
from vedette.encryption.values import EncryptionKey
from vedette.errors import Wrong


def create_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a key a name."""
    house.encryption.aliases.create(place_of(caller), *_named(house, caller, request, "CreateAlias"))
    return {}


def update_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a name mean another key."""
    name, key = _named(house, caller, request, "UpdateAlias")
    standing = house.encryption.aliases.find(place_of(caller), name)
    require_key(house, caller, house.encryption.keys.by_id(standing.key), KeyAction("UpdateAlias"))
    house.encryption.aliases.move(place_of(caller), name, key)
    return {}


def delete_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a name away."""
    name = request["AliasName"]
    check_alias_name(name)
    require_own(caller, "DeleteAlias", str(caller.own(name)))
    alias = house.encryption.aliases.find(place_of(caller), name)
    require_key(house, caller, house.encryption.keys.by_id(alias.key), KeyAction("DeleteAlias"))
    house.encryption.aliases.delete(place_of(caller), name)
    return {}


def _named(house: House, caller: Caller, request: dict[str, Any], action: str) -> tuple[str, EncryptionKey]:
    name, text = request["AliasName"], request["TargetKeyId"]
    check_alias_name(name)
    require_own(caller, action, str(caller.own(name)))
    if "alias/" in text:
        raise Wrong("Aliases must refer to keys. Not aliases", name=text)
    key, _ = usable_key(house, caller, text, KeyAction(action))
    if (key.account, key.region) != (caller.account, caller.region):
        raise Wrong("An alias and its key are of one account and region.", kind="arn", name=text)
    if key.service:
        raise Wrong(f"{key.arn} is a service's own key, which has its alias.", name=text)
    return name, key


def list_aliases(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's aliases, or those of a key."""
    require_own(caller, "ListAliases")
    place, key = place_of(caller), ""
    if "KeyId" in request:
        key = find_key(house, caller, request["KeyId"], "ListAliases").id
    page = page_of(house, caller, request, "ListAliases", key)
    aliases, first = house.encryption.aliases.list(place, key=key), page.after(0)
    listed = [
        {
            "AliasName": alias.name,
            "AliasArn": str(caller.own(alias.name)),
            "TargetKeyId": alias.key,
            "CreationDate": alias.created,
            "LastUpdatedDate": alias.updated,
        }
        for alias in aliases[first : first + page.size]
    ]
    more = len(aliases) > first + page.size
    return answer_page(page, {"Aliases": listed}, first + page.size if more else None)
