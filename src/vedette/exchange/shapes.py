"""What tools draw beside upright boxes, as pixels: polygons, ellipses, runs, bitmaps.

A shape stays as its file has it until it is drawn, one at a time, so that a file of a kilobyte takes no more
memory than the picture that it is about. A pixel belongs to a shape by its centre (`outlines.py`).
"""

import base64
import binascii
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from vedette.exchange.json_files import refuse
from vedette.exchange.mask_regions import TooManyRegions
from vedette.exchange.outlines import Patch, Pixels, fill_patch, join_rings
from vedette.exchange.regions import Ring, draw_runs, read_rings, read_runs
from vedette.exchange.turned_boxes import Edges
from vedette.manifest.detection import Size
from vedette.vision.files import BOMB, DAMAGE, open_image

# Rows of an ellipse that are worked out together have so many pixels.
PIXELS_AT_ONCE = 1_000_000


class Shape(Protocol):
    """One shape of a picture."""

    @property
    def order(self) -> int:
        """Which lies above: the larger number, or of equal ones the later."""

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels; None where it has none on the picture.

        Raises:
            Wrong: where it cannot be understood, or is larger than its picture.
        """


@dataclass(frozen=True, slots=True)
class PolygonShape:
    """What lies in a ring by the even-odd rule, without what lies in its holes."""

    ring: Ring
    holes: Sequence[Ring] = ()
    order: int = 0
    is_box: bool = False

    @property
    def outline(self) -> Ring:
        """The ring and its holes as one ring, for formats without holes."""
        return join_rings([self.ring, *self.holes])

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        patch = _filled(self.ring, size, place)
        for hole in self.holes if patch is not None else ():
            cut = _filled(hole, size, place)
            if cut is not None and patch is not None:
                _part_of(patch, cut)[...] &= ~_part_of(cut, patch)
        return patch


@dataclass(frozen=True, slots=True)
class LineShape:
    """A line that is open: it has no inside."""

    order: int = 0

    def draw(self, _size: Size, place: str) -> Patch | None:
        """Refuse it."""
        refuse(place, "has a line, which has no inside and becomes no mask.")


@dataclass(frozen=True, slots=True)
class EllipseShape:
    """An ellipse: its centre, its two radii, and by how many degrees it is turned."""

    centre: tuple[float, float]
    radii: tuple[float, float]
    degrees: float = 0.0
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        (x, y), (across, down) = self.centre, self.radii
        reach = max(across, down, 0.0)
        edges = cut_edges((x - reach, y - reach, x + reach, y + reach), size)
        if edges is None or min(across, down) <= 0:
            return None
        left, top, right, bottom = edges
        cos, sin = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        columns = np.arange(left, right)[None, :] + 0.5 - x
        pixels = np.zeros((bottom - top, right - left), np.bool_)
        step = max(1, PIXELS_AT_ONCE // (right - left))
        for row in range(0, bottom - top, step):
            rows = np.arange(top + row, min(top + row + step, bottom))[:, None] + 0.5 - y
            along, beside = columns * cos + rows * sin, rows * cos - columns * sin
            pixels[row : row + step] = (along / across) ** 2 + (beside / down) ** 2 <= 1
        return Patch(left, top, pixels)


@dataclass(frozen=True, slots=True)
class SegmentationShape:
    """What COCO says of a region: polygons, which are taken together, or runs down the columns."""

    segmentation: Any
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        if isinstance(self.segmentation, dict):
            return Patch(0, 0, draw_runs(read_runs(self.segmentation, size, place), size))
        patches = [_filled(ring, size, place) for ring in read_rings(self.segmentation, place)]
        parts = [patch for patch in patches if patch is not None]
        if len(parts) < 2:
            return parts[0] if parts else None
        left, top = min(patch.left for patch in parts), min(patch.top for patch in parts)
        right = max(patch.left + patch.pixels.shape[1] for patch in parts)
        bottom = max(patch.top + patch.pixels.shape[0] for patch in parts)
        whole = Patch(left, top, np.zeros((bottom - top, right - left), np.bool_))
        for patch in parts:
            _part_of(whole, patch)[...] |= patch.pixels
        return whole


@dataclass(frozen=True, slots=True)
class RowRunShape:
    """CVAT's mask: the sides of a part of the picture, and runs along its rows, the first of what is out."""

    corner: tuple[float, float]
    sides: tuple[float, float]
    runs: str
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        wide, high = (int(side) for side in self.sides)
        _require_fit((wide, high), size, place)
        try:
            runs = [int(run) for run in self.runs.split(",")]
        except ValueError:
            runs = [-1]
        if min(runs) < 0 or sum(runs) != wide * high:
            refuse(place, f"has a mask whose runs are not the {wide} x {high} pixels that it says.")
        pixels = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape((high, wide))
        return _on_picture(self.corner, pixels, size)


@dataclass(frozen=True, slots=True)
class BitmapShape:
    """A PNG in letters, that of Supervisely packed once more; what is not clear or not 0 is in."""

    corner: tuple[float, float]
    letters: str
    form: Literal["labelme", "supervisely"] = "labelme"
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        try:
            data = unpack_letters(self.letters, size, is_packed=self.form == "supervisely")
            with open_image(data, formats=("PNG",)) as image:
                _require_fit(image.size, size, place)
                has_clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
                channel = image.convert("RGBA").getchannel("A") if has_clear else image.convert("L")
                pixels: Pixels = np.asarray(channel) > 0
        except BOMB:
            refuse(place, "has a mask of more pixels than any picture.")
        except (*DAMAGE, binascii.Error):
            refuse(place, "has a mask that cannot be read as a PNG.")
        return _on_picture(self.corner, pixels, size)


@dataclass(frozen=True, slots=True)
class BrushShape:
    """Label Studio's brush: four channels of the whole picture in packed bits; the last one counts."""

    packed: Sequence[int]
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        try:
            values = _unpack_brush(bytes(self.packed), 4 * size.width * size.height)
        except (ValueError, IndexError, TypeError) as fault:
            refuse(place, f"has a brush that cannot be read: {fault}.")
        return Patch(0, 0, values.reshape(size.height, size.width, 4)[:, :, 3] > 0)


def unpack_letters(letters: str, size: Size, *, is_packed: bool) -> bytes:
    """Return the PNG in base64; a packed one has at most a picture's bytes."""
    data = base64.b64decode(letters, validate=True)
    if not is_packed:
        return data
    try:
        return zlib.decompressobj().decompress(data, 4 * size.width * size.height + (1 << 16))
    except zlib.error:  # older ones are the PNG itself
        return data


def _filled(ring: Ring, size: Size, place: str) -> Patch | None:
    try:
        return fill_patch([ring], size)
    except TooManyRegions:
        refuse(place, "has a polygon of more sides than anybody draws.")


def _part_of(patch: Patch, other: Patch) -> Pixels:
    """Return what a patch has where another lies too."""
    (high, wide), (other_high, other_wide) = patch.pixels.shape, other.pixels.shape
    left, top = max(patch.left, other.left), max(patch.top, other.top)
    right = max(left, min(patch.left + wide, other.left + other_wide))
    bottom = max(top, min(patch.top + high, other.top + other_high))
    return patch.pixels[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left]


def cut_edges(edges: Edges, size: Size) -> tuple[int, int, int, int] | None:
    """Return the pixels that edges reach on a picture."""
    left, right = (int(min(max(side, 0), size.width)) for side in (math.floor(edges[0]), math.ceil(edges[2])))
    top, bottom = (
        int(min(max(side, 0), size.height)) for side in (math.floor(edges[1]), math.ceil(edges[3]))
    )
    return (left, top, right, bottom) if left < right and top < bottom else None


def _require_fit(sides: tuple[int, int], size: Size, place: str) -> None:
    if sides[0] < 1 or sides[1] < 1 or sides[0] > size.width or sides[1] > size.height:
        refuse(
            place,
            f"has a mask of {sides[0]} x {sides[1]} pixels on a picture of {size.width} x {size.height}.",
        )


def _on_picture(corner: tuple[float, float], pixels: Pixels, size: Size) -> Patch | None:
    """Return pixels with their corner, without those that are outside."""
    left, top = (round(side) for side in corner)
    pixels = pixels[max(-top, 0) : size.height - top, max(-left, 0) : size.width - left]
    return Patch(max(left, 0), max(top, 0), pixels) if pixels.size else None


def _unpack_brush(packed: bytes, count: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Return the values of a brush: the tool's own code, in blocks of one value or of many.

    32 bits say how many values there are, 5 how many bits one has, four times 4 how many bits a length has.
    A block is a bit that says whether it is of one value, two for which length, the length, and the values.
    """
    bits = _Bits(packed)
    if bits.take(32) != count:
        raise ValueError("it is not of its picture's size")
    word = bits.take(5) + 1
    lengths = [bits.take(4) + 1 for _ in range(4)]
    values = np.zeros(count, np.uint8)
    place = 0
    while place < count:
        is_one_value = bits.take(1)
        end = place + bits.take(lengths[bits.take(2)]) + 1
        if end > count:
            raise ValueError("a block goes on behind its end")
        values[place:end] = bits.take(word) & 255 if is_one_value else bits.take_many(word, end - place)
        place = end
    return values


class _Bits:
    """Bits of bytes, from the highest of each on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, count: int) -> int:
        """Return the number in the next bits."""
        first, self._place = self._place, self._place + count
        if self._place > 8 * len(self._data):
            raise ValueError("it ends within a block")
        part = self._data[first // 8 : (self._place + 7) // 8]
        return (int.from_bytes(part, "big") >> (-self._place % 8)) & ((1 << count) - 1)

    def take_many(self, count: int, times: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
        """Return so many numbers, of which the lowest eight bits count."""
        first, self._place = self._place, self._place + count * times
        if self._place > 8 * len(self._data):
            raise ValueError("it ends within a block")
        part = np.frombuffer(self._data[first // 8 : (self._place + 7) // 8], np.uint8)
        bits = np.unpackbits(part)[first % 8 : first % 8 + count * times].reshape(times, count)[:, -8:]
        return np.packbits(np.pad(bits, ((0, 0), (8 - bits.shape[1], 0))), axis=1)[:, 0]
