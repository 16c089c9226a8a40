"""Signing in and out, and the list of one's own sessions."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from vedette.api.auditing import SIGN_IN
from vedette.api.console.answers import json_answer, nothing
from vedette.api.console.attempts import FailedAttempts
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.origin import csrf_of
from vedette.api.console.passkeys import read_shown, sign_in_ceremony
from vedette.api.console.visitor import SignedIn, lacks_factor, length_of, require_session, set_cookie
from vedette.api.door import SMALL_REQUEST, Visit
from vedette.api.reading import read_whole
from vedette.errors import Denied
from vedette.identity.console_session import Browser, ConsoleSession, SessionLength, TemporaryProof
from vedette.identity.factors import ShownFactor, TooManyCodes
from vedette.identity.webauthn import ShownPasskey
from vedette.wire import json_values
from vedette.wire.http import Response
from vedette.wire.plain_json import iso

SECOND_FACTOR = "second factor"
CODES = {
    "expired keys": "KeysExpired",
    SECOND_FACTOR: "SecondFactorNeeded",
    "code": "WrongCode",
    "passkey": "PasskeyRefused",
}
# What the ids of keys begin with that STS gives out.
TEMPORARY = "ASIA"
PROOFS = ("link", "accessKeyId", "secretAccessKey", "sessionToken", "code")


async def sign_in(visit: Visit, attempts: FailedAttempts) -> Response:
    """Begin a session by a link or by an access key, and give the browser its cookie."""
    request, house, now = visit.request, visit.house, time.monotonic()
    attempts.refuse_too_many(request.client, now)
    visit.audit.service, visit.audit.effect = SIGN_IN, "writes"
    begin = await _read_credentials(visit)
    try:
        token, session = await visit.in_thread(begin)
    except TooManyCodes as refusal:
        await visit.in_thread(_name_who_was_asked_for, visit)
        raise ConsoleFault("TooManyAttempts", 429, refusal.sentence, retry_after_s=refusal.wait_s) from None
    except Denied as refusal:
        if refusal.kind != SECOND_FACTOR:  # what came so far is right
            attempts.count(request.client, now, house.servers)
        await visit.in_thread(_name_who_was_asked_for, visit)
        raise ConsoleFault(CODES.get(refusal.kind, "SignInFailed"), 401, refusal.sentence) from None
    attempts.forget(request.client)
    length = length_of(house)
    entry = await visit.in_thread(house.identity.console.find, token, length)
    if entry is None:
        raise ConsoleFault("SignInFailed", 401, "The key or its user was deleted in this moment.")
    visit.principal = entry[0]
    visit.audit.answer = {"ConsoleLogin": "Success", "MFAUsed": "Yes" if session.verified else "No"}
    answer = json_answer(await visit.in_thread(describe, visit, SignedIn(token, session)))
    lasts_s = int((session.expires - session.created).total_seconds())
    answer.headers.append(set_cookie(request, house, token, lasts_s))
    return answer


async def show_session(visit: Visit) -> Response:
    """Tell a page who is signed in."""
    entrance = await require_session(visit, in_full=False)
    return json_answer(await visit.in_thread(describe, visit, entrance))


async def sign_out(visit: Visit) -> Response:
    """End the session."""
    session = (await require_session(visit, in_full=False)).session
    visit.audit.service, visit.audit.effect = SIGN_IN, "writes"
    await visit.in_thread(visit.house.identity.console.end, session.account, session.person, session.id)
    answer = nothing()
    answer.headers.append(set_cookie(visit.request, visit.house, "", 0))
    return answer


async def list_sessions(visit: Visit) -> Response:
    """List the sessions of the person who is signed in."""
    own = (await require_session(visit)).session
    sessions = await visit.in_thread(visit.house.identity.console.list, own.account, own.person)
    return json_answer({"sessions": [_describe(session, own) for session in sessions]})


async def end_session(visit: Visit, session_id: str) -> Response:
    """End one of one's own sessions, wherever it is."""
    own = (await require_session(visit)).session
    visit.audit.service, visit.audit.effect = SIGN_IN, "writes"
    visit.audit.parameters = {"sessionId": session_id}
    await visit.in_thread(visit.house.identity.console.end, own.account, own.person, session_id)
    return nothing()


def describe(visit: Visit, entrance: SignedIn) -> dict[str, Any]:
    """Return what pages know of a session."""
    principal, session, house = visit.principal, entrance.session, visit.house
    assert principal is not None
    regions = sorted({house.settings.region, *house.projects.regions(principal.account)})
    return {
        "account": principal.account,
        "name": principal.name,
        "arn": principal.arn,
        "isRoot": principal.kind == "root",
        "csrf": csrf_of(entrance.token),
        "region": house.settings.region,
        "regions": regions,
        "id": session.id,
        "expires": iso(session.expires),
        "way": session.way,
        "lacksFactor": lacks_factor(house, session),
    }


def _name_who_was_asked_for(visit: Visit) -> None:
    """Put a failed sign-in on record where it belongs: with the account whose key was tried."""
    key = visit.house.identity.directory.key((visit.audit.parameters or {}).get("accessKeyId", ""))
    if key is not None:
        visit.audit.account, visit.audit.name = key.account, key.user or "root"


Begin = Callable[[], tuple[str, ConsoleSession]]


async def _read_credentials(visit: Visit) -> Begin:
    """Return what begins the session that the body asks for."""
    request = visit.request
    if request.headers.get("content-type").partition(";")[0].strip().lower() != "application/json":
        # A form of another site cannot send this type.
        raise ConsoleFault("BadRequest", 415, "Sign in with a body of the type application/json.")
    await read_whole(request, SMALL_REQUEST)
    content = json_values.load(request.body)
    texts = [content.get(name, "") for name in PROOFS]
    if not all(isinstance(text, str) for text in texts):
        raise ConsoleFault(
            "BadRequest",
            400,
            "A link, an access key's id, its secret, its token and a code are texts.",
        )
    passkey = read_shown(content["passkey"]) if "passkey" in content else None
    link, *key = (text.strip() for text in texts)
    if not link and not visit.house.settings.local_sign_in:
        raise ConsoleFault("LocalSignInOff", 403, "Keys sign nobody in here: use the company's sign-in.")
    browser, length = Browser(request.client, request.headers.get("user-agent")), length_of(visit.house)
    if link:
        visit.audit.parameters = {"by": "link"}
        return partial(visit.house.identity.console.open_link, link, browser, length)
    if passkey is not None and not any(key):
        visit.audit.parameters = {"by": "passkey"}
        return partial(_begin_by_passkey, visit, passkey, browser, length)
    return _begin_by_key(visit, key, _shown_factor(visit, passkey, key[-1]), browser)


def _begin_by_key(visit: Visit, key: list[str], factor: ShownFactor, browser: Browser) -> Begin:
    """Return what begins a session by an access key, with what was shown beside it."""
    key_id, secret, token, _ = key
    visit.audit.parameters = {"by": "access key", "accessKeyId": key_id[:128]}
    console, length = visit.house.identity.console, length_of(visit.house)
    if not key_id or not secret:
        raise ConsoleFault(
            "BadRequest", 400, "Sign in with a link, or with an access key's id and its secret."
        )
    if not token and key_id.startswith(TEMPORARY):
        raise ConsoleFault("BadRequest", 400, "These are temporary keys: they need their session token too.")
    if token:
        proof = TemporaryProof(key_id, secret, token)
        return lambda: console.sign_in_temporarily(proof, browser, length, factor)
    return lambda: console.sign_in(key_id, secret, browser, length, factor)


def _shown_factor(visit: Visit, passkey: ShownPasskey | None, code: str) -> ShownFactor:
    """Return what came beside a key."""
    if passkey is None:
        return ShownFactor(code)
    passkeys, ceremony = visit.house.identity.passkeys, sign_in_ceremony(visit)
    return ShownFactor(show=lambda owner: passkeys.check(owner, passkey, ceremony))


def _begin_by_passkey(
    visit: Visit, passkey: ShownPasskey, browser: Browser, length: SessionLength
) -> tuple[str, ConsoleSession]:
    identity = visit.house.identity
    owner = identity.passkeys.owner_of(passkey, sign_in_ceremony(visit))
    visit.audit.account, visit.audit.name = owner.account, owner.name
    return identity.console.begin_passkey(owner, browser, length)


def _describe(session: ConsoleSession, own: ConsoleSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "created": iso(session.created),
        "used": iso(session.used),
        "expires": iso(session.expires),
        "address": session.browser.address,
        "agent": session.browser.agent,
        "accessKeyId": session.key_id or None,
        "isCurrent": session.id == own.id,
        "way": session.way,
        "verified": session.verified,
    }
