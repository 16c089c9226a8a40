"""A company's provider by OpenID Connect: authorisation code with PKCE, and what its tokens must prove.

    discover → address of the provider's sign-in → code → token → claims

The operator names the provider; nothing that a visitor sends chooses an address. Tokens are believed when an
asymmetric key of the provider signed them, for us, now, and for the very sign-in that was begun (OpenID
Connect Core 1.0, 3.1.3.7). Knows no users.
"""

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from vedette.errors import Denied, Wrong
from vedette.outgoing import Bounds, call
from vedette.settings import Settings

# Never `none`, and none where the key that verifies is the key that signs.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
# As clocks of two machines may differ.
SKEW_S = 60
TIMEOUT_S, MOST_BYTES, SUCCESS = 10.0, 1024 * 1024, range(200, 300)
# What the provider says of itself is asked for anew after an hour; keys also when an unknown one signed, and
# then once a minute at most, so that tokens with made-up keys ask it nothing.
KEPT_S, ANEW_S = 3600.0, 60.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LONGEST_SUBJECT = 255
# Of the provider's groups, so many are named to the operator, and so much of each name, and of a person's.
MOST_LISTED, LONGEST_LISTED = 20, 64
DISCOVERY = "/.well-known/openid-configuration"
AWAY, REFUSED = "company away", "company refused"


@dataclass(frozen=True, slots=True)
class ProviderPlan:
    """What the operator says of the provider."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile email"
    groups_claim: str = "groups"
    # The provider's groups, and which of ours each of them gives.
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """A sign-in that was begun: what its end must match."""

    state: str
    nonce: str
    verifier: str
    redirect: str


@dataclass(frozen=True, slots=True)
class CompanyPerson:
    """Whom the provider vouches for; `subject` alone says who it is, and the names are for people to read."""

    issuer: str
    subject: str
    name: str
    groups: frozenset[str]
    has_second_factor: bool
    # What the provider lists, in its own words, for the operator to read; None where it lists nothing.
    listed: tuple[str, ...] | None = None


def fetch_json(address: str, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
    """Return the JSON of an address of the provider; a redirect is followed nowhere."""
    # The operator names the provider, which may well be in the company's own network.
    bounds = Bounds(TIMEOUT_S, MOST_BYTES, anywhere=True)
    method, heads = "GET" if form is None else "POST", {"Accept": "application/json", **(headers or {})}
    answer = call(method, address, heads, form, bounds)
    if answer.status not in SUCCESS:
        raise urllib.error.HTTPError(address, answer.status, "", Message(), None)
    return json.loads(answer.content)


class Provider:
    """One provider. Threads may share it."""

    def __init__(
        self,
        plan: ProviderPlan,
        fetch: Callable[..., Any] = fetch_json,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan = plan
        self._fetch = fetch
        self._ticks = ticks
        self._lock = threading.Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, list[Mapping[str, Any]]] | None = None

    def metadata(self) -> Mapping[str, Any]:
        """Return what the provider says of itself, once it is known to be of the issuer."""
        with self._lock:
            if self._metadata is None or self._ticks() - self._metadata[0] > KEPT_S:
                document = self._ask(self.plan.issuer.rstrip("/") + DISCOVERY)
                self._check_metadata(document)
                self._metadata = (self._ticks(), document)
            return self._metadata[1]

    def _check_metadata(self, metadata: Any) -> None:
        issuer = metadata.get("issuer") if isinstance(metadata, Mapping) else None
        if issuer != self.plan.issuer:
            raise Wrong(
                f"The provider is not the issuer {self.plan.issuer}: it calls itself {str(issuer)[:300]}."
                " The two must be equal to the letter.",
                kind=AWAY,
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            # What the provider says of itself leads to this machine only where the provider is here.
            if not is_safe(address := str(metadata.get(name, ""))) or _is_here(address, self.plan.issuer):
                raise Wrong(f"The provider's {name} is no https address.", kind=AWAY)

    def _ask(self, address: str, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        try:
            return self._fetch(address, form, headers)
        except urllib.error.HTTPError as error:
            if form is not None and error.code in (400, 401):
                raise Denied("The provider does not know this sign-in (any more).", kind=REFUSED) from None
            raise Wrong(f"The provider answered with the status {error.code}.", kind=AWAY) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Wrong(f"The provider cannot be asked: {error}.", kind=AWAY) from error

    def address(self, flow: SignInFlow) -> str:
        """Return where the browser goes to sign in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self.plan.client_id,
            "redirect_uri": flow.redirect,
            "scope": self.plan.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = str(self.metadata()["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def finish(self, code: str, flow: SignInFlow) -> CompanyPerson:
        """Return who has signed in; Denied where the provider or its token does not prove it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.redirect,
            "client_id": self.plan.client_id,
            "code_verifier": flow.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        metadata, secret = self.metadata(), self.plan.client_secret
        # The specification's default, unless the provider names only others.
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in methods:
            pair = f"{quote(self.plan.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif secret:
            form["client_secret"] = secret
        answer = self._ask(str(metadata["token_endpoint"]), urlencode(form).encode(), headers)
        token = answer.get("id_token") if isinstance(answer, Mapping) else None
        if not isinstance(token, str):
            raise Denied("The provider gave no ID token.", kind=REFUSED)
        return self._person(self.claims(token, flow.nonce))

    def claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Return what a token says, if it was signed by the provider, for us, now and for this sign-in."""
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise Denied(f"Tokens signed by {algorithm!r} are not believed.", kind=REFUSED)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                self._key(header, algorithm),
                algorithms=[algorithm],
                audience=self.plan.client_id,
                issuer=self.plan.issuer,
                leeway=SKEW_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Denied(f"The provider's token proves nothing: {error}.", kind=REFUSED) from error
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.plan.client_id:
            raise Denied("The provider's token was given to another program.", kind=REFUSED)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Denied("The provider's token is of another sign-in.", kind=REFUSED)
        return claims

    def keys(self) -> int:
        """Return how many keys the provider signs by; refuse where it cannot be asked, or has none."""
        count = len(self._signing_keys(anew=False))
        if not count:
            raise Wrong("The provider names no key that signs.", kind=AWAY)
        return count

    def _key(self, header: Mapping[str, Any], algorithm: str) -> Any:
        """Return the provider's key that signed; asked for anew where it is unknown, since keys rotate."""
        import jwt

        for anew in (False, True):
            for document in self._signing_keys(anew=anew):
                is_named = "kid" not in header or document.get("kid") == header["kid"]
                if is_named and document.get("alg", algorithm) == algorithm and document.get("kty") != "oct":
                    return jwt.PyJWK.from_dict(dict(document), algorithm).key
        raise Denied("No key of the provider signed this token.", kind=REFUSED)

    def _signing_keys(self, *, anew: bool) -> list[Mapping[str, Any]]:
        address = str(self.metadata()["jwks_uri"])
        with self._lock:
            age = None if self._keys is None else self._ticks() - self._keys[0]
            if self._keys is None or age is None or age > (ANEW_S if anew else KEPT_S):
                document = self._ask(address)
                keys = document.get("keys") if isinstance(document, Mapping) else None
                self._keys = (self._ticks(), _usable(keys))
            return self._keys[1]

    def _person(self, claims: Mapping[str, Any]) -> CompanyPerson:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise Denied("The provider's token names nobody.", kind=REFUSED)
        # Whoever may write any address into a profile is not called by somebody else's.
        is_doubtful = claims.get("email_verified") in (False, "false")
        addresses = () if is_doubtful else ("email",)
        names = (claims.get(name) for name in (*addresses, "preferred_username", "upn", "sub"))
        name = next(text for text in names if isinstance(text, str) and text)
        methods, listed = claims.get("amr"), _listed(claims.get(self.plan.groups_claim))
        return CompanyPerson(
            issuer=self.plan.issuer,
            subject=subject,
            name=_plain(name),
            groups=frozenset(self.plan.groups[name] for name in listed or () if name in self.plan.groups),
            has_second_factor=isinstance(methods, list) and "mfa" in methods,
            listed=listed and tuple(map(_plain, listed[:MOST_LISTED])),
        )


def _usable(keys: Any) -> list[Mapping[str, Any]]:
    """Return those that sign, of what a provider says are its keys."""
    documents = keys if isinstance(keys, list) else []
    return [key for key in documents if isinstance(key, Mapping) and key.get("use", "sig") == "sig"]


def _listed(claim: Any) -> tuple[str, ...] | None:
    """Return the groups that a claim lists; nonsense lists none."""
    names = [claim] if isinstance(claim, str) else claim
    if not isinstance(names, list):
        return None
    return tuple(name for name in names if isinstance(name, str))


def _plain(text: str) -> str:
    """Return the beginning of a text as the log may have it: without line ends, escapes and half signs."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:LONGEST_LISTED])


def is_safe(address: str) -> bool:
    """Say whether an address is of https, or of this very machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        )
    except ValueError:
        return False


def _is_here(address: str, issuer: str) -> bool:
    """Say whether an address is of this machine, where the issuer is not."""
    return urlsplit(address).hostname in LOOPBACK and urlsplit(issuer).hostname not in LOOPBACK


def plan_of(settings: Settings) -> ProviderPlan | None:
    """Return what the operator says of the company's provider; None where there is none."""
    if not settings.sso_issuer:
        return None
    return ProviderPlan(
        settings.sso_issuer,
        settings.sso_client_id,
        settings.sso_client_secret.get_secret_value(),
        settings.sso_scopes,
        settings.sso_groups_claim,
        read_groups(settings.sso_groups),
    )


def read_groups(text: str) -> dict[str, str]:
    """Return which of our groups the provider's give, from `THEIRS=ours, THEIRS=ours`."""
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    groups = {}
    for pair in pairs:
        group, separator, own_group = (part.strip() for part in pair.rpartition("="))
        if not (separator and group and own_group):
            raise ValueError(f"{pair!r} is not THEIR-GROUP=our-group")
        groups[group] = own_group
    return groups
