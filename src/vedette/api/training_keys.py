"""The key that a request wants a training's files encrypted with: found, and asked for as its caller.

A service uses a key on its caller's behalf: `kms:ViaService` names it, and the grant that it makes is for a
service (`kms:GrantIsForAWSResource`). Which actions it asks for differs between services.
"""

from vedette.api.house import Caller, House
from vedette.encryption.authority import KeyUse
from vedette.encryption.folder_keys import OPERATIONS
from vedette.encryption.keys import require_enabled
from vedette.encryption.policies import via_service
from vedette.encryption.values import EncryptionKey, KeyPlace
from vedette.errors import Busy, Denied, Missing, Wrong
from vedette.identity.may import Context, refusal


def find_training_key(
    house: House, caller: Caller, text: str, actions: tuple[str, ...]
) -> EncryptionKey | None:
    """Return the key that a KmsKeyId names, if the caller may have it used so; None where none is named."""
    if not text:
        return None
    is_foreign = text.startswith("arn:") and text.split(":")[4:5] != [caller.account]
    try:
        key = house.encryption.keys.find(KeyPlace(caller.account, caller.region), text)
    except (Missing, Wrong) as error:
        if is_foreign:
            raise _hidden(caller, actions[0], text) from None
        raise Wrong(f"KmsKeyId: {error.sentence}", kind="encryption key", name=text) from None
    for action in actions:
        use = KeyUse(action, key, facts=_facts(caller, key, action), via=caller.service)
        try:
            house.encryption.authority.require(caller.principal, use)
        except Denied:
            if key.account == caller.account:
                raise
            raise _hidden(caller, action, text) from None
    try:
        require_enabled(key)
    except Busy as busy:
        raise Wrong(f"KmsKeyId: {busy.sentence}", kind="encryption key", name=text) from None
    return key


def _facts(caller: Caller, key: EncryptionKey, action: str) -> Context:
    if action != "CreateGrant":
        return caller.context
    grantee = via_service(caller.service, key.region)
    return {
        **caller.context,
        "kms:GrantIsForAWSResource": "true",
        "kms:GranteePrincipal": grantee,
        "kms:RetiringPrincipal": grantee,
        "kms:GrantOperations": OPERATIONS,
        "kms:GrantConstraintType": ("EncryptionContextEquals",),
    }


def _hidden(caller: Caller, action: str, text: str) -> Denied:
    """Return what is said of another account's key: the same whether it is there or not."""
    return refusal(caller.principal, f"kms:{action}", text)
