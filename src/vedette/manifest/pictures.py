"""What a line's picture must be, in each service's rules (rekognition.md 4.5; lookout.md 1.6, 3.5).

What the picture is was found out elsewhere, and is passed in; nothing here opens a file.
"""

from collections.abc import Sequence

from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import Line
from vedette.manifest.lookout_training import Seen, check_mask, check_picture
from vedette.manifest.places import is_s3
from vedette.manifest.problems import Flaw, flaw
from vedette.manifest.segmentation import MaskRef
from vedette.vision.inspect import Look

REKOGNITION_BYTES = 15 * 1024 * 1024
ASPECT = 20


def judge_rekognition(line: Line, look: Look | None) -> list[Flaw]:
    """Return what is wrong with the picture of a line; `look` is nothing where there is no picture.

    An address that is none says so on its line, which is all that is wrong.
    """
    if not is_s3(line.source):
        return []
    if look is None or not look.format or look.why or look.bytes > REKOGNITION_BYTES:
        return [flaw("ERROR_INVALID_IMAGE")]
    if not look.is_allowed:
        boxed = any(pair.kind == "boxes" for pair in read_pairs(line))
        return [flaw("ERROR_INVALID_IMAGE_DIMENSION" if boxed else "ERROR_INVALID_IMAGE")]
    if max(look.width, look.height) > ASPECT * min(look.width, look.height):
        return [flaw("ERROR_INVALID_IMAGE")]
    return []


def judge_lookout(
    line: Line,
    look: Look | None,
    masks: Sequence[tuple[MaskRef, Look | None]],
    *,
    same_as: tuple[int, int] | None,
) -> list[Flaw]:
    """Return what is wrong with the picture of a line and its mask.

    `same_as` None lifts the rule that all pictures have one size.
    """
    picture = _seen(line.source, look)
    wrong = check_picture(picture, same_as=same_as)
    found = [wrong] if wrong else []
    if picture.format:
        for mask, its in masks:
            wrong = check_mask(_seen(mask.ref, its), picture=picture.size, labels=mask.colors)
            found += [wrong] if wrong else []
    return found


def _seen(name: str, look: Look | None) -> Seen:
    """Return a look in the words of the rules; a damaged file is none, whatever its head says."""
    if look is None or look.why:
        return Seen(name)
    colors = frozenset({look.color} if look.color else ())
    return Seen(name, look.format, (look.width, look.height), look.bytes, colors)
