"""What keys are for: encrypting, decrypting, and making keys that encrypt elsewhere."""

import secrets
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.kms.calls import (
    ALGORITHM,
    KeyAction,
    check_grant_tokens,
    find_key,
    granted_key,
    permitted_key,
    refuse_unbuilt,
    require_key,
    require_own,
    unknown_ciphertext,
    usable_key,
)
from vedette.api.operations import operation
from vedette.encryption.encryption import DataKey
from vedette.encryption.values import EncryptionContext, EncryptionKey
from vedette.errors import Denied, Missing, Wrong

SPECS = {"AES_256": 32, "AES_128": 16}


@operation(effect="reads")
def encrypt(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Encrypt a few bytes."""
    refuse_unbuilt(request, EncryptionAlgorithm=ALGORITHM)
    context = request.get("EncryptionContext", {})
    key = permitted_key(house, caller, request, KeyAction("Encrypt", context))
    ciphertext = house.encryption.encrypt(key, request["Plaintext"], context)
    return {"CiphertextBlob": ciphertext, "KeyId": str(key.arn), "EncryptionAlgorithm": ALGORITHM}


@operation(effect="reads")
def decrypt(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Decrypt what a key of the caller's encrypted."""
    refuse_unbuilt(request, EncryptionAlgorithm=ALGORITHM, Recipient=None)
    context = request.get("EncryptionContext", {})
    key = _key_of(house, caller, request, "KeyId", KeyAction("Decrypt", context))
    plaintext = house.encryption.decrypt(key, request["CiphertextBlob"], context)
    return {"Plaintext": plaintext, "KeyId": str(key.arn), "EncryptionAlgorithm": ALGORITHM}


@operation(effect="reads")
def re_encrypt(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Encrypt anew by another key or context, without telling the plaintext."""
    refuse_unbuilt(request, SourceEncryptionAlgorithm=ALGORITHM, DestinationEncryptionAlgorithm=ALGORITHM)
    before: EncryptionContext = request.get("SourceEncryptionContext", {})
    after: EncryptionContext = request.get("DestinationEncryptionContext", {})
    target_id = request["DestinationKeyId"]
    source = _source_of(house, request)
    target = find_key(house, caller, target_id, "ReEncryptTo")
    facts = {"kms:ReEncryptOnSameKey": str(source is not None and source.id == target.id).lower()}
    source = _key_of(house, caller, request, "SourceKeyId", KeyAction("ReEncryptFrom", before, facts))
    granted_key(house, caller, target_id, KeyAction("ReEncryptTo", after, facts), request)
    plaintext = house.encryption.decrypt(source, request["CiphertextBlob"], before)
    return {
        "CiphertextBlob": house.encryption.encrypt(target, plaintext, after),
        "SourceKeyId": str(source.arn),
        "KeyId": str(target.arn),
        "SourceEncryptionAlgorithm": ALGORITHM,
        "DestinationEncryptionAlgorithm": ALGORITHM,
    }


def _source_of(house: House, request: dict[str, Any]) -> EncryptionKey | None:
    try:
        return house.encryption.key_of(request["CiphertextBlob"])
    except Missing:
        return None


def _key_of(
    house: House, caller: Caller, request: dict[str, Any], member: str, action: KeyAction
) -> EncryptionKey:
    """Return the key of the request's ciphertext, if the caller may use it so. A named one must be it."""
    check_grant_tokens(house, request)
    named_key = usable_key(house, caller, request[member], action)[0] if member in request else None
    key = _source_of(house, request)
    if named_key is not None and (key is None or key.id != named_key.id):
        raise Wrong(
            "The key ID in the request does not identify the key that encrypted this.", kind="another key"
        )
    if key is None or key.region != caller.region:
        raise unknown_ciphertext()
    try:
        require_key(house, caller, key, action)
    except Denied:
        if key.account == caller.account:
            raise
        raise unknown_ciphertext() from None
    if request.get("DryRun") and member == "KeyId":
        raise Wrong("The request would have succeeded, but the DryRun option is set.", kind="dry run")
    return key


@operation(effect="reads")
def generate_data_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a key that encrypts elsewhere; only its ciphertext is to be kept."""
    key, data_key = _data_key(house, caller, request, "GenerateDataKey")
    return {"CiphertextBlob": data_key.ciphertext, "Plaintext": data_key.plaintext, "KeyId": str(key.arn)}


@operation(effect="reads")
def generate_closed_data_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make such a key for who will need it later."""
    key, data_key = _data_key(house, caller, request, "GenerateDataKeyWithoutPlaintext")
    return {"CiphertextBlob": data_key.ciphertext, "KeyId": str(key.arn)}


def _data_key(
    house: House, caller: Caller, request: dict[str, Any], action: str
) -> tuple[EncryptionKey, DataKey]:
    refuse_unbuilt(request, Recipient=None)
    spec, count = request.get("KeySpec"), request.get("NumberOfBytes")
    if (spec is None) == (count is None):
        raise Wrong("Please specify either number of bytes or key spec.")
    context = request.get("EncryptionContext", {})
    key = permitted_key(house, caller, request, KeyAction(action, context))
    return key, house.encryption.data_key(key, context, count or SPECS[spec or ""])


@operation(is_quick=True, effect="reads")
def generate_random(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with random bytes."""
    del house
    refuse_unbuilt(request, CustomKeyStoreId=None, Recipient=None)
    require_own(caller, "GenerateRandom")
    if "NumberOfBytes" not in request:
        raise Wrong("NumberOfBytes is required.")
    return {"Plaintext": secrets.token_bytes(request["NumberOfBytes"])}
