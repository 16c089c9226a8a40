"""Which service a request is for, when one port serves all.

The request says it by its form, and the signature's scope settles what is left open. Both
may lie: the choice decides only which protocol answers, and a signature for another service
than the one chosen is refused by whoever verifies it.
"""

from vedette.wire import models
from vedette.wire.http import Request
from vedette.wire.query import FORM

LOOKOUT_ROOT = "/2020-11-20/"
_TARGETS = {
    models.service(name).metadata["targetPrefix"]: name
    for name in models.VERSIONS
    if "targetPrefix" in models.service(name).metadata
}


def choose(request: Request, signing_name: str | None) -> str | None:
    """Return the service that should answer, or None where it is one that we do not speak.

    A signed name that we know wins: a bucket may be called 2020-11-20. Without one the form
    of the request tells; what has no other form is for S3, whose paths are free.
    """
    if signing_name in models.VERSIONS:
        return signing_name
    if "x-amz-target" in request.headers:
        return _TARGETS.get(request.headers.get("x-amz-target").rpartition(".")[0])
    if signing_name:
        return None
    if request.raw_path.startswith(LOOKOUT_ROOT):
        return "lookoutvision"
    if _is_query(request):
        return "sts"
    return "s3"


def _is_query(request: Request) -> bool:
    """Return whether the request has the form of the Query protocol: Action and Version at the root."""
    if request.raw_path not in {"", "/"}:
        return False
    kind = request.headers.get("content-type").partition(";")[0].strip().lower()
    # A body of S3's POST forms is another type, and GETs of S3's root have no Action.
    text = request.body if kind == FORM else request.raw_query.encode("utf-8", "replace")
    names = {part.partition(b"=")[0] for part in text.split(b"&", 64)}
    return {b"Action", b"Version"} <= names
