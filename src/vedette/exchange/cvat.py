"""CVAT: the exports "CVAT for images 1.1", which is written too, and "CVAT for video 1.1", an XML file each.

Pictures are read in bounded memory; the tracks of a film are held, and go through `cvat_video`.

Document types and entities are refused by the parser itself, so nothing in a file can expand or refer
elsewhere. Polygons, lines, masks, ellipses and turned boxes become the upright boxes around them, which is
noted; points and cuboids have no counterpart and are refused by picture.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from vedette.errors import Wrong
from vedette.exchange.cvat_video import Film, FilmFacts, FindFrame, TrackShape, name_of_frame
from vedette.exchange.items import Item, inside
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.shapes import EllipseShape, LineShape, PolygonShape, RowRunShape, Shape
from vedette.exchange.turned_boxes import Edges, around, around_centred, around_turned, corners_centred
from vedette.exchange.xml_texts import require_xml
from vedette.file_access import create_text, open_file
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box

JOB = "cvat"
_BLOCK = 1 << 16
# The format nests five levels deep.
DEEPEST = 20
SHAPES = ("box", "polygon", "polyline", "mask", "ellipse")
NO_BOXES = ("points", "cuboid", "skeleton")


def read_cvat(
    path: Path, notes: PieceNotes = STRICT, find_frame: FindFrame = name_of_frame
) -> Iterator[Item]:
    """Yield the pictures in the file's order, those without shapes too; of a film its frames.

    `find_frame` says which picture a frame is, nothing where there is none.
    """
    reading, film = _CvatFile(path), Film(path, find_frame)
    has_images = False
    for image in reading.images():
        name = image.attributes.get("name", "")
        with noting(notes, name or str(path)):
            if image.tag == "track":
                _take_track(film, image, reading.film, notes)
            else:
                has_images = True
                yield _item(image, path, reading.stamp, notes)
    # A film's frames may be exported as images too; its head is the same.
    if film.has_tracks or (reading.is_film and not has_images):
        yield from film.items(reading.film, reading.stamp, notes)


def write_cvat(items: Iterable[Item], file: Path) -> int:
    """Write "CVAT for images 1.1"; return how many boxes."""
    count = 0
    with create_text(file) as out:
        out.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
        for number, item in enumerate(items):
            out.write(_image(item, number))
            count += len(item.boxes or ())
        out.write("</annotations>\n")
    return count


def _image(item: Item, number: int) -> str:
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    wide, high = item.size.width, item.size.height
    head = _written(id=str(number), name=item.name, width=str(wide), height=str(high))
    rows = [f"    <tag{_written(label=label, source='manual')}></tag>\n" for label in item.labels]
    for (label, box), shape in zip_longest(item.boxes or (), item.shapes):
        if isinstance(shape, PolygonShape):
            points = ";".join(f"{x:.10g},{y:.10g}" for x, y in shape.outline)
            facts = _written(label=label, source="manual", occluded="0", points=points, z_order="0")
            rows.append(f"    <polygon{facts}></polygon>\n")
            continue
        sides = {
            "xtl": box.left * wide,
            "ytl": box.top * high,
            "xbr": (box.left + box.width) * wide,
            "ybr": (box.top + box.height) * high,
        }
        places = {key: f"{round(side, 3):.10g}" for key, side in sides.items()}
        facts = _written(label=label, source="manual", occluded="0", **places, z_order="0")
        rows.append(f"    <box{facts}></box>\n")
    return f"  <image{head}>\n{''.join(rows)}  </image>\n"


def _written(**attributes: str) -> str:
    for value in attributes.values():
        require_xml(value)
    return "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())


@dataclass(slots=True)
class _CvatImage:
    """A picture, or a track of a film, with its shapes."""

    tag: str
    attributes: Mapping[str, str]
    shapes: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


class _CvatFile:
    """One pass through a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tags: list[str] = []
        self._image: _CvatImage | None = None
        self._complete: deque[_CvatImage] = deque()
        self._text: list[str] = []
        self.stamp: Stamp | None = None
        self.film = FilmFacts()
        self.is_film = False

    def images(self) -> Iterator[_CvatImage]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.StartDoctypeDeclHandler = self._refuse_types
        parser.EntityDeclHandler = self._refuse_types
        with open_file(self._path) as stream:
            try:
                while block := stream.read(_BLOCK):
                    parser.Parse(block, False)
                    while self._complete:
                        yield self._complete.popleft()
                parser.Parse(b"", True)
            except expat.ExpatError as fault:
                raise self._wrong(f"is no XML: {fault}") from None
        yield from self._complete

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._tags and tag != "annotations":
            raise self._wrong(f'is no export of the form "CVAT for images 1.1" but <{tag[:40]}>')
        self._tags.append(tag)
        if len(self._tags) > DEEPEST:
            raise self._wrong("is nested too deep")
        self._text = []
        if tag in ("image", "track") and len(self._tags) == 2:
            self._image = _CvatImage(tag, attributes)
        elif self._image is not None and len(self._tags) == 3:
            self._image.shapes.append((tag, attributes))

    def _end(self, tag: str) -> None:
        self._tags.pop()
        if self._image is not None and len(self._tags) == 1:
            self._complete.append(self._image)
            self._image = None
        elif "meta" in self._tags:
            self._learn(tag, "".join(self._text).strip())

    def _learn(self, tag: str, text: str) -> None:
        """Take what the head says."""
        if tag == "updated" and self.stamp is None:
            self.stamp = _stamp(text)
        elif tag == "mode":
            self.is_film = self.is_film or text == "interpolation"
        elif tag in ("width", "height", "start_frame", "stop_frame", "frame_filter"):
            self.film.learn(tag, text, str(self._path))

    def _hear(self, text: str) -> None:
        # Texts matter in the head alone, where a date is a few letters.
        if self._image is None and len(self._text) < 10:
            self._text.append(text)

    def _refuse_types(self, *_: Any) -> None:
        raise self._wrong("declares a document type or an entity, which is not read")

    def _wrong(self, problem: str) -> Wrong:
        return Wrong(f"{self._path} {problem}.", kind="file", name=str(self._path))


def _item(image: _CvatImage, path: Path, stamp: Stamp | None, notes: PieceNotes) -> Item:
    name = image.attributes.get("name", "").replace("\\", "/").strip()
    if not name:
        raise Wrong(f"{path} has an image without a name.", kind="file", name=str(path))
    size = Size(*(_side(image.attributes, key, name) for key in ("width", "height")))
    labels: list[str] = []
    boxes: list[tuple[str, Box]] = []
    shapes: list[Shape | None] = []
    for tag, attributes in image.shapes:
        if tag == "tag":
            labels.append(_label(attributes, name))
        elif tag in SHAPES:
            entries = _boxes(tag, attributes, size, (name, notes))
            boxes += entries
            shapes += [_shape(tag, attributes, name)] * len(entries)
        elif tag in NO_BOXES:
            notes.refuse(name, f"{name} has {tag} of {attributes.get('label', '?')}, which become no box.")
    # Where all shapes were refused, nobody said that there is nothing.
    has_boxes = bool(boxes) or not image.shapes
    objects = tuple(boxes) if has_boxes else None
    return Item(name, tuple(dict.fromkeys(labels)), objects, size, stamp=stamp, shapes=tuple(shapes))


def _take_track(film: Film, track: _CvatImage, facts: FilmFacts, notes: PieceNotes) -> None:
    """Add a track; one that is refused leaves its frames in doubt, which are no pictures without objects."""
    try:
        _add_track(film, track, facts, notes)
    except Wrong:
        numbers = (attributes.get("frame", "") for _, attributes in track.shapes)
        film.doubt([int(text) for text in numbers if text.isascii() and text.isdecimal() and len(text) < 10])
        raise


def _add_track(film: Film, track: _CvatImage, facts: FilmFacts, notes: PieceNotes) -> None:
    number = track.attributes.get("id", "?")
    place = f"{film.path}, track {number},"
    label = _label(track.attributes, place)
    size = facts.size(str(film.path))
    shapes: list[TrackShape] = []
    for tag, attributes in track.shapes:
        frame = _number(attributes, "frame", place)
        spot = f"{place} frame {frame:.0f},"
        if attributes.get("outside") == "1":
            shapes.append(TrackShape(int(frame), None))
        elif tag in SHAPES:
            boxes = _boxes(tag, {**attributes, "label": label}, size, (spot, notes))
            shape = _shape(tag, attributes, spot) if boxes else None
            box = boxes[0][1] if boxes else None
            shapes.append(TrackShape(int(frame), box, shape, is_refused=not boxes))
        else:
            shapes.append(TrackShape(int(frame), None, is_refused=True))
            if tag in NO_BOXES:
                notes.refuse(spot, f"{spot} has {tag} of {label}, which become no box.")
    if any(shape.shape is not None and after.frame - shape.frame > 1 for shape, after in pairwise(shapes)):
        notes.change(place, f"{place} has shapes at its key frames alone: between them each stays as it was.")
    film.add(label, shapes, place)


def _boxes(
    tag: str, attributes: Mapping[str, str], size: Size, place: tuple[str, PieceNotes]
) -> list[tuple[str, Box]]:
    name, notes = place
    label = _label(attributes, name)
    turn = _number(attributes, "rotation", name) if attributes.get("rotation") else 0.0
    box = inside(_edges(tag, attributes, turn, name), size)
    if tag != "box" or turn:
        notes.bound(name, f"{name} has a {tag} of {label} that becomes the box around it.")
    if box is None:
        notes.refuse(name, f"{name} has a {tag} of {label} that is not on its picture.")
        return []
    return [(label, box)]


def _edges(tag: str, attributes: Mapping[str, str], turn: float, name: str) -> Edges:
    if tag == "box":
        edges = [_number(attributes, key, name) for key in ("xtl", "ytl", "xbr", "ybr")]
        return around_centred((edges[0], edges[1], edges[2], edges[3]), turn)
    if tag == "mask":
        left, top, wide, high = (_number(attributes, key, name) for key in ("left", "top", "width", "height"))
        return left, top, left + wide, top + high
    if tag == "ellipse":
        x, y, across, down = (_number(attributes, key, name) for key in ("cx", "cy", "rx", "ry"))
        return around_turned((x, y), (across, down), turn, is_ellipse=True)
    return around([_point(text, name) for text in attributes.get("points", "").split(";")])


def _shape(tag: str, attributes: Mapping[str, str], name: str) -> Shape | None:
    """Return a shape, whose numbers are known to be good; nothing for an upright box."""
    order = int(_number(attributes, "z_order", name)) if attributes.get("z_order") else 0
    turn = _number(attributes, "rotation", name) if attributes.get("rotation") else 0.0
    if tag == "polyline":
        return LineShape(order)
    if tag == "mask":
        left, top, wide, high = (_number(attributes, key, name) for key in ("left", "top", "width", "height"))
        return RowRunShape((left, top), (wide, high), attributes.get("rle", ""), order)
    if tag == "ellipse":
        x, y, across, down = (_number(attributes, key, name) for key in ("cx", "cy", "rx", "ry"))
        return EllipseShape((x, y), (across, down), turn, order)
    if tag == "polygon":
        return PolygonShape([_point(text, name) for text in attributes["points"].split(";")], order=order)
    if not turn:
        return None
    left, top, right, bottom = (_number(attributes, key, name) for key in ("xtl", "ytl", "xbr", "ybr"))
    return PolygonShape(corners_centred((left, top, right, bottom), turn), is_box=True)


def _point(text: str, name: str) -> tuple[float, float]:
    x, comma, y = text.partition(",")
    if not comma:
        raise Wrong(f"{name} has a shape without points.", kind="file")
    return _as_number(x, "points", name), _as_number(y, "points", name)


def _label(attributes: Mapping[str, str], name: str) -> str:
    label = attributes.get("label", "").strip()
    if not label:
        raise Wrong(f"{name} has a shape without a label.", kind="file")
    return label


def _side(attributes: Mapping[str, str], key: str, name: str) -> int:
    side = _number(attributes, key, name)
    if side < 1:
        raise Wrong(f"{name} has no {key}.", kind="file")
    return int(side)


def _number(attributes: Mapping[str, str], key: str, name: str) -> float:
    return _as_number(attributes.get(key, ""), key, name)


def _as_number(text: str, key: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) < 1e9:
        raise Wrong(f"{name} has no number for {key}.", kind="file")
    return number


def _stamp(text: str) -> Stamp | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return Stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC), JOB)
