"""What a line's picture and its mask must be in Lookout for Vision (lookout.md 1.6, 3.5).

What the picture is was found out elsewhere, and is passed in; nothing here opens a file.
"""

from collections.abc import Sequence

from vedette.dialects.lookout.dataset_checks import Seen, check_mask, check_picture
from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.vision.inspect import Look


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
