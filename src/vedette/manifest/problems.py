"""Every code that validation can give, with its message and how much it spoils.

Scopes, from the smallest:

    mark        a warning; nothing is spoilt
    annotation  that box, or that attribute, is left out; the rest of the line is used
    line        the line is left out
    silent      the line is dropped without a word (dataset operations, rekognition.md 4.2)
    manifest    the whole operation fails

The messages are the English wire messages of rekognition.md 4. Lookout has no codes; its
sentences (lookout.md 3.5) are ours and live under names of the same form.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["mark", "annotation", "line", "silent", "manifest"]
Spot = Literal["line", "value", "metadata", "annotation"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says and how much it spoils."""

    message: str
    scope: Scope

    def say(self, *details: object) -> str:
        """Return the message with its `{}` filled."""
        return self.message.format(*details)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong in a line, and the place in the line where the validation manifest says so."""

    code: str
    message: str
    spot: Spot = "line"
    attribute: str = ""
    index: int = -1

    @property
    def scope(self) -> Scope:
        """How much this spoils."""
        return CODES[self.code].scope


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a manifest, for a person: which line, which picture, what."""

    line: int
    source: str
    code: str
    message: str

    def __str__(self) -> str:
        if self.message.startswith(f"Line {self.line} "):
            return self.message[0].lower() + self.message[1:]
        about = f" ({self.source})" if self.source else ""
        return f"line {self.line}{about}: {self.message}"


def flaw(code: str, *details: object, spot: Spot = "line", attribute: str = "", index: int = -1) -> Flaw:
    """Return the flaw of this code, its message filled in."""
    return Flaw(code, CODES[code].say(*details), spot=spot, attribute=attribute, index=index)


_BAD_FILE = "The manifest file extension or contents are invalid."
_BUCKET = "The S3 bucket permissions are incorrect."

# rekognition.md 4.1 and 4.4.2
FILE_CODES = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": Code(_BAD_FILE, "manifest"),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": Code(
        "The manifest file size exceeds the maximum supported size.", "manifest"
    ),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": Code("The manifest file has too many rows.", "manifest"),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": Code(_BUCKET, "manifest"),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": Code("The manifest file has too many terminal errors.", "manifest"),
    "ERROR_MANIFEST_TOO_MANY_LABELS": Code("The manifest file has too many labels.", "manifest"),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": Code(
        "The manifest file doesn't have enough labeled images to distribute the dataset.", "manifest"
    ),
    "ERROR_EMPTY_MANIFEST": Code("The manifest file is empty.", "manifest"),
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": Code("Unable to write to output S3 bucket.", "manifest"),
}

# rekognition.md 4.4.3
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

# rekognition.md 4.5
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
    # The quota is the guide's (rekognition.md 13.2), the code ours: it names none.
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
}

# rekognition.md 4.2: these have no code on the wire; the names are ours and never leave the house.
SILENT_CODES = {
    "DROPPED_LONG_LINE": Code("The line has more than {} characters.", "silent"),
    "DROPPED_JSON": Code("The line is not a JSON object.", "silent"),
    "DROPPED_SOURCE_REF_MISSING": Code("The line has no source-ref.", "silent"),
    "DROPPED_SOURCE_REF_FORMAT": Code("The source-ref {} is not an S3 address.", "silent"),
    "DROPPED_SOURCE_REF_TWICE": Code("The source-ref {} is there already.", "silent"),
}

# lookout.md 3.5: at import any of these fails the operation; at training, the training.
LOOKOUT_CODES = {
    "LOOKOUT_UNREADABLE": Code("The manifest could not be read: {}", "manifest"),
    "LOOKOUT_OWNER": Code("The bucket {} is not of the project's account.", "manifest"),
    "LOOKOUT_REGION": Code(
        "The bucket {} is in the region {}; it must be in {}, as the project is.", "manifest"
    ),
    "LOOKOUT_TOO_LARGE": Code("The manifest is larger than 1 GB.", "manifest"),
    "LOOKOUT_EMPTY": Code("The manifest has no lines.", "manifest"),
    "LOOKOUT_TOO_MANY_ROWS": Code("The manifest has more than {} images.", "manifest"),
    "LOOKOUT_LONG_LINE": Code("The line has more than {} characters.", "line"),
    "LOOKOUT_JSON": Code("The line is not a JSON object.", "line"),
    "LOOKOUT_SOURCE_REF": Code("The line needs a source-ref of the form s3://bucket/path.", "line"),
    "LOOKOUT_TWICE": Code("The image {} is there twice.", "line"),
    "LOOKOUT_BUCKETS": Code("The images and masks are in more than one bucket: {} and {}.", "line"),
    "LOOKOUT_PAIR": Code("The key {} has no {} beside it.", "line"),
    "LOOKOUT_METADATA": Code("The key {} must be an object with {}.", "line"),
    "LOOKOUT_MASK_REF": Code("The value of {} must be the S3 address of a PNG.", "line"),
    "LOOKOUT_COLOR_MAP": Code(
        "The internal-color-map of {} needs a class-name and a hex-color of its own (#rrggbb) an entry.",
        "line",
    ),
    "LOOKOUT_LABEL_LENGTH": Code("An anomaly label has 1 to 256 characters: {}", "line"),
    "LOOKOUT_LABELS_OF_MASK": Code("The mask {} shows more than 20 anomaly labels.", "line"),
    "LOOKOUT_LABELS_OF_PROJECT": Code("The project has more than 100 anomaly labels.", "manifest"),
    "LOOKOUT_TOO_FEW_NORMAL": Code(
        "The {} dataset has {} images labeled normal; at least {} are needed.", "manifest"
    ),
    "LOOKOUT_TOO_FEW_ANOMALY": Code(
        "The {} dataset has {} images labeled anomaly; at least {} are needed.", "manifest"
    ),
    "LOOKOUT_TOO_FEW_OF_LABEL": Code(
        "The {} dataset has {} images with the anomaly label {} alone; at least {} are needed.", "manifest"
    ),
    "LOOKOUT_IMAGE": Code("The image {} is missing, may not be read, or is no whole PNG or JPEG.", "line"),
    "LOOKOUT_IMAGE_BYTES": Code("The image {} is larger than 8 MB.", "line"),
    "LOOKOUT_IMAGE_SIDES": Code("The image {} must have 64 to 4096 pixels a side; it has {}x{}.", "line"),
    "LOOKOUT_IMAGE_DIFFERS": Code(
        "All images must have the same dimensions: {} has {}x{}, the first image {}x{}.", "line"
    ),
    "LOOKOUT_MASK": Code("The mask {} is missing, may not be read, or is no PNG.", "line"),
    "LOOKOUT_MASK_DIFFERS": Code("The mask {} has {}x{} pixels, its image {}x{}.", "line"),
    "LOOKOUT_MASK_COLOR": Code("The mask {} has the color {}, which no label of its line has.", "line"),
}

CODES: dict[str, Code] = {**FILE_CODES, **CONTENT_CODES, **LINE_CODES, **SILENT_CODES, **LOOKOUT_CODES}

# rekognition.md 4.5: checked first, and the first hit ends the checking of its line.
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
