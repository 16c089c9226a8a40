"""Which nodes of a cluster units are put on. Knows nothing of Ray, nor of sockets."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from vedette.engines.cluster_view import UNIT, ClusterView, PlacedWork, undrained
from vedette.engines.node_unit import NodeUnit
from vedette.engines.placement import Node, choose_node, no_room_sentence
from vedette.engines.port import NodeTaken, NoPlace
from vedette.engines.ray_plan import RayPlan

# How often another node is looked for where somebody else had the room first, or where one starts nothing.
TRIES = 5
# For so long after the first: a node may take 40 s to greet (ray_cluster.py), and the server waits for 60.
AGAIN_S = 18.0
# For how long others are preferred to a node that refused a unit.
REFUSING_S = 30.0


class UnitPlaces:
    """Which nodes of the cluster units are put on; threads share it. `join` returns a RayCluster."""

    def __init__(
        self, plan: RayPlan, join: Callable[[], Any], *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._plan = plan
        self._join = join
        self._ticks = ticks
        self._lock = threading.Lock()
        self._cluster: Any = None
        # What was last said of a node when something was started there, and until when nothing more is.
        self._problems: dict[str, str] = {}
        self._refusing_until: dict[str, float] = {}

    def look(self) -> ClusterView:
        """Return what there is of the cluster; refuse in a sentence where it does not answer."""
        cluster = self._joined()
        return ClusterView(cluster.nodes(), cluster.works(), dict(self._problems))

    def _joined(self) -> Any:
        with self._lock:
            if self._cluster is None:
                self._cluster = self._join()
            return self._cluster

    def start(self, package: str, drained: Collection[str] = ()) -> tuple[str, Any]:
        """Return a worker on a node that has room for a unit of this package, and the node's name.

        A node that starts nothing is left for another one; what it says is told where none has room.

        Raises:
            NoPlace: with a sentence, where there is none.
        """
        cluster, folder, began = self._joined(), Path(package).parent.name, self._ticks()
        refusals: dict[str, NoPlace] = {}
        trouble = NoPlace("")
        for _ in range(TRIES):
            name, worker = self._place(cluster, folder, drained, refusals)
            node = worker.node.id
            try:
                cluster.greet(worker)
            except NodeTaken as refusal:
                trouble = refusal
            except NoPlace as refusal:
                self.note(node, str(refusal))
                refusals[node] = trouble = refusal
                if self._ticks() - began > AGAIN_S:
                    raise
            else:
                self._problems[node] = worker.warning
                return name, worker
        raise trouble

    def _place(
        self, cluster: Any, folder: str, drained: Collection[str], refusals: dict[str, NoPlace]
    ) -> tuple[str, Any]:
        """Send a worker to the best node; from then on every server sees that its room is taken."""
        with self._lock:
            view = ClusterView(cluster.nodes(), cluster.works())
            nodes = self._willing(undrained(view.free_nodes(), drained))
            untried = [node for node in nodes if node.id not in refusals]
            alike = Counter(work.node for work in view.works if (work.kind, work.folder) == (UNIT, folder))
            node = choose_node(untried, self._plan.unit, alike=alike)
            if node is None:
                # A node that would have the room, and starts nothing, is nearer to the cause; one that has
                # died since is none.
                reasons = [refusals[other.id] for other in view.nodes if other.id in refusals]
                raise (
                    reasons[-1] if reasons else NoPlace(no_room_sentence(untried, self._plan.unit, "a unit"))
                )
            work = PlacedWork(node.id, UNIT, folder, self._plan.unit)
            return view.names()[node.id], cluster.place(NodeUnit, node, work, self._plan.cache)

    def note(self, node: str, problem: str) -> None:
        """Let the next units go elsewhere for a while: this node refused one."""
        self._problems[node] = problem
        self._refusing_until[node] = self._ticks() + REFUSING_S

    def _willing(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Return the nodes that did not refuse lately; all where every one did."""
        now = self._ticks()
        return [node for node in nodes if self._refusing_until.get(node.id, 0.0) <= now] or nodes

    def close(self) -> None:
        """Leave the cluster."""
        if self._cluster is not None:
            self._cluster.close()
