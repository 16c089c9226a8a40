"""FiftyOne's mask of a detection: an array that covers the detection's box, whatever its resolution.

In JSON it is numpy's own file, packed by zlib, in base64, bare or as MongoDB writes bytes (`$binary`); or
lists of numbers. A pixel of the picture belongs to it where the array is not nought at the pixel's centre.
"""

import base64
import binascii
import io
import math
import tokenize
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from vedette.exchange.json_files import refuse
from vedette.exchange.outlines import Patch
from vedette.exchange.shapes import cut_edges
from vedette.exchange.turned_boxes import Edges
from vedette.manifest.detection import Size

# Of numbers of eight bytes, a mask twice as fine as its picture on each side.
MOST_BYTES_A_PIXEL = 32
# Numbers and truths; anything else is no mask, and objects would be unpickled.
KINDS = "biuf"
HEADS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
Values = np.ndarray[Any, np.dtype[Any]]
# What a text that is no such file makes of its readers.
DAMAGE = (
    ValueError, TypeError, KeyError, EOFError, RecursionError, MemoryError, zlib.error, binascii.Error,
    SyntaxError, tokenize.TokenError,  # of heads, which numpy reads as Python's words
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoxMaskShape:
    """A mask over a box, whose edges are in pixels of the picture; `value` is as the file has it."""

    edges: Edges
    value: Any
    order: int = 0

    def draw(self, size: Size, place: str) -> Patch | None:
        """Return its pixels."""
        reach = cut_edges(self.edges, size)
        values = _read(self.value, size, place)
        if reach is None:
            return None
        (left, top, right, bottom), (first_x, first_y, last_x, last_y) = reach, self.edges
        rows = _places(np.arange(top, bottom), (first_y, last_y), values.shape[0])
        columns = _places(np.arange(left, right), (first_x, last_x), values.shape[1])
        inside = (rows >= 0)[:, None] & (columns >= 0)[None, :]
        return Patch(left, top, (values[np.ix_(rows, columns)] != 0) & inside)


def _places(pixels: "np.ndarray[Any, Any]", ends: tuple[float, float], count: int) -> "np.ndarray[Any, Any]":
    """Return where the centres of pixels lie in an array between two ends; -1 for those outside."""
    shares = (pixels + 0.5 - ends[0]) / (ends[1] - ends[0])
    places = np.minimum((shares * count).astype(np.int64), count - 1)
    return np.where((shares >= 0) & (shares < 1), places, -1)


def _read(value: Any, size: Size, place: str) -> Values:
    """Return the array of a mask."""
    try:
        values = np.asarray(value) if isinstance(value, list) else _unpack(value, size)
    except DAMAGE:
        refuse(place, "has a mask that is no packed array of numpy.")
    if values.ndim != 2 or not values.size or values.dtype.kind not in KINDS:
        refuse(place, "has a mask that is no array of rows and columns.")
    return values


def _unpack(value: Any, size: Size) -> Values:
    letters = value.get("$binary") if isinstance(value, dict) else value
    letters = letters.get("base64") if isinstance(letters, dict) else letters
    if not isinstance(letters, str):
        raise TypeError
    most = MOST_BYTES_A_PIXEL * size.width * size.height + 65_536
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(base64.b64decode(letters, validate=True), most)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError
    return _read_numpy(data)


def _read_numpy(data: bytes) -> Values:
    """Return the array of numpy's file, whose head is held against what there is before anything is made."""
    stream = io.BytesIO(data)
    read_head = HEADS[np.lib.format.read_magic(stream)]
    shape, is_by_columns, kind = read_head(stream)
    rest = data[stream.tell() :]
    if kind.kind not in KINDS or math.prod(shape) * kind.itemsize != len(rest):
        raise ValueError
    return np.frombuffer(rest, kind).reshape(shape, order="F" if is_by_columns else "C")
