"""Who may see the server's own pages: by which name it was asked, from where, and with which token.

A page of another site can make a browser ask a server at home under a name of that site's choosing (DNS
rebinding), and reads the answer as its own. So the pages answer only to names that the server is known by.
Requests with a signature of AWS's kind are none of this: they sign the name, and go to the dialects.
"""

import hmac
import ipaddress
from collections.abc import MutableMapping
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.responses import Response as PageResponse

from vedette.api.own_paths import FIGURES, HEALTH, is_own_path
from vedette.api.s3.address import bucket_of_host
from vedette.settings import Settings

Scope = MutableMapping[str, Any]

SIGNS_OF_AWS = (b"x-amz-", b"awsaccesskeyid=")
SCHEMES_OF_AWS = (b"aws4-", b"aws ")
# What proxies add: the peer of a request with one of these is the proxy, not who asks.
OF_PROXIES = frozenset(
    {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
)


class OwnPages:
    """The rules of one server."""

    def __init__(self, settings: Settings) -> None:
        self._names = {_plain(name) for name in settings.host_names.split(",") if name.strip()}
        self._names |= {"localhost", _plain(settings.host)}
        self._token = settings.metrics_token.get_secret_value().encode()
        self._s3_domain = settings.s3_domain

    def is_ours(self, scope: Scope) -> bool:
        """Return whether a request is for our pages; a bucket's own host name has none of them."""
        if not is_own_path(scope["path"]) or _is_signed(scope):
            return False
        return not bucket_of_host(_header(scope, b"host").decode("latin-1"), self._s3_domain)

    def refusal(self, scope: Scope) -> PageResponse | None:
        """Return what to answer to who may not see the page, or None."""
        if scope["path"] in HEALTH:
            return None
        host = _plain(_header(scope, b"host").decode("latin-1"))
        if not self._answers_to(host, scope):
            return _text(
                421, f"This server does not answer to the name {host[:100]!r}; --host-name makes it do so."
            )
        return self._refusal_of_figures(scope) if scope["path"] == FIGURES else None

    def _answers_to(self, host: str, scope: Scope) -> bool:
        if host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        # Of addresses, those at which it really was reached: nobody else can make a name of them.
        bound = (scope.get("server") or ("",))[0]
        return address.is_loopback or host == bound

    def _refusal_of_figures(self, scope: Scope) -> PageResponse | None:
        """A token that is set is wanted of everybody: a proxy on this machine looks like this machine."""
        if self._token:
            scheme, _, token = _header(scope, b"authorization").partition(b" ")
            if scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token):
                return None
            refused = _text(401, "The figures need the token of VEDETTE_METRICS_TOKEN, as a bearer token.")
            refused.headers["www-authenticate"] = "Bearer"
            return refused
        if _is_from_here(scope):
            return None
        return _text(403, "Without VEDETTE_METRICS_TOKEN, the figures are for this machine alone.")


def _text(status: int, sentence: str) -> PageResponse:
    return PlainTextResponse(f"{sentence}\n", status, {"x-content-type-options": "nosniff"})


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _is_signed(scope: Scope) -> bool:
    query = scope["query_string"].lower()
    given = _header(scope, b"authorization").lower()
    return given.startswith(SCHEMES_OF_AWS) or any(sign in query for sign in SIGNS_OF_AWS)


def _is_from_here(scope: Scope) -> bool:
    if OF_PROXIES.intersection(name for name, _ in scope["headers"]):
        return False
    try:
        peer = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return (mapped or peer).is_loopback


def _plain(host: str) -> str:
    """Return a host's name or address without its port, its brackets and a last dot."""
    host = host.strip().lower()
    if host.startswith("["):
        address, closing, rest = host[1:].partition("]")
        # Only a port may follow; anything else is no name of anybody.
        return address if closing and (not rest or rest.startswith(":")) else host
    name = host.rpartition(":")[0] if host.count(":") == 1 else host
    return name.removesuffix(".")
