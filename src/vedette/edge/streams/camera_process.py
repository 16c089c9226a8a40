"""A camera's process as the watch has it: started, asked for frames, killed where it gives none in time."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from vedette.edge.process import ENVIRONMENT
from vedette.edge.rasters import Raster
from vedette.edge.streams.addresses import SourceAddress
from vedette.engines.frames import Frame, frame_start, read_frame

CAMERA = "vedette.edge.streams.camera"
# FFmpeg gives a silent network up after ten seconds itself; a driver that hangs is ended after so many.
SILENT_S = 20.0
# To open a stream FFmpeg looks at five seconds of it; a small device needs seconds to load it besides.
OPENING_S = 40.0
# From the end of its socket until the kernel knows how a process ended.
ENDING_S = 1.0
_LOOK = getattr(os, "WEXITED", 0) | getattr(os, "WNOHANG", 0) | getattr(os, "WNOWAIT", 0)


class CameraLost(Exception):
    """A camera's process, or its stream, is gone; the message says why and holds no address."""


class StreamOver(Exception):
    """A stream has ended in order: a file's last frame was read."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """A stream, and how it is read. `rate` thins a file by its own time; `plays` makes it live."""

    source: SourceAddress
    rate: float = 0.0
    plays: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    silent_s: float = SILENT_S

    @property
    def is_live(self) -> bool:
        """Whether frames come when they come."""
        return self.plays or self.source.is_live


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """A frame: where it is in its stream, and its pixels. The counts are since the stream was opened."""

    number: int
    position_s: float
    raster: Raster
    pixels: bytes
    dropped: int = 0
    damaged: int = 0


class CameraProcess:
    """A running process with one stream; for one thread, but `interrupt`."""

    def __init__(self, options: SourceOptions) -> None:
        """Start it.

        Raises:
            CameraLost: when that cannot be done.
        """
        self._options = options
        self._line, other_end = socket.socketpair()
        self._stream = cast("BinaryIO", self._line.makefile("rb", 1 << 20))
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
                [sys.executable, "-P", "-m", CAMERA, str(other_end.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # FFmpeg's words repeat the address
                pass_fds=(other_end.fileno(),),
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # so that it can be ended with what it started
            )
        except OSError as error:
            self._close_line()
            raise CameraLost(f"could not be opened: {error.strerror}") from error
        finally:
            other_end.close()

    def open(self) -> None:
        """Open its stream.

        Raises:
            CameraLost: when that cannot be done.
        """
        self._exchange(_order(self._options), OPENING_S)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def next(self) -> CameraFrame:
        """Return the next frame of a file, or the newest of what is live.

        Raises:
            CameraLost: when there is none any more.
            StreamOver: when the stream ended in order.
        """
        head, body = self._exchange({"next": True}, self._options.silent_s)
        if "end" in head:
            raise StreamOver
        return CameraFrame(
            head["number"],
            head["position"],
            Raster(head["width"], head["height"]),
            body,
            head["dropped"],
            head["damaged"],
        )

    def interrupt(self) -> None:
        """Have whoever waits for a frame get CameraLost; from any thread."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the process, and whatever it started."""
        if self._process.returncode is None:  # not waited for yet, so that its number is still its own
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._close_line()

    def _exchange(self, head: Mapping[str, Any], silent_s: float) -> Frame:
        try:
            self._line.settimeout(silent_s)
            self._line.sendall(frame_start(head))
            frame = read_frame(self._stream)
        except TimeoutError:
            raise CameraLost(f"gave no picture for {silent_s:g} s") from None
        except (OSError, ValueError):  # its end is closed, or ours was by close()
            frame = None
        if frame is None:
            raise CameraLost(f"broke off: {self._how_it_ended()}")
        if "lost" in frame[0]:
            raise CameraLost(frame[0]["lost"])
        return frame

    def _how_it_ended(self) -> str:
        """Say how the process ended; it stays unreaped, so that `close` can end what it started."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return "its process ended"
        deadline = time.monotonic() + ENDING_S
        while (end := os.waitid(os.P_PID, self._process.pid, _LOOK)) is None:
            if time.monotonic() > deadline:
                return "its process went silent"
            time.sleep(0.01)
        ending = "with status" if end.si_code == os.CLD_EXITED else "by signal"
        return f"its process ended {ending} {end.si_status}"

    def _close_line(self) -> None:
        with suppress(OSError):
            self._stream.close()
            self._line.close()


def _order(options: SourceOptions) -> dict[str, Any]:
    return {
        "kind": options.source.kind.value,
        "address": options.source.address,
        "rate": options.rate,
        "live": options.is_live,
        "options": dict(options.options),
    }
