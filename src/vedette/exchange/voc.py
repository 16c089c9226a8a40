"""Pascal VOC: one XML file a picture, corners in pixels.

Document types are refused, so nothing in a file can expand or refer elsewhere.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from vedette.errors import Wrong
from vedette.exchange.items import Item, inside
from vedette.exchange.pieces import STRICT, PieceNotes, noting
from vedette.exchange.places import TargetFolder
from vedette.exchange.xml_texts import require_xml
from vedette.file_access import open_file, write_file
from vedette.manifest.detection import Size

MOST_BYTES = 10 * 1024 * 1024


def read_voc(folder: Path, notes: PieceNotes = STRICT) -> Iterator[Item]:
    """Yield a picture for every XML file below the folder, in the order of their names.

    A picture is in the folder that its file is in, below the pictures' own, a folder `Annotations` aside.
    """
    files = sorted(folder.rglob("*.xml"))
    if not files:
        raise Wrong(f"There is no XML file below {folder}.", kind="folder", name=str(folder))
    for file in files:
        with noting(notes, str(file)):
            item = read_file(file)
            way = [part for part in file.parent.relative_to(folder).parts if part.lower() != "annotations"]
            yield replace(item, name="/".join([*way, item.name]))


def read_file(file: Path) -> Item:
    """Return the picture that one file describes; a box is cut to its picture."""
    root = _parse(file)
    size = _size(root, file)
    boxes = []
    for element in root.iter("object"):
        name = (element.findtext("name") or "").strip()
        corners = _corners(element, file)
        box = inside(corners, size)
        if name and box is not None:
            boxes.append((name, box))
    name = (root.findtext("filename") or "").strip() or f"{file.stem}.jpg"
    return Item(name.replace("\\", "/").rsplit("/", 1)[-1], (), tuple(boxes), size)


def write_voc(item: Item, target: TargetFolder) -> Path:
    """Write the file of one picture, named after it and in a folder of the same name."""
    if item.size is None:
        raise Wrong(f"The size of {item.name} is not known; give the folder of its pictures.")
    root = ET.Element("annotation")
    ET.SubElement(root, "filename").text = item.name.rsplit("/", 1)[-1]
    size = ET.SubElement(root, "size")
    for key in ("width", "height", "depth"):
        ET.SubElement(size, key).text = str(getattr(item.size, key))
    for text in (item.name, *(name for name, _ in item.boxes or ())):
        require_xml(text)
    for name, box in item.boxes or ():
        element = ET.SubElement(root, "object")
        ET.SubElement(element, "name").text = name
        corners = ET.SubElement(element, "bndbox")
        sides = (
            ("xmin", box.left * item.size.width),
            ("ymin", box.top * item.size.height),
            ("xmax", (box.left + box.width) * item.size.width),
            ("ymax", (box.top + box.height) * item.size.height),
        )
        for key, side in sides:
            ET.SubElement(corners, key).text = f"{round(side, 3):.10g}"
    ET.indent(root)
    path = target.place(item.name, ".xml")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return path


def _parse(file: Path) -> ET.Element:
    if file.stat().st_size > MOST_BYTES:
        raise Wrong(f"{file} is larger than 10 MB.", kind="file", name=str(file))
    with open_file(file) as stream:
        raw = stream.read()
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Wrong(
            f"{file} declares a document type, or is UTF-16; neither is read.", kind="file", name=str(file)
        )
    try:
        root = ET.fromstring(raw)  # noqa: S314  (see above: no type, no entities)
    except ET.ParseError as fault:
        raise Wrong(f"{file} is no XML: {fault}.", kind="file", name=str(file)) from None
    if root.tag != "annotation":
        raise Wrong(f"{file} is no VOC annotation but <{root.tag}>.", kind="file", name=str(file))
    return root


def _size(root: ET.Element, file: Path) -> Size:
    wide, high = (int(_number(root.findtext(f"size/{key}"), file, key)) for key in ("width", "height"))
    if min(wide, high) < 1:
        raise Wrong(f"{file} says that its picture has no width or height.", kind="file", name=str(file))
    return Size(wide, high, int(_number(root.findtext("size/depth") or "3", file, "depth")))


def _corners(element: ET.Element, file: Path) -> tuple[float, float, float, float]:
    left, top, right, bottom = (
        _number(element.findtext(f"bndbox/{key}"), file, key) for key in ("xmin", "ymin", "xmax", "ymax")
    )
    return left, top, right, bottom


def _number(text: str | None, file: Path, key: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not abs(value) < 1e9:
        raise Wrong(f"{file} has no number for {key}.", kind="file", name=str(file))
    return value
