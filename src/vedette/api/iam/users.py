"""Users and their access keys."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.answers import a_group, a_user, boundary_named
from vedette.api.iam.asking import (
    changes,
    named_or_caller,
    permit_all,
    permit_named,
    read_page,
    require_path,
    tags_asked,
)
from vedette.api.identity_rights import TagsAsked, permit
from vedette.errors import Missing
from vedette.identity.holder import Holder, HolderLook
from vedette.identity.records import AccessKey, User

# IAM has no user of the root; clients want a name.
ROOT = "root"
STATUS = {True: "Active", False: "Inactive"}


def create_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a user without rights."""
    path, tags = require_path(request), tags_asked(request)
    bound = request.get("PermissionsBoundary", "")
    new = Holder("user", caller.account, request["UserName"])
    permit(house, caller, "CreateUser", new, tags=tags, path=path, PermissionsBoundary=bound)
    if tags.added:
        permit(house, caller, "TagUser", new, tags=tags, path=path)
    extras = HolderLook(path, tags.added, boundary_named(house, caller, bound))
    return {"User": a_user(house, changes(house, caller).create_user(caller.account, new.name, (), extras))}


def get_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a user; without a name the caller."""
    if "UserName" not in request and caller.principal.kind == "root":
        root = {"UserId": caller.account, "Arn": caller.principal.arn, "Path": "/"}
        account = next(
            record for record in house.identity.directory.accounts() if record.id == caller.account
        )
        return {"User": {**root, "UserName": account.name, "CreateDate": account.created}}
    holder = permit(house, caller, "GetUser", named_or_caller(caller, request))
    return {"User": a_user(house, house.identity.directory.holders.find(holder))}


def list_users(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the users whose path begins as the request says."""
    permit_all(caller, "ListUsers")
    page, prefix = read_page(house, caller, "ListUsers", request), request.get("PathPrefix", "/")
    users = house.identity.directory.holders.page(
        caller.account, "user", prefix=prefix, after=page.after, most=page.size + 1
    )

    def listed(user: User) -> dict[str, Any]:
        # Lists leave out what would have to be looked up for each.
        left_out = ("Tags", "PermissionsBoundary")
        return {name: value for name, value in a_user(house, user).items() if name not in left_out}

    answer: dict[str, Any] = page.answer("Users", users, listed, lambda user: user.name)
    return answer


def update_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a user another name or another path; its keys and its rights stay."""
    holder = permit_named(house, caller, "UpdateUser", "user", request)
    directory = changes(house, caller)
    name = request.get("NewUserName", holder.name)
    path = require_path(request, "NewPath") if "NewPath" in request else directory.holders.path(holder)
    if (name, path) != (holder.name, directory.holders.path(holder)):
        # Whoever may rename one into a place must have rights there too.
        permit(house, caller, "UpdateUser", Holder("user", caller.account, name), path=path)
    directory.holders.move(holder, name, path)
    return {}


def delete_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a user that has no keys, groups and policies any more."""
    holder = permit_named(house, caller, "DeleteUser", "user", request)
    directory = changes(house, caller)
    directory.holders.refuse_furnished(holder)
    directory.delete_user(caller.account, holder.name)
    return {}


def list_groups_for_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the groups that a user is in."""
    holder = permit_named(house, caller, "ListGroupsForUser", "user", request)
    directory = house.identity.directory
    groups = [
        directory.holders.find(Holder("group", caller.account, name))
        for name in directory.groups.of(caller.account, holder.name)
    ]
    page = read_page(house, caller, "ListGroupsForUser", request)
    answer: dict[str, Any] = page.cut("Groups", groups, a_group, lambda group: group.name)
    return answer


def create_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a key for a user, or for the caller; its secret is answered here and never again."""
    name = _key_holder(house, caller, "CreateAccessKey", request)
    key = changes(house, caller).create_key(caller.account, name)
    record = house.identity.directory.key(key.id)
    assert record is not None
    answer = {**_key(record), "SecretAccessKey": key.secret}
    return {"AccessKey": {**answer, "UserName": name or ROOT}}


def list_access_keys(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the keys of a user, or of the caller, without their secrets."""
    name = _key_holder(house, caller, "ListAccessKeys", request)
    page = read_page(house, caller, "ListAccessKeys", request)
    keys = _keys_of(house, caller, name)
    answer: dict[str, Any] = page.cut("AccessKeyMetadata", keys, _key, lambda key: key.id)
    return answer


def update_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Enable or disable a key."""
    name = _key_holder(house, caller, "UpdateAccessKey", request)
    key_id = _require_key(house, caller, name, request["AccessKeyId"])
    changes(house, caller).enable_key(key_id, enabled=request["Status"] == STATUS[True])
    return {}


def delete_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a key; the sessions that it began end."""
    name = _key_holder(house, caller, "DeleteAccessKey", request)
    changes(house, caller).delete_key(_require_key(house, caller, name, request["AccessKeyId"]))
    return {}


def get_access_key_last_used(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return when and for which service a key of the account last signed, to a quarter of an hour."""
    key_id = request["AccessKeyId"]
    house.identity.uses.write()
    key = house.identity.directory.key(key_id)
    is_own = key is not None and key.account == caller.account
    if key is None or not is_own:
        permit_all(caller, "GetAccessKeyLastUsed")
        raise _no_key(key_id)
    if key.user is None:
        permit_all(caller, "GetAccessKeyLastUsed")
    else:
        permit(house, caller, "GetAccessKeyLastUsed", Holder("user", caller.account, key.user))
    # IAM's words for a key that was never used.
    used: dict[str, Any] = {"ServiceName": key.used_service or "N/A", "Region": key.used_region or "N/A"}
    if key.used is not None:
        used["LastUsedDate"] = key.used
    return {"UserName": key.user or ROOT, "AccessKeyLastUsed": used}


def tag_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Set tags of a user."""
    return _retag(house, caller, "TagUser", request)


def untag_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags from a user."""
    return _retag(house, caller, "UntagUser", request)


def _retag(house: House, caller: Caller, action: str, request: dict[str, Any]) -> dict[str, Any]:
    tags: TagsAsked = tags_asked(request)
    holder = permit(house, caller, action, Holder("user", caller.account, request["UserName"]), tags=tags)
    changes(house, caller).set_tags(holder, tags.added, tags.removed)
    return {}


def _key_holder(house: House, caller: Caller, action: str, request: dict[str, Any]) -> str | None:
    """Return whose keys are asked for, if the caller may: None for the root's, which it alone asks for."""
    if "UserName" not in request and caller.principal.kind == "root":
        return None
    return permit(house, caller, action, named_or_caller(caller, request)).name


def _keys_of(house: House, caller: Caller, name: str | None) -> list[AccessKey]:
    keys = house.identity.directory.keys(caller.account, name)
    return [key for key in keys if key.user == name]


def _require_key(house: House, caller: Caller, name: str | None, key_id: str) -> str:
    """Return the key's id if it is that user's: of another's nothing is said but that it is none of these."""
    if key_id not in {key.id for key in _keys_of(house, caller, name)}:
        raise _no_key(key_id)
    return key_id


def _no_key(key_id: str) -> Missing:
    return Missing(f"The Access Key with id {key_id} cannot be found.", kind="key", name=key_id)


def _key(key: AccessKey) -> dict[str, Any]:
    answer = {"AccessKeyId": key.id, "Status": STATUS[key.enabled], "CreateDate": key.created}
    return {**answer, "UserName": key.user} if key.user else answer
