"""What went wrong, in the words of AWS Lambda."""

from dataclasses import replace

from vedette import errors
from vedette.api.faults import Code, Fault, FaultTable

INVALID: Code = ("InvalidParameterValueException", 400)
FAULTS: dict[type[errors.Refusal], Code] = {
    errors.Missing: ("ResourceNotFoundException", 404),
    errors.Taken: ("ResourceConflictException", 409),
    errors.Busy: ("ResourceConflictException", 409),
    errors.Wrong: INVALID,
    errors.BadToken: INVALID,
    errors.MalformedPolicy: INVALID,
    errors.Denied: ("AccessDeniedException", 403),
    errors.TooEarly: ("ResourceConflictException", 409),
    errors.TooMuch: ("CodeStorageExceededException", 400),
    errors.TooFast: ("TooManyRequestsException", 429),
    errors.NoSpace: ("CodeStorageExceededException", 400),
    errors.Unwritable: ("ServiceException", 500),
    errors.Unbuilt: INVALID,
}
KINDS: dict[str, Code] = {
    "event": ("InvalidRequestContentException", 400),
    "large event": ("RequestTooLargeException", 413),
    "recursion": ("RecursiveInvocationException", 400),
    "revision": ("PreconditionFailedException", 412),
}
TABLE = FaultTable(FAULTS, {}, INVALID[0], "ServiceException", kinds=KINDS)
TOO_MANY = {"Reason": "ConcurrentInvocationLimitExceeded", "Type": "User"}


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    fault = TABLE(error)
    return replace(fault, members=TOO_MANY) if fault.status == 429 else fault
