"""Whether a request comes from our own pages, and not from another site's that borrows the cookie.

SameSite keeps the cookie from other sites, but not from other ports of this host; so the origin is asked
for too, and whatever changes something needs a token that only our own pages can read.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from vedette.api.console.faults import ConsoleFault
from vedette.wire.http import Request

CSRF = "x-vedette-csrf"
READING = ("GET", "HEAD")
OWN_SITES = ("same-origin", "none")
PORTS = {"http": 80, "https": 443}


def csrf_of(token: str) -> str:
    """Return the token that pages send with each change; the cookie's own cannot be computed from it."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


def refuse_other_origin(request: Request) -> None:
    """Refuse what a page of another origin sends."""
    site = request.headers.get("sec-fetch-site")
    if site and site not in OWN_SITES:
        raise _foreign(site)
    origins = request.headers.every("origin")
    if len(origins) > 1 or (origins and not is_own(origins[0], request)):
        raise _foreign(", ".join(origins))


def refuse_without_csrf(request: Request, token: str) -> None:
    """Refuse a change without the session's token."""
    if request.method in READING:
        return
    csrf = request.headers.get(CSRF).encode("utf-8", "replace")
    if not hmac.compare_digest(csrf, csrf_of(token).encode()):
        raise ConsoleFault(
            "BadCsrfToken", 403, "The request lacks the session's token. Load the page again and retry."
        )


def is_own(origin: str, request: Request) -> bool:
    """Say whether an origin is the one at which the request came; a proxy may have ended its TLS."""
    try:
        parts = urlsplit(origin)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return False
    host = request.headers.get("host").lower().removesuffix(f":{PORTS[parts.scheme]}")
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return host == (f"{name}:{port}" if port != PORTS[parts.scheme] else name)


def _foreign(origin: str) -> ConsoleFault:
    return ConsoleFault(
        "ForeignOrigin",
        403,
        f"This server takes no requests from pages of another origin ({origin[:100]}). A proxy in "
        "between must pass the Host header on as it came.",
    )
