"""What a line's picture and its mask must be in Lookout for Vision.

What the picture is was found out elsewhere, and is passed in; nothing here opens a file.
"""

from collections.abc import Sequence

from vedette.dialects.lookout.dataset_checks import PictureFacts, check_mask, check_picture
from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.vision.inspect import Inspection


def judge_picture(
    line: Line,
    inspection: Inspection | None,
    masks: Sequence[tuple[MaskRef, Inspection | None]],
    *,
    same_as: tuple[int, int] | None,
) -> list[Flaw]:
    """Return what is wrong with the picture of a line and its mask.

    `same_as` None lifts the rule that all pictures have one size.
    """
    picture = _facts_of(line.source, inspection)
    problems = [check_picture(picture, same_as=same_as)]
    if picture.format:
        width, height = picture.size
        # How the picture lies is not kept, so that here a mask may lie either way; a training knows it.
        problems += [
            check_mask(
                _facts_of(mask.ref, mask_inspection),
                picture=picture.size,
                raster=(height, width),
                labels=mask.colors,
            )
            for mask, mask_inspection in masks
        ]
    return [problem for problem in problems if problem]


def _facts_of(name: str, inspection: Inspection | None) -> PictureFacts:
    """Return a inspection as the rules take it; a damaged file is none, whatever its head says."""
    if inspection is None or inspection.problem:
        return PictureFacts(name)
    colors = frozenset({inspection.color} if inspection.color else ())
    return PictureFacts(
        name, inspection.format, (inspection.width, inspection.height), inspection.bytes, colors
    )
