"""Client tokens, as Lookout for Vision sends them: in a header, with every call that changes something."""

from typing import Any

from vedette.api.house import Caller
from vedette.projects.project import Scope
from vedette.projects.tokens import ClientToken


def client_token(caller: Caller, operation: str, request: dict[str, Any]) -> ClientToken | None:
    """Return the request's client token, with all that a repeat of it must say again."""
    rest = dict(request)
    text = rest.pop("ClientToken", None)
    return (
        ClientToken(Scope("lookoutvision", caller.account, caller.region), operation, text, rest)
        if text
        else None
    )
