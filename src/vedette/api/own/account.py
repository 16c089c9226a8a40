"""The people of an account: users, groups, policies and keys, as the console's account page manages them.

They ask for IAM's rights, as clients of IAM do (`api/identity_rights.py`); of our own actions a Deny holds,
and no Allow is needed. Whoever may attach any policy is an administrator. The account never loses its last
administrator this way; commands on the server's own machine may.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from vedette.api.house import Caller, House
from vedette.api.identity_rights import TagsAsked, holder_arn, permit, policy_arn_of
from vedette.errors import Missing
from vedette.identity.directory import Directory
from vedette.identity.factors import FactorOwner
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.inline import INLINE
from vedette.identity.may import require
from vedette.identity.policies import IdentityPolicy
from vedette.identity.records import AccessKey, User, arn_of


def list_users(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's users."""
    _permit_all(caller, "ListUsers")
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
        "SecondFactors": len(house.identity.factors.list(FactorOwner(caller.account, name))),
    }


def create_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a user with these policies, in these groups."""
    name = _require(house, caller, "CreateUser", "user", request["UserName"])
    holder = Holder("user", caller.account, name)
    for policy in request.get("Policies", ()):
        _permit_policy(house, caller, "Attach", holder, policy)
    for group in request.get("Groups", ()):
        permit(house, caller, "AddUserToGroup", Holder("group", caller.account, group))
    directory = house.identity.directory
    user = directory.create_user(caller.account, name, request.get("Policies", ()))
    for group in request.get("Groups", ()):
        directory.groups.add(caller.account, group, name)
    return _user(user)


def update_user(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Attach and detach policies, join and leave groups, set and remove tags of a user."""
    name = _require(house, caller, "UpdateUser", "user", request["UserName"], right="GetUser")
    account = caller.account
    directory = house.identity.directory.guarded(account)
    holder = Holder("user", account, name)
    _permit_changes(house, caller, holder, request)
    # First what is given, so that somebody may go from one way of being an administrator to another.
    directory.policies.attach(holder, *request.get("AttachPolicies", ()))
    for group in request.get("JoinGroups", ()):
        directory.groups.add(account, group, name)
    _detach(directory, holder, request.get("DetachPolicies", ()))
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
    _permit_all(caller, "ListGroups")
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
    for policy in request.get("Policies", ()):
        _permit_policy(house, caller, "Attach", Holder("group", caller.account, name), policy)
    directory = house.identity.directory
    group = directory.groups.create(caller.account, name)
    directory.policies.attach(Holder("group", caller.account, name), *request.get("Policies", ()))
    return {"GroupName": group.name, "Users": [], "Policies": list(request.get("Policies", ()))}


def update_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Attach and detach policies of a group."""
    name = _require(house, caller, "UpdateGroup", "group", request["GroupName"], right="GetGroup")
    directory = house.identity.directory.guarded(caller.account)
    holder = Holder("group", caller.account, name)
    _permit_changes(house, caller, holder, request)
    directory.policies.attach(holder, *request.get("AttachPolicies", ()))
    _detach(directory, holder, request.get("DetachPolicies", ()))
    return {}


def delete_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a group without members."""
    name = _require(house, caller, "DeleteGroup", "group", request["GroupName"])
    house.identity.directory.guarded(caller.account).groups.delete(caller.account, name)
    return {}


def list_policies(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's own policies and the built-in ones, with their documents."""
    _permit_all(caller, "ListPolicies")
    policies = house.identity.directory.policies.available(caller.account)
    return {"Policies": [_policy(policy) for policy in policies]}


def put_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a policy, or change it for all who hold it."""
    name = request["PolicyName"]
    policies = house.identity.directory.policies.available(caller.account)
    own = {policy.name for policy in policies if not policy.is_builtin}
    right = "CreatePolicyVersion" if name in own else "CreatePolicy"
    _require(house, caller, "PutPolicy", "policy", name, right=right)
    return _policy(house.identity.directory.policies.put(caller.account, name, request["PolicyDocument"]))


def delete_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a policy that nobody holds."""
    name = _require(house, caller, "DeletePolicy", "policy", request["PolicyName"])
    house.identity.directory.policies.delete(caller.account, name)
    return {}


def _permit_all(caller: Caller, action: str) -> None:
    caller.require_undenied(action, "*", tags={})
    require(caller.principal, f"iam:{action}", "*", lambda: caller.context)


def _require(
    house: House,
    caller: Caller,
    action: str,
    kind: HolderKind | Literal["policy"],
    name: str,
    right: str = "",
) -> str:
    """Return the name if the caller has IAM's right to this, and our own action is not denied."""
    if kind == "policy":
        # A built-in name is refused later; the right is one to a policy of the account.
        path = house.identity.directory.policies.path(caller.account, name)
        arn = arn_of("policy", caller.account, path, name)
        require(caller.principal, f"iam:{right or action}", arn, lambda: caller.context)
    else:
        holder = Holder(kind, caller.account, name)
        arn = holder_arn(house, holder)
        permit(house, caller, right or action, holder)
    caller.require_undenied(action, arn, tags={})
    return name


def _permit_changes(house: House, caller: Caller, holder: Holder, request: dict[str, Any]) -> None:
    """Refuse any of the changes of a user or a group that the caller may not make, before one is made."""
    for policy in request.get("AttachPolicies", ()):
        _permit_policy(house, caller, "Attach", holder, policy)
    for policy in request.get("DetachPolicies", ()):
        if policy.startswith(INLINE):
            permit(house, caller, f"Delete{holder.kind.capitalize()}Policy", holder)
        else:
            _permit_policy(house, caller, "Detach", holder, policy)
    for action, member in (("AddUserToGroup", "JoinGroups"), ("RemoveUserFromGroup", "LeaveGroups")):
        for group in request.get(member, ()):
            permit(house, caller, action, Holder("group", caller.account, group))
    if request.get("Tags"):
        permit(house, caller, "TagUser", holder, tags=TagsAsked(request["Tags"]))
    if request.get("RemoveTags"):
        permit(house, caller, "UntagUser", holder, tags=TagsAsked({}, tuple(request["RemoveTags"])))


def _permit_policy(house: House, caller: Caller, verb: str, holder: Holder, policy: str) -> None:
    arn = policy_arn_of(house, caller.account, policy)
    permit(house, caller, f"{verb}{holder.kind.capitalize()}Policy", holder, PolicyARN=arn)


def _detach(directory: Directory, holder: Holder, names: Sequence[str]) -> None:
    """Detach policies; one that is the holder's alone is deleted."""
    directory.policies.detach(holder, *(name for name in names if not name.startswith(INLINE)))
    for name in names:
        if name.startswith(INLINE):
            directory.inline.delete(holder, name.removeprefix(INLINE))


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
