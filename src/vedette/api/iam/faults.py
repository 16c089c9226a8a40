"""What went wrong, in the words of IAM."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("NoSuchEntity", 404),
    errors.Taken: ("EntityAlreadyExists", 409),
    errors.Busy: ("DeleteConflict", 409),
    errors.Wrong: ("InvalidInput", 400),
    errors.BadToken: ("InvalidInput", 400),
    errors.MalformedPolicy: ("MalformedPolicyDocument", 400),
    errors.Denied: ("AccessDenied", 403),
    errors.TooEarly: ("ConcurrentModification", 409),
    errors.TooMuch: ("LimitExceeded", 409),
    errors.TooFast: ("Throttling", 400),
    errors.NoSpace: ("LimitExceeded", 409),
    errors.Unwritable: ("ServiceFailure", 500),
    errors.Unbuilt: ("UnsupportedOperation", 400),
}
# What a refusal is about, where IAM has a word of its own for that.
KINDS: dict[tuple[type[errors.Refusal], str], tuple[str, int]] = {
    (errors.Wrong, "unmodifiable"): ("UnmodifiableEntity", 400),
    (errors.Wrong, "caller"): ("ValidationError", 400),
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
        code, status = KINDS.get((type(error), error.kind), FAULTS[type(error)])
        return Fault(code, status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, UNREADABLE), 400, error.sentence)
    return Fault("ServiceFailure", 500, "The server failed; its log tells why, under the request's id.")
