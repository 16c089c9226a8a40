"""Units as processes of this machine: the default.

A process is on one end of a socket pair, and shares memory with the server for pictures (slots.py). It ends
when the socket does, so that a killed server leaves no orphans.
"""

import asyncio
import itertools
import os
import secrets
import socket
import sys
from collections.abc import Callable

from vedette.engines.port import Unit, UnitOrder
from vedette.engines.slots import Slots
from vedette.engines.socket_unit import SLOTS, open_unit

# By name: an import would drag ONNX Runtime into the server. A test resolves it.
WORKER = "vedette.workers.infer"
# numpy's threads would spin beside ONNX Runtime's; two heaps instead of one a thread save memory.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}

# Whose turn it is to have which core for its own thread: units that start one after the other share none. By
# chance at first, so that servers in containers that share the machine do not all begin with the same one.
_turns = itertools.count(secrets.randbelow(1024))


class LocalUnits:
    """Starts every unit as a process of its own."""

    async def start(self, order: UnitOrder, *, on_death: Callable[[], None]) -> Unit:
        """Start a process that holds the package."""
        own_end, child_end = socket.socketpair()
        slots = Slots(SLOTS)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                WORKER,
                str(child_end.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(child_end.fileno(), *slots.numbers),
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # Ctrl-C reaches the server alone, which closes its units in order
            )
        except BaseException:
            own_end.close()
            slots.close()
            raise
        finally:
            child_end.close()
        unit = await open_unit(process, own_end, slots, order, next(_turns))
        unit.on_death(on_death)
        return unit

    async def close(self) -> None:
        """Do nothing: a unit's process is all there is."""
