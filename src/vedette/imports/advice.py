"""What mends which problem: a sentence for people, and the mends that can be made by a click.

The mends are those of `manifest/mending.py`, and a few that need more than the line: `leave-out`, `restore`,
`edit`, `mend-json`, and `find-picture`, which looks for the picture's name in the bucket. The first of a list
is the one that helps most. Each advice has a name, by which pages say it in the reader's language
(`console/src/features/wizard/messages`); the English here is for commands, and where a page knows no name.
"""

from dataclasses import dataclass, replace

ALWAYS = ("edit", "leave-out")


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and what to do about it."""

    name: str
    wrong: str
    remedy: str = ""
    mends: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Both as one text."""
        return f"{self.wrong} {self.remedy}".strip()


_ADVICE = (
    Advice(
        "boxesOut",
        "A box reaches beyond its picture.",
        "Cut it at the edge, or take it out.",
        (
            "clip-boxes",
            "drop-boxes",
        ),
    ),
    Advice(
        "picture",
        "The picture is not where the line says, or you may not read it.",
        "Look for one of the same name in the bucket, choose another, or leave the line out.",
        (
            "find-picture",
            "other-picture",
        ),
    ),
    Advice(
        "json",
        "The line is no JSON object: a comma or a bracket too many, or one missing.",
        "",
        ("mend-json",),
    ),
    Advice(
        "twice", "An earlier line is about the same picture, and that one counts.", "Leave this one out.", ()
    ),
    Advice(
        "buckets",
        "All pictures of a dataset lie in one bucket, that of the first line or of the dataset.",
        "Name a picture there, or leave the line out.",
        (
            "find-picture",
            "other-picture",
        ),
    ),
    Advice(
        "address",
        "The picture's address has the form s3://bucket/folder/picture.jpg.",
        "",
        (
            "mend-address",
            "other-picture",
        ),
    ),
    Advice(
        "metadata",
        "Beside each label stand its type, who labelled and when.",
        "What is missing can be added.",
        (
            "complete",
            "drop-labels",
        ),
    ),
    Advice(
        "labelName", "The name of a label has 1 to 255 letters.", "Long ones can be cut.", ("shorten-labels",)
    ),
    Advice(
        "labelType",
        "The type is none that the service learns from.",
        "Where the label has a form that is known, the type can be set.",
        (
            "complete",
            "drop-halves",
            "drop-labels",
        ),
    ),
    Advice(
        "half",
        "A label is two keys: its own, and the same with -metadata.",
        "Take out what has no other half.",
        (
            "drop-halves",
            "drop-labels",
        ),
    ),
    Advice("unlabelled", "The picture comes in without a label; you can give it one afterwards.", "", ()),
    Advice("longLine", "The line is longer than a line may be.", "Shorten it, or leave it out.", ()),
    Advice(
        "noPicture",
        "The line does not say which picture it is about.",
        "",
        (
            "mend-address",
            "other-picture",
        ),
    ),
    Advice(
        "labelForm",
        "A label's value has another form than its type says: a number, or a picture's size and boxes.",
        "",
        (
            "complete",
            "drop-labels",
        ),
    ),
    Advice(
        "boxConfidence",
        "There are fewer confidences than boxes.",
        "A confidence of 1 can be added for each.",
        ("complete",),
    ),
    Advice(
        "className",
        "A box has a class number that the class map does not name.",
        "Give it a name.",
        ("name-classes",),
    ),
    Advice("boxSmall", "A box is too small to be learnt from.", "Take it out.", ("drop-boxes",)),
    Advice(
        "noBox",
        "Not one of the boxes can be used.",
        "Cut them at the picture's edge, or take them out.",
        (
            "clip-boxes",
            "drop-boxes",
            "drop-labels",
        ),
    ),
    Advice("manyBoxes", "A picture has at most 50 boxes.", "The largest can be kept.", ("largest-boxes",)),
    Advice("manyLabels", "A picture has at most 50 labels.", "", ("drop-labels",)),
    Advice("anomalyName", "An anomaly's name has 1 to 256 letters.", "", ()),
    Advice("mask", "A mask is a PNG in the bucket.", "", ("drop-labels",)),
    Advice("maskColor", "Each colour of the mask needs a name of its own.", "", ("drop-labels",)),
    Advice(
        "pictureSize",
        "A picture has 64 to 4096 pixels a side.",
        "Change it in the bucket, or leave the line out.",
        (),
    ),
    Advice(
        "pictureMissing",
        "Labels name a picture that did not come along.",
        "Add it to the folder or the archive, and begin again.",
        (),
    ),
    Advice("pictureRefused", "The file is no picture that can be used.", "", ()),
    Advice("pieceRefused", "This part of the export has no counterpart here; the rest is used.", "", ()),
    Advice("pieceChanged", "A part is not as it was in the export.", "", ()),
    Advice("boxesLeftOut", "This kind of project has no boxes.", "", ()),
    Advice(
        "boxesElsewhere",
        "The boxes were drawn on a picture of other proportions, and would lie elsewhere on this one.",
        "Bring the picture that they were drawn on, or leave the line out.",
        ("other-picture",),
    ),
    Advice("boxesScaled", "The boxes were drawn on this picture in another size, and are scaled.", "", ()),
)
BY_NAME = {advice.name: advice for advice in _ADVICE}

# The name of the advice for each code.
_NAMES = {
    "ERROR_INVALID_JSON_LINE": "json",
    "LOOKOUT_JSON": "json",
    "DROPPED_LONG_LINE": "longLine",
    "LOOKOUT_LONG_LINE": "longLine",
    "ERROR_MISSING_SOURCE_REF": "noPicture",
    "ERROR_INVALID_SOURCE_REF_FORMAT": "address",
    "LOOKOUT_SOURCE_REF": "address",
    "ERROR_DUPLICATE_SOURCE_REF": "twice",
    "LOOKOUT_TWICE": "twice",
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": "buckets",
    "LOOKOUT_BUCKETS": "buckets",
    "ERROR_NO_LABEL_ATTRIBUTES": "half",
    "LOOKOUT_PAIR": "half",
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": "labelForm",
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": "metadata",
    "LOOKOUT_METADATA": "metadata",
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": "labelType",
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": "labelType",
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": "boxConfidence",
    "ERROR_MISSING_CLASS_MAP_ID": "className",
    "ERROR_INVALID_BOUNDING_BOX": "boxesOut",
    "ERROR_BOUNDING_BOX_TOO_SMALL": "boxSmall",
    "ERROR_NO_VALID_ANNOTATIONS": "noBox",
    "ERROR_TOO_MANY_BOUNDING_BOXES": "manyBoxes",
    "ERROR_TOO_MANY_IMAGE_LABELS": "manyLabels",
    "ERROR_INVALID_LABEL_NAME_LENGTH": "labelName",
    "LOOKOUT_LABEL_LENGTH": "anomalyName",
    "LOOKOUT_MASK_REF": "mask",
    "LOOKOUT_COLOR_MAP": "maskColor",
    "ERROR_INVALID_IMAGE": "picture",
    "LOOKOUT_IMAGE": "picture",
    "ERROR_INVALID_IMAGE_DIMENSION": "pictureSize",
    "WARNING_UNANNOTATED_RECORD": "unlabelled",
    "WARNING_NO_ANNOTATIONS": "unlabelled",
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": "unlabelled",
    "PICTURE_MISSING": "pictureMissing",
    "PICTURE_REFUSED": "pictureRefused",
    "PIECE_REFUSED": "pieceRefused",
    "PIECE_CHANGED": "pieceChanged",
    "BOXES_LEFT_OUT": "boxesLeftOut",
    "BOXES_ELSEWHERE": "boxesElsewhere",
    "BOXES_SCALED": "boxesScaled",
    "WARNING_IMAGE_SIZE": "boxesElsewhere",
}
ADVICE: dict[str, Advice] = {code: BY_NAME[name] for code, name in _NAMES.items()}
# Notes about files, of which there is no line to mend.
OF_FILES = frozenset({"PICTURE_MISSING", "PICTURE_REFUSED", "PIECE_REFUSED", "PIECE_CHANGED"})
NOTHING = Advice("other", "Edit the line, or leave it out.")


def advise(code: str) -> Advice:
    """Return what to do about a problem; whatever it is, a line can be edited or left out."""
    advice = ADVICE.get(code, NOTHING)
    if code in OF_FILES:
        return advice
    return replace(advice, mends=(*advice.mends, *ALWAYS))
