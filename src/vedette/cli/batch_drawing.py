"""Pictures of a batch with what was found drawn in, and the masks of the model beside them.

    <name>.drawn.jpg    the picture, upright, with boxes, types and the verdict
    <name>.mask.png     the service's own mask, where it has one, as it lies over the stored picture

Names are the pictures' own with an ending behind, so that no two share a file, and a picture that is looked
at again has its drawing replaced. Never written below the pictures: the next run would take them for some.
"""

import base64
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from vedette.cli.batch_calls import GONE, BatchEnds
from vedette.cli.batch_pictures import PictureSource
from vedette.cli.batch_results import place_below, result_name
from vedette.cli.terminal import ProgressLine
from vedette.errors import Wrong
from vedette.vision.annotations import Box, Finding
from vedette.vision.draw import draw_findings
from vedette.vision.files import BOMB, DAMAGE, open_head, open_image
from vedette.vision.images import BrokenPicture, decode
from vedette.vision.turn import orientation_of, upright_box, upright_picture

DRAWN, MASK = ".drawn.jpg", ".mask.png"
TYPES = {DRAWN: "image/jpeg", MASK: "image/png"}
BACKGROUND = "background"
QUALITY = 90


class DrawingPlace(Protocol):
    """Where drawings go."""

    def put(self, name: str, ending: str, data: bytes) -> None:
        """Write a file, whole or not at all."""


class DrawingFolder:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise Wrong(f"{folder} is a file: name a folder for the drawings.")
        self._folder = folder

    def put(self, name: str, ending: str, data: bytes) -> None:
        """Write a file; a disk that is full ends the batch, and not the picture."""
        try:
            target = place_below(self._folder, name, ending)
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            part.write_bytes(data)
            part.replace(target)
        except OSError as error:
            raise BatchEnds(f"The drawing of {name} was not written: {error.strerror or error}.") from None


class DrawingObjects:
    """A prefix of a bucket."""

    def __init__(self, s3: Any, address: str) -> None:
        self._s3 = s3
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._bucket, self._prefix = bucket, prefix and f"{prefix.rstrip('/')}/"

    def put(self, name: str, ending: str, data: bytes) -> None:
        """Put an object; what a bucket refuses is told as what it refuses of results."""
        key = f"{self._prefix}{result_name(name)}{ending}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=TYPES[ending])


class BatchDrawings:
    """Draws what was found in pictures; threads may share it."""

    def __init__(self, pictures: PictureSource, place: DrawingPlace) -> None:
        self._pictures, self._place = pictures, place

    def draw(self, name: str, response: Mapping[str, Any]) -> None:
        """Write a picture's drawing and its mask; what cannot be decoded here has none."""
        mask = mask_of(response)
        if mask is not None:
            self._place.put(name, MASK, mask)
        try:
            drawing = drawn(self._pictures.read(name), response)
        except BrokenPicture:
            return
        stream = io.BytesIO()
        drawing.save(stream, "JPEG", quality=QUALITY)
        self._place.put(name, DRAWN, stream.getvalue())


def open_drawings(out: str, source: str, pictures: PictureSource, s3: Any) -> BatchDrawings:
    """Return what draws into a folder or a prefix; refuse one that the pictures are in."""
    if _is_below(out, source):
        raise Wrong(
            f"{out} lies below {source}: the next run would take drawings for pictures. Name another place."
        )
    place = DrawingObjects(s3, out) if out.startswith("s3://") else DrawingFolder(Path(out))
    return BatchDrawings(pictures, place)


def draw_lines(lines: Iterable[bytes], drawings: BatchDrawings) -> tuple[int, int]:
    """Draw what the lines of results say; return how many have an answer, and how many of these are gone."""
    from botocore.exceptions import ClientError

    count = lost_pictures = 0
    with ProgressLine("drawing") as progress:
        for line in lines:
            result = json.loads(line)
            if "response" not in result:
                continue
            count += 1
            try:
                drawings.draw(result["source"], result["response"])
            except ClientError as fault:
                if fault.response["Error"]["Code"] not in GONE:
                    raise
                lost_pictures += 1
            progress.update(count, note=f"{count} pictures")
    return count, lost_pictures


def _is_below(out: str, source: str) -> bool:
    if out.startswith("s3://") or source.startswith("s3://"):
        return f"{out.rstrip('/')}/".startswith(source)
    return Path(out).resolve().is_relative_to(Path(source).resolve())


def drawn(data: bytes, response: Mapping[str, Any]) -> Image.Image:
    """Return the upright picture with what a service says of the stored one.

    Raises:
        BrokenPicture: nothing can be drawn on it.
    """
    image, _ = decode(data)
    orientation = _orientation(data)
    if "DetectAnomalyResult" not in response:
        findings = [_finding(label, orientation) for label in response["CustomLabels"]]
        names = sorted({finding.label for finding in findings})
        return draw_findings(image, findings, labels=names)
    result = response["DetectAnomalyResult"]
    kinds = [kind for kind in result.get("Anomalies", ()) if kind["Name"] != BACKGROUND]
    colors = {kind["Name"]: str(kind["PixelAnomaly"]["Color"]) for kind in kinds}
    sure = float(result["Confidence"])
    findings = [
        Finding(kind["Name"], sure, None, float(kind["PixelAnomaly"]["TotalPercentageArea"]))
        for kind in kinds
    ]
    return draw_findings(
        image,
        findings,
        labels=list(colors),
        colors=colors,
        mask=_numbers(mask_of(response), colors, orientation, image.size),
        caption=f"{'anomalous' if result['IsAnomalous'] else 'normal'} {sure:.0%}",
    )


def mask_of(response: Mapping[str, Any]) -> bytes | None:
    """Return a mask's bytes: boto3 has them as they are, results of a server in base64."""
    mask = response.get("DetectAnomalyResult", {}).get("AnomalyMask")
    return base64.b64decode(mask) if isinstance(mask, str) else mask


def _orientation(data: bytes) -> int:
    try:
        with open_head(data) as head:
            return orientation_of(head)
    except (*BOMB, *DAMAGE):
        return 1


def _finding(label: Mapping[str, Any], orientation: int) -> Finding:
    place = label.get("Geometry", {}).get("BoundingBox")
    box = None
    if place:
        box_on_raster = Box(place["Left"], place["Top"], place["Width"], place["Height"])
        box = upright_box(box_on_raster, orientation)
    return Finding(label["Name"], float(label["Confidence"]) / 100, box)


def _numbers(
    mask: bytes | None, colors: Mapping[str, str], orientation: int, size: tuple[int, int]
) -> NDArray[np.uint8] | None:
    """Return a mask's colours as the numbers of the types, from 1; lying and as large as the picture."""
    if not mask:
        return None
    with open_image(mask, formats=("PNG",)) as mask_picture:
        upright = upright_picture(mask_picture.convert("RGB"), orientation)
    pixels = np.asarray(upright.resize(size, Image.Resampling.NEAREST))
    numbers = np.zeros(pixels.shape[:2], np.uint8)
    for number, color in enumerate(_codes(list(colors.values())), start=1):
        numbers[(pixels == color).all(axis=2)] = number
    return numbers


def _codes(colors: Sequence[str]) -> list[tuple[int, ...]]:
    return [ImageColor.getrgb(color)[:3] for color in colors]
