"""Folders of drawn pictures that the examples and tutorials begin with.

Each is laid out as the pictures of its tutorial are: folders named for labels, or a manifest whose addresses
are relative, so that a script can put its bucket before them.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vedette.exchange.items import Item, write_item
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import change_line
from vedette.manifest.segmentation import MaskRef, write_mask
from vedette.vision.drawn_sets import DrawnPicture, draw_set
from vedette.vision.example_sets import (
    COMPONENTS,
    CRACK_COLOR,
    CRACKED,
    FAULTS,
    SIDE,
    draw_board_with_parts,
    draw_circuit_board,
    draw_cookie,
)

STAMP = Stamp(datetime(2026, 1, 5, 8, tzinfo=UTC), "labeling-job/examples")
QUALITY = 92
Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class ExampleFolder:
    """A set by its name, what it shows, and its files: paths below the folder, and their bytes."""

    about: str
    files: Callable[[], Files]


def _parts() -> Files:
    """Yield parts on steel, in folders named for what they are, and the same as a table."""
    rows = []
    for part, count, seed in (("train", 36, 3), ("test", 30, 4), ("new", 6, 5)):
        for picture in draw_set("classification", count, seed=seed):
            label = picture.labels[0]
            name = f"{part}/{label}/{picture.name.removesuffix('.png')}.jpg"
            yield name if part != "new" else f"new/{Path(name).name}", _jpeg(picture.image)
            if part == "train":
                rows.append((name, label))
    yield "train.csv", _table(rows)


def _cookies() -> Files:
    """Yield cookies as the guide lays them out: a template of a manifest, pictures and masks."""
    rng, lines = np.random.default_rng(6), []
    for number in range(63):
        is_cracked = number % 2 == 1
        name = f"{'anomaly' if is_cracked else 'normal'}-{number // 2 + 1}"
        picture = draw_cookie(name, rng, is_cracked=is_cracked)
        yield f"dataset-files/training-images/{name}.jpg", _jpeg(picture.image)
        if picture.mask is not None:
            yield f"dataset-files/mask-images/{name}.png", _png(picture.mask)
        lines.append(_cookie_line(picture))
    yield "dataset-files/manifests/template.manifest", "\n".join(lines).encode() + b"\n"
    for number in range(22):
        is_cracked = number >= 14
        name = f"test-anomaly-{number - 13}" if is_cracked else f"test-normal-{number + 1}"
        picture = draw_cookie(name, rng, is_cracked=is_cracked)
        yield f"test-images/{name}.jpg", _jpeg(picture.image)


def _cookie_line(picture: DrawnPicture) -> str:
    item = Item(f"training-images/{picture.name}.jpg", is_anomalous=picture.is_anomalous)
    line = write_item(item, stamp=STAMP)
    if picture.mask is not None:
        mask = MaskRef(f"mask-images/{picture.name}.png", {CRACK_COLOR: CRACKED})
        line = change_line(line, write_mask(mask, stamp=STAMP))
    return line.text


def _circuit_boards() -> Files:
    """Yield boards that are right or not, in folders `normal` and `anomaly`, and a table of them."""
    rng, rows = np.random.default_rng(7), []
    for folder, count in (("train", 20), ("test", 20), ("extra_images", 10)):
        for number in range(count):
            for verdict in ("normal", "anomaly"):
                fault = FAULTS[number % len(FAULTS)] if verdict == "anomaly" else ""
                name = f"{folder}/{verdict}/{folder}-{verdict}_{number + 1}.jpg"
                yield name, _jpeg(draw_circuit_board(name, rng, fault=fault).image)
                if folder == "train":
                    rows.append((name, verdict))
    yield "train.csv", _table(rows)


def _board_parts() -> Files:
    """Yield boards with parts and the boxes around them: as manifests, and as a file of COCO's."""
    rng = np.random.default_rng(8)
    for part, count in (("train", 40), ("test", 12), ("new", 4)):
        pictures = [draw_board_with_parts(f"{part}/board-{number + 1}.jpg", rng) for number in range(count)]
        for picture in pictures:
            yield picture.name, _jpeg(picture.image)
        if part != "new":
            lines = (_boxes_line(picture) for picture in pictures)
            yield f"{part}.manifest", "\n".join(lines).encode() + b"\n"
        if part == "train":
            yield "train.coco.json", json.dumps(_coco(pictures), indent=1).encode()


def _boxes_line(picture: DrawnPicture) -> str:
    item = Item(picture.name, boxes=picture.boxes, size=Size(SIDE, SIDE))
    return write_item(item, stamp=STAMP, names=COMPONENTS).text


def _coco(pictures: Sequence[DrawnPicture]) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures, 1):
        captured = "2026-01-05 08:00:00"
        size = {"width": SIDE, "height": SIDE}
        images.append({"id": number, "file_name": picture.name, "date_captured": captured, **size})
        for label, box in picture.boxes or ():
            edges = [round(edge * SIDE) for edge in (box.left, box.top, box.width, box.height)]
            place = {"id": len(annotations) + 1, "image_id": number, "bbox": edges}
            annotations.append({**place, "category_id": COMPONENTS.index(label) + 1, "iscrowd": 0})
    categories = [{"id": number, "name": name} for number, name in enumerate(COMPONENTS, 1)]
    return {
        "info": {},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }


SETS: dict[str, ExampleFolder] = {
    "parts": ExampleFolder("bolts, nuts and washers, in folders named for them (classification)", _parts),
    "cookies": ExampleFolder("cookies, half of them cracked, with masks (segmentation)", _cookies),
    "circuit-board": ExampleFolder("circuit boards with and without a fault (anomalies)", _circuit_boards),
    "board-parts": ExampleFolder("parts on a board with boxes around them (detection)", _board_parts),
}


def write_folder(name: str, folder: Path) -> int:
    """Write a set's files below a folder, which has none of them yet; return how many."""
    count = 0
    for path, data in SETS[name].files():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(data)
        count += 1
    return count


def _table(rows: Sequence[tuple[str, str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=QUALITY)
    return stream.getvalue()


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
