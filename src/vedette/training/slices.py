"""Facts of test pictures by which a model may be weak: folder, size, brightness, date, camera.

They are read where a training judges its test pictures, since those may be gone from their bucket later, and
kept beside the package. A fact that a picture has not is empty. Nothing here judges a model.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from vedette.errors import Busy
from vedette.file_access import read_file, write_file
from vedette.training.folder import Folder
from vedette.vision.files import BOMB, DAMAGE, open_image
from vedette.vision.turn import LYING, orientation_of

# Brightness is a mean: of a picture this small it is the same to a hundredth.
ENOUGH = 64
# Cameras write a dozen letters; a tag of more is none.
LONGEST_NAME = 64
_WHOLE_EXIF = ExifTags.IFD.Exif
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PictureSlice:
    """One picture's facts: upright size, mean brightness from 0 to 1, when and by what it was taken."""

    width: int = 0
    height: int = 0
    brightness: float | None = None
    taken: str = ""
    camera: str = ""


def read_slice(path: Path | None) -> PictureSlice:
    """Return the facts of a picture; none of one that cannot be read."""
    if path is None:
        return PictureSlice()
    try:
        with open_image(path) as image:
            return _read(image)
    except (*DAMAGE, *BOMB):
        return PictureSlice()


def _read(image: Image.Image) -> PictureSlice:
    width, height = image.size
    if orientation_of(image) in LYING:
        width, height = height, width
    moment, camera = _exif(image)
    image.draft("L", (ENOUGH, ENOUGH))
    small = image.convert("L").resize((ENOUGH, ENOUGH), Image.Resampling.BOX)
    return PictureSlice(width, height, round(float(np.asarray(small).mean()) / 255, 4), moment, camera)


def _exif(image: Image.Image) -> tuple[str, str]:
    """Return when a picture was taken (YYYY-MM-DDTHH:MM:SS, in its camera's time) and by which camera."""
    # Pillow decodes all of a PNG to see what stands behind its pixels; cameras write JPEG.
    if image.format != "JPEG":
        return "", ""
    exif = image.getexif()
    moment = exif.get_ifd(_WHOLE_EXIF).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    camera = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    return _moment(_text(moment)), camera


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    clean = "".join(sign for sign in text if sign.isprintable()).strip()
    return clean[:LONGEST_NAME]


def _moment(text: str) -> str:
    day, _, time = text.partition(" ")
    parts = day.split(":")
    is_date = len(parts) == 3 and all(part.isdigit() for part in parts) and parts[0] != "0000"
    return f"{'-'.join(parts)}T{time or '00:00:00'}" if is_date else ""


def folder_of(address: str) -> str:
    """Return the folder of an address that somebody made, bucket and all.

    The console files each upload below its hash (api/console/pictures.py), which tells no pictures apart.
    """
    folders = address.removeprefix("s3://").split("/")[:-1]
    return "/".join(folder for folder in folders if not _HASH.fullmatch(folder))


def write_slices(folder: Folder, addresses: Iterable[str]) -> None:
    """Write the facts of test pictures, in the order of their evaluation, while they are linked here."""
    rows = [list(asdict(read_slice(folder.find(address))).values()) for address in addresses]
    write_file(folder.slices, json.dumps(rows))


def read_slices(folder: Folder) -> Sequence[PictureSlice] | None:
    """Return the facts that a training left; None where it left none, as those of earlier releases."""
    try:
        rows = json.loads(read_file(folder.slices))
        return [PictureSlice(*row) for row in rows]
    except (OSError, ValueError, TypeError, Busy):
        return None


def coded(values: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the names that occur, in their order, and for each value the number of its name; -1 for none."""
    names = sorted({value for value in values if value})
    numbers: Mapping[str, int] = {name: number for number, name in enumerate(names)}
    return names, [numbers.get(value, -1) for value in values]
