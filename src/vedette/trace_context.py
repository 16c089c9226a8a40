"""Which trace a thread or task works for, as W3C's Trace Context writes it; empty where nobody traces.

Kept apart from what makes spans: whoever speaks to another service gives it on, and needs no library for it.
"""

from contextvars import ContextVar
from typing import Any

# version-trace-parent-flags: https://www.w3.org/TR/trace-context/#traceparent-header
traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def give_on(request: Any, **_: object) -> None:
    """Tell the asked service which trace a request of botocore belongs to; a hook before it is signed."""
    for name, value in outgoing_headers().items():
        request.headers[name] = value


def outgoing_headers() -> dict[str, str]:
    """Return the headers that tell another service which trace a request belongs to; mostly none."""
    own = traceparent.get()
    return {"traceparent": own} if own else {}
