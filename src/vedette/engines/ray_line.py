"""The relay's process as the server holds it: started when it is first needed, and again where it has ended.

When Ray's core gives a cluster up it ends its process, which must not be the server's (decisions/0371). What
is asked of it goes through sockets of its own, whose file numbers are sent here. Knows nothing of frames.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

from vedette.engines.ray_plan import RayPlan

RELAY = "vedette.engines.ray_relay"
GRACE_S = 5.0


class RelayProcess:
    """One relay at a time. Threads may share it."""

    def __init__(self, plan: RayPlan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_closed = False

    @property
    def pid(self) -> int:
        """Its number; 0 where none runs."""
        return self._process.pid if self._process else 0

    def send(self, numbers: Sequence[int]) -> None:
        """Hand over the files of one more socket; OSError where that cannot be."""
        with self._lock:
            if self._is_closed:
                raise OSError("the server stops")
            if self._process is None or self._process.poll() is not None or self._control is None:
                self._end()
                self._begin()
            assert self._control is not None
            # One byte a socket: the numbers of its files come with that byte, and with no other.
            socket.send_fds(self._control, [b"u"], list(numbers))

    def _begin(self) -> None:
        own_end, other_end = socket.socketpair()
        with other_end:
            try:
                self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
                    [sys.executable, "-m", RELAY, str(other_end.fileno()), json.dumps(self._plan.dump())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=(other_end.fileno(),),
                    env=dict(os.environ),
                    start_new_session=True,  # Ctrl-C reaches the server alone, which ends units in order
                )
            except BaseException:
                own_end.close()
                raise
        self._control = own_end

    def end(self) -> None:
        """End it, and what it relays for; whatever is asked next has a new one."""
        with self._lock:
            self._end()

    def close(self) -> None:
        """End it for good."""
        with self._lock:
            self._is_closed = True
            self._end()

    def _end(self) -> None:
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is None:
            return
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
