"""What every dialect's translation of errors is made of; the tables are each dialect's own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.api.house import Caller, House

# An operation: the house, the caller, the validated request; the answer in the shape's spelling.
# It is called in a thread. One that has to wait for others returns what is awaited in the server's
# loop, so that any number of requests can wait without a thread each.
Result = dict[str, Any]
Handler = Callable[[House, Caller, dict[str, Any]], Result | Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a client of one dialect reads it."""

    code: str
    status: int
    message: str
    members: Mapping[str, Any] | None = None


# A refusal of a room, a `Faulty` of the wire, or anything else (which is ours: 500).
Translate = Callable[[Exception], Fault]
