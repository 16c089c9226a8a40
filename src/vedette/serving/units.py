"""One unit as the server sees it: a process, a socket, and the answers that are owed.

Everything here runs in the server's loop, so that a picture that waits needs no thread.
"""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from vedette.engines.frames import LENGTHS, Head, frame_start
from vedette.errors import Wrong

# By name: an import would drag ONNX Runtime into the server. A test resolves it.
WORKER = "vedette.workers.infer"
# Loading takes a second; on a machine that is busy with everything else, many.
START_S = 60.0
# The largest picture of all takes some seconds. A unit that says nothing for this long hangs.
ANSWER_S = 60.0
# Processor time for decoding one picture, after which its unit gives it up and ends: the dearest one that its
# head admits takes 1.4 s (docs/experiments.md, 2026-11-28).
DECODE_S = 2.0
GRACE_S = 5.0
# The share of the newest picture in a unit's pace: after ten, seven eighths of it are of those ten.
NEWEST = 0.2
# numpy's threads would spin beside ONNX Runtime's; two heaps instead of one a thread save memory.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}

Frame = tuple[dict[str, Any], bytes]


class UnitGone(Exception):
    """The unit died, or was killed; what it owed may be asked of another."""


class UnitStuck(UnitGone):
    """The unit did not answer and was killed; the picture that it was at must not be asked of another."""


class Unit:
    """One process that holds one model. `taken` counts what was given to it and is not yet answered."""

    def __init__(self, process: asyncio.subprocess.Process, line: "Line") -> None:
        self.taken = 0
        self.alive = True
        self.idle = asyncio.Event()
        self.idle.set()
        self.about: dict[str, Any] = {}
        self._process = process
        self._reader, self._writer = line
        self._gone: Callable[[], None] = _nothing
        self._owed: deque[asyncio.Future[Frame]] = deque()
        self._pace_s = 0.0
        self._since = 0.0  # when it began with the picture it is at
        self._listening = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def pace(self) -> float:
        """Return the seconds that a picture takes it, of late; more where it is at one that takes longer."""
        busy_s = time.monotonic() - self._since if self._owed else 0.0
        return max(self._pace_s, busy_s)

    def take(self) -> None:
        """Promise it one more picture."""
        self.taken += 1
        self.idle.clear()

    def give_back(self) -> None:
        """Say that a picture that was promised is answered, or will never come."""
        self.taken -= 1
        if not self.taken:
            self.idle.set()

    def when_gone(self, gone: Callable[[], None]) -> None:
        """Say who is to be told when the unit dies by itself."""
        self._gone = gone
        if not self.alive:
            gone()

    async def ask(self, head: Head, body: bytes = b"") -> Frame:
        """Return the answer to a frame; frames are answered in the order they were sent."""
        if not self.alive:
            raise UnitGone
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        if not self._owed:
            self._since = time.monotonic()
        self._owed.append(answer)
        try:
            async with asyncio.timeout(ANSWER_S):
                self._writer.write(frame_start(head, body))
                if body:
                    self._writer.write(body)
                return await answer
        except TimeoutError:
            self.kill()
            # What waited behind that picture may be asked of another unit.
            raise UnitStuck if is_first(answer, self._owed) else UnitGone from None

    def kill(self) -> None:
        """End the process at once; nothing is asked of it any more."""
        self.alive = False
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Close the line, which ends the unit; insist if it does not."""
        self._gone = _nothing
        self._writer.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        await self._listening

    def begin_pace(self, seconds: float) -> None:
        """Forget how long loading took: the unit said itself how long a picture takes it."""
        self._pace_s = seconds

    def _note_pace(self) -> None:
        now = time.monotonic()
        self._pace_s = moving_average(self._pace_s, now - self._since)
        self._since = now

    async def _listen(self) -> None:
        try:
            while True:
                of_head, of_body = LENGTHS.unpack(await self._reader.readexactly(LENGTHS.size))
                head = orjson.loads(await self._reader.readexactly(of_head))
                body = await self._reader.readexactly(of_body) if of_body else b""
                answer = self._owed.popleft()
                self._note_pace()
                if not answer.done():  # whoever asked may have gone meanwhile
                    answer.set_result((head, body))
        except (asyncio.IncompleteReadError, OSError):
            self.alive = False
        for answer in self._owed:
            if not answer.done():
                answer.set_exception(UnitGone())
        self.kill()
        self._writer.close()
        await self._process.wait()
        self._gone()


def moving_average(before: float, took: float) -> float:
    """Return the average after one more value; the first stands for all before it."""
    return took if not before else before + NEWEST * (took - before)


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def start_unit(package: Path, *, threads: int, gone: Callable[[], None]) -> Unit:
    """Start a process that holds the package; `gone` is called when it dies by itself.

    Raises:
        Wrong: when the package cannot be loaded.
        UnitGone: when the process ends or stays silent.
    """
    ours, theirs = socket.socketpair()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            WORKER,
            str(theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,  # Ctrl-C reaches the server alone, which closes its units in order
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    ours.setblocking(False)
    unit = Unit(process, await asyncio.open_unix_connection(sock=ours))
    try:
        async with asyncio.timeout(START_S):
            said, _ = await unit.ask({"package": str(package), "threads": threads, "decode_s": DECODE_S})
    except BaseException as error:
        unit.kill()
        await unit.close()
        if isinstance(error, TimeoutError):
            raise UnitGone from None
        raise
    if "refused" in said:
        await unit.close()
        raise Wrong(said["refused"], kind="version")
    unit.about = said
    unit.begin_pace(float(said["seconds"]))
    unit.when_gone(gone)
    return unit


def is_first(answer: asyncio.Future[Frame], owed: "deque[asyncio.Future[Frame]]") -> bool:
    """Say whether an answer is the one that a unit is at."""
    return bool(owed) and owed[0] is answer


def _nothing() -> None:
    pass
