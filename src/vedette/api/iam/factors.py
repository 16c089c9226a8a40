"""Second factors of people, in IAM's words. They are added and removed at the console."""

from dataclasses import replace
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.asking import named_or_caller, permit_all
from vedette.api.identity_rights import holder_arn, permit
from vedette.errors import Missing
from vedette.identity.factors import TOTP, Factor, FactorOwner

ROOT = "root"


def list_mfa_devices(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the factors of the user that is named, or of whoever asks."""
    if "UserName" in request or caller.principal.kind == "user":
        # People who may see their own factors alone name nobody, or themselves.
        holder = permit(house, caller, "ListMFADevices", named_or_caller(caller, request))
        house.identity.directory.holders.find(holder)
        owner = FactorOwner(holder.account, holder.name)
    else:
        permit_all(caller, "ListMFADevices")
        owner = FactorOwner(caller.account)
    # A session of a role is nobody's who could have a factor.
    is_person = owner.user is not None or caller.principal.kind == ROOT
    factors = house.identity.factors.list(owner) if is_person else []
    return {"MFADevices": [_device(owner, factor) for factor in factors], "IsTruncated": False}


def deactivate_mfa_device(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Remove a factor of a user, who has lost it; with the last one the recovery codes go."""
    holder = permit(house, caller, "DeactivateMFADevice", named_or_caller(caller, request))
    # Whoever is denied our own way of doing so is denied this one too.
    own = replace(caller, service="vedette")
    own.require_undenied("RemoveSecondFactors", holder_arn(house, holder), tags={})
    house.identity.directory.holders.find(holder)
    owner, number = FactorOwner(holder.account, holder.name), request["SerialNumber"]
    factors = house.identity.factors
    for factor in factors.list(owner):
        if _device(owner, factor)["SerialNumber"] == number:
            factors.remove(owner, factor.id)
            return {}
    raise Missing("There is no such second factor.", kind="factor", name=number)


def _device(owner: FactorOwner, factor: Factor) -> dict[str, Any]:
    # AWS names an app by the person, and a passkey by the person and itself.
    place = f"mfa/{owner.name}-{factor.id}" if factor.kind == TOTP else f"u2f/user/{owner.name}/{factor.id}"
    number = f"arn:aws:iam::{owner.account}:{place}"
    return {"UserName": owner.name, "SerialNumber": number, "EnableDate": factor.created}
