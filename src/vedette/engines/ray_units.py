"""Units on the nodes of a Ray cluster, as the server sees them: each is a socket to a relay (ray_relay.py).

One process beside the server relays for all units. It starts with the first of them, and again where it has
ended: when Ray's core gives the cluster up, it ends its process, which must not be the server's.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable

from vedette.engines.port import NoPlace, Unit, UnitGone, UnitOrder
from vedette.engines.ray_plan import RayPlan
from vedette.engines.slots import Slots
from vedette.engines.socket_unit import SLOTS, open_unit

RELAY = "vedette.engines.ray_relay"
GRACE_S = 5.0


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

    def __init__(self, plan: RayPlan) -> None:
        self._plan = plan
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def start(self, order: UnitOrder, *, on_death: Callable[[], None]) -> Unit:
        """Start a unit on the node that the relay chooses."""
        own_end, other_end = socket.socketpair()
        slots = Slots(SLOTS)
        try:
            control = await self._relay()
            # One byte a unit: the numbers of its files come with that byte, and with no other.
            socket.send_fds(control, [b"u"], [other_end.fileno(), *slots.numbers])
        except OSError as error:
            own_end.close()
            slots.close()
            await self.close()  # whatever it is, the next start has a new one
            reason = error.strerror or str(error)
            raise NoPlace(
                f"The connection to the Ray cluster at {self._plan.address} ended: {reason}."
            ) from None
        finally:
            other_end.close()
        try:
            unit = await open_unit(RelayedUnit(own_end), own_end, slots, order, 0)
        except NoPlace:
            raise
        except UnitGone:
            raise NoPlace(f"The Ray cluster at {self._plan.address} did not start a unit in time.") from None
        unit.on_death(on_death)
        return unit

    async def _relay(self) -> socket.socket:
        async with self._turn:
            if self._process is None or self._process.returncode is not None or self._control is None:
                await self._end()
                await self._begin()
            assert self._control is not None
            return self._control

    async def _begin(self) -> None:
        own_end, other_end = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                RELAY,
                str(other_end.fileno()),
                json.dumps(self._plan.dump()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(other_end.fileno(),),
                env=dict(os.environ),
                start_new_session=True,  # Ctrl-C reaches the server alone, which closes its units in order
            )
        except BaseException:
            own_end.close()
            raise
        finally:
            other_end.close()
        self._control = own_end

    async def close(self) -> None:
        """End the relay, and what units are left with it."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is None:
            return
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
