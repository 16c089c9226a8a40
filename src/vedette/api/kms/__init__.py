"""The Key Management Service: symmetric keys of accounts' own."""

from vedette.api.kms import aliases, crypto, grants, keys, lives
from vedette.api.kms.faults import translate
from vedette.api.kms.permissions import PERMISSIONS
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import JsonProtocol

OPERATIONS: dict[str, Handler] = {
    "CancelKeyDeletion": lives.cancel_deletion,
    "CreateAlias": aliases.create_alias,
    "CreateGrant": grants.create_grant,
    "CreateKey": keys.create_key,
    "Decrypt": crypto.decrypt,
    "DeleteAlias": aliases.delete_alias,
    "DescribeKey": keys.describe_key,
    "DisableKey": lives.disable_key,
    "DisableKeyRotation": lives.disable_rotation,
    "EnableKey": lives.enable_key,
    "EnableKeyRotation": lives.enable_rotation,
    "Encrypt": crypto.encrypt,
    "GenerateDataKey": crypto.generate_data_key,
    "GenerateDataKeyWithoutPlaintext": crypto.generate_closed_data_key,
    "GenerateRandom": crypto.generate_random,
    "GetKeyPolicy": keys.get_policy,
    "GetKeyRotationStatus": lives.rotation_status,
    "ListAliases": aliases.list_aliases,
    "ListGrants": grants.list_grants,
    "ListKeyPolicies": keys.list_policies,
    "ListKeyRotations": lives.list_rotations,
    "ListKeys": keys.list_keys,
    "ListResourceTags": keys.list_tags,
    "ListRetirableGrants": grants.list_retirable_grants,
    "PutKeyPolicy": keys.put_policy,
    "ReEncrypt": crypto.re_encrypt,
    "RetireGrant": grants.retire_grant,
    "RevokeGrant": grants.revoke_grant,
    "RotateKeyOnDemand": lives.rotate_key,
    "ScheduleKeyDeletion": lives.schedule_deletion,
    "TagResource": keys.tag_resource,
    "UntagResource": keys.untag_resource,
    "UpdateAlias": aliases.update_alias,
    "UpdateKeyDescription": keys.update_description,
}

DOOR = OperationsDoor(
    JsonProtocol("kms"),
    OPERATIONS,
    translate,
    title="Key Management Service",
    permissions=PERMISSIONS,
    instead="Keys here are symmetric, of one region, and made by the installation.",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
