"""The process between a server and Ray: it starts units on the cluster, and learns of their end.

It is given sockets by the server, one a unit. On each it hears what is to be started, and hands over the line
to what it has started there, on which server and unit speak without it (decisions/0377). The socket stays
open for as long as both live. When the server goes, all ends.

    python -m vedette.engines.ray_relay NUMBER PLAN
"""

import contextlib
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from vedette.engines.carrying import ActorLost, send_tree
from vedette.engines.frames import frame_start, read_frame
from vedette.engines.node_cache import DamagedFile
from vedette.engines.port import NoPlace
from vedette.engines.ray_cluster import RayCluster, RemoteActor
from vedette.engines.ray_places import UnitPlaces
from vedette.engines.ray_plan import RayPlan
from vedette.engines.trees import read_tree
from vedette.engines.unit_door import enter

# The longest that leaving the cluster in order may take.
LEAVE_S = 3.0
# A worker that has greeted us listens within milliseconds.
LISTEN_S = 10.0


class Relay:
    """One unit's start and end: what the server orders becomes an actor, and a line to it is handed over."""

    def __init__(self, lifeline: socket.socket, places: UnitPlaces, plan: RayPlan) -> None:
        self._lifeline, self._places, self._plan = lifeline, places, plan

    def run(self) -> None:
        """Serve the unit's socket until its other end closes."""
        with self._lifeline, self._lifeline.makefile("rb") as stream:
            first = read_frame(stream)
            if first is None:
                return
            try:
                if "look" in first[0]:
                    self._send({"seen": self._places.look().dump()})
                    return
                name, worker = self._places.start(first[0]["package"], first[0].get("drained", ()))
            except NoPlace as refusal:
                self._send({"no place": str(refusal)})
                return
            try:
                self._serve(worker, stream, {**first[0], "node": name})
            finally:
                worker.kill()

    def _serve(self, worker: RemoteActor, stream: BinaryIO, order: Mapping[str, Any]) -> None:
        try:
            line = self._enter(worker)
            with line:
                reply = {**self._open(worker, order), "node": order["node"]}
                self._send(reply, [line.fileno()] if "ready" in reply else [])
        except (ActorLost, DamagedFile, OSError) as error:
            sentence = f"The node {worker.node.address} did not start a unit: {error}"
            self._places.note(worker.node.id, sentence)
            self._send({"no place": sentence})
            return
        if "ready" in reply:
            worker.on_end(self._shut)
            read_frame(stream)  # the server says nothing more here; it leaves

    def _enter(self, worker: RemoteActor) -> socket.socket:
        """Return the line to the unit; nothing is brought to it where there is none."""
        address = worker.node.address
        door = worker.call("open_door", address, self._plan.ports, within_s=LISTEN_S)
        return enter(address, door["port"], door["secret"])

    def _open(self, worker: RemoteActor, order: Mapping[str, Any]) -> dict[str, Any]:
        package = Path(order["package"])
        tree = read_tree(package)
        send_tree(worker, package, tree)
        threads = max(1, int(self._plan.unit.cores))
        reply: dict[str, Any] = worker.call("open", {**order, "threads": threads}, tree)
        return reply

    def _send(self, head: Mapping[str, Any], numbers: Sequence[int] = ()) -> None:
        data = frame_start(head)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the server has gone
            count = socket.send_fds(self._lifeline, [data], list(numbers))
            self._lifeline.sendall(data[count:])

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            self._lifeline.shutdown(socket.SHUT_RDWR)


def main(number: int, plan: RayPlan) -> None:
    """Take sockets from the server until its end closes."""
    places = UnitPlaces(plan, lambda: RayCluster(plan.address))
    with socket.socket(fileno=number) as control:
        while True:
            word, numbers, _, _ = socket.recv_fds(control, 1, 1)
            if not word:
                break
            relay = Relay(socket.socket(fileno=numbers[0]), places, plan)
            threading.Thread(target=relay.run, name="unit", daemon=True).start()
    # The actors end with this process; in order where the cluster is there to be told.
    threading.Thread(target=_end, daemon=True).start()
    places.close()


def _end() -> None:
    time.sleep(LEAVE_S)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), RayPlan.load(json.loads(sys.argv[2])))
