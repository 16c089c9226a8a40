"""The tracks of "CVAT for video 1.1": one object over the frames of a film, at its key frames or at all.

Between two entries of a track the box goes in a straight line, as CVAT draws it; from an entry that is
`outside` to the next one the object is not there; with its last entry a track ends. Frames between the
film's first and last without any object are pictures without objects, unless one was refused there. CVAT
itself interpolates polygons by their points and writes all frames of them; where a file has their key frames
alone, the boxes around them are interpolated.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.pieces import PieceNotes
from vedette.exchange.shapes import Shape
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.vision.annotations import Box

# Nine hours of film at thirty frames a second; and boxes that take a gigabyte of memory.
MOST_FRAMES, MOST_BOXES = 1_000_000, 5_000_000
# The endings that CVAT and other tools give frames.
ENDINGS = (".PNG", ".png", ".jpg", ".JPG", ".jpeg", ".JPEG")

# Returns the picture of a frame by its name; None where there is none.
FindFrame = Callable[[int], str | None]


def name_of_frame(number: int) -> str:
    """Return the name that CVAT gives a frame."""
    return f"frame_{number:06d}{ENDINGS[0]}"


def frames_below(folder: Path) -> FindFrame:
    """Return a look-up of frames' pictures below a folder; in `images`, as CVAT packs them, or beside."""
    places = [f"{below}{{stem}}{ending}" for below in ("", "images/") for ending in ENDINGS]

    def find(number: int) -> str | None:
        stem = Path(name_of_frame(number)).stem
        names = (place.format(stem=stem) for place in places)
        return next((name for name in names if (folder / name).is_file()), None)

    return find


class TrackShape(NamedTuple):
    """Where a track's object is in a frame; None where it is not there, or where it was refused."""

    frame: int
    box: Box | None
    # What the box is around, which stays as it is until the next entry.
    shape: Shape | None = None
    # Whether there is something all the same: then nobody said that there is nothing.
    is_refused: bool = False


@dataclass(slots=True)
class FilmFacts:
    """What the head of a file says of its film."""

    sides: dict[str, int] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
    step: int = 1

    def learn(self, tag: str, text: str, place: str) -> None:
        """Take one element of the head."""
        number = text.removeprefix("step=") if tag == "frame_filter" else text
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            return
        value = int(number)
        if tag in ("width", "height"):
            if self.sides.setdefault(tag, value) != value:
                raise Wrong(f"{place} holds films of several sizes; export them task by task.", kind="file")
        elif tag == "start_frame":
            self.first = value
        elif tag == "stop_frame":
            self.last = value
        else:
            self.step = max(value, 1)

    def size(self, place: str) -> Size:
        """Return the size of every frame."""
        wide, high = self.sides.get("width", 0), self.sides.get("height", 0)
        if not (0 < wide < 1e6 and 0 < high < 1e6):
            raise Wrong(f"{place} has no original_size of its film.", kind="file", name=place)
        return Size(wide, high)


@dataclass(slots=True)
class Film:
    """The boxes of all tracks by their frames."""

    path: Path
    find_frame: FindFrame
    has_tracks: bool = False
    _frames: dict[int, list[tuple[str, Box, Shape | None]]] = field(default_factory=dict)
    # Frames in which something was refused; of which without a box it is not known that there is nothing.
    _doubtful: set[int] = field(default_factory=set)
    _is_doubtful: bool = False
    _count: int = 0

    def add(self, label: str, shapes: Sequence[TrackShape], place: str) -> None:
        """Add a track, with what lies between its entries."""
        self.has_tracks = True
        ordered = sorted({shape.frame: shape for shape in shapes}.values(), key=lambda shape: shape.frame)
        for shape, after in zip_longest(ordered, ordered[1:]):
            if not 0 <= shape.frame < 2**31 or (after and after.frame - shape.frame > MOST_FRAMES):
                raise Wrong(f"{place} has a frame that no film has: {shape.frame}.", kind="file")
            if shape.box is None:
                if shape.is_refused:
                    self._doubt(shape.frame, after.frame if after else shape.frame + 1)
                continue
            for frame, box in _way(shape.frame, shape.box, after):
                self._add(frame, label, box, shape.shape)

    def doubt(self, frames: Sequence[int]) -> None:
        """Have it that there may be something between these frames; in all without any."""
        self.has_tracks = True
        if not frames or max(frames) - min(frames) > MOST_FRAMES:
            self._is_doubtful = True
        else:
            self._doubt(min(frames), max(frames) + 1)

    def items(self, facts: FilmFacts, stamp: Stamp | None, notes: PieceNotes) -> Iterator[Item]:
        """Yield every frame that has a picture."""
        size = facts.size(str(self.path))
        if self._frames:
            notes.change(
                str(self.path),
                f"{self.path} has tracks: each frame keeps its boxes, but not which of them are one object.",
            )
        numbers = self._numbers(facts)
        names = [self.find_frame(number) for number in numbers]
        missing = names.count(None)
        if missing == len(names):  # none is here; who brings them says what is missing
            names, missing = [name_of_frame(number) for number in numbers], 0
        if missing:
            notes.change(
                str(self.path),
                f"{missing} of {len(names)} frames of {self.path} have no picture, and are left out.",
            )
        for number, name in zip(numbers, names, strict=True):
            if name is not None:
                entries = self._frames.get(number, ())
                boxes = tuple((label, box) for label, box, _ in entries)
                shapes = tuple(shape for _, _, shape in entries)
                is_known = bool(boxes) or not (self._is_doubtful or number in self._doubtful)
                yield Item(name, (), boxes if is_known else None, size, stamp=stamp, shapes=shapes)

    def _numbers(self, facts: FilmFacts) -> list[int]:
        whole: set[int] = set(self._frames)
        if facts.first is not None and facts.last is not None:
            if facts.last - facts.first > MOST_FRAMES:
                raise Wrong(f"{self.path} has more than {MOST_FRAMES:,} frames.", kind="file")
            whole |= set(range(facts.first, facts.last + 1, facts.step))
            # Between the frames that the task shows, its tracks say nothing that a person has seen.
            whole = {number for number in whole if (number - facts.first) % facts.step == 0}
        else:
            whole |= self._doubtful
        return sorted(whole)

    def _doubt(self, first: int, end: int) -> None:
        self._doubtful.update(range(first, end))
        self._count_more(end - first)

    def _add(self, frame: int, label: str, box: Box, shape: Shape | None) -> None:
        self._frames.setdefault(frame, []).append((label, box, shape))
        self._count_more(1)

    def _count_more(self, number: int) -> None:
        self._count += number
        if self._count > MOST_BOXES or len(self._frames) > MOST_FRAMES:
            raise Wrong(f"{self.path} has more than {MOST_BOXES:,} boxes in its frames.", kind="file")


def _way(frame: int, box: Box, after: TrackShape | None) -> Iterator[tuple[int, Box]]:
    """Yield a box in its frame, and on the way to the next entry."""
    yield frame, box
    if after is None or after.box is None:
        # An object that goes stays where it was until then.
        yield from ((number, box) for number in range(frame + 1, after.frame if after else 0))
        return
    span = after.frame - frame
    for number in range(frame + 1, after.frame):
        share = (number - frame) / span
        yield number, Box(*(a + (b - a) * share for a, b in zip(_sides(box), _sides(after.box), strict=True)))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.width, box.height
