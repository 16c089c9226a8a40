"""What the mask of an answer covers, a type at a time: read from its bucket to compare two of them."""

from collections.abc import Callable
from functools import partial

import numpy as np

from vedette.errors import Refusal
from vedette.manifest.attributes import MalformedPair, read_pairs
from vedette.manifest.lines import Line
from vedette.manifest.places import split_s3
from vedette.manifest.segmentation import read_mask
from vedette.rounds.agreement import MaskAreas
from vedette.store.blobs.port import Blobs
from vedette.vision.images import decode

AreaReader = Callable[[Line], MaskAreas]


def mask_of(line: Line) -> str:
    """Return the address of the mask that a line names, or nothing."""
    for pair in read_pairs(line):
        if pair.kind == "mask" and isinstance(pair.value, str):
            return pair.value
    return ""


def areas_in(blobs: Blobs) -> AreaReader:
    """Return what reads the areas of a line's mask from these buckets."""
    return partial(_read_areas, blobs)


def _read_areas(blobs: Blobs, line: Line) -> MaskAreas:
    """Return what each type covers; nothing of a mask that cannot be read."""
    for pair in read_pairs(line):
        if pair.kind != "mask":
            continue
        try:
            mask = read_mask(pair)
            if mask is None:
                return {}
            with blobs.open(*split_s3(mask.ref)) as file:
                pixels = _decode(file.read())
        except (MalformedPair, Refusal, OSError, ValueError):
            return {}
        codes = (pixels[:, :, 0] << 16) | (pixels[:, :, 1] << 8) | pixels[:, :, 2]
        areas: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]] = {}
        for color, name in mask.colors.items():
            covered = codes == int(color.removeprefix("#"), 16)
            areas[name] = areas[name] | covered if name in areas else covered
        return {name: area for name, area in areas.items() if area.any()}
    return {}


def _decode(data: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint32]]":
    return np.asarray(decode(data, name="the mask")[0]).astype(np.uint32)
