"""Units on the nodes of a Ray cluster, as the server sees them: sockets to a relay (ray_relay.py)."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import replace

from vedette.engines.port import NoPlace, Unit, UnitGone, UnitOrder
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_watch import ClusterWatch
from vedette.engines.slots import Slots
from vedette.engines.socket_unit import SLOTS, open_unit


class RelayedUnit:
    """What is behind a unit's socket: a relay, which ends the unit when the socket does."""

    pid = 0

    def __init__(self, line: socket.socket) -> None:
        # A number of its own: the transport closes the one that it was given.
        self._line = line.dup()

    def kill(self) -> None:
        """Shut the socket."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    async def wait(self) -> None:
        """Return at once: the relay sees to the end of what is on its node."""
        self.kill()


class RayUnits:
    """Starts units on a cluster."""

    def __init__(self, plan: RayPlan, watch: ClusterWatch | None = None) -> None:
        self._plan = plan
        self._watch = watch or ClusterWatch(plan, RelayProcess(plan))

    async def start(self, order: UnitOrder, *, on_death: Callable[[], None]) -> Unit:
        """Start a unit on the node that the relay chooses."""
        own_end, other_end = socket.socketpair()
        slots = Slots(SLOTS)
        relay = self._watch.relay
        try:
            await asyncio.to_thread(relay.send, [other_end.fileno(), *slots.numbers])
        except OSError as error:
            own_end.close()
            slots.close()
            await asyncio.to_thread(relay.end)  # whatever it is, the next start has a new one
            reason = error.strerror or str(error)
            raise NoPlace(
                f"The connection to the Ray cluster at {self._plan.address} ended: {reason}."
            ) from None
        finally:
            other_end.close()
        order = replace(order, drained=tuple(sorted(self._watch.drained)))
        try:
            unit = await open_unit(RelayedUnit(own_end), own_end, slots, order, 0)
        except NoPlace:
            raise
        except UnitGone:
            raise NoPlace(f"The Ray cluster at {self._plan.address} did not start a unit in time.") from None
        unit.on_death(on_death)
        return unit

    async def close(self) -> None:
        """End the relay, and what units are left with it."""
        await asyncio.to_thread(self._watch.relay.end)
