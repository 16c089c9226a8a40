"""What each operation of IAM asks for: its own action, on the ARN of what it is about."""

from vedette.api.iam.account import NOTHING
from vedette.api.permissions import DENY_ALONE, REQUEST_TAGS, RESOURCE_TAG, Permission

IAM_TAG = "iam:ResourceTag/KEY"
OWN = "arn:aws:iam::ACCOUNT:"
ARNS = {kind: f"{OWN}{kind}/NAME" for kind in ("user", "group", "role", "policy")}
ANY_POLICY = f"{ARNS['policy']} or arn:aws:iam::aws:policy/NAME"
WITH_TAGS = "with Tags"
BOUNDARY = ("iam:PermissionsBoundary",)


def _on(action: str, kind: str, *keys: str, condition: str = "") -> tuple[Permission, ...]:
    own = () if kind == "group" else (RESOURCE_TAG, IAM_TAG)
    return (Permission(f"iam:{action}", ARNS[kind], (*own, *keys), condition),)


def _policy(action: str, *keys: str) -> tuple[Permission, ...]:
    return (Permission(f"iam:{action}", ANY_POLICY, (RESOURCE_TAG, IAM_TAG, *keys)),)


def _new(action: str, kind: str, *keys: str) -> tuple[Permission, ...]:
    return (
        Permission(f"iam:{action}", ARNS[kind], (*REQUEST_TAGS, *keys)),
        Permission(f"iam:Tag{kind.capitalize()}", ARNS[kind], REQUEST_TAGS, WITH_TAGS),
    )


def _all(action: str) -> tuple[Permission, ...]:
    return (Permission(f"iam:{action}"),)


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    **{
        operation: _all(operation)
        for operation in (
            "CreateAccountAlias",
            "DeleteAccountAlias",
            "GetAccountAuthorizationDetails",
            "GetAccountSummary",
            "GetContextKeysForCustomPolicy",
            "ListAccountAliases",
            "ListGroups",
            "ListPolicies",
            "ListRoles",
            "ListUsers",
            "SimulateCustomPolicy",
        )
    },
    **{
        operation: _all(operation) if kind is None else _on(operation, kind)
        for operation, (_, kind) in NOTHING.items()
    },
    **{
        operation: _on(operation, "user")
        for operation in (
            "CreateAccessKey",
            "DeleteAccessKey",
            "DeleteLoginProfile",
            "DeleteUser",
            "GetLoginProfile",
            "GetUser",
            "ListAccessKeys",
            "ListGroupsForUser",
            "ListMFADevices",
            "UpdateAccessKey",
            "UpdateUser",
        )
    },
    "DeactivateMFADevice": (
        *_on("DeactivateMFADevice", "user"),
        Permission("vedette:RemoveSecondFactors", ARNS["user"], condition=DENY_ALONE),
    ),
    "GetAccessKeyLastUsed": (
        *_on("GetAccessKeyLastUsed", "user", condition="with the key of a user of the account"),
        Permission("iam:GetAccessKeyLastUsed", condition="with any other key"),
    ),
    **{
        operation: _on(operation, "group")
        for operation in (
            "AddUserToGroup",
            "DeleteGroup",
            "GetGroup",
            "RemoveUserFromGroup",
            "UpdateGroup",
        )
    },
    **{
        operation: _on(operation, "role")
        for operation in (
            "DeleteRole",
            "GetRole",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
        )
    },
    **{
        operation.replace("KIND", kind.capitalize()): _on(
            operation.replace("KIND", kind.capitalize()), kind, *keys
        )
        for kind in ("user", "group", "role")
        for operation, keys in (
            ("AttachKINDPolicy", ("iam:PolicyARN",)),
            ("DeleteKINDPolicy", ()),
            ("DetachKINDPolicy", ("iam:PolicyARN",)),
            ("GetKINDPolicy", ()),
            ("ListAttachedKINDPolicies", ()),
            ("ListKINDPolicies", ()),
            ("PutKINDPolicy", ()),
        )
    },
    **{
        operation.replace("KIND", kind.capitalize()): _on(
            operation.replace("KIND", kind.capitalize()), kind, *keys
        )
        for kind in ("user", "role")
        for operation, keys in (
            ("DeleteKINDPermissionsBoundary", ()),
            ("ListKINDTags", ()),
            ("PutKINDPermissionsBoundary", BOUNDARY),
            ("TagKIND", REQUEST_TAGS),
            ("UntagKIND", ("aws:TagKeys",)),
        )
    },
    "CreateUser": _new("CreateUser", "user", *BOUNDARY),
    "CreateGroup": (Permission("iam:CreateGroup", ARNS["group"]),),
    "CreateRole": _new("CreateRole", "role", *BOUNDARY),
    "CreatePolicy": _new("CreatePolicy", "policy"),
    **{
        operation: _policy(operation)
        for operation in (
            "CreatePolicyVersion",
            "DeletePolicy",
            "DeletePolicyVersion",
            "GetPolicy",
            "GetPolicyVersion",
            "ListEntitiesForPolicy",
            "ListPolicyTags",
            "ListPolicyVersions",
            "SetDefaultPolicyVersion",
        )
    },
    **{
        operation: (
            Permission(
                f"iam:{operation}",
                " or ".join(ARNS[kind] for kind in ("user", "group", "role")),
                (RESOURCE_TAG, IAM_TAG),
            ),
        )
        for operation in ("GetContextKeysForPrincipalPolicy", "SimulatePrincipalPolicy")
    },
    "TagPolicy": _policy("TagPolicy", *REQUEST_TAGS),
    "UntagPolicy": _policy("UntagPolicy", "aws:TagKeys"),
}
