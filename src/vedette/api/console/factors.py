"""Second factors of the person who is signed in: shown, added and removed.

Who has one already shows a code of it before anything of this changes, so that a stolen session cannot make
itself a factor. Only a session that began with the operator's link needs none: so a lost phone is replaced.
"""

from typing import Any

from vedette.api.console.answers import json_answer, nothing
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.passkeys import CREATED, ceremony_of, creation_options, read_created, read_shown
from vedette.api.console.visitor import lacks_factor, require_session
from vedette.api.door import SMALL_REQUEST, Visit
from vedette.api.reading import read_whole
from vedette.errors import Denied
from vedette.identity.console_session import LINK, ConsoleSession
from vedette.identity.factors import Factor, FactorOwner, TooManyCodes
from vedette.identity.passkeys import REGISTER, SHOW
from vedette.wire import json_values
from vedette.wire.http import Response
from vedette.wire.plain_json import iso

# CloudTrail has them among the operations of IAM.
OF_IAM = "iam"


async def list_factors(visit: Visit) -> Response:
    """List the person's own factors."""
    session = (await require_session(visit, in_full=False)).session
    factors, owner = visit.house.identity.factors, _owner(session)
    rows = await visit.in_thread(factors.list, owner)
    count = await visit.in_thread(factors.count_codes, owner)
    return json_answer(
        {
            "factors": [_describe(factor) for factor in rows],
            "recoveryCodes": count,
            "asksForCode": bool(rows) and session.way != LINK,
            "lacksFactor": lacks_factor(visit.house, session),
        }
    )


async def begin_factor(visit: Visit) -> Response:
    """Return a new secret for an app, and the picture of it that a phone reads."""
    session, content = await _read(visit, "CreateVirtualMFADevice", "name", "code")
    owner = _owner(session)
    await _show_code(visit, session, content)
    factor = await visit.in_thread(visit.house.identity.factors.begin_totp, owner, content["name"] or "app")
    return json_answer({"id": factor.id, "secret": factor.secret, "qr": qr_rows(factor.address)})


async def confirm_factor(visit: Visit) -> Response:
    """Have a new factor count, and return recovery codes with the first one."""
    session, content = await _read(visit, "EnableMFADevice", "id", "code")
    house, owner = visit.house, _owner(session)
    try:
        codes = await visit.in_thread(
            house.identity.factors.confirm_totp, owner, content["id"], content["code"]
        )
    except (Denied, TooManyCodes) as refusal:
        raise _code_fault(refusal) from None
    await visit.in_thread(house.identity.console.verify, session)
    return json_answer({"recoveryCodes": list(codes)})


async def remove_factor(visit: Visit) -> Response:
    """Remove one of the person's own factors."""
    session, content = await _read(visit, "DeactivateMFADevice", "id", "code")
    await _show_code(visit, session, content)
    factors = visit.house.identity.factors
    await visit.in_thread(factors.remove, _owner(session), content["id"], session.id)
    return nothing()


async def renew_codes(visit: Visit) -> Response:
    """Return new recovery codes in the place of those before."""
    session, content = await _read(visit, "RenewRecoveryCodes", "code")
    await _show_code(visit, session, content)
    codes = await visit.in_thread(visit.house.identity.factors.renew_codes, _owner(session))
    return json_answer({"recoveryCodes": list(codes)})


async def begin_passkey(visit: Visit) -> Response:
    """Return what the person's browser is asked with for a new passkey."""
    session, content = await _read(visit, "CreateVirtualMFADevice", "code")
    owner = _owner(session)
    await _show_code(visit, session, content)
    return json_answer(
        await visit.in_thread(creation_options, visit, owner, await _registration(visit, session))
    )


async def register_passkey(visit: Visit) -> Response:
    """Have a new passkey count, and return recovery codes with the first factor."""
    session, content = await _read(visit, "EnableMFADevice", "name", *CREATED)
    house, ceremony = visit.house, ceremony_of(visit, REGISTER, await _registration(visit, session))
    visit.audit.parameters = {"name": content["name"], "userName": _owner(session).name, "kind": "passkey"}
    name, created = content["name"] or "passkey", read_created(content)
    try:
        codes = await visit.in_thread(
            house.identity.passkeys.register, _owner(session), name, created, ceremony
        )
    except Denied as refusal:
        raise ConsoleFault("PasskeyRefused", 403, refusal.sentence) from None
    await visit.in_thread(house.identity.console.verify, session)
    return json_answer({"recoveryCodes": list(codes)})


async def _read(visit: Visit, audited: str, *names: str) -> tuple[ConsoleSession, dict[str, Any]]:
    """Return the session and the members of the body that it may have: texts, and a passkey that is shown."""
    session = (await require_session(visit, in_full=False)).session
    visit.audit.service, visit.audit.effect, visit.audit.operation = OF_IAM, "writes", audited
    await read_whole(visit.request, SMALL_REQUEST)
    content = json_values.load(visit.request.body) if visit.request.body else {}
    texts = {name: content.get(name, "") for name in names}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ConsoleFault("BadRequest", 400, f"These are texts: {', '.join(names)}.")
    visit.audit.parameters = texts | {"userName": _owner(session).name}
    passkey = {"passkey": content["passkey"]} if "passkey" in content else {}
    return session, {name: text.strip() for name, text in texts.items()} | passkey


async def _show_code(visit: Visit, session: ConsoleSession, content: dict[str, Any]) -> None:
    """Refuse a change without a code or a passkey that the person has."""
    factors, owner = visit.house.identity.factors, _owner(session)
    if session.way == LINK or not await visit.in_thread(factors.is_held, owner):
        return
    if not content["code"] and "passkey" not in content:
        raise ConsoleFault("SecondFactorNeeded", 403, "Show a second factor that you have first.")
    if "passkey" in content:
        await _show_passkey(visit, session, content["passkey"])
        return
    try:
        await visit.in_thread(factors.check, owner, content["code"])
    except (Denied, TooManyCodes) as refusal:
        raise _code_fault(refusal) from None


async def _show_passkey(visit: Visit, session: ConsoleSession, content: object) -> None:
    passkey, ceremony = read_shown(content), ceremony_of(visit, SHOW, session.id)
    try:
        await visit.in_thread(visit.house.identity.passkeys.check, _owner(session), passkey, ceremony)
    except Denied as refusal:
        raise ConsoleFault("PasskeyRefused", 403, refusal.sentence) from None


async def _registration(visit: Visit, session: ConsoleSession) -> str:
    """Return what a registration is bound to: the session, and whether a factor was to be shown for it."""
    is_held = await visit.in_thread(visit.house.identity.factors.is_held, _owner(session))
    return f"{session.id} {'another' if is_held else 'first'}"


def _code_fault(refusal: Denied | TooManyCodes) -> ConsoleFault:
    if isinstance(refusal, TooManyCodes):
        return ConsoleFault("TooManyAttempts", 429, refusal.sentence, retry_after_s=refusal.wait_s)
    return ConsoleFault("WrongCode", 403, refusal.sentence)


def _owner(session: ConsoleSession) -> FactorOwner:
    if session.person.role_session is not None:
        raise ConsoleFault(
            "BadRequest",
            400,
            "A role has no second factor: its user has. Sign in with the user's own key to change it.",
        )
    return FactorOwner(session.account, session.person.user)


def _describe(factor: Factor) -> dict[str, Any]:
    used = None if factor.used is None else iso(factor.used)
    return {
        "id": factor.id,
        "kind": factor.kind,
        "name": factor.name,
        "created": iso(factor.created),
        "used": used,
    }


def qr_rows(address: str) -> list[str]:
    """Return the rows of a QR code as texts of 0 and 1, for the page to draw: nothing is fetched."""
    import segno

    code = segno.make(address, error="m", micro=False)
    return ["".join(str(cell & 1) for cell in row) for row in code.matrix]
