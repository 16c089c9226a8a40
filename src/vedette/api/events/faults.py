"""What went wrong, in the words of EventBridge."""

from vedette import errors
from vedette.api.faults import FaultTable

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("ResourceNotFoundException", 400),
    errors.Taken: ("ConcurrentModificationException", 400),
    errors.Denied: ("AccessDeniedException", 400),
    errors.TooMuch: ("LimitExceededException", 400),
    errors.TooFast: ("ThrottlingException", 400),
    errors.NoSpace: ("LimitExceededException", 400),
    errors.Unbuilt: ("UnsupportedOperationException", 400),
    errors.Unwritable: ("InternalException", 500),
}
FAULTY = {"unknown-operation": "UnknownOperationException"}

translate = FaultTable(
    FAULTS, FAULTY, "ValidationException", "InternalException", otherwise=("ValidationException", 400)
)
