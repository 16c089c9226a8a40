"""The job `on-ray`: another job, run on a node of a Ray cluster, its events relayed as if it ran here.

It runs in a process of its own as every job does, which is what connects to the cluster: nothing of Ray is in
the server, and who cancels or kills this process ends the job on its node.

order   plan (ray_plan.py), name, order and files of the job (port.py)
"""

import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.engines.carrying import ActorLost, NodeTrouble, fetch_changes, send_tree
from vedette.engines.cluster_view import TRAINING, ClusterView, PlacedWork, undrained
from vedette.engines.node_cache import DamagedFile
from vedette.engines.node_job import NodeJob, event_of
from vedette.engines.placement import SPARE_CORES, Node, choose_node, no_room_sentence
from vedette.engines.port import LAST, EmitEvent, Event, JobFiles, NodeTaken, NoPlace, RunEnded
from vedette.engines.ray_plan import RayPlan
from vedette.engines.trees import Tree, read_tree
from vedette.errors import NoSpace, Unwritable

# How often a place is looked for, and for how long: who finds none goes back to where accounts take turns,
# and waits there as long as it takes.
LOOK_S = 0.5
GIVE_UP_S = 10.0
# How long a worker may be without an event before it is asked again; also how soon a cancel is heard.
LISTEN_S = 0.3
WAITING = {"stage": "waiting for room in the cluster", "done": 0, "of": 1}


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """See the job through to its end, which is told by `RunEnded`."""
    from vedette.engines.ray_cluster import RayCluster  # loads Ray

    plan = RayPlan.load(order["plan"])
    cluster: Any = None
    try:
        cluster = RayCluster(plan.address)
        event = RunOnNode(cluster, plan, order, emit, cancelled).to_end()
    except NoPlace as trouble:
        event = Event("failed", {"sentence": str(trouble), "waits": True})
    finally:
        if cluster is not None:
            cluster.close()
    raise RunEnded(event)


@dataclass(slots=True)
class RunOnNode:
    """A job on its way to a node, and there."""

    cluster: Any
    plan: RayPlan
    order: Mapping[str, Any]
    emit: EmitEvent
    cancelled: Callable[[], bool]
    # Nodes that refused it, and what the last of them said.
    refusing: set[str] = field(default_factory=set)
    reason: str = ""

    @property
    def files(self) -> JobFiles:
        """Which values of the order are places on this machine."""
        return JobFiles(**self.order["files"])

    @property
    def folder(self) -> Path | None:
        """The folder that the job reads and writes; None where it has none."""
        files = self.files
        return Path(self.order["order"][files.folder]) if files.folder else None

    def to_end(self) -> Event:
        """Run the job on a node that takes it and its files, and return its last event.

        Raises:
            NoPlace: where none does, with what was said by the last that was asked.
        """
        while True:
            node = self._choose()
            try:
                if (event := self._try_on(node)) is not None:
                    return event
            except NodeTrouble as trouble:
                return Event("failed", {"sentence": str(trouble)})
            except ActorLost:
                return Event("failed", {"sentence": f"The node {node.address} that ran the job has gone."})

    def _try_on(self, node: Node) -> Event | None:
        """Return the last event of the job on that node; nothing where it did not begin there."""
        worker, folder = None, self.folder
        work = PlacedWork(node.id, TRAINING, folder.name if folder else "", self.plan.training)
        try:
            worker = self.cluster.start(NodeJob, node, work, self.plan.cache)
            tree = read_tree(folder) if folder else {}
            if folder:
                send_tree(worker, folder, tree)
        except NodeTaken:
            return None  # by another server, a moment before: who looks again sees what there is
        except (NoPlace, NodeTrouble, DamagedFile) as trouble:
            # Another node may have what this one lacks: room on its disk, or the right release.
            self.refusing.add(node.id)
            self.reason = str(trouble)
            sys.stderr.write(f"{self.reason}\n")
            if worker is not None:
                worker.kill()
            return None
        return self._follow(worker, tree)

    def _choose(self) -> Node:
        """Return the node for the job; NoPlace when none has room, and none gets any soon."""
        began, is_told, need = time.monotonic(), False, self.plan.training
        while True:
            view = ClusterView(self.cluster.nodes(), self.cluster.works())
            nodes = undrained(view.free_nodes(), self.order.get("drained", ()))
            willing = [node for node in nodes if node.id not in self.refusing]
            node = choose_node(willing, need, spare_cores=SPARE_CORES)
            if node is not None:
                return node
            if self.refusing or time.monotonic() - began > GIVE_UP_S:
                raise NoPlace(self.reason or no_room_sentence(nodes, need, "a training"))
            if self.cancelled():
                sentence = "It was stopped before a node had room for it."
                raise RunEnded(Event("cancelled", {"sentence": sentence}))
            if not is_told:
                self.emit(Event("progress", WAITING))
                sys.stderr.write(no_room_sentence(nodes, need, "a training") + "\n")
                is_told = True
            time.sleep(LOOK_S)

    def _follow(self, worker: Any, tree: Tree) -> Event:
        """Hand on what the job says and changes; return its last event."""
        order, folder = self.order, self.folder
        cores = max(1, math.ceil(self.plan.training.cores))
        worker.call("begin", order["name"], order["order"], order["files"], tree, cores)
        is_asked = False
        while True:
            if self.cancelled() and not is_asked:
                worker.call("cancel")
                is_asked = True
            for message in worker.call("listen", LISTEN_S):
                if folder:
                    fetch_changes(worker, folder, message["changed"], message["removed"], tree)
                event = event_of(message)
                if event.kind in LAST:
                    return _without_disk(event, worker.node.address)
                self.emit(event)


def _without_disk(event: Event, address: str) -> Event:
    """Return a failure for want of disk as one of that node: another one may have room."""
    if event.facts.get("refusal") not in (NoSpace.__name__, Unwritable.__name__):
        return event
    reason = str(event.facts["sentence"]).replace("The server's disk", "it")
    return Event("failed", {"sentence": f"The disk of the node {address} refuses: {reason}"})
