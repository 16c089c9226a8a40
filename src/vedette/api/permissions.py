"""The rights that operations need: facts for the reference page, which a test holds true.

Handlers ask for rights themselves (`Caller.require`); nothing here decides.
"""

from dataclasses import dataclass

RESOURCE_TAG = "aws:ResourceTag/KEY"
# What no policy may deny, and none need allow.
DENY_ALONE = "a Deny holds; no Allow is needed"
REQUEST_TAGS = ("aws:RequestTag/KEY", "aws:TagKeys")


@dataclass(frozen=True, slots=True)
class Permission:
    """One right that an operation asks for.

    `resource` is `*` or an ARN with words in capitals for what differs; without `arn:` it is of the
    operation's own service, region and account. `keys` are the condition keys beside those of every
    request. `condition` says in which requests; `is_later`: it is asked for when the work reads or writes.
    """

    action: str
    resource: str = "*"
    keys: tuple[str, ...] = ()
    condition: str = ""
    is_later: bool = False


# Objects that a service reads and writes for its caller.
OBJECT = "arn:aws:s3:::BUCKET/KEY"


def reads(condition: str, *, is_later: bool = True) -> tuple[Permission, ...]:
    """Return the rights to objects that a service reads for its caller."""
    return (Permission("s3:GetObject", OBJECT, ("aws:ViaAWSService",), condition, is_later),)


# What conditions may ask of a key that a service uses for its caller, and of the grant that it makes.
OF_KEY = (
    RESOURCE_TAG,
    "kms:CallerAccount",
    "kms:KeyOrigin",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:MultiRegion",
    "kms:RequestAlias",
    "kms:ResourceAliases",
    "kms:ViaService",
)
OF_GRANT = (
    "kms:GrantConstraintType",
    "kms:GranteePrincipal",
    "kms:GrantIsForAWSResource",
    "kms:GrantOperations",
    "kms:RetiringPrincipal",
)


def uses_key(*actions: str) -> tuple[Permission, ...]:
    """Return the rights to the key that a request names for the files of a training."""
    return tuple(
        Permission(
            f"kms:{action}",
            "arn:aws:kms:REGION:ACCOUNT:key/KEY",
            (*OF_KEY, *(OF_GRANT if action == "CreateGrant" else ()), "aws:ViaAWSService"),
            "with KmsKeyId",
        )
        for action in actions
    )


def writes(condition: str, *, is_later: bool = False) -> tuple[Permission, ...]:
    """Return the right to objects that a service writes for its caller."""
    return (Permission("s3:PutObject", OBJECT, ("aws:ViaAWSService",), condition, is_later),)
