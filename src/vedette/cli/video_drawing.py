"""Pictures of what was found in a film: the film with it drawn in, and a sheet of the best frames."""

import heapq
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vedette.cli.video_segments import Segment
from vedette.vision.images import Pixels

# What browsers play first; each build of FFmpeg has others.
CODECS = ("libx264", "libopenh264", "h264", "mpeg4")
# Times in milliseconds: also MPEG-4's can be told in them.
TICK = Fraction(1, 1000)
TILE, ACROSS, MOST_TILES = 320, 4, 24
CAPTION = 22


class FilmWriter:
    """An MP4 of drawn frames at their own times. It has its name when it is whole."""

    def __init__(self, target: Path, width: int, height: int) -> None:
        import av

        self._target, self._part = target, target.with_name(f".{target.name}.part")
        # Colour is halved in both directions: odd edges lose their last row.
        self._size = (width - width % 2, height - height % 2)
        self._container: Any = av.open(str(self._part), "w", format="mp4")
        stream = self._container.add_stream(_codec(), rate=25, options={"preset": "veryfast"})
        self._stream = cast("Any", stream)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = TICK
        self._last = -1

    def add(self, time: float, image: Image.Image) -> None:
        """Add a frame."""
        import av

        pixels = np.asarray(image.convert("RGB"))[: self._size[1], : self._size[0]]
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        self._last = max(self._last + 1, round(time / TICK))
        frame.pts, frame.time_base = self._last, TICK
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what is left, and give the film its name."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._part.replace(self._target)

    def abandon(self) -> None:
        """Remove what was written; a film that has its name stays."""
        with suppress(Exception):
            self._container.close()
        with suppress(OSError):
            os.unlink(self._part)  # noqa: PTH108  (missing or not)


def _codec() -> str:
    import av

    for name in CODECS:
        with suppress(av.codec.codec.UnknownCodecError, ValueError):
            av.codec.Codec(name, "w")
            return name
    raise ValueError("FFmpeg here has no codec for MP4.")


class ContactSheet:
    """The frames at which segments are surest, the surest segments first to stay."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[float, Image.Image]] = {}
        self._tiles: list[tuple[float, float, int, Image.Image, str]] = []
        self._count = 0

    def see(self, labels: dict[str, float], image: Image.Image) -> None:
        """Take a drawn frame for those of its labels that are surer than in their segment before."""
        small: Image.Image | None = None
        for label, confidence in labels.items():
            if confidence > self._best.get(label, (0.0, None))[0]:
                small = small or _thumbnail(image)
                self._best[label] = (confidence, small)

    def add(self, segment: Segment) -> None:
        """Keep the best frame of a segment that is over."""
        _, image = self._best.pop(segment.label, (0.0, None))
        if image is None:
            return
        self._count += 1
        entry = (segment.confidence, segment.start, self._count, image, segment.sentence())
        (heapq.heappush if len(self._tiles) < MOST_TILES else heapq.heappushpop)(self._tiles, entry)

    def write(self, target: Path) -> int:
        """Write the sheet as a JPEG, in the order of time; return how many frames are on it."""
        tiles = sorted(self._tiles, key=lambda tile: tile[1])
        high = max((tile[3].height for tile in tiles), default=TILE * 9 // 16) + CAPTION
        rows = max(1, -(-len(tiles) // ACROSS))
        sheet = Image.new("RGB", (TILE * ACROSS, high * rows), "#16191f")
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
        for place, (_, _, _, image, sentence) in enumerate(tiles):
            left, top = TILE * (place % ACROSS), high * (place // ACROSS)
            sheet.paste(image, (left, top))
            pen.text((left + 6, top + image.height + 3), sentence, fill="white", font=font)
        sheet.save(target, "JPEG", quality=88)
        return len(tiles)


def _thumbnail(image: Image.Image) -> Image.Image:
    return image.resize((TILE, max(1, round(image.height * TILE / image.width))), Image.Resampling.BILINEAR)


def as_image(pixels: bytes, width: int, height: int) -> tuple[Pixels, Image.Image]:
    """Return a frame as an array and as a picture that share their memory."""
    array: Pixels = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    return array, Image.fromarray(array)
