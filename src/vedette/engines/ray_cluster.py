"""The one file that knows Ray: a cluster is connected to, its nodes are read, actors are put on them.

The process that does so is never the server's: Ray's core ends its process when the cluster is gone for good.
Actors are placed on a node by name, and never restarted by Ray: one that Ray restarts waits for a free core
of whatever node, and nobody would bring its model there.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

# Before Ray is loaded: nothing is told to anybody.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray
from ray.exceptions import GetTimeoutError, RayError, RaySystemError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import vedette
from vedette.engines.answering import refusing
from vedette.engines.carrying import ActorLost, ActorSilent, NodeTrouble
from vedette.engines.cluster_view import PlacedWork, read_title, title_of, without_works
from vedette.engines.placement import GIB, Node, Room
from vedette.engines.port import NodeTaken, NoPlace
from vedette.engines.ray_words import clock_sentence, ending_line, first_line, joining_sentence

# A head on the same network answers in milliseconds.
PROBE_S = 5.0
# A worker process of Ray starts in one or two seconds; on a busy machine in many.
ACTOR_S = 40.0
# How long one of its answers is waited for before it is asked whether the room is still its own.
GREETING_S = 1.0
# Two calls of a unit, the one that stays, and one that speaks of something else.
THREADS = 4


class RemoteActor:
    """An object on a node; calls return what its methods return."""

    def __init__(self, handle: Any, node: Node, need: Room, title: str) -> None:
        self.node, self.need, self.title = node, need, title
        # What people should know of the node; nothing where all is well.
        self.warning = ""
        self._handle = handle

    def begin(self, method: str, *values: Any) -> Any:
        """Call it, and return what `result` takes; calls are answered side by side."""
        return getattr(self._handle, method).remote(*values)

    def result(self, pending: Any, within_s: float | None = None) -> Any:
        """Return what a call returned; blocks.

        Raises:
            ActorLost: when there is nobody to answer.
            ActorSilent: when nobody does in time.
        """
        try:
            return ray.get(pending, timeout=within_s)
        except RayTaskError as error:
            if isinstance(error.cause, OSError):
                reason = error.cause.strerror or str(error.cause)
                raise NodeTrouble(f"The disk of the node {self.node.address} refuses: {reason}.") from None
            raise error.cause from None  # what the method itself raised
        except GetTimeoutError:
            raise ActorSilent("it does not answer in time") from None
        except RayError as error:
            raise ActorLost(ending_line(str(error) or type(error).__name__)) from None

    def call(self, method: str, *values: Any, within_s: float | None = None) -> Any:
        """Return what a method returns."""
        return self.result(self.begin(method, *values), within_s)

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back, in a thread, when the actor ends."""
        staying = self.begin("stay")

        def wait() -> None:
            with contextlib.suppress(ActorLost, RayError):
                self.result(staying)
            callback()

        threading.Thread(target=wait, name="end", daemon=True).start()

    def kill(self) -> None:
        """End its process."""
        with contextlib.suppress(RayError, ValueError):
            ray.kill(self._handle)


class RayCluster:
    """The cluster as this process is connected to it; one at a time."""

    def __init__(self, address: str) -> None:
        self.address = address
        _probe(address)
        with _kept_handler():
            try:
                ray.init(address=address, namespace="vedette", logging_level=logging.WARNING)
            except (RuntimeError, ConnectionError, RaySystemError, ValueError, TimeoutError) as error:
                raise NoPlace(joining_sentence(address, str(error))) from None

    def nodes(self) -> list[Node]:
        """Return the nodes that live, without those that the cluster has not missed yet."""
        try:
            # What is free node by node is told by a private call alone, without a dashboard: Ray is pinned.
            free = ray._private.state.available_resources_per_node()
            nodes = [node for node in ray.nodes() if node["Alive"]]
        except (RayError, RuntimeError, OSError) as error:
            raise NoPlace(self._gone(error)) from None
        gone = refusing([(node["NodeManagerAddress"], node["NodeManagerPort"]) for node in nodes])
        return [
            Node(
                node["NodeID"],
                node["NodeManagerAddress"],
                _room(node["Resources"]),
                _room(free.get(node["NodeID"], {})),
            )
            for node, is_gone in zip(nodes, gone, strict=True)
            if not is_gone
        ]

    def works(self) -> list[PlacedWork]:
        """Return our work on the nodes, of whichever server."""
        works = [read_title(title, lives=lives) for title, lives in self._actors().items()]
        return [work for work in works if work is not None]

    def _actors(self) -> dict[str, bool]:
        """Return the names of the actors that have not ended, and whether each has begun to live."""
        try:
            actors = ray._private.state.actors().values()
        except (RayError, RuntimeError, OSError) as error:
            raise NoPlace(self._gone(error)) from None
        return {actor["Name"]: actor["State"] == "ALIVE" for actor in actors if actor["State"] != "DEAD"}

    def _gone(self, error: Exception) -> str:
        reason = first_line(str(error) or type(error).__name__)
        return f"The Ray cluster at {self.address} is gone: {reason}"

    def start(self, kind: type, node: Node, work: PlacedWork, *values: Any) -> RemoteActor:
        """Return a new object of a class on a node, which has agreed to be of our release.

        Raises:
            NoPlace: with a sentence, when it does not come to life there.
        """
        actor = self.place(kind, node, work, *values)
        self.greet(actor)
        return actor

    def place(self, kind: type, node: Node, work: PlacedWork, *values: Any) -> RemoteActor:
        """Return an object that is on its way to a node; from now on any server sees it there."""
        need, title = work.need, title_of(work)
        placing = NodeAffinitySchedulingStrategy(node.id, soft=False)
        options = {
            "num_cpus": need.cores,
            "memory": int(need.memory * GIB) or None,
            "num_gpus": need.gpus,
            "max_restarts": 0,
            "max_concurrency": THREADS,
            "scheduling_strategy": placing,
            "name": title,
        }
        try:
            handle = cast(Any, ray.remote(kind)).options(**options).remote(*values)
        except RayError as error:
            raise NoPlace(self._gone(error)) from None
        return RemoteActor(handle, node, need, title)

    def greet(self, actor: RemoteActor) -> None:
        """Wait until an object lives; refuse it where it is of another release.

        Raises:
            NoPlace: with a sentence, when it does not come to life.
            NodeTaken: when the node has given its room to somebody else meanwhile.
        """
        node = actor.node
        try:
            greeting = self._greeting(actor)
        except ActorLost as ending:
            actor.kill()
            raise NoPlace(
                f"The node {node.address} of the Ray cluster starts nothing for us: {ending}"
            ) from None
        except NoPlace:
            actor.kill()
            raise
        if greeting["release"] != vedette.__version__:
            actor.kill()
            raise NoPlace(
                f"The node {node.address} of the Ray cluster has Vedette {greeting['release']}, "
                f"and this server {vedette.__version__}: install the same on both."
            )
        actor.warning = clock_sentence(node.address, greeting["clock"], time.time())

    def _greeting(self, actor: RemoteActor) -> Any:
        pending, end = actor.begin("greet"), time.monotonic() + ACTOR_S
        while True:
            try:
                return actor.result(pending, within_s=GREETING_S)
            except ActorSilent:
                if time.monotonic() > end:
                    raise
            # Two servers may choose the same room at the same moment; the node gives it to one of them, and
            # the other would wait there until that one ends.
            if not self._has_room(actor):
                raise NodeTaken(f"The node {actor.node.address} has given its room to another one.")

    def _has_room(self, actor: RemoteActor) -> bool:
        actors = self._actors()
        if actors.get(actor.title):  # it has its room, and is about to answer
            return True
        works = (read_title(title) for title, lives in actors.items() if lives)
        node = replace(actor.node, free=actor.node.total)
        return without_works(node, [work for work in works if work]).free.holds(actor.need)

    def close(self) -> None:
        """Leave the cluster; every actor of ours ends."""
        ray.shutdown()


def _room(resources: dict[str, float]) -> Room:
    return Room(resources.get("CPU", 0.0), resources.get("memory", 0.0) / GIB, resources.get("GPU", 0.0))


def _probe(address: str) -> None:
    """Refuse an address at which nothing answers: Ray would try for a long time, and then end the process."""
    host, _, port = address.rpartition(":")
    # Ray takes this machine's own address in place of a loopback one, wherever the head listens.
    host = ray._private.services.resolve_ip_for_localhost(host)
    try:
        socket.create_connection((host, int(port)), PROBE_S).close()
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        raise NoPlace(f"No Ray cluster answers at {host}:{port}: {reason}.") from None


@contextlib.contextmanager
def _kept_handler() -> Iterator[None]:
    """Keep our handler of SIGTERM, by which a job is asked to stop: Ray puts its own in its place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
