"""What went wrong, in the words of CloudWatch."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("ResourceNotFound", 404),
    errors.Taken: ("InvalidParameterValue", 400),
    errors.Busy: ("ConflictException", 409),
    errors.Wrong: ("InvalidParameterValue", 400),
    errors.BadToken: ("InvalidNextToken", 400),
    errors.MalformedPolicy: ("InvalidParameterValue", 400),
    errors.Denied: ("AccessDenied", 403),
    errors.TooEarly: ("ConflictException", 409),
    errors.TooMuch: ("LimitExceeded", 400),
    errors.TooFast: ("Throttling", 400),
    errors.NoSpace: ("LimitExceeded", 400),
    errors.Unwritable: ("InternalServiceError", 500),
    errors.Unbuilt: ("UnsupportedOperation", 400),
}
# What a refusal's kind says more of it.
KINDS = {
    "combination": ("InvalidParameterCombination", 400),
    "absent": ("MissingParameter", 400),
    "format": ("InvalidFormat", 400),
    "dashboard body": ("InvalidParameterInput", 400),
}
FAULTY: dict[str, str] = {
    "constraint": "ValidationError",
    "page-size": "ValidationError",
    "unknown-operation": "InvalidAction",
}
UNREADABLE = "MalformedQueryString"


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, errors.Refusal):
        code, status = KINDS.get(error.kind) or FAULTS[type(error)]
        return Fault(code, status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, UNREADABLE), 400, error.sentence)
    return Fault("InternalServiceError", 500, "The server failed; its log tells why, under the request's id.")
