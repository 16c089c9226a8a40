"""Grants: made, listed, retired by whom they name, revoked by who has the key."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.kms.calls import (
    KeyAction,
    answer_page,
    find_key,
    granted_key,
    page_of,
    permitted_key,
    require_key,
    require_own,
)
from vedette.arn import parse_arn
from vedette.encryption.authority import BOUNDED, GRANTABLE, is_within, means
from vedette.encryption.grants import NewGrant
from vedette.encryption.keys import require_enabled
from vedette.encryption.values import EncryptionKey, KeyGrant
from vedette.errors import Denied, Missing, Unbuilt, Wrong


def create_grant(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a principal do some things with a key."""
    operations, bounds = tuple(request["Operations"]), request.get("Constraints", {})
    _check_operations(operations, bounds)
    key, by_grant = granted_key(
        house, caller, request["KeyId"], KeyAction("CreateGrant", facts=_facts(request)), request
    )
    require_enabled(key)
    equals, subset = bounds.get("EncryptionContextEquals"), bounds.get("EncryptionContextSubset")
    if by_grant is not None and not is_within({"equals": equals, "subset": subset}, operations, by_grant):
        raise Denied(f"The grant {by_grant.id} does not allow a grant that gives more than itself.")
    for principal in (request["GranteePrincipal"], request.get("RetiringPrincipal")):
        _check_principal(house, principal)
    new = NewGrant(
        grantee=request["GranteePrincipal"],
        operations=operations,
        issuer=caller.account,
        retiring=request.get("RetiringPrincipal", ""),
        name=request.get("Name", ""),
        equals=equals,
        subset=subset,
        resolve=house.identity.find_ids,
    )
    grant = house.encryption.grants.create(key, new)
    return {"GrantToken": house.encryption.grants.token_of(grant), "GrantId": grant.id}


def _check_operations(operations: Sequence[str], bounds: dict[str, Any]) -> None:
    if not operations:
        raise Wrong("A grant allows at least one operation.")
    if unbuilt := [name for name in operations if name not in GRANTABLE]:
        raise Unbuilt(f"{unbuilt[0]} is not supported yet: keys here are symmetric.", name=unbuilt[0])
    if bounds and not set(operations) & BOUNDED:
        raise Wrong("Constraints bound the encryption context of cryptographic operations; none is granted.")


def _facts(request: dict[str, Any]) -> dict[str, str | tuple[str, ...]]:
    facts: dict[str, str | tuple[str, ...]] = {
        "kms:GranteePrincipal": request["GranteePrincipal"],
        "kms:GrantOperations": tuple(request["Operations"]),
        # Whoever asks here is no service; a service's own requests do not come by this door.
        "kms:GrantIsForAWSResource": "false",
    }
    if "RetiringPrincipal" in request:
        facts["kms:RetiringPrincipal"] = request["RetiringPrincipal"]
    if bounds := request.get("Constraints"):
        facts["kms:GrantConstraintType"] = tuple(bounds)
    return facts


def _check_principal(house: House, text: str | None) -> None:
    """Refuse who is not there: a grant for a name that somebody may get later would be theirs."""
    if text is None:
        return
    try:
        arn = parse_arn(text)
    except Wrong:
        raise _no_principal(text) from None
    is_root = arn.service == "iam" and arn.resource == "root" and house.identity.has_account(arn.account)
    if not is_root and not house.identity.find_ids([text]):
        raise _no_principal(text)


def _no_principal(text: str) -> Wrong:
    return Wrong(f"ARN does not refer to a valid principal: {text}", kind="arn", name=text)


def list_grants(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a key's grants."""
    key = permitted_key(house, caller, request, KeyAction("ListGrants"))
    grantee, grant_id = request.get("GranteePrincipal", ""), request.get("GrantId", "")
    page = page_of(house, caller, request, "ListGrants", key.id, grantee, grant_id)
    grants, more = house.encryption.grants.list(
        key, grantee=grantee, grant=grant_id, after=page.after(0), most=page.size
    )
    listed = [entry(grant, key) for grant in grants]
    return answer_page(page, {"Grants": listed}, grants[-1].number if more else None)


def list_retirable_grants(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the grants that a principal of the caller's account may retire."""
    retiring = request["RetiringPrincipal"]
    require_own(caller, "ListRetirableGrants")
    page = page_of(house, caller, request, "ListRetirableGrants", retiring)
    if parse_arn(retiring).account != caller.account:
        return answer_page(page, {"Grants": []}, None)
    grants, more = house.encryption.grants.retirable(retiring, after=page.after(0), most=page.size)
    listed = [entry(grant, house.encryption.keys.by_id(grant.key)) for grant in grants]
    return answer_page(page, {"Grants": listed}, grants[-1].number if more else None)


def revoke_grant(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a grant away, by who may do so with the key."""
    key = permitted_key(house, caller, request, KeyAction("RevokeGrant"))
    house.encryption.grants.delete(house.encryption.grants.find(key, request["GrantId"]))
    return {}


def retire_grant(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a grant away, by whom it names for that, or who made it."""
    key, grant = _named(house, caller, request)
    principal = caller.principal
    is_issuer = principal.kind == "root" and principal.account == grant.issuer
    is_retiring = means(grant.retiring, grant.retiring_id, principal)
    is_grantee = "RetireGrant" in grant.operations and means(grant.grantee, grant.grantee_id, principal)
    if not (is_issuer or is_retiring or is_grantee):
        require_key(house, caller, key, KeyAction("RetireGrant"))
    if request.get("DryRun"):
        raise Wrong("The request would have succeeded, but the DryRun option is set.", kind="dry run")
    house.encryption.grants.delete(grant)
    return {}


def _named(house: House, caller: Caller, request: dict[str, Any]) -> tuple[EncryptionKey, KeyGrant]:
    by_token, by_id = "GrantToken" in request, "KeyId" in request and "GrantId" in request
    if by_token == by_id or (by_token and ("KeyId" in request or "GrantId" in request)):
        raise Wrong("A grant is named by its GrantToken, or by its KeyId and GrantId.")
    if by_token:
        grant = house.encryption.grants.by_token(request["GrantToken"])
        return house.encryption.keys.by_id(grant.key), grant
    key = find_key(house, caller, request["KeyId"], "RetireGrant")
    try:
        return key, house.encryption.grants.find(key, request["GrantId"])
    except Missing:
        # Whether there is such a grant learns who may retire any.
        require_key(house, caller, key, KeyAction("RetireGrant"))
        raise


def entry(grant: KeyGrant, key: EncryptionKey) -> dict[str, Any]:
    """Return a grant as KMS lists it."""
    facts: dict[str, Any] = {
        "KeyId": str(key.arn),
        "GrantId": grant.id,
        "Name": grant.name,
        "CreationDate": grant.created,
        "GranteePrincipal": grant.grantee,
        "IssuingAccount": f"arn:aws:iam::{grant.issuer}:root",
        "Operations": list(grant.operations),
    }
    if grant.retiring:
        facts["RetiringPrincipal"] = grant.retiring
    bounds = {"EncryptionContextEquals": grant.equals, "EncryptionContextSubset": grant.subset}
    constraints = {name: dict(bound) for name, bound in bounds.items() if bound is not None}
    if constraints:
        facts["Constraints"] = constraints
    return facts
