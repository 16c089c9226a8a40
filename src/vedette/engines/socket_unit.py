"""A unit at the other end of a socket: frames go out and answers come back, in order.

The process behind it is of this machine (local_units.py) or of another one (ray_units.py). Everything here
runs in the server's loop, so that a picture that waits needs no thread. An answer goes from the socket's
callback to whoever waits for it, without a task between.
"""

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from vedette.engines.frames import Frame, FrameCutter, Head, frame_start
from vedette.engines.port import NoPlace, UnitGone, UnitOrder, UnitStuck
from vedette.engines.slots import SlotPlace, Slots
from vedette.errors import Wrong

# Loading takes a second; on a machine that is busy with everything else, many.
START_S = 60.0
# The largest picture takes some seconds. A unit that is silent for this long hangs.
ANSWER_S = 60.0
# Processor time for decoding one picture, after which its unit gives up and exits: the slowest one that its
# header admits takes 1.4 s (docs/experiments.md, 2026-11-28).
DECODE_S = 2.0
GRACE_S = 5.0
# The picture that a unit works on, and the next one: more are sent only where somebody did not wait.
SLOTS = 2
# The share of the newest picture in a unit's pace. It rises slowly: while a burst is being read, a dozen
# pictures take twice as long, and half of the burst would be refused for it. Fifty move it by two thirds.
RISING, FALLING = 0.02, 0.1


class UnitProcess(Protocol):
    """What is behind the socket, as asyncio's processes have it."""

    @property
    def pid(self) -> int:
        """Its number on this machine; 0 where it runs on another."""

    def kill(self) -> None:
        """End it at once."""

    async def wait(self) -> Any:
        """Return when it has ended."""


class SocketUnit(asyncio.Protocol):
    """One unit that holds one model. `in_flight` counts the requests that it has not answered yet."""

    def __init__(self, process: UnitProcess, slots: Slots) -> None:
        self.in_flight = 0
        self.alive = True
        self.idle = asyncio.Event()
        self.idle.set()
        self.about: dict[str, Any] = {}
        self._process = process
        self._cutter = FrameCutter()
        self._on_death: Callable[[], None] = _nothing
        self._slots = slots
        # What is still to be answered, and which slots that frees: also where nobody waits any more.
        self._owed: deque[tuple[asyncio.Future[Frame], SlotPlace | None]] = deque()
        self._pace = UnitPace()
        self._since = 0.0  # when it began with the picture it is at
        self._line: Any = None
        self._ending: asyncio.Task[None] | None = None

    # What the socket says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the server's end of the socket."""
        self._line = transport

    def data_received(self, data: bytes) -> None:
        """Hand answers on as they come."""
        for frame in self._cutter.cut(data):
            answer, place = self._owed.popleft()
            if place is not None:
                self._slots.release(place)
            self._note_pace()
            if not answer.done():  # whoever asked may have gone meanwhile
                answer.set_result(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """The unit's end is closed: it has died, or was closed in order."""
        del exc
        self.alive = False
        self._slots.close()
        for answer, _ in self._owed:
            if not answer.done():
                answer.set_exception(UnitGone())
        self._ending = asyncio.create_task(self._bury())

    # What the server asks

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def pace_s(self) -> float:
        """The recent seconds a picture."""
        return self._pace.seconds

    def overdue_s(self) -> float:
        """Return for how much longer than usual it has worked on its present picture."""
        busy_s = time.monotonic() - self._since if self._owed else 0.0
        return max(0.0, busy_s - self._pace.seconds)

    def take(self) -> None:
        """Reserve the unit for one more picture."""
        self.in_flight += 1
        self.idle.clear()

    def give_back(self) -> None:
        """Release a reservation: its picture is answered, or will not be sent."""
        self.in_flight -= 1
        if not self.in_flight:
            self.idle.set()

    def on_death(self, callback: Callable[[], None]) -> None:
        """Set the callback for when the unit dies by itself."""
        self._on_death = callback
        if not self.alive:
            callback()

    async def ask(self, head: Head, body: bytes = b"") -> Frame:
        """Return the answer to a frame; frames are answered in order."""
        if not self.alive:
            raise UnitGone
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        if not self._owed:
            self._since = time.monotonic()
        place = self._slots.put(body) if body else None
        self._owed.append((answer, place))
        try:
            async with asyncio.timeout(ANSWER_S):
                self._send(head, body, place)
                return await answer
        except TimeoutError:
            self.kill()
            # What waited behind that picture may be retried on another unit.
            raise UnitStuck if is_first(answer, [owed for owed, _ in self._owed]) else UnitGone from None

    def _send(self, head: Head, body: bytes, place: SlotPlace | None) -> None:
        if place is not None:
            self._line.write(frame_start({**head, "start": place.start, "size": place.size}))
            return
        self._line.write(frame_start(head, body))
        if body:
            self._line.write(body)

    def kill(self) -> None:
        """Kill the process; it gets no more requests."""
        self.alive = False
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Close the socket, which ends the unit; kill it if it does not end."""
        self._on_death = _nothing
        self._line.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        if self._ending is not None:
            await self._ending

    def introduce(self, about: dict[str, Any]) -> None:
        """Take what the unit says of itself, and the pace that it measured in place of what loading took."""
        self.about = about
        self._pace = UnitPace(float(about["seconds"]))

    def _note_pace(self) -> None:
        now = time.monotonic()
        self._pace.add(now - self._since)
        self._since = now

    async def _bury(self) -> None:
        self.kill()
        await self._process.wait()
        self._on_death()


class UnitPace:
    """How long a unit takes for a picture; slow to rise, since who would be answered late is given up."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def add(self, seconds: float) -> None:
        """Take one more picture into account; the first one where the unit measured none itself."""
        share = RISING if seconds > self.seconds else FALLING
        self.seconds = self.seconds + share * (seconds - self.seconds) if self.seconds else seconds


async def open_unit(
    process: UnitProcess, line: socket.socket, slots: Slots, order: UnitOrder, core: int
) -> SocketUnit:
    """Return the unit behind our end of a socket, once it holds its model.

    Raises:
        Wrong: when the package cannot be loaded.
        NoPlace: when no machine takes it.
        UnitGone: when the process ends or stays silent.
    """
    line.setblocking(False)
    unit = SocketUnit(process, slots)
    await asyncio.get_running_loop().create_unix_connection(lambda: unit, sock=line)
    try:
        async with asyncio.timeout(START_S):
            reply, _ = await unit.ask(order_head(order, slots, core=core))
    except BaseException as error:
        unit.kill()
        await unit.close()
        if isinstance(error, TimeoutError):
            raise UnitGone from None
        raise
    try:
        check_reply(reply)
    except BaseException:
        await unit.close()
        raise
    unit.introduce(reply)
    return unit


def order_head(order: UnitOrder, slots: Slots, *, core: int) -> dict[str, Any]:
    """Return what a unit is told first."""
    return {
        "package": str(order.package),
        "threads": order.threads,
        "core": core,
        "warms": order.warms,
        "decode_s": DECODE_S,
        "drained": order.drained,
        "slots": [*slots.numbers, slots.size],
        "keys": dict(order.keys),
    }


def check_reply(reply: Mapping[str, Any]) -> None:
    """Refuse where a unit says first that it is none.

    Raises:
        Wrong: when the package cannot be loaded.
        NoPlace: when no machine takes it.
    """
    if "ready" not in reply:
        raise Wrong(reply["refused"], kind="version") if "refused" in reply else NoPlace(reply["no place"])


def is_first(answer: asyncio.Future[Frame], owed: Sequence[asyncio.Future[Frame]]) -> bool:
    """Return whether an answer is the one that a unit works on."""
    return bool(owed) and owed[0] is answer


def _nothing() -> None:
    pass
