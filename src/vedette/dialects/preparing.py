"""What all training checks share: the files they read, pictures opened, what goes on to learning."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from vedette.manifest.lines import Manifest
from vedette.manifest.problems import Flaw
from vedette.vision.annotations import Sample
from vedette.vision.colors import MaskColors, read_colors
from vedette.vision.images import BOMB, DAMAGE, open_head, open_image
from vedette.vision.turn import LYING, UPRIGHT, orientation_of

# Divides samples into those to learn from and those to test with.
Split = Callable[[Sequence[Sample]], tuple[list[Sample], list[Sample]]]
Format = Literal["PNG", "JPEG"]

# What a whole file of each format ends with, in so many of its last bytes.
ENDS: dict[Format, bytes] = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}
TAIL = 16

_DAMAGE = (*DAMAGE, *BOMB)


class TrainingFiles(Protocol):
    """The files of one training: frozen manifests, pictures by their addresses, results by kind."""

    def lines(self, part: str) -> Manifest:
        """Return a part's frozen lines; the part is train or test."""

    def place_of(self, address: str) -> Path:
        """Return where the object of an S3 address lies, if it is there."""

    def find(self, address: str) -> Path | None:
        """Return the file of an object, or nothing where there is no such object."""

    def put(self, kind: str, document: Mapping[str, Any]) -> None:
        """Write a result that is one document."""

    def put_lines(self, kind: str, lines: Iterable[str]) -> None:
        """Write a result that is one line after another."""


class MaskFolder(Protocol):
    """The masks that a model drew on its test pictures."""

    def tell(self, source: str, common: Mapping[str, Any]) -> dict[str, Any]:
        """Return the pair for a picture's mask; nothing where none was drawn."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be learnt, or why nothing can be; `facts` are for the documents that follow."""

    train: Sequence[Sample] = ()
    test: Sequence[Sample] = ()
    refused: str = ""
    # What is wrong with pictures that cannot be used and are left out.
    left_out: Sequence[Flaw] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a picture says of itself. Sides are as it is to be seen, upright; `orientation` is EXIF's."""

    format: Format
    width: int
    height: int
    bytes: int
    orientation: int = UPRIGHT


def look_at(path: Path | None) -> Looked | None:
    """Return what a picture's head says; None where it is missing, cut off, or neither PNG nor JPEG.

    Only what does not end as its format does is decoded, since most of that is whole all the same: cameras
    append what they like.
    """
    if path is None:
        return None
    try:
        with open_head(path, formats=("JPEG", "PNG")) as image:
            width, height = image.size
            form: Format = "PNG" if image.format == "PNG" else "JPEG"
            orientation = orientation_of(image)
            if orientation in LYING:
                width, height = height, width
            if not _ends_well(path, form):
                _decode(path)
            return Looked(form, width, height, path.stat().st_size, orientation)
    except _DAMAGE:
        return None


def _decode(path: Path) -> None:
    with open_image(path, formats=("JPEG", "PNG")) as image:
        image.load()


def _ends_well(path: Path, form: Format) -> bool:
    """Say whether a file's end is the end of a picture."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return ENDS[form] in file.read()


def read_mask_colors(mask: Path, named: Collection[str]) -> MaskColors | None:
    """Return the colours of a mask; None where the mask is damaged.

    They are what the dataset's page says of the mask too.
    """
    try:
        with open_image(mask, formats=("PNG",)) as image:
            return read_colors(image, named)
    except _DAMAGE:
        return None
