"""What went wrong, in the words of KMS. Its own errors all come with 400, but for those of its machines."""

from vedette import errors
from vedette.api.faults import FaultTable

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.Missing: ("NotFoundException", 400),
    errors.Taken: ("AlreadyExistsException", 400),
    errors.Busy: ("KMSInvalidStateException", 400),
    errors.Wrong: ("ValidationException", 400),
    errors.BadToken: ("InvalidMarkerException", 400),
    errors.MalformedPolicy: ("MalformedPolicyDocumentException", 400),
    errors.Denied: ("AccessDeniedException", 400),
    errors.TooEarly: ("KMSInvalidStateException", 400),
    errors.TooMuch: ("LimitExceededException", 400),
    errors.TooFast: ("ThrottlingException", 400),
    errors.NoSpace: ("LimitExceededException", 400),
    errors.Unwritable: ("KMSInternalException", 500),
    errors.Unbuilt: ("UnsupportedOperationException", 400),
}
# Where the kind of thing makes another error of it.
KINDS: dict[str, tuple[str, int]] = {
    "alias name": ("InvalidAliasNameException", 400),
    "alias owner": ("NotAuthorizedException", 400),
    "arn": ("InvalidArnException", 400),
    "ciphertext": ("InvalidCiphertextException", 400),
    "another key": ("IncorrectKeyException", 400),
    "disabled key": ("DisabledException", 400),
    "dry run": ("DryRunOperationException", 412),
    "grant id": ("InvalidGrantIdException", 400),
    "grant token": ("InvalidGrantTokenException", 400),
    "limit": ("LimitExceededException", 400),
    "master key": ("KeyUnavailableException", 500),
    "rotation": ("ConflictException", 400),
    "tag": ("TagException", 400),
}
FAULTY = {
    "constraint": "ValidationException",
    "page-size": "ValidationException",
    "unknown-operation": "UnknownOperationException",
}

translate = FaultTable(FAULTS, FAULTY, "SerializationException", "KMSInternalException", kinds=KINDS)
