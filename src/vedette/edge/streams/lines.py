"""Lines of JSON on their way out: to a terminal, a file, a server, a broker. Who makes them never waits.

Each receiver has a thread and a bounded queue in memory. While it is away the lines wait; where the queue is
full the oldest is dropped and counted, but of a file's frames, which can wait themselves.
"""

import errno
import fcntl
import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from vedette.errors import Taken, Wrong

log = logging.getLogger("vedette.edge.stream")

# An hour of three pictures a second, some 5 MB.
MOST_WAITING = 10_000
# Seconds between tries, while a receiver is away.
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0


class ReceiverAway(Exception):
    """A receiver takes nothing at present; the message says why and holds no secret."""


class LineRefused(Exception):
    """A receiver will never take this line."""


class ReceiverGone(Exception):
    """A receiver takes nothing any more: whoever read a pipe has ended."""


class Receiver(Protocol):
    """Takes lines. `name` is how the figures call it."""

    name: str
    most_at_once: int

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Take lines: all of them, or raise; a line that was taken before a failure may come again."""

    def close(self) -> None:
        """Let go of what was opened."""


class LineSender:
    """The queue of one receiver, and the thread that empties it."""

    def __init__(
        self,
        receiver: Receiver,
        *,
        most_waiting: int = MOST_WAITING,
        waits: bool = False,
        retry_s: float = FIRST_RETRY_S,
    ) -> None:
        """Begin; with `waits`, whoever puts lines waits for room in a full queue."""
        self._receiver = receiver
        self._most = most_waiting
        self._waits = waits
        self._first_retry_s = retry_s
        self._queue: deque[bytes] = deque()
        self._sending: list[bytes] = []
        self._changed = threading.Condition()
        self._is_over = False
        self._is_abandoned = threading.Event()
        self.deliveries = self.dropped = self.refusals = 0
        self.problem = ""
        self.is_gone = False
        self._thread = threading.Thread(target=self._run, name=f"lines to {receiver.name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """The receiver's name."""
        return self._receiver.name

    @property
    def waiting(self) -> int:
        """How many lines have not arrived yet."""
        return len(self._queue) + len(self._sending)

    def put(self, line: bytes) -> None:
        """Take a line to send."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._queue) < self._most or not self._waits or self.is_gone)
            if len(self._queue) >= self._most:
                self._queue.popleft()
                self.dropped += 1
            self._queue.append(line)
            self._changed.notify_all()

    def stop_waiting(self) -> None:
        """Have whoever waits for room in the queue go on; what finds none from now on is dropped."""
        with self._changed:
            self._waits = False
            self._changed.notify_all()

    def close(self, grace_s: float) -> None:
        """Send what waits, for so long at most; what is left then is counted as dropped."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join(grace_s)
        self._is_abandoned.set()
        self._thread.join(1.0)
        self.dropped += self.waiting
        if self.waiting:
            log.warning("%s: %d lines were not taken: %s", self.name, self.waiting, self.problem or "no time")
        self._receiver.close()

    def _run(self) -> None:
        while self._next_lines() and not self._is_abandoned.is_set():
            self._deliver()

    def _next_lines(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_over)
            while self._queue and len(self._sending) < self._receiver.most_at_once:
                self._sending.append(self._queue.popleft())
            self._changed.notify_all()
        return bool(self._sending)

    def _deliver(self) -> None:
        retry_s = self._first_retry_s
        while not self._is_abandoned.is_set():
            try:
                self._receiver.deliver(self._sending)
            except ReceiverAway as error:
                self._warn(str(error))
                self._is_abandoned.wait(retry_s)
                retry_s = min(2 * retry_s, LAST_RETRY_S)
                continue
            except LineRefused as error:
                self._warn(str(error))
                self.refusals += len(self._sending)
            except ReceiverGone:
                self._end()
            except Exception:
                log.exception("%s: a line was lost", self.name)
                self.refusals += len(self._sending)
            else:
                self.deliveries += len(self._sending)
                self._warn("")
            self._sending = []
            return

    def _end(self) -> None:
        with self._changed:
            self.is_gone = self._is_over = True
            self._queue.clear()
            self._changed.notify_all()

    def _warn(self, problem: str) -> None:
        """Say a problem once, not at every try, and that it is over."""
        if problem and problem != self.problem:
            log.warning("%s: %s", self.name, problem)
        elif self.problem and not problem:
            log.warning("%s takes lines again", self.name)
        self.problem = problem


class PipeReceiver:
    """A terminal or a pipe."""

    name = "stdout"
    most_at_once = 100

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Write lines."""
        try:
            self._stream.write(b"".join(lines))
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            raise ReceiverGone from None
        except OSError as error:
            raise ReceiverAway(f"cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Leave the stream to the program."""


class FileReceiver:
    """A file, and the files before it: NAME, NAME.1, NAME.2 … A full disk only makes the lines wait."""

    most_at_once = 100

    def __init__(self, path: Path, *, most_bytes: int, most_files: int) -> None:
        """Open a file to append to; what a power cut left of a line is ended, so that the next one is whole.

        Raises:
            Refusal: when it cannot be written.
        """
        self.name = path.name
        self._path = path
        self._most_bytes = most_bytes
        self._most_files = most_files
        try:
            self._stream = self._opened()
            self._end_line()
        except OSError as error:
            raise Wrong(
                f"{path} cannot be written: {error.strerror}.", kind="file", name=str(path)
            ) from error

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Append lines, all or none; begin a new file first where they do not fit."""
        content = b"".join(lines)
        try:
            size = self._stream.seek(0, os.SEEK_END)
            if size and size + len(content) > self._most_bytes:
                self._rotate()
                size = 0
            self._write(content, size)
        except OSError as error:
            raise ReceiverAway(f"cannot be written: {error.strerror}") from error
        except Taken as refusal:
            raise ReceiverAway(refusal.sentence) from None

    def close(self) -> None:
        """Close the file, which is on the disk then."""
        with suppress(OSError):
            os.fsync(self._stream.fileno())
            self._stream.close()

    def _write(self, content: bytes, size: int) -> None:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[self._stream.write(rest) :]
        except OSError:
            with suppress(OSError):
                self._stream.truncate(size)
            raise

    def _rotate(self) -> None:
        os.fsync(self._stream.fileno())
        if self._most_files == 1:
            self._stream.truncate(0)
            return
        # Where the file is gone already, the last try ended here: nothing is moved twice.
        for number in range(self._most_files - 1 if self._path.exists() else 0, 0, -1):
            if self._numbered(number - 1).exists():
                self._numbered(number - 1).replace(self._numbered(number))
        fresh = self._opened()
        self._stream.close()
        self._stream = fresh

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path

    def _opened(self) -> BinaryIO:
        stream = self._path.open("a+b", buffering=0)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.close()
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise Taken(f"Another watch writes its lines to {self._path}; choose another file.") from None
        return stream

    def _end_line(self) -> None:
        size = self._stream.seek(0, os.SEEK_END)
        if size:
            self._stream.seek(size - 1)
            if self._stream.read(1) != b"\n":
                self._stream.write(b"\n")
