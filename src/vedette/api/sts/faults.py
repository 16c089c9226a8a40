"""What went wrong, in the words of STS."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("NoSuchEntity", 404),
    errors.Taken: ("EntityAlreadyExists", 409),
    errors.Busy: ("DeleteConflict", 409),
    errors.Wrong: ("ValidationError", 400),
    errors.BadToken: ("ValidationError", 400),
    errors.MalformedPolicy: ("MalformedPolicyDocument", 400),
    errors.Denied: ("AccessDenied", 403),
    errors.TooEarly: ("ValidationError", 400),
    errors.TooMuch: ("LimitExceeded", 409),
    errors.TooFast: ("Throttling", 400),
    errors.NoSpace: ("LimitExceeded", 409),
    errors.Unwritable: ("InternalFailure", 500),
    errors.Unbuilt: ("UnsupportedOperation", 400),
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
        code, status = FAULTS[type(error)]
        return Fault(code, status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, UNREADABLE), 400, error.sentence)
    return Fault("InternalFailure", 500, "The server failed; its log tells why, under the request's id.")
