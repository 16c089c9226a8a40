"""What becomes of a key: on, off, rotated, ended."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.kms.calls import KeyAction, permitted_key
from vedette.api.kms.keys import STATES
from vedette.encryption.keys import ROTATION_DAYS, require_enabled

USUAL_WINDOW = 30


def enable_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a key be used again."""
    house.encryption.keys.switch(permitted_key(house, caller, request, KeyAction("EnableKey")), on=True)
    return {}


def disable_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a key not be used for a while."""
    house.encryption.keys.switch(permitted_key(house, caller, request, KeyAction("DisableKey")), on=False)
    return {}


def schedule_deletion(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a key end when its window is over."""
    days = request.get("PendingWindowInDays", USUAL_WINDOW)
    facts = {"kms:ScheduleKeyDeletionPendingWindowInDays": str(days)}
    key = permitted_key(house, caller, request, KeyAction("ScheduleKeyDeletion", facts=facts))
    ending = house.encryption.keys.schedule_end(key, days)
    return {
        "KeyId": str(ending.arn),
        "DeletionDate": ending.ends,
        "KeyState": STATES[ending.state],
        "PendingWindowInDays": days,
    }


def cancel_deletion(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Keep a key that was to end; it is disabled then."""
    key = permitted_key(house, caller, request, KeyAction("CancelKeyDeletion"))
    return {"KeyId": str(house.encryption.keys.cancel_end(key).arn)}


def enable_rotation(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Rotate a key by itself."""
    days = request.get("RotationPeriodInDays", ROTATION_DAYS)
    facts = {"kms:RotationPeriodInDays": str(days)}
    key = permitted_key(house, caller, request, KeyAction("EnableKeyRotation", facts=facts))
    require_enabled(key)
    house.encryption.keys.set_rotation(key, days)
    return {}


def disable_rotation(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave a key as it is."""
    key = permitted_key(house, caller, request, KeyAction("DisableKeyRotation"))
    require_enabled(key)
    house.encryption.keys.set_rotation(key, 0)
    return {}


def rotation_status(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say whether and when a key rotates."""
    key = permitted_key(house, caller, request, KeyAction("GetKeyRotationStatus"))
    answer: dict[str, Any] = {"KeyId": str(key.arn), "KeyRotationEnabled": bool(key.rotation_days)}
    if key.rotation_days:
        answer |= {"RotationPeriodInDays": key.rotation_days, "NextRotationDate": key.rotates}
    return answer


def rotate_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make the next version of a key's material now."""
    key = permitted_key(house, caller, request, KeyAction("RotateKeyOnDemand"))
    require_enabled(key)
    return {"KeyId": str(house.encryption.keys.rotate(key, on_demand=True).arn)}


def list_rotations(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the rotations of a key; there are few, and they are one page."""
    key = permitted_key(house, caller, request, KeyAction("ListKeyRotations"))
    whole = request.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    versions = [version for version in house.encryption.keys.versions(key) if whole or version.number > 1]
    rotations: list[dict[str, Any]] = []
    for version in versions:
        entry: dict[str, Any] = {"KeyId": str(key.arn)}
        if version.number > 1:
            entry["RotationDate"] = version.created
            entry["RotationType"] = "ON_DEMAND" if version.on_demand else "AUTOMATIC"
        if whole:
            entry["KeyMaterialState"] = "CURRENT" if version.number == key.version else "NON_CURRENT"
        rotations.append(entry)
    return {"Rotations": rotations, "Truncated": False}
