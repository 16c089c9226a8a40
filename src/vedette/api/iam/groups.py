"""Groups of users."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.answers import a_group, a_user
from vedette.api.iam.asking import changes, permit_all, permit_named, read_page, require_path
from vedette.api.identity_rights import permit
from vedette.identity.holder import Holder


def create_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a group without users and rights."""
    path = require_path(request)
    new = permit(
        house, caller, "CreateGroup", Holder("group", caller.account, request["GroupName"]), path=path
    )
    return {"Group": a_group(changes(house, caller).groups.create(caller.account, new.name, path))}


def get_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a group and the users in it."""
    holder = permit_named(house, caller, "GetGroup", "group", request)
    directory = house.identity.directory
    group = directory.holders.find(holder)
    page = read_page(house, caller, "GetGroup", request)

    def one(name: str) -> dict[str, Any]:
        return a_user(house, directory.holders.find(Holder("user", caller.account, name)))

    users = directory.groups.users(caller.account, holder.name)
    return {"Group": a_group(group), **page.cut("Users", users, one, str)}


def list_groups(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the groups whose path begins as the request says."""
    permit_all(caller, "ListGroups")
    page, prefix = read_page(house, caller, "ListGroups", request), request.get("PathPrefix", "/")
    groups = house.identity.directory.holders.page(
        caller.account, "group", prefix=prefix, after=page.after, most=page.size + 1
    )
    answer: dict[str, Any] = page.answer("Groups", groups, a_group, lambda group: group.name)
    return answer


def update_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a group another name or another path; its users and its rights stay."""
    holder = permit_named(house, caller, "UpdateGroup", "group", request)
    directory = changes(house, caller)
    before = directory.holders.path(holder)
    name = request.get("NewGroupName", holder.name)
    path = require_path(request, "NewPath") if "NewPath" in request else before
    if (name, path) != (holder.name, before):
        # Whoever may rename one into a place must have rights there too.
        permit(house, caller, "UpdateGroup", Holder("group", caller.account, name), path=path)
    directory.holders.move(holder, name, path)
    return {}


def delete_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a group that has no users and no policies any more."""
    holder = permit_named(house, caller, "DeleteGroup", "group", request)
    directory = changes(house, caller)
    directory.holders.refuse_furnished(holder)
    directory.groups.delete(caller.account, holder.name)
    return {}


def add_user_to_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Add a user to a group, whose rights it has from then on."""
    holder = permit_named(house, caller, "AddUserToGroup", "group", request)
    changes(house, caller).groups.add(caller.account, holder.name, request["UserName"])
    return {}


def remove_user_from_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a user out of a group."""
    holder = permit_named(house, caller, "RemoveUserFromGroup", "group", request)
    changes(house, caller).groups.remove(caller.account, holder.name, request["UserName"])
    return {}
