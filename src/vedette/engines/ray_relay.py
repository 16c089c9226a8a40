"""The process between a server and its units on a Ray cluster: for each a socket here, and an actor there.

It is given sockets by the server, one a unit, on which the server speaks as to a unit of its own machine
(workers/infer.py). A picture goes from the memory that it shares with the server into Ray's object store, and
its node reads it there. When the server goes, all ends.

    python -m vedette.engines.ray_relay NUMBER PLAN
"""

import contextlib
import json
import mmap
import os
import queue
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from vedette.engines.carrying import ActorLost, send_tree
from vedette.engines.cluster_view import UNIT, ClusterView, names_of, title_of, undrained
from vedette.engines.frames import Frame, frame_start, read_frame
from vedette.engines.node_cache import DamagedFile
from vedette.engines.node_unit import NodeUnit
from vedette.engines.placement import Node, Room, choose_node, no_room_sentence
from vedette.engines.port import NoPlace
from vedette.engines.ray_cluster import RayCluster, RemoteActor
from vedette.engines.ray_plan import RayPlan
from vedette.engines.trees import read_tree

# The longest that leaving the cluster in order may take.
LEAVE_S = 3.0
# For how long others are preferred to a node that refused a unit.
REFUSING_S = 30.0


@dataclass(frozen=True, eq=False)
class RelayPlace:
    """A unit's place on some node."""

    package: str


class UnitPlaces:
    """Which node each unit of this server is on; threads share it."""

    def __init__(self, plan: RayPlan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._cluster: RayCluster | None = None
        # What was last said of a node when something was started there, and until when nothing more is.
        self._problems: dict[str, str] = {}
        self._refusing_until: dict[str, float] = {}
        # Places that are taken: the node of each, and the package.
        self._places: dict[RelayPlace, Node] = {}

    def look(self) -> ClusterView:
        """Return what there is of the cluster; refuse in a sentence where it does not answer."""
        cluster = self._joined()
        return ClusterView(cluster.nodes(), cluster.works(), dict(self._problems))

    def _joined(self) -> RayCluster:
        with self._lock:
            if self._cluster is None:
                self._cluster = RayCluster(self._plan.address)
            return self._cluster

    def start(self, package: str, drained: Collection[str] = ()) -> tuple["RelayPlace", str, RemoteActor]:
        """Return a worker on a node that has room for a unit of this package, its place, and the node's name.

        Raises:
            NoPlace: with a sentence, where there is none.
        """
        place = RelayPlace(package)
        cluster = self._joined()
        with self._lock:
            every = cluster.nodes()
            nodes = [self._with_ours(node) for node in self._willing(undrained(every, drained))]
            alike = Counter(node.id for other, node in self._places.items() if other.package == package)
            node = choose_node(nodes, self._plan.unit, alike=alike)
            if node is None:
                raise NoPlace(no_room_sentence(nodes, self._plan.unit, "a unit"))
            self._places[place] = node
        try:
            title = title_of(UNIT, Path(package).parent.name)
            worker = cluster.start(NodeUnit, node, self._plan.unit, self._plan.cache, title=title)
            self._problems[node.id] = worker.warning
            return place, names_of(every)[node.id], worker
        except NoPlace as refusal:
            self.leave(place)
            self.note(node.id, str(refusal))
            raise

    def note(self, node: str, problem: str) -> None:
        """Let the next units go elsewhere for a while: this node refused one."""
        self._problems[node] = problem
        self._refusing_until[node] = time.monotonic() + REFUSING_S

    def _willing(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Return the nodes that did not refuse lately; all where every one did."""
        now = time.monotonic()
        return [node for node in nodes if self._refusing_until.get(node.id, 0.0) <= now] or nodes

    def _with_ours(self, node: Node) -> Node:
        """Return a node without the room of our own units: the cluster's figures come some time later."""
        count = sum(1 for other in self._places.values() if other.id == node.id)
        need = self._plan.unit
        used = Room(count * need.cores, count * need.memory, count * need.gpus)
        return Node(node.id, node.address, node.total, node.free.at_most(node.total.without(used)))

    def leave(self, place: "RelayPlace") -> None:
        """Let another unit have the place."""
        with self._lock:
            self._places.pop(place, None)

    def close(self) -> None:
        """Leave the cluster."""
        if self._cluster is not None:
            self._cluster.close()


class Relay:
    """One unit's way: frames from the server become calls, and their results frames again."""

    def __init__(self, line: socket.socket, slots: int | None, places: UnitPlaces, plan: RayPlan) -> None:
        self._line, self._slots, self._places, self._plan = line, slots, places, plan
        self._pending: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run(self) -> None:
        """Serve the unit's socket until its other end closes."""
        with self._line, self._line.makefile("rb") as stream:
            first = read_frame(stream)
            if first is None:
                return
            try:
                if "look" in first[0]:
                    self._send(({"seen": self._places.look().dump()}, b""))
                    return
                place, name, worker = self._places.start(first[0]["package"], first[0].get("drained", ()))
            except NoPlace as refusal:
                self._send(({"no place": str(refusal)}, b""))
                return
            try:
                self._serve(worker, stream, {**first[0], "node": name})
            finally:
                worker.kill()
                self._places.leave(place)

    def _serve(self, worker: RemoteActor, stream: BinaryIO, order: Mapping[str, Any]) -> None:
        try:
            reply = self._open(worker, order)
        except (ActorLost, DamagedFile, OSError) as error:
            sentence = f"The node {worker.node.address} did not start a unit: {error}"
            self._places.note(worker.node.id, sentence)
            self._send(({"no place": sentence}, b""))
            return
        self._send(({**reply, "node": order["node"]}, b""))
        if "ready" not in reply:
            return
        worker.on_end(self._shut)
        threading.Thread(target=self._answer, args=(worker,), name="answers", daemon=True).start()
        memory = self._memory(order)
        while (frame := read_frame(stream)) is not None:
            head, body = frame
            if memory is not None and "start" in head:
                start, size = head["start"], head["size"]
                picture = np.frombuffer(memory, np.uint8, size, start)
            else:
                picture = np.frombuffer(body, np.uint8)
            # What is written to the slot after this call is another picture's: its bytes are in the store.
            self._pending.put(worker.begin("look", head, picture))
        self._pending.put(None)

    def _open(self, worker: RemoteActor, order: Mapping[str, Any]) -> dict[str, Any]:
        package = Path(order["package"])
        tree = read_tree(package)
        send_tree(worker, package, tree)
        threads = max(1, int(self._plan.unit.cores))
        reply: dict[str, Any] = worker.call("open", {**order, "threads": threads}, tree)
        return reply

    def _memory(self, order: Mapping[str, Any]) -> mmap.mmap | None:
        if self._slots is None:
            return None
        memory = mmap.mmap(self._slots, order["slots"][-1], prot=mmap.PROT_READ)
        os.close(self._slots)
        return memory

    def _answer(self, worker: RemoteActor) -> None:
        """Hand results on in the order of the calls."""
        while (pending := self._pending.get()) is not None:
            try:
                self._send(worker.result(pending))
            except (ActorLost, OSError):
                self._shut()
                return

    def _send(self, frame: Frame) -> None:
        head, body = frame
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the server has gone
            self._line.sendall(frame_start(head, body))
            if body:
                self._line.sendall(body)

    def _shut(self) -> None:
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)


def main(number: int, plan: RayPlan) -> None:
    """Take sockets from the server until its end closes."""
    places = UnitPlaces(plan)
    with socket.socket(fileno=number) as control:
        while True:
            word, numbers, _, _ = socket.recv_fds(control, 1, 2)
            if not word:
                break
            line = socket.socket(fileno=numbers[0])
            relay = Relay(line, numbers[1] if len(numbers) > 1 else None, places, plan)
            threading.Thread(target=relay.run, name="unit", daemon=True).start()
    # The actors end with this process; in order where the cluster is there to be told.
    threading.Thread(target=_end, daemon=True).start()
    places.close()


def _end() -> None:
    time.sleep(LEAVE_S)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), RayPlan.load(json.loads(sys.argv[2])))
