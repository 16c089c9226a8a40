"""What every dialect's translation of errors is made of; the tables are each dialect's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette import errors
from vedette.wire.errors import ProtocolFault


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a client of one dialect reads it."""

    code: str
    status: int
    message: str
    members: Mapping[str, Any] | None = None


# A refusal of a room, a `Faulty` of the wire, or anything else (which is ours: 500).
Translate = Callable[[Exception], Fault]

Code = tuple[str, int]
FAILED = "The server failed; its log tells why, under the request's id."


@dataclass(frozen=True, slots=True)
class FaultTable:
    """A service's codes, each with its status; calling it is translating."""

    # By the type of a refusal; where one is not named, `otherwise`.
    refusals: Mapping[type[errors.Refusal], Code]
    # What the wire could not read, by its kind; where one is not named, `unreadable`.
    requests: Mapping[str, str]
    unreadable: str
    failed: str
    # What comes before the type: what a refusal is about.
    kinds: Mapping[str, Code] = field(default_factory=dict)
    otherwise: Code | None = None

    def __call__(self, error: Exception) -> Fault:
        """Return the fault for an error, whichever it is."""
        if isinstance(error, errors.Refusal):
            code, status = self._of_refusal(error)
            return Fault(code, status, error.sentence)
        if isinstance(error, ProtocolFault):
            return Fault(self.requests.get(error.kind, self.unreadable), 400, error.sentence)
        return Fault(self.failed, 500, FAILED)

    def _of_refusal(self, error: errors.Refusal) -> Code:
        own = self.kinds.get(error.kind)
        if own is None and self.otherwise is not None:
            return self.refusals.get(type(error), self.otherwise)
        return own or self.refusals[type(error)]
