"""What a line's picture must be in Custom Labels (the guide's "Preparing images").

What the picture is was found out elsewhere, and is passed in; nothing here opens a file.
"""

from vedette.dialects.rekognition.codes import flaw
from vedette.dialects.rekognition.limits import PICTURES
from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.detection import are_alike, read_size
from vedette.manifest.lines import Line
from vedette.manifest.places import is_s3
from vedette.manifest.problems import Flaw
from vedette.vision.inspect import Inspection


def judge_picture(line: Line, inspection: Inspection | None) -> list[Flaw]:
    """Return what is wrong with the picture of a line; `inspection` is nothing where there is no picture.

    An address that is none says so on its line, which is all that is wrong.
    """
    if not is_s3(line.source):
        return []
    if (
        inspection is None
        or not inspection.format
        or inspection.problem
        or inspection.bytes > PICTURES.most_bytes
    ):
        return [flaw("ERROR_INVALID_IMAGE")]
    if not PICTURES.allow_sides(inspection.width, inspection.height):
        boxed = any(pair.kind == "boxes" for pair in read_pairs(line))
        return [flaw("ERROR_INVALID_IMAGE_DIMENSION" if boxed else "ERROR_INVALID_IMAGE")]
    if not PICTURES.allow_ratio(inspection.width, inspection.height):
        return [flaw("ERROR_INVALID_IMAGE")]
    return _judge_sizes(line, (inspection.width, inspection.height))


def _judge_sizes(line: Line, real: tuple[int, int]) -> list[Flaw]:
    """Return a mark where boxes were drawn for other proportions, whichever way the picture is turned."""
    for pair in read_pairs(line):
        if pair.kind != "boxes" or not isinstance(pair.value, dict) or not pair.value.get("annotations"):
            continue
        try:
            size = read_size(pair)
        except MalformedPair:
            continue  # told of the line itself
        sides = (size.width, size.height)
        if not any(are_alike(sides, way) for way in (real, real[::-1])):
            return [flaw("WARNING_IMAGE_SIZE", *sides, *real, attribute=pair.name)]
    return []
