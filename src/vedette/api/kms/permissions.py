"""What each operation of KMS asks for. A key's own policy must allow it, or leave it to the caller's."""

from vedette.api.permissions import OF_GRANT, OF_KEY, REQUEST_TAGS, Permission

KEY, ALIAS = "key/KEY", "alias/NAME"
CONTEXT = ("kms:EncryptionAlgorithm", "kms:EncryptionContext:KEY", "kms:EncryptionContextKeys")
SAFETY = "kms:BypassPolicyLockoutSafetyCheck"


def _on(action: str, *keys: str, condition: str = "") -> Permission:
    return Permission(f"kms:{action}", KEY, (*OF_KEY, *keys), condition)


def _of_alias(action: str) -> Permission:
    return Permission(f"kms:{action}", ALIAS)


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "CancelKeyDeletion": (_on("CancelKeyDeletion"),),
    "CreateAlias": (_of_alias("CreateAlias"), _on("CreateAlias")),
    "CreateGrant": (_on("CreateGrant", *OF_GRANT),),
    "CreateKey": (
        Permission(
            "kms:CreateKey",
            "*",
            (*REQUEST_TAGS, SAFETY, "kms:KeyOrigin", "kms:KeySpec", "kms:KeyUsage", "kms:MultiRegion"),
        ),
        Permission("kms:TagResource", "key/*", REQUEST_TAGS, "with Tags"),
    ),
    "Decrypt": (_on("Decrypt", *CONTEXT),),
    "DeleteAlias": (_of_alias("DeleteAlias"), _on("DeleteAlias")),
    "DescribeKey": (_on("DescribeKey"),),
    "DisableKey": (_on("DisableKey"),),
    "DisableKeyRotation": (_on("DisableKeyRotation"),),
    "EnableKey": (_on("EnableKey"),),
    "EnableKeyRotation": (_on("EnableKeyRotation", "kms:RotationPeriodInDays"),),
    "Encrypt": (_on("Encrypt", *CONTEXT),),
    "GenerateDataKey": (_on("GenerateDataKey", *CONTEXT),),
    "GenerateDataKeyWithoutPlaintext": (_on("GenerateDataKeyWithoutPlaintext", *CONTEXT),),
    "GenerateRandom": (Permission("kms:GenerateRandom"),),
    "GetKeyPolicy": (_on("GetKeyPolicy"),),
    "GetKeyRotationStatus": (_on("GetKeyRotationStatus"),),
    "ListAliases": (Permission("kms:ListAliases"),),
    "ListGrants": (_on("ListGrants"),),
    "ListKeyPolicies": (_on("ListKeyPolicies"),),
    "ListKeyRotations": (_on("ListKeyRotations"),),
    "ListKeys": (Permission("kms:ListKeys"),),
    "ListResourceTags": (_on("ListResourceTags"),),
    "ListRetirableGrants": (Permission("kms:ListRetirableGrants"),),
    "PutKeyPolicy": (_on("PutKeyPolicy", SAFETY),),
    "ReEncrypt": (
        _on("ReEncryptFrom", *CONTEXT, "kms:ReEncryptOnSameKey"),
        _on("ReEncryptTo", *CONTEXT, "kms:ReEncryptOnSameKey"),
    ),
    "RetireGrant": (_on("RetireGrant"),),
    "RevokeGrant": (_on("RevokeGrant"),),
    "RotateKeyOnDemand": (_on("RotateKeyOnDemand"),),
    "ScheduleKeyDeletion": (_on("ScheduleKeyDeletion", "kms:ScheduleKeyDeletionPendingWindowInDays"),),
    "TagResource": (_on("TagResource", *REQUEST_TAGS),),
    "UntagResource": (_on("UntagResource", "aws:TagKeys"),),
    "UpdateAlias": (_of_alias("UpdateAlias"), _on("UpdateAlias")),
    "UpdateKeyDescription": (_on("UpdateKeyDescription"),),
}
