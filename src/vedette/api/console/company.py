"""Signing in with the company: to its provider and back (docs/how-to/sign-in-with-your-company.md).

/console/api/ways             which ways to sign in there are
/console/api/company-begin    sends the browser to the provider
/console/api/company-end      where the provider sends it back to
"""

import html
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote

from vedette.api.auditing import SIGN_IN
from vedette.api.console.answers import json_answer
from vedette.api.console.attempts import FailedAttempts
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.passkeys import party_of
from vedette.api.console.visitor import PATH, cookie_name, cookie_of, length_of, set_cookie
from vedette.api.door import Visit
from vedette.api.house import House
from vedette.errors import Denied, Refusal
from vedette.identity.console_session import Browser
from vedette.identity.oidc import AWAY, Provider, SignInFlow, plan_of
from vedette.wire.http import Response

log = logging.getLogger(__name__)

BEGIN, END = f"{PATH}api/company-begin", f"{PATH}api/company-end"
FLOW_S = 600
# Without `sandbox`, which would keep the browser from going on by itself.
NOTHING_LOADS = "default-src 'none'; frame-ancestors 'none'"
# A page of the console, with its query; everything else begins at the first page.
OWN_PAGE = re.compile(r"/[A-Za-z0-9/_.~%:@+=,;&?-]{0,500}")


@dataclass(slots=True)
class CompanyRoutes:
    """The provider, known since somebody asked for it first."""

    provider: Provider | None = field(default=None)

    async def show_ways(self, visit: Visit) -> Response:
        """Say which ways to sign in there are, to everybody."""
        settings = visit.house.settings
        company = (settings.sso_name or "Company") if settings.sso_issuer else None
        has_passkeys = settings.local_sign_in and bool(party_of(visit))
        return json_answer({"company": company, "keys": settings.local_sign_in, "passkeys": has_passkeys})

    async def begin(self, visit: Visit) -> Response:
        """Send the browser to the provider, with a cookie that its return must bring along."""
        house, provider = visit.house, self._provider(visit.house)
        page = parse_qs(visit.request.raw_query).get("to", ["/"])[0]
        to = page if OWN_PAGE.fullmatch(page) else "/"
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = SignInFlow(state, nonce, verifier, _own_address(visit) + END)
        try:
            address = await visit.in_thread(provider.address, flow)
        except Refusal as refusal:
            return _failed(visit, refusal)
        cookie = _flow_cookie(visit, house.identity.company.dump_flow(flow, to), FLOW_S)
        return Response(303, [("location", address), ("cache-control", "no-store"), cookie])

    async def end(self, visit: Visit, attempts: FailedAttempts) -> Response:
        """Begin a session of whom the provider vouches for, and send the browser to where it wanted."""
        request, house = visit.request, visit.house
        attempts.refuse_too_many(request.client, time.monotonic())
        visit.audit.service, visit.audit.effect = SIGN_IN, "writes"
        visit.audit.operation, visit.audit.parameters = "SignIn", {"by": "company"}
        query = parse_qs(request.raw_query)
        code, state = query.get("code", [""])[0], query.get("state", [""])[0]
        sealed = cookie_of(request, _flow_name(house))
        try:
            to, token, seconds = await visit.in_thread(self._enter, visit, (code, state, sealed))
        except Refusal as refusal:
            attempts.count(request.client, time.monotonic(), house.servers)
            return _failed(visit, refusal)
        answer = Response(303, [("location", f"/console{to}"), ("cache-control", "no-store")])
        answer.headers += [set_cookie(request, house, token, seconds), _flow_cookie(visit, "", 0)]
        return answer

    def _enter(self, visit: Visit, proof: tuple[str, str, str]) -> tuple[str, str, int]:
        (code, state, sealed), house = proof, visit.house
        identity, provider = house.identity, self._provider(house)
        flow, to = identity.company.open_flow(sealed, state)
        if not code:
            raise Denied("The company's provider signed nobody in.", kind="company refused")
        person = provider.finish(code, flow)
        visit.audit.account, visit.audit.name = house.settings.account, person.name[:64]
        account = house.settings.account
        user = identity.company.enter(account, person, frozenset(provider.plan.groups.values()))
        browser = Browser(visit.request.client, visit.request.headers.get("user-agent"))
        length = length_of(house)
        token, session = identity.console.begin_company(
            account, user, browser, length, verified=person.has_second_factor
        )
        entry = identity.console.find(token, length)
        if entry is None:
            raise Denied("The user was deleted in this moment.", kind="company refused")
        visit.principal = entry[0]
        visit.audit.answer = {"MFAUsed": "Yes" if session.verified else "No"}
        return to, token, int((session.expires - session.created).total_seconds())

    def _provider(self, house: House) -> Provider:
        if self.provider is None:
            plan = plan_of(house.settings)
            if plan is None:
                raise ConsoleFault("NotFound", 404, "This server knows no company's provider.")
            self.provider = Provider(plan)
        return self.provider


def _own_address(visit: Visit) -> str:
    """Return where people reach this server; the name was checked against those that it has."""
    request, address = visit.request, visit.house.settings.sso_address.rstrip("/")
    return address or f"{request.scheme}://{request.headers.get('host')}"


def _flow_name(house: House) -> str:
    return f"{cookie_name(house)}-company"


def _flow_cookie(visit: Visit, value: str, seconds: int) -> tuple[str, str]:
    """Return the cookie of a begun sign-in: Lax, since the provider's page leads back from another site."""
    is_secure = visit.request.scheme == "https" or visit.house.settings.sso_address.startswith("https:")
    parts = [f"{_flow_name(visit.house)}={value}", f"Path={END}", f"Max-Age={seconds}", "HttpOnly"]
    return ("set-cookie", "; ".join([*parts, "SameSite=Lax", *(["Secure"] if is_secure else [])]))


def _failed(visit: Visit, refusal: Refusal) -> Response:
    """Lead back to the sign-in page, which says why; the status tells the log and the audit."""
    kind = refusal.kind if refusal.kind.startswith("company") else "company refused"
    visit.audit.code, visit.audit.sentence = "SignInFailed", refusal.sentence
    log.warning("A sign-in with the company failed: %s", refusal.sentence)
    page = f"{PATH}#problem={quote(kind.replace(' ', '-'))}"
    link = f'<a href="{html.escape(page)}">Vedette</a>'
    body = f'<!doctype html><meta charset="utf-8"><title>Vedette</title>{link}'
    headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", NOTHING_LOADS),
        ("cache-control", "no-store"),
        ("refresh", f"0; url={page}"),
    ]
    return Response(502 if kind == AWAY else 401, headers, body.encode())
