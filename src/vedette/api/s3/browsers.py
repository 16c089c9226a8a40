"""Objects as a browser sees them: nothing that lies in a bucket may act as a page of this server.

Buckets by path share their origin with the console. So no type is guessed, scripts of an object run
nowhere or in an origin of their own, and what could hold some is saved to disk rather than shown.
Only headers of answers change, and for whoever signs in a header, as programs do, nothing but
those that a program ignores.
"""

import re

from vedette.api.hosts import bucket_of_host
from vedette.api.s3.call import Call
from vedette.store.blobs.values import Bucket

NO_GUESSING = ("x-content-type-options", "nosniff")
SEALED = ("content-security-policy", "sandbox; default-src 'none'")
APART = (
    "content-security-policy",
    "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads",
)
"""A website's pages work, but in an origin of their own: no `allow-same-origin`."""

# What a browser shows without running anything in it. A list of what is active would have to be complete.
_PASSIVE = re.compile(
    r"(image/(?!svg)|audio/|video/|font/)[a-z0-9.+-]+|text/(plain|csv|markdown)|application/(json|x-ndjson|"
    r"zip|gzip|octet-stream)|binary/octet-stream"
)


def browser_headers(call: Call, bucket: Bucket, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of a read, made safe for a browser."""
    if "website" in bucket.documents:
        return [*headers, NO_GUESSING, *_website(call)]
    if not _may_be_shown(call) or _is_passive(headers):
        return [*headers, NO_GUESSING, SEALED]
    others = [header for header in headers if header[0] != "content-disposition"]
    disposition = next((value for name, value in headers if name == "content-disposition"), "")
    return [*others, ("content-disposition", _saved(disposition)), NO_GUESSING, SEALED]


def _website(call: Call) -> list[tuple[str, str]]:
    """Return the header that gives a website's pages an origin of their own; a host name does so already."""
    host, domain = call.header("host"), call.house.settings.s3_domain
    return [] if bucket_of_host(host, domain) else [APART]


def _may_be_shown(call: Call) -> bool:
    """Say whether a browser may have come here by itself: it follows links, and signs no header."""
    return not call.header("authorization")


def _is_passive(headers: list[tuple[str, str]]) -> bool:
    kind = next((value for name, value in headers if name == "content-type"), "")
    return _PASSIVE.fullmatch(kind.partition(";")[0].strip().lower()) is not None


def _saved(disposition: str) -> str:
    """Return the disposition that keeps an object from being shown, under the name that it was given."""
    kind, semicolon, parameters = disposition.partition(";")
    if kind.strip().lower() == "attachment":
        return disposition
    return f"attachment{semicolon}{parameters}" if "filename" in parameters.lower() else "attachment"
