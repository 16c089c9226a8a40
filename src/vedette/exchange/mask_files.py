"""Masks: a PNG a picture whose values say what each pixel shows, and the table of those values.

    labels.csv   a row a value: 0,background or 1,scratch or #ff0000,dent
    masks/       PNG of numbers (grey or with a palette), or of colours, named after the pictures
    images/      the pictures

A value without a name, and one called background, shows nothing. In, each region of a label becomes a box, or
all of them a mask where anomalies are meant. Out, boxes are filled, the larger below the smaller.
A picture without a mask is one that nobody looked at.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import numpy as np
from PIL import Image

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside, size_of
from vedette.exchange.json_files import refuse
from vedette.exchange.mask_regions import TooManyRegions, edges_of_regions
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import TargetFolder
from vedette.exchange.tables import read_rows
from vedette.manifest.detection import Size
from vedette.manifest.segmentation import BACKGROUND, MaskRef
from vedette.vision.annotations import Box
from vedette.vision.files import BOMB, DAMAGE, open_image, pictures_in
from vedette.vision.images import MOST_PIXELS

TABLE, MASKS, IMAGES = "labels.csv", "masks", "images"
# What a number of eight bits tells apart beside the background.
MOST_LABELS = 255
# What Lookout for Vision lets one mask show.
MOST_COLORS = 20
_PLAIN = ("#000000", "#ffffff")
# What is transparent shows nothing, whatever colour lies below; no colour is this number.
_CLEAR = 1 << 24
_MODES = ("1", "L", "P")
_VALUE = re.compile(r"[0-9]{1,3}|#[0-9a-fA-F]{6}")

Codes = np.ndarray[Any, np.dtype[np.uint32]]


@dataclass(frozen=True, slots=True)
class MaskTable:
    """The label of every value, `""` for what shows nothing; values are numbers, or colours as numbers."""

    labels: Mapping[int, str]
    is_of_colors: bool

    def write(self, value: int) -> str:
        """Return a value as the table has it."""
        return f"#{value:06x}" if self.is_of_colors else str(value)


def read_masks(folder: Path, notes: PieceNotes = STRICT, *, anomalies: bool = False) -> Iterator[Item]:
    """Yield the pictures below `images` with what the masks of the same names show."""
    table = read_table(folder / TABLE)
    pictures = folder / IMAGES
    if not pictures.is_dir():
        raise Wrong(f"There is no folder {pictures}.", kind="folder", name=str(pictures))
    owners: dict[Path, list[str]] = {}
    for picture in pictures_in(pictures):
        owners.setdefault(_mask_of(folder, picture), []).append(picture.relative_to(folder).as_posix())
    _refuse_nobodys(folder, owners, notes)
    for picture in pictures_in(pictures):
        name, mask = picture.relative_to(folder).as_posix(), _mask_of(folder, picture)
        if not mask.exists():
            yield Item(name)
            continue
        with noting(notes, name):
            place = mask.relative_to(folder).as_posix()
            refuse_shared(place, owners.get(mask, ()))
            yield read_mask_item(name, mask, place, size_of(picture), table, anomalies=anomalies)


def read_mask_item(
    name: str, mask: Path, place: str, size: Size, table: MaskTable, *, anomalies: bool
) -> Item:
    """Return a picture with what its mask shows: boxes, or where anomalies are meant the mask itself."""
    codes = read_codes(mask, table, size, place)
    refuse_unknown(codes, table, place)
    if anomalies:
        return _anomaly(name, mask, place, codes, table)
    return Item(name, (), boxes_in_mask(codes, table, size, place), size)


def _mask_of(folder: Path, picture: Path) -> Path:
    return folder / mask_name(picture.relative_to(folder).as_posix())


def mask_name(picture: str) -> str:
    """Return the name of a picture's mask, both below the folder of the set."""
    return PurePosixPath(MASKS, PurePosixPath(picture).relative_to(IMAGES)).with_suffix(".png").as_posix()


def _refuse_nobodys(folder: Path, owners: Mapping[Path, list[str]], notes: PieceNotes) -> None:
    """Refuse masks that go with no picture: what they show would be lost without a word."""
    masks = pictures_in(folder / MASKS) if (folder / MASKS).is_dir() else iter(())
    for mask in masks:
        place = mask.relative_to(folder).as_posix()
        with noting(notes, place):
            if mask not in owners:
                refuse_nobodys(place)


def refuse_nobodys(place: str) -> NoReturn:
    """Refuse a mask that goes with no picture."""
    refuse(place, f"is the mask of no picture; a mask is {MASKS}/NAME.png of {IMAGES}/NAME.jpg.")


def refuse_shared(place: str, pictures: Sequence[str]) -> None:
    """Refuse a mask that would be of several pictures."""
    if len(pictures) > 1:
        refuse(place, f"would be the mask of {' and of '.join(pictures)}; rename one of them.")


def read_table(path: Path) -> MaskTable:
    """Return the table of a file; refuse what says two things."""
    if not path.is_file():
        raise Wrong(f"There is no {path}, which says what the values of the masks mean.", kind="file")
    labels: dict[int, str] = {}
    forms: set[bool] = set()
    for row in read_rows(path):
        value, is_color = _value(row.name)
        if value is None or len(row.labels) > 1:
            raise Wrong(f"{path} has a row that is not a value and a label: row {row.number}.", kind="file")
        if value in labels:
            raise Wrong(f"{path} has the value {row.name} twice.", kind="file", name=str(path))
        label = row.labels[0] if row.labels else ""
        labels[value] = "" if label.casefold() == BACKGROUND.casefold() else label
        forms.add(is_color)
    if len(forms) != 1 or not any(labels.values()):
        raise Wrong(f"{path} names no label, or mixes numbers and colours.", kind="file", name=str(path))
    if not forms.pop():
        return MaskTable({0: "", **labels}, is_of_colors=False)
    return MaskTable(labels, is_of_colors=True)


def _value(text: str) -> tuple[int | None, bool]:
    is_color = text.startswith("#")
    if _VALUE.fullmatch(text) is None:  # `int` would take signs, spaces and strokes too
        return None, is_color
    value = int(text[1:], 16) if is_color else int(text)
    return (value if is_color or value <= MOST_LABELS else None), is_color


def read_codes(path: Path, table: MaskTable, size: Size | None = None, place: str = "") -> Codes:
    """Return a mask's values: its numbers, or its colours, and _CLEAR for what is transparent.

    One of another size than its picture's is refused by its head: of one value, a gigabyte is a small file.
    """
    try:
        with open_image(path, formats=("PNG",)) as image:
            wide, high = image.size
            if size is not None and (wide, high) != (size.width, size.height):
                refuse(
                    place,
                    f"is a mask of {wide} x {high} pixels on a picture of {size.width} x {size.height}.",
                )
            if wide * high > MOST_PIXELS:
                refuse(str(path), f"has {wide} x {high} pixels, more than {MOST_PIXELS:,}.")
            if image.mode.startswith("I"):  # as a colour, all above 255 would be white
                refuse(str(path), "has values of sixteen bits; masks of eight bits are read.")
            if not table.is_of_colors:
                if image.mode not in _MODES:
                    refuse(str(path), f"is of colours ({image.mode}), and {TABLE} has numbers.")
                return np.asarray(image.convert("L") if image.mode == "1" else image).astype(np.uint32)
            # Red, green, blue and how solid it is, from the highest byte to the lowest.
            channels = np.asarray(image.convert("RGBA")).view(">u4")[:, :, 0]
    except (*DAMAGE, *BOMB) as fault:
        refuse(str(path), f"cannot be read as a PNG: {fault}.")
    colors = (channels >> 8).astype(np.uint32, copy=False)
    colors[(channels & 0xFF) < 128] = _CLEAR
    return colors


def refuse_unknown(codes: Codes, table: MaskTable, place: str, namer: str = TABLE) -> None:
    """Refuse a mask with a value that nothing names."""
    values, counts = np.unique(codes, return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        is_plain = table.is_of_colors and (value == _CLEAR or table.write(value) in _PLAIN)
        if value not in table.labels and not is_plain:
            refuse(place, f"has {count:,} pixels of {table.write(value)}, which {namer} does not name.")


def boxes_in_mask(codes: Codes, table: MaskTable, size: Size, place: str) -> tuple[tuple[str, Box], ...]:
    """Return a box around each region of each label; a label of two values is one."""
    boxes: list[tuple[str, Box]] = []
    # Of a table of many labels a mask shows few; to look for each is a look at all pixels.
    present = {table.labels.get(value, "") for value in np.unique(codes).tolist()}
    for label in dict.fromkeys(filter(present.__contains__, filter(None, table.labels.values()))):
        values = [value for value, name in table.labels.items() if name == label]
        try:
            regions = edges_of_regions(np.isin(codes, values))
        except TooManyRegions:
            refuse(place, f"has more regions of {label} than anybody draws.")
        for left, top, right, bottom in regions:
            box = inside((float(left), float(top), float(right), float(bottom)), size)
            boxes += [(label, box)] if box is not None else []
    return tuple(boxes)


def _anomaly(name: str, mask: Path, place: str, codes: Codes, table: MaskTable) -> Item:
    """Return an anomaly with its mask as it is, or a normal picture where the mask shows nothing."""
    values = [int(value) for value in np.unique(codes)]
    labelled = {value: label for value in values if (label := table.labels.get(value, ""))}
    if not labelled:
        return Item(name, is_anomalous=False)
    colors = _colors_of(mask, table)
    by_color: dict[str, str] = {}
    for value, label in labelled.items():
        if by_color.setdefault(colors[value], label) != label:
            refuse(place, f"shows two labels in one colour, {colors[value]}; write it in colours of its own.")
    plain = {colors[value] for value in values if value not in labelled}
    if len(plain) > 1 or not plain <= set(_PLAIN) or plain & by_color.keys():
        refuse(
            place, f"has a background of {', '.join(sorted(plain))}; it must be black alone, or white alone."
        )
    return Item(name, is_anomalous=True, mask=MaskRef(place, by_color))


def _colors_of(mask: Path, table: MaskTable) -> "list[str] | _Colors":
    if table.is_of_colors:
        return _Colors()
    with open_image(mask, formats=("PNG",)) as image:
        palette = image.getpalette("RGB") if image.mode == "P" else None
    steps = palette if palette is not None else [value for value in range(256) for _ in range(3)]
    steps += [0] * (768 - len(steps))
    return [f"#{bytes(steps[3 * value : 3 * value + 3]).hex()}" for value in range(256)]


class _Colors:
    """A colour is its own value; what is transparent lies on white, as a training reads it."""

    def __getitem__(self, value: int) -> str:
        return _PLAIN[1] if value == _CLEAR else f"#{value:06x}"


def shown_in_mask(path: Path) -> list[str]:
    """Return the colours of a mask beside black: each of them shows something."""
    codes = read_codes(path, MaskTable({}, is_of_colors=True))
    colors = [f"#{value:06x}" for value in np.unique(codes).tolist() if value not in (0, _CLEAR)]
    if len(colors) > MOST_COLORS:
        refuse(
            str(path), f"has {len(colors):,} colours; a mask has {MOST_COLORS}, and edges that are not soft."
        )
    return colors


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """A picture to be written: its size, its boxes, and its mask as a file with the label of each colour."""

    name: str
    size: Size
    boxes: tuple[tuple[str, Box], ...]
    mask: Path | None = None
    colors: Mapping[str, str] | None = None


def write_masks(items: Iterable[DrawnItem], folder: Path, labels: Iterable[str]) -> int:
    """Write a mask of numbers for each picture, and the table of the labels; return how many masks."""
    numbers = {label: number for number, label in enumerate(sorted(set(labels)), start=1)}
    for label in numbers:
        if label.casefold() == BACKGROUND.casefold():
            raise Wrong(f'In masks "{label}" is what shows nothing; rename that label by --map.')
    if len(numbers) > MOST_LABELS:
        raise Wrong(f"Masks tell {MOST_LABELS} labels apart, and there are {len(numbers):,}.")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as out:
        rows = [(0, BACKGROUND.lower()), *((number, label) for label, number in numbers.items())]
        csv.writer(out, lineterminator="\n").writerows(rows)
    target, count = TargetFolder(folder / MASKS), 0
    for item in items:
        image = Image.fromarray(_draw(item, numbers))
        image.putpalette(_palette())
        place = target.place(str(PurePosixPath(item.name)), ".png")
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(place, optimize=True)
        count += 1
    return count


def _draw(item: DrawnItem, numbers: Mapping[str, int]) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    drawing = np.zeros((item.size.height, item.size.width), np.uint8)
    if item.mask is not None:
        colors = MaskTable({int(c[1:], 16): label for c, label in (item.colors or {}).items()}, True)
        codes = read_codes(item.mask, colors)
        if codes.shape != drawing.shape:
            refuse(
                item.name, f"has a mask of {codes.shape[1]} x {codes.shape[0]} pixels, which is not its size."
            )
        for value, label in colors.labels.items():
            drawing[codes == value] = numbers[label]
    for label, box in sorted(item.boxes, key=lambda pair: -pair[1].width * pair[1].height):
        # At least a pixel: of a narrow box at the far side the last one.
        left = min(round(box.left * item.size.width), item.size.width - 1)
        top = min(round(box.top * item.size.height), item.size.height - 1)
        right = max(left + 1, round((box.left + box.width) * item.size.width))
        bottom = max(top + 1, round((box.top + box.height) * item.size.height))
        drawing[top:bottom, left:right] = numbers[label]
    return drawing


def _palette() -> list[int]:
    """Return colours of which neighbours differ: bits of the number, from the top of each channel down."""
    steps: list[int] = []
    for number in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            channels[bit % 3] |= ((number >> bit) & 1) << (7 - bit // 3)
        steps += channels
    return steps
