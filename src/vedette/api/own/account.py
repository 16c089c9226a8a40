"""The people of an account: users, groups, policies and keys, as the console's account page manages them.

Whoever may do these things is an administrator, whatever the policy is called: who may attach a policy may
attach any. The account never loses its last administrator this way; commands on the server's own machine may.
"""

from collections.abc import Callable
from typing import Any, Literal

from vedette.api.house import Caller, House
from vedette.errors import Missing
from vedette.identity.directory import Directory
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.policies import IdentityPolicy
from vedette.identity.records import AccessKey, User, arn_of


def list_users(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's users."""
    caller.require("ListUsers", "*")
    users = house.identity.directory.users(caller.account)
    return {"Users": [_user(user) for user in users]}


def get_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a user with its groups, policies, keys and tags."""
    name = _require(house, caller, "GetUser", "user", request["UserName"])
    directory = house.identity.directory
    user = _find_user(directory, caller.account, name)
    policies = directory.policies_of_user(caller.account, name)
    return {
        **_user(user),
        "Policies": [policy for policy in policies if "/" not in policy],
        "GroupPolicies": [policy for policy in policies if "/" in policy],
        "Groups": directory.groups.of(caller.account, name),
        "AccessKeys": [_key(key) for key in directory.keys(caller.account, name)],
        "Tags": dict(user.tags),
    }


def create_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a user with these policies, in these groups."""
    name = _require(house, caller, "CreateUser", "user", request["UserName"])
    directory = house.identity.directory
    user = directory.create_user(caller.account, name, request.get("Policies", ()))
    for group in request.get("Groups", ()):
        directory.groups.add(caller.account, group, name)
    return _user(user)


def update_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Attach and detach policies, join and leave groups, set and remove tags of a user."""
    name = _require(house, caller, "UpdateUser", "user", request["UserName"])
    account = caller.account
    directory = house.identity.directory.guarded(account)
    holder = Holder("user", account, name)
    # First what is given, so that somebody may go from one way of being an administrator to another.
    directory.policies.attach(holder, *request.get("AttachPolicies", ()))
    for group in request.get("JoinGroups", ()):
        directory.groups.add(account, group, name)
    directory.policies.detach(holder, *request.get("DetachPolicies", ()))
    for group in request.get("LeaveGroups", ()):
        directory.groups.remove(account, group, name)
    if request.get("Tags") or request.get("RemoveTags"):
        directory.set_tags(holder, request.get("Tags", {}), request.get("RemoveTags", ()))
    return {}


def delete_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a user with its keys; its sessions end."""
    name = _require(house, caller, "DeleteUser", "user", request["UserName"])
    house.identity.directory.guarded(caller.account).delete_user(caller.account, name)
    return {}


def create_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a key for a user; its secret is answered here and never again."""
    name = _require(house, caller, "CreateAccessKey", "user", request["UserName"])
    key = house.identity.directory.create_key(caller.account, name)
    return {"AccessKeyId": key.id, "SecretAccessKey": key.secret}


def update_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Enable or disable a user's key."""
    name = _require(house, caller, "UpdateAccessKey", "user", request["UserName"])
    is_enabled = request["Enabled"]

    def change(directory: Directory, key_id: str) -> None:
        directory.enable_key(key_id, enabled=is_enabled)

    _change_key(house, caller, name, request["AccessKeyId"], change)
    return {}


def delete_access_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a user's key; the sessions that it began end."""
    name = _require(house, caller, "DeleteAccessKey", "user", request["UserName"])
    _change_key(house, caller, name, request["AccessKeyId"], Directory.delete_key)
    return {}


def list_groups(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's groups with their members and policies."""
    caller.require("ListGroups", "*")
    groups = house.identity.directory.groups.in_account(caller.account)
    return {
        "Groups": [
            {"GroupName": group.name, "Users": list(group.users), "Policies": list(group.policies)}
            for group in groups
        ]
    }


def create_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a group with these policies."""
    name = _require(house, caller, "CreateGroup", "group", request["GroupName"])
    directory = house.identity.directory
    group = directory.groups.create(caller.account, name)
    directory.policies.attach(Holder("group", caller.account, name), *request.get("Policies", ()))
    return {"GroupName": group.name, "Users": [], "Policies": list(request.get("Policies", ()))}


def update_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Attach and detach policies of a group."""
    name = _require(house, caller, "UpdateGroup", "group", request["GroupName"])
    policies = house.identity.directory.guarded(caller.account).policies
    holder = Holder("group", caller.account, name)
    policies.attach(holder, *request.get("AttachPolicies", ()))
    policies.detach(holder, *request.get("DetachPolicies", ()))
    return {}


def delete_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a group without members."""
    name = _require(house, caller, "DeleteGroup", "group", request["GroupName"])
    house.identity.directory.guarded(caller.account).groups.delete(caller.account, name)
    return {}


def list_policies(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's own policies and the built-in ones, with their documents."""
    caller.require("ListPolicies", "*")
    policies = house.identity.directory.policies.available(caller.account)
    return {"Policies": [_policy(policy) for policy in policies]}


def put_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a policy, or change it for all who hold it."""
    name = _require(house, caller, "PutPolicy", "policy", request["PolicyName"])
    return _policy(house.identity.directory.policies.put(caller.account, name, request["PolicyDocument"]))


def delete_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a policy that nobody holds."""
    name = _require(house, caller, "DeletePolicy", "policy", request["PolicyName"])
    house.identity.directory.policies.delete(caller.account, name)
    return {}


def _require(
    house: House, caller: Caller, action: str, kind: HolderKind | Literal["policy"], name: str
) -> str:
    directory = house.identity.directory
    if kind == "policy":
        path = directory.policies.path(caller.account, name)
    else:
        path = directory.holders.path(Holder(kind, caller.account, name))
    caller.require(action, arn_of(kind, caller.account, path, name))
    return name


def _find_user(directory: Directory, account: str, name: str) -> User:
    user = next((user for user in directory.users(account) if user.name == name), None)
    if user is None:
        raise Missing(f"There is no user {name} in account {account}.", kind="user", name=name)
    return user


def _change_key(
    house: House, caller: Caller, name: str, key_id: str, change: Callable[[Directory, str], None]
) -> None:
    """Change a key that is the user's: of another's nothing is said but that this user has none such."""
    directory = house.identity.directory.guarded(caller.account)
    if key_id not in {key.id for key in directory.keys(caller.account, name)}:
        raise Missing(f"User {name} has no access key {key_id}.", kind="key", name=key_id)
    change(directory, key_id)


def _user(user: User) -> dict[str, Any]:
    return {"UserName": user.name, "UserId": user.user_id, "Arn": user.arn, "CreateDate": user.created}


def _key(key: AccessKey) -> dict[str, Any]:
    return {"AccessKeyId": key.id, "Enabled": key.enabled, "CreateDate": key.created}


def _policy(policy: IdentityPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "IsBuiltIn": policy.is_builtin,
        "PolicyDocument": policy.document,
        "UpdateDate": policy.updated,
    }
