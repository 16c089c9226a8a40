"""Who may see the server's own pages: by which name it was asked, from where, and with which token.

A page of another site can make a browser ask a server at home under a name of that site's choosing (DNS
rebinding), and reads the answer as its own. So the pages answer only to names that the server is known by.
Requests with a signature of AWS's kind are none of this: they sign the name, and go to the services.
"""

import hmac
import ipaddress
from urllib.parse import unquote

from vedette.api.hosts import bucket_of_host
from vedette.api.own_paths import is_own_path
from vedette.settings import Settings
from vedette.wire.http import Request, Response

QUERY_OF_AWS = ("x-amz-", "awsaccesskeyid=")
SCHEMES_OF_AWS = ("aws4-", "aws ")
# What proxies add: the peer of a request with one of these is the proxy, not who asks.
OF_PROXIES = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)


def is_for_own_pages(request: Request, settings: Settings) -> bool:
    """Return whether a request is for our pages; a bucket's own host name has none of them."""
    if not is_own_path(path_of(request)) or _is_signed(request):
        return False
    return not bucket_of_host(request.headers.get("host"), settings.s3_domain)


def path_of(request: Request) -> str:
    """Return the path as people read it."""
    return unquote(request.raw_path)


def refuse_name(request: Request, settings: Settings) -> Response | None:
    """Return what to answer where the server was asked under a name that it is not known by, or None."""
    host = _plain(request.headers.get("host"))
    if _answers_to(host, request, settings):
        return None
    return text_page(
        421, f"This server does not answer to the name {host[:100]!r}; --host-name makes it do so."
    )


def refuse_figures(request: Request, settings: Settings) -> Response | None:
    """Return what to answer to who may not read the figures, or None.

    A token that is set is wanted of everybody: a proxy on this machine looks like this machine.
    """
    configured = settings.metrics_token.get_secret_value().encode()
    if configured:
        scheme, _, token = request.headers.get("authorization").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(
            token.strip().encode("latin-1", "replace"), configured
        ):
            return None
        refusal = text_page(401, "The figures need the token of VEDETTE_METRICS_TOKEN, as a bearer token.")
        refusal.headers.append(("www-authenticate", "Bearer"))
        return refusal
    if _is_from_here(request):
        return None
    return text_page(403, "Without VEDETTE_METRICS_TOKEN, the figures are for this machine alone.")


def text_page(status: int, sentence: str) -> Response:
    """Return a page of one sentence, which no browser takes for anything else."""
    headers = [("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")]
    return Response(status, headers, f"{sentence}\n".encode())


def _answers_to(host: str, request: Request, settings: Settings) -> bool:
    if host in {"localhost", _plain(settings.host), *map(_plain, settings.host_names.split(","))} - {""}:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # Of addresses, those at which it really was reached: nobody else can make a name of them.
    return address.is_loopback or host == request.server


def _is_signed(request: Request) -> bool:
    """Say whether the request looks signed, without judging how."""
    query = request.raw_query.lower()
    authorization = request.headers.get("authorization").lower()
    return authorization.startswith(SCHEMES_OF_AWS) or any(mark in query for mark in QUERY_OF_AWS)


def _is_from_here(request: Request) -> bool:
    if any(name in request.headers for name in OF_PROXIES):
        return False
    try:
        peer = ipaddress.ip_address(request.client)
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return bool((mapped or peer).is_loopback)


def _plain(host: str) -> str:
    """Return a host's name or address without its port, its brackets and a last dot."""
    host = host.strip().lower()
    if host.startswith("["):
        address, closing, rest = host[1:].partition("]")
        # Only a port may follow; anything else is not a host.
        return address if closing and (not rest or rest.startswith(":")) else host
    name = host.rpartition(":")[0] if host.count(":") == 1 else host
    return name.removesuffix(".")
