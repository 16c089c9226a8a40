"""Every code that Custom Labels gives, with the English message that it has on the wire.

Codes and messages are those of the guide's "Debugging a failed model training", in its groups: terminal
manifest file errors, terminal manifest content errors, non-terminal JSON line errors.
"""

from vedette.dialects.codes import Code, CodeTable
from vedette.manifest.split import TOO_FEW

_BAD_FILE = "The manifest file extension or contents are invalid."
_BUCKET = "The S3 bucket permissions are incorrect."

FILE_CODES = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": Code(_BAD_FILE, "manifest"),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": Code(
        "The manifest file size exceeds the maximum supported size.", "manifest"
    ),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": Code("The manifest file has too many rows.", "manifest"),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": Code(_BUCKET, "manifest"),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": Code("The manifest file has too many terminal errors.", "manifest"),
    "ERROR_MANIFEST_TOO_MANY_LABELS": Code("The manifest file has too many labels.", "manifest"),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": Code(TOO_FEW, "manifest"),
    "ERROR_EMPTY_MANIFEST": Code("The manifest file is empty.", "manifest"),
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": Code("Unable to write to output S3 bucket.", "manifest"),
}

CONTENT_CODES = {
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": Code(
        "The manifest file contains too many invalid rows.", "manifest"
    ),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": Code(
        "The manifest file contains images from multiple S3 buckets.", "manifest"
    ),
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": Code(
        "The permissions for the images S3 bucket are invalid.", "manifest"
    ),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": Code("Invalid owner id for images S3 bucket.", "manifest"),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": Code(
        "The manifest file contains insufficient labeled images per label to perform auto-split.",
        "manifest",
    ),
    "ERROR_MANIFEST_TOO_FEW_LABELS": Code("The manifest file has too few labels.", "manifest"),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": Code(
        "Less than {}% label overlap between the training and testing manifest files.", "manifest"
    ),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": Code("The manifest file has too few usable labels.", "manifest"),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": Code(
        "Less than {}% usable label overlap between the training and testing manifest files.", "manifest"
    ),
    "ERROR_FAILED_IMAGES_S3_COPY": Code("Failed to copy images from S3 bucket.", "manifest"),
}

LINE_CODES = {
    "ERROR_MISSING_SOURCE_REF": Code("The source-ref key is missing.", "line"),
    "ERROR_INVALID_SOURCE_REF_FORMAT": Code("The format of the source-ref value is invalid.", "line"),
    "ERROR_NO_LABEL_ATTRIBUTES": Code("No label attributes found.", "line"),
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": Code("The format of the label attribute {} is invalid.", "line"),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": Code(
        "The format of the label attribute metadata is invalid.", "line"
    ),
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": Code("No valid label attributes found.", "line"),
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": Code(
        "One or more bounding boxes has a missing confidence value.", "line"
    ),
    "ERROR_MISSING_CLASS_MAP_ID": Code("One of more class ids is missing from the class map.", "line"),
    "ERROR_INVALID_JSON_LINE": Code("The JSON Line has an invalid format.", "line"),
    "ERROR_INVALID_IMAGE": Code("The image is invalid. Check S3 path and/or image properties.", "line"),
    "ERROR_INVALID_IMAGE_DIMENSION": Code(
        "The image dimension(s) do not conform to allowed dimensions.", "line"
    ),
    "ERROR_INVALID_BOUNDING_BOX": Code("The bounding box has off frame values.", "annotation"),
    "ERROR_NO_VALID_ANNOTATIONS": Code("No valid annotations found.", "annotation"),
    "ERROR_BOUNDING_BOX_TOO_SMALL": Code(
        "The height and width of the bounding box is too small.", "annotation"
    ),
    "ERROR_TOO_MANY_BOUNDING_BOXES": Code(
        "There are more bounding boxes than the allowed maximum.", "annotation"
    ),
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": Code(
        "The use case type of the {}-metadata label attribute metadata is unsupported. Check the type field.",
        "annotation",
    ),
    # The quota is the guide's ("Guidelines and quotas"), the code ours: it names none.
    "ERROR_TOO_MANY_IMAGE_LABELS": Code(
        "There are more labels on the image than the allowed maximum.", "line"
    ),
    # A training counts such a line, so it has to say which one it is; the guide names no code for it either.
    "ERROR_DUPLICATE_SOURCE_REF": Code("The source-ref value is there on an earlier JSON Line.", "line"),
    "ERROR_INVALID_LABEL_NAME_LENGTH": Code(
        "The length of the label name is invalid.", "annotation"
    ),  # the guide gives no text
    "WARNING_UNANNOTATED_RECORD": Code("Record is unannotated.", "mark"),
    "WARNING_NO_ANNOTATIONS": Code("No annotations were found.", "mark"),
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": Code("No attribute annotations were found.", "mark"),
    # Ours: the service takes boxes of another picture without a word, and learns from what lies there.
    "WARNING_IMAGE_SIZE": Code(
        "The boxes are of a picture of {} x {} pixels; this one has {} x {}, which are other proportions.",
        "mark",
    ),
}

# A line that a dataset drops in silence: no code on the wire, and names of our own, which no client sees.
SILENT_CODES = {
    "DROPPED_LONG_LINE": Code("The line has more than {} characters.", "silent"),
    "DROPPED_JSON": Code("The line is not a JSON object.", "silent"),
    "DROPPED_SOURCE_REF_MISSING": Code("The line has no source-ref.", "silent"),
    "DROPPED_SOURCE_REF_FORMAT": Code("The source-ref {} is not an S3 address.", "silent"),
    "DROPPED_SOURCE_REF_TWICE": Code("The source-ref {} is there already.", "silent"),
}

CODES = CodeTable({**FILE_CODES, **CONTENT_CODES, **LINE_CODES, **SILENT_CODES})
flaw, refusal = CODES.flaw, CODES.refusal

# Checked first, in this order, as the guide has it; the first that a line has ends its check.
PRIORITY = (
    "ERROR_INVALID_JSON_LINE",
    "ERROR_MISSING_SOURCE_REF",
    "ERROR_INVALID_SOURCE_REF_FORMAT",
    "ERROR_NO_LABEL_ATTRIBUTES",
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT",
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE",
    "ERROR_MISSING_CLASS_MAP_ID",
)
