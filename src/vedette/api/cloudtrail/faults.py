"""What went wrong, in the words of CloudTrail."""

from vedette import errors
from vedette.api.faults import FaultTable

FAULTS: dict[type[errors.Refusal], tuple[str, int]] = {
    errors.BadToken: ("InvalidNextTokenException", 400),
    errors.Denied: ("AccessDeniedException", 400),
    errors.TooFast: ("ThrottlingException", 400),
    errors.Unbuilt: ("UnsupportedOperationException", 400),
    errors.Unwritable: ("InternalFailure", 500),
}
KINDS: dict[str, tuple[str, int]] = {
    "lookup attribute": ("InvalidLookupAttributesException", 400),
    "time range": ("InvalidTimeRangeException", 400),
    "event selectors": ("InvalidEventSelectorsException", 400),
    "no trail": ("TrailNotFoundException", 400),
    "trail arn": ("CloudTrailARNInvalidException", 400),
    "trail bucket": ("S3BucketDoesNotExistException", 400),
    "trail bucket policy": ("InsufficientS3BucketPolicyException", 400),
    "trail exists": ("TrailAlreadyExistsException", 400),
    "trail name": ("InvalidTrailNameException", 400),
    "trail prefix": ("InvalidS3PrefixException", 400),
    "trails": ("MaximumNumberOfTrailsExceededException", 400),
    "event category": ("InvalidEventCategoryException", 400),
}
FAULTY = {"page-size": "InvalidMaxResultsException", "unknown-operation": "UnknownOperationException"}

translate = FaultTable(
    FAULTS,
    FAULTY,
    "ValidationException",
    "InternalFailure",
    kinds=KINDS,
    otherwise=("ValidationException", 400),
)
