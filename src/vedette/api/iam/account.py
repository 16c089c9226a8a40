"""The account as a whole: its figures, all that is in it, its alias, and what it has none of."""

from collections.abc import Callable
from functools import partial
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.answers import a_group, a_policy, a_role, a_user, attached_policies, encoded
from vedette.api.iam.asking import MEMBERS, changes, named_or_caller, permit_all, permit_named, read_page
from vedette.api.iam.policies import all_policies
from vedette.api.identity_rights import permit
from vedette.api.operations import Handler
from vedette.errors import Missing
from vedette.identity.directory import KEYS_EACH
from vedette.identity.factors import FactorOwner
from vedette.identity.groups import MOST_GROUPS
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.inline import MOST
from vedette.identity.policies import MOST_ATTACHED, IdentityPolicy
from vedette.identity.policy_versions import MOST_VERSIONS

# The order of GetAccountAuthorizationDetails, which its pages keep.
PARTS = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")
# What nothing here has.
ABSENT = (
    "AccountSigningCertificatesPresent",
    "InstanceProfiles",
    "MFADevices",
    "Providers",
    "ServerCertificates",
)
LISTS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}
KINDS: dict[str, HolderKind] = {"User": "user", "Group": "group", "Role": "role"}


def get_account_summary(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Count what there is, beside the limits that hold; a limit that there is not is left out."""
    permit_all(caller, "GetAccountSummary")
    directory, account = house.identity.directory, caller.account
    factors = house.identity.factors
    own = [policy for policy in directory.policies.available(account) if not policy.is_builtin]
    versions = sum(len(directory.versions.versions(account, policy.name)) for policy in own)
    root_keys = [key for key in directory.keys(account) if key.user is None]
    counts = {f"{part}s": len(directory.holders.page(account, kind)) for part, kind in KINDS.items()}
    figures = {
        **counts,
        **dict.fromkeys(ABSENT, 0),
        "Policies": len(own),
        "PolicyVersionsInUse": versions,
        "AccountAccessKeysPresent": int(bool(root_keys)),
        "AccountMFAEnabled": int(factors.is_held(FactorOwner(account))),
        "MFADevicesInUse": factors.count_people(account),
        "AccessKeysPerUserQuota": KEYS_EACH,
        "GroupsPerUserQuota": MOST_GROUPS,
        "AttachedPoliciesPerUserQuota": MOST_ATTACHED,
        "AttachedPoliciesPerGroupQuota": MOST_ATTACHED,
        "AttachedPoliciesPerRoleQuota": MOST_ATTACHED,
        "UserPolicySizeQuota": MOST["user"],
        "GroupPolicySizeQuota": MOST["group"],
        "RolePolicySizeQuota": MOST["role"],
        "PolicySizeQuota": 6144,
        "AssumeRolePolicySizeQuota": 4096,
        "VersionsPerPolicyQuota": MOST_VERSIONS,
    }
    return {"SummaryMap": figures}


def get_account_authorization_details(
    house: House, caller: Caller, request: dict[str, Any]
) -> dict[str, Any]:
    """Return users, groups, roles and policies with all that decides about their rights, a page at a time."""
    permit_all(caller, "GetAccountAuthorizationDetails")
    filters = set(request.get("Filter", ())) or set(PARTS)
    page = read_page(house, caller, "GetAccountAuthorizationDetails", request)
    items = [item for part in PARTS if part in filters for item in _items(house, caller.account, part)]
    cut = page.cut("Items", items, lambda item: item, lambda item: item[0])
    return {**_details(house, caller.account, cut.pop("Items")), **cut}


# What stands in the list: its place as text, and how to describe it.
Item = tuple[str, str, Callable[[], dict[str, Any]]]


def _items(house: House, account: str, part: str) -> list[Item]:
    place, directory = PARTS.index(part), house.identity.directory
    if part in KINDS:
        return [
            (f"{place}/{record.name}", part, partial(_holder, house, KINDS[part], record))
            for record in directory.holders.page(account, KINDS[part])
        ]
    return [
        (f"{place}/{policy.name}", part, partial(_policy, house, account, policy))
        for policy in all_policies(house, account)
        if policy.is_builtin == (part == "AWSManagedPolicy")
    ]


def _details(house: House, account: str, items: list[Item]) -> dict[str, Any]:
    answer: dict[str, Any] = {**{name: [] for name in LISTS.values()}, "Policies": []}
    for _, part, describe in items:
        answer[LISTS.get(part, "Policies")].append(describe())
    return answer


def _holder(house: House, kind: HolderKind, record: Any) -> dict[str, Any]:
    holder, directory = Holder(kind, record.account, record.name), house.identity.directory
    inline = [
        {"PolicyName": name, "PolicyDocument": encoded(document)}
        for name, document in directory.inline.of(holder).items()
    ]
    detail = {
        f"{kind.capitalize()}PolicyList": inline,
        "AttachedManagedPolicies": attached_policies(house, holder),
    }
    if kind == "group":
        return {**a_group(record), **detail}
    if kind == "user":
        return {
            **a_user(house, record),
            **detail,
            "GroupList": directory.groups.of(record.account, record.name),
        }
    left_out = ("Description", "MaxSessionDuration")
    role = {name: value for name, value in a_role(house, record).items() if name not in left_out}
    return {**role, **detail, "InstanceProfileList": []}


def _policy(house: House, account: str, policy: IdentityPolicy) -> dict[str, Any]:
    versions = house.identity.directory.versions.versions(account, policy.name)
    detail = {name: value for name, value in a_policy(house, account, policy).items() if name != "Tags"}
    detail["PolicyVersionList"] = [
        {
            "VersionId": version.id,
            "IsDefaultVersion": version.in_force,
            "Document": encoded(version.document),
            **({"CreateDate": version.created} if version.created else {}),
        }
        for version in versions
    ]
    return detail


def create_account_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give the account its alias, in the place of the one that it has."""
    permit_all(caller, "CreateAccountAlias")
    changes(house, caller).holders.set_alias(caller.account, request["AccountAlias"])
    return {}


def delete_account_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take the account's alias away."""
    permit_all(caller, "DeleteAccountAlias")
    holders, alias = changes(house, caller).holders, request["AccountAlias"]
    if holders.alias(caller.account) != alias:
        raise Missing(f"The account alias {alias} does not exist.", kind="alias", name=alias)
    holders.set_alias(caller.account, None)
    return {}


def list_account_aliases(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's alias, if it has one."""
    permit_all(caller, "ListAccountAliases")
    alias = house.identity.directory.holders.alias(caller.account)
    return {"AccountAliases": [alias] if alias else [], "IsTruncated": False}


# What nothing here has: clients ask before they delete a user or a role, and an empty list is true. By
# operation the member of the answer, and the kind of holder that the request names.
NOTHING: dict[str, tuple[str, HolderKind | None]] = {
    "ListInstanceProfiles": ("InstanceProfiles", None),
    "ListInstanceProfilesForRole": ("InstanceProfiles", "role"),
    "ListOpenIDConnectProviders": ("OpenIDConnectProviderList", None),
    "ListSAMLProviders": ("SAMLProviderList", None),
    "ListSSHPublicKeys": ("SSHPublicKeys", "user"),
    "ListServerCertificates": ("ServerCertificateMetadataList", None),
    "ListServiceSpecificCredentials": ("ServiceSpecificCredentials", "user"),
    "ListSigningCertificates": ("Certificates", "user"),
    "ListVirtualMFADevices": ("VirtualMFADevices", None),
}
UNPAGED = ("OpenIDConnectProviderList", "SAMLProviderList")


def empty_lists() -> dict[str, Handler]:
    """Return the operations that list what nothing here has."""
    return {operation: _nothing(operation, *of) for operation, of in NOTHING.items()}


def _nothing(operation: str, member: str, kind: HolderKind | None) -> Handler:
    def listed(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        if kind is None or MEMBERS[kind] not in request:
            permit_all(caller, operation)
        else:
            house.identity.directory.holders.find(permit_named(house, caller, operation, kind, request))
        return {member: []} if member in UNPAGED else {member: [], "IsTruncated": False}

    return listed


def get_login_profile(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say that a user has no password: people sign in at the console by a key or by a link."""
    holder = permit(house, caller, "GetLoginProfile", named_or_caller(caller, request))
    house.identity.directory.holders.find(holder)
    raise Missing(f"Login Profile for User {holder.name} cannot be found.", kind="user", name=holder.name)


def delete_login_profile(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say that a user has no password."""
    holder = permit(house, caller, "DeleteLoginProfile", named_or_caller(caller, request))
    house.identity.directory.holders.find(holder)
    raise Missing(f"Login Profile for User {holder.name} cannot be found.", kind="user", name=holder.name)
