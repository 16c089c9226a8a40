"""Who is signed in: the cookie, the session that it names, and what of it pages may know."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from vedette.api.console.faults import ConsoleFault, signed_out
from vedette.api.console.origin import refuse_without_csrf
from vedette.api.door import Visit
from vedette.api.house import House
from vedette.identity.console_session import COMPANY, KEY, PASSKEY, ConsoleSession, SessionLength
from vedette.wire.http import Request

PATH = "/console/"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with the token of its cookie."""

    token: str
    session: ConsoleSession


def cookie_name(house: House) -> str:
    """Return the cookie's name: servers on two ports of one host share a browser's cookies."""
    return f"vedette-{hmac.new(house.page_key, b'console cookie', sha256).hexdigest()[:8]}"


def length_of(house: House) -> SessionLength:
    """Return how long sessions last, as the operator has set it."""
    settings = house.settings
    return SessionLength(timedelta(hours=settings.console_idle), timedelta(hours=settings.console_longest))


def token_of(request: Request, house: House) -> str:
    """Return the token in the cookie, or nothing."""
    return cookie_of(request, cookie_name(house))


def cookie_of(request: Request, name: str) -> str:
    """Return the value of a cookie, or nothing."""
    for field in request.headers.every("cookie"):
        for pair in field.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
    return ""


def set_cookie(request: Request, house: House, token: str, seconds: int) -> tuple[str, str]:
    """Return the header that gives a browser its cookie; without a token the one that takes it away."""
    secure = request.scheme == "https" or request.headers.get("origin").startswith("https:")
    parts = [f"{cookie_name(house)}={token}", f"Path={PATH}", f"Max-Age={seconds}", "HttpOnly"]
    return ("set-cookie", "; ".join([*parts, "SameSite=Strict", *(["Secure"] if secure else [])]))


def lacks_factor(house: House, session: ConsoleSession) -> bool:
    """Say whether a session that a key began may do nothing until a second factor was shown in it.

    A link is the operator's own word, and the way back in for whoever has lost a factor.
    """
    is_asked = session.needs_factor or house.settings.second_factor == "required"
    return is_asked and session.way == KEY and not session.verified


def _is_open(house: House, session: ConsoleSession) -> bool:
    """Say whether people sign in here by the way in which a session began; at another server they may."""
    if session.way in (KEY, PASSKEY):
        return house.settings.local_sign_in
    return session.way != COMPANY or session.issuer == house.settings.sso_issuer


async def require_session(visit: Visit, *, in_full: bool = True) -> SignedIn:
    """Return who is signed in, and make it the principal of the visit; refuse where nobody is.

    Not `in_full`, it lets in who has a second factor to add first.
    """
    token = token_of(visit.request, visit.house)
    if not token:
        raise signed_out()
    house = visit.house
    result = await visit.in_thread(house.identity.console.find, token, length_of(house))
    if result is None or not _is_open(house, result[1]):
        raise signed_out()
    visit.principal, session = result
    refuse_without_csrf(visit.request, token)
    if in_full and lacks_factor(house, session):
        raise ConsoleFault(
            "SecondFactorRequired", 403, "Add a second factor first: nobody works here without one."
        )
    return SignedIn(token, session)
