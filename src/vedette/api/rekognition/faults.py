"""What went wrong, in Rekognition's words. All are 400 except for internal errors."""

from vedette import errors
from vedette.api.faults import Fault
from vedette.training.admission import NO_DATASET
from vedette.wire.errors import ProtocolFault

# A refusal's fault; some differ by what it was about.
FAULTS: dict[type[errors.Refusal], str] = {
    errors.Missing: "ResourceNotFoundException",
    errors.Taken: "ResourceInUseException",
    errors.Busy: "ResourceInUseException",
    errors.Wrong: "InvalidParameterException",
    errors.BadToken: "InvalidPaginationTokenException",
    errors.MalformedPolicy: "MalformedPolicyDocumentException",
    errors.Denied: "AccessDeniedException",
    errors.TooEarly: "ResourceNotReadyException",
    errors.TooMuch: "LimitExceededException",
    errors.TooFast: "ProvisionedThroughputExceededException",
    errors.NoSpace: "LimitExceededException",
    errors.Unwritable: "InternalServerError",
    errors.Unbuilt: "UnsupportedOperationException",
}
BY_KIND: dict[tuple[type[errors.Refusal], str], str] = {
    (errors.Wrong, "picture"): "InvalidImageFormatException",
    (errors.Wrong, "large picture"): "ImageTooLargeException",
    (errors.Missing, "bucket"): "InvalidS3ObjectException",
    (errors.Missing, "key"): "InvalidS3ObjectException",
    (errors.Taken, "dataset"): "ResourceAlreadyExistsException",
    (errors.Busy, NO_DATASET): "ResourceNotFoundException",
    (errors.Wrong, "policy document"): "MalformedPolicyDocumentException",
    (errors.Wrong, "policy revision"): "InvalidPolicyRevisionIdException",
    (errors.Taken, "policy"): "ResourceAlreadyExistsException",
    (errors.TooMuch, "tags"): "ServiceQuotaExceededException",
    (errors.TooMuch, "policy"): "ServiceQuotaExceededException",
}
# What the protocol refused, before any room was called.
FAULTY: dict[str, str] = {
    "constraint": "InvalidParameterException",
    "page-size": "ValidationException",
    "large-picture": "ImageTooLargeException",
    "unknown-operation": "UnknownOperationException",
}
UNREADABLE = "SerializationException"


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    if isinstance(error, errors.Refusal):
        kind = type(error)
        status = 500 if kind is errors.Unwritable else 400
        return Fault(BY_KIND.get((kind, error.kind), FAULTS[kind]), status, error.sentence)
    if isinstance(error, ProtocolFault):
        return Fault(FAULTY.get(error.kind, UNREADABLE), 400, error.sentence)
    return Fault("InternalServerError", 500, "The server failed; its log tells why, under the request's id.")
