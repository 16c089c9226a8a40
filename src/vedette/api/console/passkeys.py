"""Passkeys at the console: what a browser is asked with, and what it returns.

/console/api/sign-in-options     asks whoever is there, before anybody is signed in
/console/api/passkey-options     asks the person who is signed in, to add one or to show one
/console/api/passkeys            adds one

A passkey is bound to the name of this server: the one that the operator wrote down as `sso_address`, or else
the one by which the browser came, which the door has held to the names that the operator gave.
"""

import base64
import secrets
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from vedette.api.console.answers import json_answer
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.origin import is_own
from vedette.api.console.visitor import PATH, cookie_name, cookie_of, require_session
from vedette.api.door import Visit
from vedette.identity.factors import FactorOwner
from vedette.identity.passkeys import LASTS_MS, REGISTER, SHOW, SIGN_IN, Ceremony
from vedette.identity.webauthn import ALGORITHMS, CreatedPasskey, ShownPasskey, from_base64url
from vedette.wire.http import Response

CREATED = ("credential", "client", "authenticator", "publicKey")
SHOWN = ("credential", "client", "authenticator", "signature", "handle")


def party_of(visit: Visit) -> str:
    """Return the name that passkeys are bound to; nothing where this address has none (127.0.0.1)."""
    address = visit.house.settings.sso_address or f"//{visit.request.headers.get('host')}"
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    try:
        ip_address(name)
    except ValueError:
        return name
    return ""


def ceremony_of(visit: Visit, purpose: str, bound: str) -> Ceremony:
    """Return one question to this browser, at the address of this server."""
    party, configured = party_of(visit), visit.house.settings.sso_address
    if not party:
        raise ConsoleFault(
            "BadRequest", 400, "Passkeys need a name: open the console by one, not by numbers."
        )

    def is_our_page(origin: str) -> bool:
        if configured:
            parts = urlsplit(configured)
            return origin == f"{parts.scheme}://{parts.netloc}".lower()
        return is_own(origin, visit.request) and (party == "localhost" or origin.startswith("https:"))

    return Ceremony(purpose, bound, party, is_our_page)


async def sign_in_options(visit: Visit) -> Response:
    """Ask a browser for a passkey of whomever: it shows those that it has for this server."""
    bound = secrets.token_urlsafe(32)
    ceremony = ceremony_of(visit, SIGN_IN, bound)
    answer = json_answer(_request(visit, ceremony, []))
    seconds = LASTS_MS // 1000
    is_secure = visit.request.scheme == "https" or visit.request.headers.get("origin").startswith("https:")
    parts = [f"{_cookie(visit)}={bound}", f"Path={PATH}", f"Max-Age={seconds}", "HttpOnly", "SameSite=Strict"]
    answer.headers.append(("set-cookie", "; ".join([*parts, *(["Secure"] if is_secure else [])])))
    return answer


def sign_in_ceremony(visit: Visit) -> Ceremony:
    """Return the question that this browser was asked before it signs in."""
    return ceremony_of(visit, SIGN_IN, cookie_of(visit.request, _cookie(visit)))


async def show_options(visit: Visit) -> Response:
    """Ask the person who is signed in to show a passkey, before a change."""
    session = (await require_session(visit, in_full=False)).session
    owner = FactorOwner(session.account, session.person.user)
    ids = await visit.in_thread(visit.house.identity.passkeys.credentials_of, owner)
    return json_answer(_request(visit, ceremony_of(visit, SHOW, session.id), list(ids)))


def creation_options(visit: Visit, owner: FactorOwner, bound: str) -> dict[str, Any]:
    """Return what a browser is asked with for a new passkey; in a thread."""
    passkeys, ceremony = visit.house.identity.passkeys, ceremony_of(visit, REGISTER, bound)
    return {
        "challenge": to_base64url(passkeys.new_challenge(REGISTER, bound)),
        "rp": {"id": ceremony.party, "name": "Vedette"},
        "user": {
            "id": to_base64url(passkeys.handle_of(owner)),
            "name": f"{owner.name}@{owner.account}",
            "displayName": owner.name,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
        "excludeCredentials": [_described(number) for number in passkeys.credentials_of(owner)],
        # One that can be found without a name signs in as the only step, and it knows its owner.
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
        "timeout": LASTS_MS,
    }


def read_created(content: dict[str, Any]) -> CreatedPasskey:
    """Return what the browser says of a new passkey."""
    parts = (content.get(name) for name in CREATED)
    return CreatedPasskey(*map(from_base64url, parts))


def read_shown(content: object) -> ShownPasskey:
    """Return what the browser says of a passkey that was shown."""
    if not isinstance(content, dict):
        raise ConsoleFault("BadRequest", 400, "A passkey that is shown is an object of its parts.")
    parts = [from_base64url(content.get(name) or "") for name in SHOWN]
    return ShownPasskey(*parts)


def to_base64url(content: bytes) -> str:
    """Return bytes as unpadded base64url."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _request(visit: Visit, ceremony: Ceremony, ids: list[bytes]) -> dict[str, Any]:
    challenge = visit.house.identity.passkeys.new_challenge(ceremony.purpose, ceremony.bound)
    return {
        "challenge": to_base64url(challenge),
        "rpId": ceremony.party,
        "allowCredentials": [_described(number) for number in ids],
        "userVerification": "required",
        "timeout": LASTS_MS,
    }


def _described(credential: bytes) -> dict[str, str]:
    return {"type": "public-key", "id": to_base64url(credential)}


def _cookie(visit: Visit) -> str:
    return f"{cookie_name(visit.house)}-passkey"
