"""Keys: made, described, listed, tagged, and their policies."""

from dataclasses import replace
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.kms.calls import (
    ALGORITHM,
    KeyAction,
    answer_page,
    facts_of_tags,
    page_of,
    permitted_key,
    place_of,
    read_tags,
    refuse_unbuilt,
    require_own,
)
from vedette.clock import from_milliseconds
from vedette.encryption.authority import KeyUse
from vedette.encryption.keys import NewEncryptionKey, document_of
from vedette.encryption.policies import read_policy
from vedette.encryption.values import EncryptionKey
from vedette.errors import MalformedPolicy, Missing, TooMuch

STATES = {"enabled": "Enabled", "disabled": "Disabled", "ending": "PendingDeletion"}
# The one name that a key's policy has.
POLICY_NAME = "default"
MOST_TAGS = 50


def create_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a symmetric key."""
    refuse_unbuilt(
        request,
        KeySpec=ALGORITHM,
        CustomerMasterKeySpec=ALGORITHM,
        KeyUsage="ENCRYPT_DECRYPT",
        Origin="AWS_KMS",
        MultiRegion=False,
        CustomKeyStoreId=None,
        XksKeyId=None,
    )
    tags, policy = read_tags(request.get("Tags", ())), request.get("Policy", "")
    bypasses = request.get("BypassPolicyLockoutSafetyCheck", False)
    facts = {
        **facts_of_tags(tags),
        "kms:KeySpec": ALGORITHM,
        "kms:KeyUsage": "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": "AWS_KMS",
        "kms:MultiRegion": "false",
        "kms:BypassPolicyLockoutSafetyCheck": str(bypasses).lower(),
    }
    require_own(caller, "CreateKey", facts=facts)
    if tags:
        require_own(caller, "TagResource", str(caller.own("key/*")), facts=facts)
    if policy:
        _check_principals(house, policy)
    if policy and not bypasses:
        _refuse_lockout(house, caller, _unmade(caller), policy)
    new = NewEncryptionKey(request.get("Description", ""), policy, tags, house.identity.find_ids)
    return {"KeyMetadata": metadata(house.encryption.keys.create(place_of(caller), new))}


def _unmade(caller: Caller) -> EncryptionKey:
    """Return the key that is about to be made, as far as its policy can be judged."""
    zero = "00000000-0000-0000-0000-000000000000"
    now = from_milliseconds(0)
    return EncryptionKey(0, zero, caller.account, caller.region, "", "", "enabled", "", {}, 1, 0, now)


def _refuse_lockout(house: House, caller: Caller, key: EncryptionKey, policy: str) -> None:
    """Refuse a policy that takes from its author the right to change it."""
    use = KeyUse("PutKeyPolicy", replace(key, stored_policy=policy), facts=caller.context)
    if not house.encryption.authority.may(caller.principal, use):
        raise MalformedPolicy("The new key policy will not allow you to update the key policy in the future.")


def _check_principals(house: House, document: str) -> None:
    """Refuse a policy that names who is not there: whoever gets the name later would have the key."""
    for statement in read_policy(document).statements:
        principals = statement.principals
        if principals is None:
            continue
        absent = principals.arns - set(house.identity.find_ids(principals.arns))
        absent |= {account for account in principals.accounts if not house.identity.has_account(account)}
        if absent:
            raise MalformedPolicy(
                "Policy contains a statement with one or more invalid principals: "
                + ", ".join(sorted(absent))
            )


def describe_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a key."""
    return {"KeyMetadata": metadata(permitted_key(house, caller, request, KeyAction("DescribeKey")))}


def list_keys(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's keys in the region, those of services too."""
    require_own(caller, "ListKeys")
    page = page_of(house, caller, request, "ListKeys")
    keys, more = house.encryption.keys.list(place_of(caller), after=page.after(0), most=page.size)
    listed = [{"KeyId": key.id, "KeyArn": str(key.arn)} for key in keys]
    return answer_page(page, {"Keys": listed}, keys[-1].number if more else None)


def update_description(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change a key's description."""
    key = permitted_key(house, caller, request, KeyAction("UpdateKeyDescription"))
    house.encryption.keys.describe(key, request["Description"])
    return {}


def get_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a key's policy as it was put."""
    key = permitted_key(house, caller, request, KeyAction("GetKeyPolicy"))
    _check_policy_name(request)
    return {"Policy": document_of(key), "PolicyName": POLICY_NAME}


def put_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Replace a key's policy, unless it would lock its author out."""
    bypasses = request.get("BypassPolicyLockoutSafetyCheck", False)
    facts = {"kms:BypassPolicyLockoutSafetyCheck": str(bypasses).lower()}
    key = permitted_key(house, caller, request, KeyAction("PutKeyPolicy", facts=facts))
    _check_policy_name(request)
    _check_principals(house, request["Policy"])
    if not bypasses:
        _refuse_lockout(house, caller, key, request["Policy"])
    house.encryption.keys.put_policy(key, request["Policy"], house.identity.find_ids)
    return {}


def _check_policy_name(request: dict[str, Any]) -> None:
    if request.get("PolicyName", POLICY_NAME) != POLICY_NAME:
        raise Missing("No such policy exists", kind="policy", name=request["PolicyName"])


def list_policies(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the names of a key's policies: there is one."""
    permitted_key(house, caller, request, KeyAction("ListKeyPolicies"))
    return {"PolicyNames": [POLICY_NAME], "Truncated": False}


def tag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a key tags."""
    added = read_tags(request["Tags"])
    key = permitted_key(house, caller, request, KeyAction("TagResource", facts=facts_of_tags(added)))
    tags = {**key.tags, **added}
    if len(tags) > MOST_TAGS:
        raise TooMuch(f"{key.arn} would have {len(tags)} tags; {MOST_TAGS} are the most.", kind="tags")
    house.encryption.keys.put_tags(key, tags)
    return {}


def untag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags from a key."""
    removed = request["TagKeys"]
    key = permitted_key(house, caller, request, KeyAction("UntagResource", facts=facts_of_tags({}, removed)))
    house.encryption.keys.put_tags(key, {name: key.tags[name] for name in key.tags if name not in removed})
    return {}


def list_tags(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a key's tags: fifty at most, which is one page."""
    key = permitted_key(house, caller, request, KeyAction("ListResourceTags"))
    tags = [{"TagKey": name, "TagValue": value} for name, value in sorted(key.tags.items())]
    return {"Tags": tags, "Truncated": False}


def metadata(key: EncryptionKey) -> dict[str, Any]:
    """Return what KMS tells of a key."""
    facts: dict[str, Any] = {
        "AWSAccountId": key.account,
        "KeyId": key.id,
        "Arn": str(key.arn),
        "CreationDate": key.created,
        "Enabled": key.state == "enabled",
        "Description": key.description,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": STATES[key.state],
        "Origin": "AWS_KMS",
        "KeyManager": "AWS" if key.service else "CUSTOMER",
        "CustomerMasterKeySpec": ALGORITHM,
        "KeySpec": ALGORITHM,
        "EncryptionAlgorithms": [ALGORITHM],
        "MultiRegion": False,
    }
    if key.ends is not None:
        facts["DeletionDate"] = key.ends
    return facts
