"""Units on the nodes of a Ray cluster, as the server sees them.

A relay (ray_relay.py) starts each and hands over the line to it, on which pictures and answers go to and from
its node. A socket to the relay stays beside it: when that closes, the unit has ended, or its node has.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vedette.engines.frames import FrameCutter, frame_start
from vedette.engines.local_units import LocalUnits
from vedette.engines.port import NoPlace, Unit, UnitGone, UnitOrder
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_watch import ClusterWatch
from vedette.engines.slots import Slots
from vedette.engines.socket_unit import START_S, SocketUnit, check_reply, order_head

PIECE = 1 << 16


class Lifeline:
    """The socket to the relay that stands for one unit: shutting it ends the unit, and its end is the unit's.

    For the server's loop.
    """

    pid = 0

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end: socket.socket | None = end
        self._line: Any = None

    async def order(self, head: dict[str, Any]) -> tuple[dict[str, Any], socket.socket | None]:
        """Send what is to be started; return what the relay answers, and the line to the unit.

        Raises:
            UnitGone: when the relay ends meanwhile.
        """
        assert self._end is not None
        await asyncio.get_running_loop().sock_sendall(self._end, frame_start(head))
        cutter, lines = FrameCutter(), list[socket.socket]()
        try:
            while True:
                data, numbers = await self._hear()
                lines += [socket.socket(fileno=number) for number in numbers]
                for reply, _ in cutter.cut(data):
                    return reply, lines.pop() if lines else None
                if not data:
                    raise UnitGone
        finally:
            for line in lines:
                line.close()

    async def _hear(self) -> tuple[bytes, list[int]]:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        end = self._end
        if end is None:
            raise UnitGone
        loop.add_reader(end, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(end)
        data, numbers, _, _ = socket.recv_fds(end, PIECE, 1)
        for number in numbers:
            os.set_inheritable(number, False)
        return data, numbers

    def hold(self, line: Any) -> None:
        """End the line (a transport) as soon as the relay's end is shut: its unit or its node has ended."""
        self._line = line
        if self._end is None:
            line.abort()
            return
        asyncio.get_running_loop().add_reader(self._end, self.kill)

    def kill(self) -> None:
        """End the unit: the relay sees to what is on the node."""
        if self._end is None:
            return
        end, self._end = self._end, None
        asyncio.get_running_loop().remove_reader(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
        if self._line is not None:
            self._line.abort()

    async def wait(self) -> None:
        """Return at once: nothing of the unit is here."""
        self.kill()


class RayUnits:
    """Starts units on a cluster."""

    def __init__(self, plan: RayPlan, watch: ClusterWatch | None = None) -> None:
        self._plan = plan
        self._watch = watch or ClusterWatch(plan, RelayProcess(plan))

    async def start(self, order: UnitOrder, *, on_death: Callable[[], None]) -> Unit:
        """Start a unit on the node that the relay chooses; of a sealed package here, where its key is."""
        if order.keys:
            return await LocalUnits().start(order, on_death=on_death)
        lifeline = await self._to_relay()
        order = replace(order, drained=tuple(sorted(self._watch.drained)))
        try:
            async with asyncio.timeout(START_S):
                unit = await _open(lifeline, order)
        except BaseException as error:
            lifeline.kill()
            if isinstance(error, NoPlace) or not isinstance(error, (UnitGone, TimeoutError, OSError)):
                raise
            raise NoPlace(f"The Ray cluster at {self._plan.address} did not start a unit in time.") from None
        unit.on_death(on_death)
        return unit

    async def _to_relay(self) -> Lifeline:
        own_end, other_end = socket.socketpair()
        relay = self._watch.relay
        try:
            await asyncio.to_thread(relay.send, [other_end.fileno()])
        except OSError as error:
            own_end.close()
            await asyncio.to_thread(relay.end)  # whatever it is, the next start has a new one
            reason = error.strerror or str(error)
            raise NoPlace(
                f"The connection to the Ray cluster at {self._plan.address} ended: {reason}."
            ) from None
        finally:
            other_end.close()
        return Lifeline(own_end)

    async def close(self) -> None:
        """End the relay, and what units are left with it."""
        await asyncio.to_thread(self._watch.relay.end)


async def _open(lifeline: Lifeline, order: UnitOrder) -> SocketUnit:
    """Return the unit that the relay starts."""
    slots = Slots(0)
    reply, line = await lifeline.order(order_head(order, slots, core=0))
    check_reply(reply)
    if line is None:
        raise UnitGone
    line.setblocking(False)
    unit = SocketUnit(lifeline, slots)
    transport, _ = await asyncio.get_running_loop().create_connection(lambda: unit, sock=line)
    lifeline.hold(transport)
    unit.introduce(reply)
    return unit
