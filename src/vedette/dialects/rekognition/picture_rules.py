"""What a line's picture must be in Custom Labels (the guide's "Preparing images").

What the picture is was found out elsewhere, and is passed in; nothing here opens a file.
"""

from vedette.dialects.rekognition.codes import flaw
from vedette.dialects.rekognition.limits import PICTURES
from vedette.manifest.attributes import read_pairs
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
    return []
