"""Sessions of an account's people at the console, and their second factors, as an operator ends them.

Whoever lost a factor is let in anew by removing it, which asks for IAM's right to that.
"""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.identity_rights import holder_arn, permit
from vedette.identity.console_session import ConsoleSession
from vedette.identity.factors import FactorOwner
from vedette.identity.holder import Holder


def list_console_sessions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List who is signed in at the console, or where one user is."""
    caller.require("ListConsoleSessions", "*")
    sessions = house.identity.console.of_account(caller.account)
    user = request.get("UserName")
    return {"Sessions": [_summary(entry) for entry in sessions if user in (None, entry.person.user)]}


def end_console_session(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """End a session of anybody in the account; its browser is signed out at once."""
    caller.require("EndConsoleSession", "*")
    house.identity.console.end_any(caller.account, request["SessionId"])
    return {}


def remove_second_factors(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Remove all second factors of a user who has lost them."""
    holder = permit(house, caller, "DeactivateMFADevice", Holder("user", caller.account, request["UserName"]))
    caller.require_undenied("RemoveSecondFactors", holder_arn(house, holder), tags={})
    house.identity.directory.holders.find(holder)
    return {"Removed": house.identity.factors.remove_all(FactorOwner(caller.account, holder.name))}


def _summary(session: ConsoleSession) -> Mapping[str, Any]:
    person = session.person
    name = {"UserName": person.user} if person.user else {}
    role = {"RoleSession": person.role_session} if person.role_session else {}
    return {
        **name,
        **role,
        "SessionId": session.id,
        "Way": session.way,
        "SecondFactor": session.verified,
        "CreateDate": session.created,
        "LastUsedDate": session.used,
        "ExpireDate": session.expires,
        "Address": session.browser.address,
        "Agent": session.browser.agent,
    }
