"""What went wrong, in Lookout for Vision's words, with the members that its faults carry."""

from typing import Any

from vedette import errors
from vedette.api.faults import Fault
from vedette.wire.errors import ProtocolFault

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("ResourceNotFoundException", 404),
    errors.Taken: ("ConflictException", 409),
    errors.Busy: ("ConflictException", 409),
    errors.Wrong: ("ValidationException", 400),
    errors.BadToken: ("ValidationException", 400),
    errors.MalformedPolicy: ("ValidationException", 400),
    errors.Denied: ("AccessDeniedException", 403),
    errors.TooEarly: ("ConflictException", 409),
    errors.TooMuch: ("ServiceQuotaExceededException", 402),
    errors.TooFast: ("ThrottlingException", 429),
    errors.NoSpace: ("ServiceQuotaExceededException", 402),
    errors.Unwritable: ("InternalServerException", 500),
    # The service has no error for it; its clients know this one, and do not retry.
    errors.Unbuilt: ("ValidationException", 400),
}
ABOUT_A_RESOURCE = ("ResourceNotFoundException", "ConflictException", "ServiceQuotaExceededException")
RESOURCE_TYPES = {
    "project": "PROJECT",
    "dataset": "DATASET",
    "no dataset": "DATASET",
    "version": "MODEL",
    "model": "MODEL",
    "units": "MODEL",
    "trial": "TRIAL",
    "packaging job": "MODEL_PACKAGE_JOB",
}


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, errors.Refusal):
        code, status = FAULTS[type(error)]
        return Fault(code, status, error.sentence, _members(code, error))
    if isinstance(error, ProtocolFault):
        if error.kind == "unknown-operation":
            return Fault("UnknownOperationException", 404, error.sentence)
        return Fault("ValidationException", 400, error.sentence)
    message = "The server failed; its log tells why, under the request's id."
    return Fault("InternalServerException", 500, message)


def _members(code: str, refusal: errors.Refusal) -> dict[str, Any]:
    """Return what the fault's shape asks for beside the message."""
    if code == "ThrottlingException":
        return {"RetryAfterSeconds": 1}
    if code not in ABOUT_A_RESOURCE:
        return {}
    members = {
        "ResourceId": refusal.name or "unknown",
        "ResourceType": RESOURCE_TYPES.get(refusal.kind, "PROJECT"),
    }
    if code == "ServiceQuotaExceededException":
        limit = "DISK" if isinstance(refusal, errors.NoSpace) else refusal.kind.upper() or "LIMIT"
        members |= {"QuotaCode": f"L-{limit}", "ServiceCode": "lookoutvision"}
    return members
