"""Pictures that are worth keeping: those of an event, some before and some after it, in a bounded folder.

    vedette-0000000017-20261129T041601123Z-event.jpg    the picture
    vedette-0000000017-20261129T041601123Z-event.json   its line

The numbers go on from what lies in the folder, so that the oldest is known whatever the clock says. Where
the bound is reached the oldest go first; only files with such names are ever removed. One thread writes;
where the disk is slower than the camera, pictures are passed over and counted.
"""

import fcntl
import io
import logging
import os
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vedette.edge.streams.camera_process import CameraFrame
from vedette.errors import Missing, Taken, Wrong

log = logging.getLogger("vedette.edge.stream")

OWN = re.compile(r"vedette-(\d{10})-\d{8}T\d{9}Z-(?:before|event|after)\.(?:jpg|json)")
UNFINISHED = re.compile(rf"\.{OWN.pattern}\.new")
LOCK = ".vedette-pictures.lock"
# Visually lossless; a quarter of the bytes of the best.
QUALITY = 90
# What frames in the ring, and frames that wait to be written, may take: fifty of 1,920 × 1,080 pixels.
MOST_FRAME_BYTES = 320 << 20


@dataclass(frozen=True, slots=True)
class SaveRule:
    """Which answers are events: those over a threshold, else by the model's own, and of which labels."""

    above: float | None = None
    labels: frozenset[str] = frozenset()

    def is_event(self, fields: Mapping[str, Any]) -> bool:
        """Return whether an answer is one."""
        if "error" in fields:
            return False
        if "is_anomalous" in fields:
            names = {anomaly["name"] for anomaly in fields["anomalies"]}
            is_over = fields["is_anomalous"] if self.above is None else fields["score"] >= self.above
            return bool(is_over and (not self.labels or self.labels & names))
        return any(
            (self.above is None or label["confidence"] >= self.above)
            and (not self.labels or label["name"] in self.labels)
            for label in fields["labels"]
        )


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """Where pictures are saved, which, and how many bytes they take at most."""

    folder: Path
    rule: SaveRule = field(default_factory=SaveRule)
    before: int = 5
    after: int = 5
    most_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True)
class SavedFrame:
    """A frame that was looked at, and its line."""

    frame: CameraFrame
    moment: datetime
    line: bytes


class EventRing:
    """The frames before an event, until one comes; and how many are wanted after it."""

    def __init__(self, before: int, after: int, most_bytes: int = MOST_FRAME_BYTES) -> None:
        self._before: deque[SavedFrame] = deque()
        self._most_before = before
        self._most_after = after
        self._most_bytes = most_bytes
        self._rest = 0

    def add(self, item: SavedFrame, *, is_event: bool) -> list[tuple[SavedFrame, str]]:
        """Return what is to be saved now, and as what."""
        if is_event:
            earlier = [(frame, "before") for frame in self._before]
            self._before.clear()
            self._rest = self._most_after
            return [*earlier, (item, "event")]
        if self._rest:
            self._rest -= 1
            return [(item, "after")]
        self._before.append(item)
        while len(self._before) > self._most_before or self._held() > self._most_bytes:
            self._before.popleft()
        return []

    def _held(self) -> int:
        return sum(len(item.frame.pixels) for item in self._before)


class PictureFolder:
    """Our own pictures in a folder, within a bound of bytes. One process at a time."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """Take a folder; what a crash left half written there is removed.

        Raises:
            Refusal: when it is not there, or another watch saves there.
        """
        if not folder.is_dir():
            raise Missing(f"There is no folder {folder} (--save).", kind="folder", name=str(folder))
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = _locked(folder)
        self._files = self._own_files()
        self.bytes = sum(size for _, size in self._files)
        self._number = self._highest_number() + 1
        self._make_room(0)

    def save(self, item: SavedFrame, role: str) -> str:
        """Write a picture and its line, whole or not at all; return the picture's name."""
        picture = encoded(item.frame)
        moment = f"{item.moment:%Y%m%dT%H%M%S}{item.moment.microsecond // 1000:03d}Z"
        stem = f"vedette-{self._number:010d}-{moment}-{role}"
        self._make_room(len(picture) + len(item.line))
        self._number += 1  # also where writing fails: a name is used once
        for name, content in ((f"{stem}.jpg", picture), (f"{stem}.json", item.line)):
            self._write(name, content)
            self._files.append((name, len(content)))
            self.bytes += len(content)
        return f"{stem}.jpg"

    def close(self) -> None:
        """Let another watch have the folder."""
        os.close(self._lock)

    def _make_room(self, size: int) -> None:
        while self._files and self.bytes + size > self._most_bytes:
            name, own_size = self._files.popleft()
            (self._folder / name).unlink(missing_ok=True)
            self.bytes -= own_size

    def _write(self, name: str, content: bytes) -> None:
        beside = self._folder / f".{name}.new"
        try:
            with beside.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self._folder / name)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise

    def _own_files(self) -> deque[tuple[str, int]]:
        files: list[tuple[str, int]] = []
        for entry in os.scandir(self._folder):
            if not entry.is_file(follow_symlinks=False):
                continue
            if UNFINISHED.fullmatch(entry.name):
                (self._folder / entry.name).unlink(missing_ok=True)
            elif OWN.fullmatch(entry.name):
                files.append((entry.name, entry.stat(follow_symlinks=False).st_size))
        return deque(sorted(files))

    def _highest_number(self) -> int:
        """Return the highest number in use, by folders and links too: nothing is written over."""
        names = (OWN.fullmatch(entry.name) for entry in os.scandir(self._folder))
        return max((int(match[1]) for match in names if match), default=0)


class PictureSaver:
    """Saves what a watch has looked at, in a thread of its own."""

    def __init__(self, options: SaveOptions, *, waits: bool = False) -> None:
        """Begin; with `waits`, whoever adds frames waits for the disk instead of passing pictures over."""
        self._options = options
        self._folder = PictureFolder(options.folder, options.most_bytes)
        self._ring = EventRing(options.before, options.after)
        self._waits = waits
        self._queue: deque[tuple[SavedFrame, str]] = deque()
        self._queued_bytes = 0
        self._changed = threading.Condition()
        self._is_over = False
        self.saved = self.passed_over = 0
        self.problem = ""
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        self._thread.start()

    @property
    def bytes(self) -> int:
        """What the saved pictures take."""
        return self._folder.bytes

    def add(self, item: SavedFrame, fields: Mapping[str, Any]) -> None:
        """Take a frame that was looked at."""
        for frame, role in self._ring.add(item, is_event=self._options.rule.is_event(fields)):
            self._put(frame, role)

    def stop_waiting(self) -> None:
        """Have whoever waits for the disk go on."""
        with self._changed:
            self._waits = False
            self._changed.notify_all()

    def close(self, grace_s: float) -> None:
        """Save what waits, for so long at most."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join(grace_s)
        with self._changed:
            self.passed_over += len(self._queue)
            self._queue.clear()
        self._folder.close()

    def _put(self, item: SavedFrame, role: str) -> None:
        size = len(item.frame.pixels)
        with self._changed:
            self._changed.wait_for(lambda: not self._waits or self._has_room(size))
            if not self._has_room(size):
                self.passed_over += 1
                return
            self._queue.append((item, role))
            self._queued_bytes += size
            self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._queue or self._queued_bytes + size <= MOST_FRAME_BYTES

    def _run(self) -> None:
        for item, role in self._items():
            try:
                self._folder.save(item, role)
            except OSError as error:  # one picture is lost; the next one may find room
                self.passed_over += 1
                self._warn(error.strerror or str(error))
            except Exception:
                self.passed_over += 1
                log.exception("a picture was not saved")
            else:
                self.saved += 1
                self._warn("")

    def _items(self) -> Iterator[tuple[SavedFrame, str]]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._is_over)
                if not self._queue:
                    return
                item, role = self._queue.popleft()
                self._queued_bytes -= len(item.frame.pixels)
                self._changed.notify_all()
            yield item, role

    def _warn(self, problem: str) -> None:
        if problem and problem != self.problem:
            log.warning("a picture was not saved: %s", problem)
        self.problem = problem


def encoded(frame: CameraFrame) -> bytes:
    """Return a frame as a JPEG."""
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.raster.height, frame.raster.width, 3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _locked(folder: Path) -> int:
    try:
        number = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Wrong(f"Nothing can be saved in {folder}: {error.strerror}.", kind="folder") from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        raise Taken(f"Another watch saves pictures in {folder}; choose another folder.") from None
    return number
