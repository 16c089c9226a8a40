"""A camera's process: opens one stream and hands out the frames that it is asked for.

first   in: {"kind", "address", "rate", "live", "options"}
        out: {"open": true} or {"lost": why}
then    in: {"next": true}
        out: {"number", "position", "width", "height", "dropped", "damaged"} and the pixels, {"end": true},
             or {"lost": why}

It is a process of its own because what comes over a network is parsed here: a decoder that crashes, hangs or
grows takes nothing else along. Addresses come by its socket, since everybody may read a command line. It
exits when the other end of the socket closes.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vedette.edge.memory import limit_memory, reuse_freed_memory
from vedette.edge.streams.addresses import SourceKind
from vedette.edge.streams.decoding import NewestFrame, StreamFrame, StreamLost, VideoReader, thinned
from vedette.edge.streams.gstreamer import opened_pipeline
from vedette.engines.frames import Frame, frame_start, read_frame
from vedette.vision.images import Pixels

log = logging.getLogger("vedette.edge.stream")

END = "ended"
# Thirty decoded pictures of 8192 × 4320 pixels, which decoders hold as references, are half of it.
MOST_BYTES = 3 << 30
# Of freed memory so much is kept: two frames of 1,920 × 1,080 pixels.
MOST_FREE_BYTES = 16 << 20


class Camera:
    """An open stream, and the frames that are wanted of it."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        """Open the stream.

        Raises:
            StreamLost: when that cannot be done.
        """
        kind = SourceKind(order["kind"])
        self._pipeline: subprocess.Popen[bytes] | None = None
        if kind is SourceKind.GSTREAMER:
            self._pipeline, self._reader = opened_pipeline(order["address"])
        else:
            self._reader = VideoReader(kind, order["address"], options=order["options"])
        self._newest: NewestFrame | None = None
        self._frames: Iterator[StreamFrame] = iter(())
        if kind is SourceKind.FILE and not order["live"]:
            self._frames = thinned(self._reader.frames(), order["rate"])
        else:
            self._newest = NewestFrame()
            is_played = kind is SourceKind.FILE
            words = (self._reader, self._newest, played if is_played else iter)
            threading.Thread(target=_decode, args=words, daemon=True).start()

    def next(self) -> Frame:
        """Return the next frame that is wanted, or why there is none."""
        try:
            frame, pixels = self._next_picture()
        except StreamLost as error:
            return ({"end": True} if str(error) == END else {"lost": str(error)}), b""
        except Exception as error:
            log.exception("frames cannot be read")
            return {"lost": f"failed: {type(error).__name__}"}, b""
        head = {
            "number": frame.number,
            "position": frame.position_s,
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "dropped": self._newest.dropped_before if self._newest else 0,
            "damaged": self._reader.damaged,
        }
        return head, pixels.tobytes()

    def _next_picture(self) -> tuple[StreamFrame, Pixels]:
        """Return the next frame whose pixels can be had; those of a damaged one sometimes cannot."""
        while True:
            frame = self._newest.take() if self._newest else next(self._frames, None)
            if frame is None:
                raise StreamLost(END)
            try:
                return frame, frame.pixels()
            except ValueError:  # FFmpeg's errors of this kind are such too
                self._reader.damaged += 1


def _decode(
    reader: VideoReader,
    newest: NewestFrame,
    pace: Callable[[Iterator[StreamFrame]], Iterator[StreamFrame]],
) -> None:
    try:
        for frame in pace(reader.frames()):
            newest.put(frame)
        newest.end(END)
    except StreamLost as error:
        newest.end(str(error))
    except Exception as error:
        log.exception("frames cannot be read")
        newest.end(f"failed: {type(error).__name__}")


def played(frames: Iterator[StreamFrame]) -> Iterator[StreamFrame]:
    """Yield the frames of a file at the file's own speed, as a camera would send them."""
    began = time.monotonic()
    for frame in frames:
        time.sleep(max(0.0, began + frame.position_s - time.monotonic()))
        yield frame


def main(number: int) -> None:
    """Serve the socket of this file number until its other end closes."""
    with socket.socket(fileno=number) as line, line.makefile("rb") as stream:
        first = read_frame(stream)
        if first is None:
            return
        threading.Thread(target=_end_with_watch, args=(line,), daemon=True).start()
        limit_memory(MOST_BYTES)
        reuse_freed_memory(MOST_FREE_BYTES)
        try:
            camera = Camera(first[0])
        except StreamLost as error:
            line.sendall(frame_start({"lost": str(error)}))
            return
        line.sendall(frame_start({"open": True}))
        while read_frame(stream) is not None:
            head, body = camera.next()
            line.sendall(frame_start(head, body))
            if body:
                line.sendall(body)


def _end_with_watch(line: socket.socket) -> None:
    end = select.poll()
    end.register(line, 0)  # the end is told without asking for it
    end.poll()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # a pipeline of GStreamer too
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
