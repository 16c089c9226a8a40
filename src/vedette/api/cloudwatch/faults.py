"""What went wrong, in the words of CloudWatch."""

from vedette import errors
from vedette.api.faults import FaultTable

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

translate = FaultTable(FAULTS, FAULTY, UNREADABLE, "InternalServiceError", kinds=KINDS)
