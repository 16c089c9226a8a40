"""The pictures before the training: those that cannot be read are named and left out.

Labels that cannot be right (a box outside its picture, a mask of another size) are refused instead,
since somebody has to mend them.
"""

from collections.abc import Sequence

from vedette.errors import Wrong
from vedette.learn.cores import side_by_side
from vedette.learn.order import UnusablePicture
from vedette.learn.recipe import RunContext
from vedette.vision.annotations import Sample
from vedette.vision.files import open_head
from vedette.vision.images import BrokenPicture, read_picture
from vedette.vision.turn import LYING

# A box may be this share of the picture outside, from rounding to whole pixels.
SLACK = 0.01


def check(
    samples: Sequence[Sample], work: RunContext, *, size: tuple[int, int]
) -> tuple[list[Sample], list[UnusablePicture]]:
    """Return the samples whose pictures can be read, and the others."""
    good: list[Sample] = []
    broken: list[UnusablePicture] = []
    reasons = side_by_side(lambda sample: _read(sample, work, size), samples)
    for count, (sample, why) in enumerate(zip(samples, reasons, strict=True), start=1):
        if why is None:
            good.append(sample)
        else:
            broken.append(UnusablePicture(sample.picture, why))
        work.tell("reading the pictures", count, len(samples))
    if samples and not good:
        raise Wrong(f"None of the {len(samples)} pictures can be read; the first: {broken[0].why}")
    return good, broken


def _read(sample: Sample, work: RunContext, size: tuple[int, int]) -> str | None:
    """Return why the sample's picture cannot be used, or None; the pixels stay at hand for the recipes."""
    _refuse_boxes_outside(sample)
    try:
        if sample.mask is None:
            pixels = work.pictures.at(sample.picture, size)
        else:
            opened = read_picture(sample.picture, size=size)
            _refuse_other_size(sample, opened.width, opened.height)
            pixels = opened.pixels
        work.pictures.keep(sample.picture, size, pixels)
        work.pictures.digest(sample.picture)
    except BrokenPicture as broken:
        return broken.sentence
    except OSError as error:
        return f"{sample.picture} cannot be read: {error.strerror or error}."
    return None


def _refuse_boxes_outside(sample: Sample) -> None:
    for label, box in sample.boxes or ():
        right, bottom = box.left + box.width, box.top + box.height
        if min(box.left, box.top) < -SLACK or max(right, bottom) > 1 + SLACK:
            raise Wrong(f'{sample.picture}: a box of "{label}" lies outside the picture; draw it again.')


def _refuse_other_size(sample: Sample, width: int, height: int) -> None:
    assert sample.mask is not None
    try:
        with open_head(sample.mask.path) as mask:
            size = mask.size
    except OSError as error:
        raise Wrong(f"{sample.mask.path}, the mask of {sample.picture}, cannot be read.") from error
    raster = (height, width) if sample.mask.orientation in LYING else (width, height)
    if size not in ((width, height), raster):
        raise Wrong(
            f"{sample.mask.path} is {size[0]} × {size[1]} pixels and its picture {sample.picture} is "
            f"{width} × {height}: a mask has the size of its picture."
        )
