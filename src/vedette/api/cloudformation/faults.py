"""What went wrong, in the words of CloudFormation."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

# CloudFormation says ValidationError of nearly everything.
INVALID = ("ValidationError", 400)
FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: INVALID,
    errors.Taken: ("AlreadyExistsException", 400),
    errors.Busy: INVALID,
    errors.Wrong: INVALID,
    errors.BadToken: INVALID,
    errors.MalformedPolicy: INVALID,
    errors.Denied: ("AccessDenied", 403),
    errors.TooEarly: INVALID,
    errors.TooMuch: ("LimitExceededException", 400),
    errors.TooFast: ("Throttling", 400),
    errors.NoSpace: ("LimitExceededException", 400),
    errors.Unwritable: ("InternalFailure", 500),
    errors.Unbuilt: INVALID,
}
KINDS: dict[tuple[type[errors.Refusal], str], tuple[str, int]] = {
    (errors.Missing, "change set"): ("ChangeSetNotFound", 404),
    (errors.Wrong, "change set state"): ("InvalidChangeSetStatus", 400),
    (errors.Wrong, "capabilities"): ("InsufficientCapabilitiesException", 400),
}
FAULTY: dict[str, str] = {"unknown-operation": "InvalidAction"}


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, errors.Refusal):
        code, status = KINDS.get((type(error), error.kind), FAULTS[type(error)])
        return Fault(code, status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, "ValidationError"), 400, error.sentence)
    return Fault("InternalFailure", 500, "The server failed; its log tells why, under the request's id.")
