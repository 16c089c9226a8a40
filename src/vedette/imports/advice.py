"""What mends which problem: a sentence for people, and the mends that can be made by a click.

The mends are those of `manifest/mending.py`, and a few that need more than the line: `leave-out`, `restore`,
`edit`, `mend-json`, and `find-picture`, which looks for the picture's name in the bucket. The first of a list
is the one that helps most.
"""

from dataclasses import dataclass

ALWAYS = ("edit", "leave-out")


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a problem."""

    sentence: str
    mends: tuple[str, ...] = ()


_BOXES_OUT = Advice(
    "A box reaches beyond its picture. Cut it at the edge, or take it out.", ("clip-boxes", "drop-boxes")
)
_PICTURE = Advice(
    "The picture is not where the line says, or you may not read it. Look for one of the same name in the "
    "bucket, choose another, or leave the line out.",
    ("find-picture", "other-picture"),
)
_JSON = Advice("The line is no JSON object: a comma or a bracket too many, or one missing.", ("mend-json",))
_TWICE = Advice("An earlier line is about the same picture, and that one counts. Leave this one out.")
_BUCKETS = Advice(
    "All pictures of a dataset lie in one bucket, that of the first line or of the dataset. Name a picture "
    "there, or leave the line out.",
    ("find-picture", "other-picture"),
)
_ADDRESS = Advice(
    "The picture's address has the form s3://bucket/folder/picture.jpg.", ("mend-address", "other-picture")
)
_METADATA = Advice(
    "Beside each label stand its type, who labelled and when. What is missing can be added.",
    ("complete", "drop-labels"),
)
_NAME = Advice("The name of a label has 1 to 255 letters. Long ones can be cut.", ("shorten-labels",))
_TYPE = Advice(
    "The type is none that the service learns from. Where the label has a form that is known, the type can "
    "be set.",
    ("complete", "drop-halves", "drop-labels"),
)
_HALF = Advice(
    "A label is two keys: its own, and the same with -metadata. Take out what has no other half.",
    ("drop-halves", "drop-labels"),
)
_UNLABELLED = Advice("The picture comes in without a label; you can give it one afterwards.")

ADVICE: dict[str, Advice] = {
    "ERROR_INVALID_JSON_LINE": _JSON,
    "LOOKOUT_JSON": _JSON,
    "DROPPED_LONG_LINE": Advice("The line is longer than a line may be; leave it out."),
    "LOOKOUT_LONG_LINE": Advice("The line is longer than a line may be; shorten it, or leave it out."),
    "ERROR_MISSING_SOURCE_REF": Advice(
        "The line does not say which picture it is about.", ("mend-address", "other-picture")
    ),
    "ERROR_INVALID_SOURCE_REF_FORMAT": _ADDRESS,
    "LOOKOUT_SOURCE_REF": _ADDRESS,
    "ERROR_DUPLICATE_SOURCE_REF": _TWICE,
    "LOOKOUT_TWICE": _TWICE,
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": _BUCKETS,
    "LOOKOUT_BUCKETS": _BUCKETS,
    "ERROR_NO_LABEL_ATTRIBUTES": _HALF,
    "LOOKOUT_PAIR": _HALF,
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": Advice(
        "A label's value has another form than its type says: a number, or a picture's size and boxes.",
        ("complete", "drop-labels"),
    ),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": _METADATA,
    "LOOKOUT_METADATA": _METADATA,
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": _TYPE,
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": _TYPE,
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": Advice(
        "There are fewer confidences than boxes. A confidence of 1 can be added for each.", ("complete",)
    ),
    "ERROR_MISSING_CLASS_MAP_ID": Advice(
        "A box has a class number that the class map does not name. Give it a name.", ("name-classes",)
    ),
    "ERROR_INVALID_BOUNDING_BOX": _BOXES_OUT,
    "ERROR_BOUNDING_BOX_TOO_SMALL": Advice(
        "A box is too small to be learnt from. Take it out.", ("drop-boxes",)
    ),
    "ERROR_NO_VALID_ANNOTATIONS": Advice(
        "Not one of the boxes can be used. Cut them at the picture's edge, or take them out.",
        ("clip-boxes", "drop-boxes", "drop-labels"),
    ),
    "ERROR_TOO_MANY_BOUNDING_BOXES": Advice(
        "A picture has at most 50 boxes. The largest can be kept.", ("largest-boxes",)
    ),
    "ERROR_TOO_MANY_IMAGE_LABELS": Advice("A picture has at most 50 labels.", ("drop-labels",)),
    "ERROR_INVALID_LABEL_NAME_LENGTH": _NAME,
    "LOOKOUT_LABEL_LENGTH": Advice("An anomaly's name has 1 to 256 letters."),
    "LOOKOUT_MASK_REF": Advice("A mask is a PNG in the bucket.", ("drop-labels",)),
    "LOOKOUT_COLOR_MAP": Advice("Each colour of the mask needs a name of its own.", ("drop-labels",)),
    "ERROR_INVALID_IMAGE": _PICTURE,
    "LOOKOUT_IMAGE": _PICTURE,
    "ERROR_INVALID_IMAGE_DIMENSION": Advice(
        "A picture has 64 to 4096 pixels a side. Change it in the bucket, or leave the line out."
    ),
    "WARNING_UNANNOTATED_RECORD": _UNLABELLED,
    "WARNING_NO_ANNOTATIONS": _UNLABELLED,
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": _UNLABELLED,
    "PICTURE_MISSING": Advice(
        "Labels name a picture that did not come along. Add it to the folder or the archive, and begin again."
    ),
    "PICTURE_REFUSED": Advice("The file is no picture that can be used."),
    "PIECE_REFUSED": Advice("This part of the export has no counterpart here; the rest is used."),
    "PIECE_CHANGED": Advice("The shape becomes the upright box around it."),
    "BOXES_LEFT_OUT": Advice("This kind of project has no boxes."),
}
# Notes about files, of which there is no line to mend.
OF_FILES = frozenset({"PICTURE_MISSING", "PICTURE_REFUSED", "PIECE_REFUSED", "PIECE_CHANGED"})
NOTHING = Advice("Edit the line, or leave it out.")


def advise(code: str) -> Advice:
    """Return what to do about a problem; whatever it is, a line can be edited or left out."""
    advice = ADVICE.get(code, NOTHING)
    if code in OF_FILES:
        return advice
    return Advice(advice.sentence, (*advice.mends, *ALWAYS))
