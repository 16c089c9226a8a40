"""What went wrong, in the words of IAM."""

from vedette import errors
from vedette.api.faults import FaultTable

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
KINDS = {
    "unmodifiable": ("UnmodifiableEntity", 400),
    "caller name": ("ValidationError", 400),
}
FAULTY: dict[str, str] = {
    "constraint": "ValidationError",
    "page-size": "ValidationError",
    "unknown-operation": "InvalidAction",
}
UNREADABLE = "MalformedQueryString"

translate = FaultTable(FAULTS, FAULTY, UNREADABLE, "ServiceFailure", kinds=KINDS)
