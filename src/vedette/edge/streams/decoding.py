"""Frames out of a file, a camera or a network stream, by FFmpeg's libraries (PyAV).

Only a camera's process imports this: what comes over a network is parsed there alone.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

import av
import numpy as np

from vedette.edge.streams.addresses import SourceKind
from vedette.vision.images import MOST_PIXELS, Pixels

# What FFmpeg may open for each kind: a playlist of a camera must not reach files of this machine.
PROTOCOLS = {
    SourceKind.FILE: "file",
    SourceKind.NETWORK: "rtsp,rtsps,rtp,udp,tcp,tls,rtmp,rtmps,http,https,httpproxy,srt,crypto",
}
# Seconds without a word from a network after which FFmpeg gives up.
SILENT_S = 10.0
# A decoder that has waited for no packet for so long is behind its camera, and then decodes whole pictures
# alone until it waits again. A camera sends the pictures of a second at once at most.
BEHIND_S = 1.5
WAITED_S = 0.002
# Of a stream that says nothing of times.
ASSUMED_RATE = 25.0


class StreamLost(Exception):
    """A stream cannot be opened, or ended; the message holds no address."""


@dataclass(frozen=True, slots=True)
class StreamFrame:
    """A frame, not converted yet: its number, its seconds in the stream, and what FFmpeg has of it."""

    number: int
    position_s: float
    image: Any

    def pixels(self) -> Pixels:
        """Return it upright, height × width × RGB."""
        pixels: Pixels = self.image.to_ndarray(format="rgb24")
        turns = round(getattr(self.image, "rotation", 0) / 90) % 4
        return np.ascontiguousarray(np.rot90(pixels, turns))


class VideoReader:
    """An open stream: its frames, one after the other."""

    def __init__(
        self,
        kind: SourceKind,
        source: str | IO[bytes],
        *,
        options: Mapping[str, str] | None = None,
        file_format: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a stream.

        Raises:
            StreamLost: when that cannot be done.
        """
        self._is_live = kind is not SourceKind.FILE
        self._now = now
        self._waited = now()
        self.damaged = 0
        try:
            self._container = _open(kind, source, options or {}, file_format)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise StreamLost(_why(error)) from None
        if not self._container.streams.video:
            self._container.close()
            raise StreamLost("has no pictures in it")
        self._stream = self._container.streams.video[0]
        context = self._stream.codec_context
        # Threads that work a frame ahead make a live picture older, and take the model's cores.
        context.thread_type = "SLICE" if self._is_live else "AUTO"
        if self._is_live:
            context.thread_count = 1

    def frames(self) -> Iterator[StreamFrame]:
        """Yield the frames that can be decoded; damaged ones are counted.

        Raises:
            StreamLost: when the stream breaks off; where it ends, the iteration does.
        """
        number, rate = 0, float(self._stream.average_rate or ASSUMED_RATE)
        first: float | None = None
        try:
            for packet in self._packets():
                for image in self._decode(packet):
                    if image.width * image.height > MOST_PIXELS:
                        raise StreamLost(f"has pictures of {image.width} × {image.height} pixels")
                    place = image.time if image.time is not None else number / rate
                    first = place if first is None else first
                    yield StreamFrame(number, max(0.0, place - first), image)
                    number += 1
        except (av.error.FFmpegError, OSError) as error:
            raise StreamLost(_why(error)) from None

    def close(self) -> None:
        """Close the stream."""
        with suppress(Exception):
            self._container.close()

    def _packets(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            before = self._now()
            packet = next(packets, None)
            if packet is None:
                return
            if self._is_live:
                self._keep_up(before)
            yield packet

    def _keep_up(self, before: float) -> None:
        now = self._now()
        if now - before > WAITED_S:
            self._waited = now
        is_behind = now - self._waited > BEHIND_S
        self._stream.codec_context.skip_frame = "NONKEY" if is_behind else "DEFAULT"

    def _decode(self, packet: Any) -> list[Any]:
        try:
            return list(packet.decode())
        except av.error.InvalidDataError:  # a lost piece; the next whole picture mends it
            self.damaged += 1
            return []


class NewestFrame:
    """A place for one frame, which a newer one takes: who reads it is never behind."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: StreamFrame | None = None
        self._end: str | None = None
        self.dropped = 0
        # As of the frame that was taken last: newer ones are dropped while that one is in hand.
        self.dropped_before = 0

    def put(self, frame: StreamFrame) -> None:
        """Put a frame there."""
        with self._changed:
            if self._frame is not None:
                self.dropped += 1
            self._frame = frame
            self._changed.notify_all()

    def end(self, reason: str) -> None:
        """Say that no frame comes any more."""
        with self._changed:
            self._end = reason
            self._changed.notify_all()

    def take(self) -> StreamFrame:
        """Return the newest frame, or wait for one.

        Raises:
            StreamLost: when none comes any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._end is not None)
            if self._frame is None:
                raise StreamLost(self._end or "ended")
            frame, self._frame = self._frame, None
            self.dropped_before = self.dropped
            return frame


def thinned(frames: Iterator[StreamFrame], rate: float) -> Iterator[StreamFrame]:
    """Yield so many frames a second of the stream's own time; every one where the rate is 0."""
    due = 0.0
    for frame in frames:
        if frame.position_s + 1e-6 < due:
            continue
        yield frame
        if rate:
            due = (int((frame.position_s + 1e-6) * rate) + 1) / rate


def _open(
    kind: SourceKind, source: str | IO[bytes], options: Mapping[str, str], file_format: str | None
) -> Any:
    words: dict[str, str] = {}
    if kind in PROTOCOLS:
        words["protocol_whitelist"] = PROTOCOLS[kind]
    if isinstance(source, str) and source.lower().startswith(("rtsp:", "rtsps:")):
        words["rtsp_transport"] = "tcp"  # over UDP a busy network shows as smeared pictures
    if kind is SourceKind.DEVICE:
        file_format = "v4l2"
    timeout = SILENT_S if kind is SourceKind.NETWORK else None
    return av.open(source, format=file_format, options={**words, **options}, timeout=timeout)


def _why(error: Exception) -> str:
    """Return what is wrong in FFmpeg's words, which repeat the address elsewhere than here."""
    reason = getattr(error, "strerror", None)
    return f"failed: {reason}" if reason else "failed"
