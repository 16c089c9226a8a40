"""What people hand over about pictures in other forms than text: tables with pictures in them, and masks."""

import base64
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

from vedette.errors import Refusal
from vedette.exchange.mask_files import MaskTable, boxes_in_mask, read_codes, read_mask_item, read_table
from vedette.exchange.outlines import fill, outlines, runs_of_rings
from vedette.exchange.picture_tables import read_picture_tables
from vedette.exchange.regions import draw_runs, edges_of_region
from vedette.exchange.shapes import BitmapShape, BrushShape, RowRunShape, SegmentationShape, Shape
from vedette.manifest.detection import Size
from vedette.vision.files import BOMB, DAMAGE, open_image

# A picture of two by two pixels, and what a table drawn as JSON has for it.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNoaGhgaAAABQwBgUlW7DgAAAAASUVORK5CYII="
)
PLACEHOLDER = "picture"
SIZE = Size(9, 7)
NUMBERS = MaskTable({0: "", 1: "scratch", 2: "dent", 255: "dent"}, is_of_colors=False)
COLORS = MaskTable({0xFF0000: "scratch", 0x00FF00: "dent"}, is_of_colors=True)
MODES = ("1", "L", "P", "LA", "RGB", "RGBA", "I;16", "CMYK")


@contextmanager
def file_of(data: bytes, name: str) -> Iterator[Path]:
    """Yield a file of those bytes."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def take_picture_table(data: bytes) -> None:
    """A Parquet file as it is; or behind a first byte of 1 its rows and features as JSON."""
    content = parquet_of(data[1:]) if data[:1] == b"\1" else data
    if content is None:
        return
    with file_of(content, "a.parquet") as path:
        problems = []
        for anomalies in (False, True):
            try:
                for item in read_picture_tables(path, None, anomalies=anomalies):
                    assert item.size is not None or anomalies
                    for _, box in item.boxes or ():
                        assert 0 <= box.left <= box.left + box.width <= 1 + 1e-9
                        assert 0 <= box.top <= box.top + box.height <= 1 + 1e-9
            except Refusal as refusal:
                problems.append(refusal)
        if len(problems) == 2:
            raise problems[0]


def parquet_of(text: bytes) -> bytes | None:
    """Return the Parquet file of rows; None where no table has them."""
    try:
        document = json.loads(text)
        table = pa.Table.from_pylist(with_pictures(document["rows"]))
        features = json.dumps({"info": {"features": document.get("features")}})
        buffer = io.BytesIO()
        parquet.write_table(table.replace_schema_metadata({"huggingface": features}), buffer)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        OverflowError,
        pa.ArrowException,
    ):
        return None
    return buffer.getvalue()


def with_pictures(value: Any) -> Any:
    """Return a value with the picture itself where the placeholder stands."""
    if isinstance(value, dict):
        return {name: with_pictures(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_pictures(part) for part in value]
    return PICTURE if value == PLACEHOLDER else value


def take_mask(data: bytes) -> None:
    """The first byte chooses: a PNG, pixels, the table of a mask, or a region as JSON."""
    (take_png, take_pixels, take_table, take_region)[data[0] % 4 if data else 0](data[1:])


def take_png(data: bytes) -> None:
    """A mask as it is uploaded, of numbers and of colours."""
    with file_of(data, "a.png") as path:
        try:
            with open_image(path, formats=("PNG",)) as image:
                size = Size(*image.size)
        except (*DAMAGE, *BOMB):
            size = SIZE
        read_item(path, size)


def read_item(path: Path, size: Size) -> None:
    """Read a mask in all four ways; refuse it where all do."""
    problems = []
    for table in (NUMBERS, COLORS):
        for anomalies in (False, True):
            try:
                item = read_mask_item("a.jpg", path, "a.png", size, table, anomalies=anomalies)
            except Refusal as refusal:
                problems.append(refusal)
            else:
                assert (item.mask is not None) == bool(item.is_anomalous)
    if len(problems) == 4:
        raise problems[0]


def take_pixels(data: bytes) -> None:
    """A width, a mode and pixels: what a mask shows is outlined, written as runs, and is the same again."""
    if len(data) < 3:
        return
    wide, mode, channels = data[0] % 16 + 1, MODES[data[1] % len(MODES)], data[2:]
    bands = {"LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4, "I;16": 2}.get(mode, 1)
    high = min(len(channels) // (wide * bands), 64)
    if not high:
        return
    whole = channels[: wide * high * bands]
    stored = "L" if mode == "1" else mode
    image = Image.frombytes(stored, (wide, high), whole)
    if mode == "P":
        image.putpalette((channels * 768)[:768])
    buffer = io.BytesIO()
    converted = {"1": "1", "CMYK": "RGB"}.get(mode)
    (image.convert(converted) if converted else image).save(buffer, "PNG")
    with file_of(buffer.getvalue(), "a.png") as path:
        size = Size(wide, high)
        if mode in ("1", "L", "P"):
            codes = read_codes(path, NUMBERS, size, "a.png")
            boxes_in_mask(codes, NUMBERS, size, "a.png")
            check_region(codes == 1, size)
        read_item(path, size)


def check_region(mask: Any, size: Size) -> None:
    """Hold outlines and runs of a mask against the mask."""
    rings = [ring for region in outlines(mask) for ring in region]
    assert np.array_equal(fill(rings, size), mask), "an outline is another region"
    if mask.any():
        assert np.array_equal(draw_runs(runs_of_rings(rings, size), size), mask), "runs are another region"


def take_table(data: bytes) -> None:
    """The table of what the values of masks mean."""
    with file_of(data, "labels.csv") as path:
        table = read_table(path)
    assert any(table.labels.values())
    assert all(table.write(value) for value in table.labels)


def shapes_of(document: Any, segmentation: Any) -> list[Shape]:
    """Return what a document may mean."""
    if isinstance(document, dict) and isinstance(document.get("brush"), list):
        return [BrushShape(document["brush"])]
    if not isinstance(segmentation, str):
        return [SegmentationShape(segmentation)]
    bitmaps = (BitmapShape((1.0, 2.0), segmentation), BitmapShape((-1.0, 2.0), segmentation, "supervisely"))
    return [RowRunShape((1.0, 2.0), (4.0, 3.0), segmentation), *bitmaps]


def take_region(data: bytes) -> None:
    """A region as JSON: as COCO has it, as runs along rows and a PNG in letters, or as a brush."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    segmentation = document.get("s") if isinstance(document, dict) else document
    shapes = shapes_of(document, segmentation)
    problems = []
    for shape in shapes:
        try:
            patch = shape.draw(SIZE, "a.jpg")
        except Refusal as refusal:
            problems.append(refusal)
            continue
        if patch is not None:
            high, wide = patch.pixels.shape
            assert 0 <= patch.left <= patch.left + wide <= SIZE.width
            assert 0 <= patch.top <= patch.top + high <= SIZE.height
    if len(problems) == len(shapes):
        raise problems[0]
    if isinstance(shapes[0], SegmentationShape):
        edges_of_region(segmentation, SIZE, "a.jpg")
