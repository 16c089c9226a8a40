"""What went wrong, in the words of CloudWatch Logs."""

from vedette import errors
from vedette.api.faults import FaultTable

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("ResourceNotFoundException", 400),
    errors.Taken: ("OperationAbortedException", 400),
    errors.Denied: ("AccessDeniedException", 400),
    errors.TooFast: ("ThrottlingException", 400),
    errors.Unbuilt: ("UnsupportedOperationException", 400),
    errors.Unwritable: ("ServiceUnavailableException", 500),
}
FAULTY = {"unknown-operation": "UnknownOperationException"}

translate = FaultTable(
    FAULTS,
    FAULTY,
    "InvalidParameterException",
    "ServiceUnavailableException",
    otherwise=("InvalidParameterException", 400),
)
