"""What went wrong, in the words of CloudTrail."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.BadToken: ("InvalidNextTokenException", 400),
    errors.Denied: ("AccessDeniedException", 400),
    errors.TooFast: ("ThrottlingException", 400),
    errors.Unbuilt: ("UnsupportedOperationException", 400),
    errors.Unwritable: ("InternalFailure", 500),
}
KINDS: dict[str, tuple[str, int]] = {
    "lookup attribute": ("InvalidLookupAttributesException", 400),
    "time range": ("InvalidTimeRangeException", 400),
    "event category": ("InvalidEventCategoryException", 400),
}
FAULTY = {"page-size": "InvalidMaxResultsException", "unknown-operation": "UnknownOperationException"}


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, errors.Refusal):
        code, status = KINDS.get(error.kind) or FAULTS.get(type(error), ("ValidationException", 400))
        return Fault(code, status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, "ValidationException"), 400, error.sentence)
    return Fault("InternalFailure", 500, "The server failed; its log tells why, under the request's id.")
