"""What an account's own key encrypts here: whoever ends it is told first what nobody will read again."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.origin_keys import key_of_origin
from vedette.encryption.folder_keys import CONTEXT
from vedette.encryption.names import missing_key
from vedette.encryption.values import EncryptionKey, KeyPlace
from vedette.store.blobs.folder import FolderBlobs

# Grants that are looked at: a key that has more of them says that there are more models.
MOST_GRANTS = 1_000


def list_key_uses(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the models, buckets, objects and devices' packages of the account that a key encrypts.

    A key of another account is answered as one that is not there.
    """
    key = house.encryption.keys.find(KeyPlace(caller.account, caller.region), request["KeyId"])
    if key.account != caller.account:
        raise missing_key(request["KeyId"])
    caller.require("ListKeyUses", key.arn)
    grants, more = house.encryption.grants.list(key, most=MOST_GRANTS)
    models = [grant.equals[CONTEXT] for grant in grants if grant.equals and CONTEXT in grant.equals]
    return {
        "KeyArn": str(key.arn),
        "ModelArns": models,
        "MoreModels": more,
        "Buckets": _buckets(house, caller.account, key),
        "DevicePackages": _device_packages(house, caller.account, key),
    }


def _device_packages(house: House, account: str, key: EncryptionKey) -> list[dict[str, Any]]:
    """Return the copies that the account's devices fetch: without the key no device gets them any more."""
    return [
        {
            "ComponentName": package.model.name,
            "ComponentVersion": package.model.version,
            "Bytes": package.model.size,
            "DeviceArns": [str(arn) for arn in package.devices],
        }
        for package in house.devices.sealed_packages(account)
        if key_of_origin(house, package.origin) == str(key.arn)
    ]


def _buckets(house: House, account: str, key: EncryptionKey) -> list[dict[str, Any]]:
    """Return the account's buckets that hold objects under the key, or will put new ones under it."""
    if not isinstance(house.blobs, FolderBlobs):
        return []  # Another S3 has keys of its own.
    counts = house.blobs.buckets.count_sealed(account, str(key.arn))
    rows, keys = [], house.blobs.keys
    for bucket in house.blobs.buckets.owned(account):
        objects, size = counts.get(bucket.name, (0, 0))
        is_default = keys is not None and keys.default_key(house.blobs.buckets.find(bucket.name)) == key.id
        if objects or is_default:
            row = {"BucketName": bucket.name, "IsDefault": is_default}
            rows.append({**row, "Objects": objects, "Bytes": size})
    return rows
