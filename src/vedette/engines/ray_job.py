"""The job `on-ray`: another job, run on a node of a Ray cluster, its events relayed as if it ran here.

It runs in a process of its own as every job does, which is what connects to the cluster: nothing of Ray is in
the server, and who cancels or kills this process ends the job on its node.

order   plan (ray_plan.py), name, order and files of the job (port.py)
"""

import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.carrying import fetch_changes, send_tree
from vedette.engines.cluster_view import TRAINING, undrained
from vedette.engines.node_cache import DamagedFile
from vedette.engines.node_job import NodeJob, event_of
from vedette.engines.placement import SPARE_CORES, choose_node, no_room_sentence
from vedette.engines.port import LAST, EmitEvent, Event, JobFiles, NoPlace, RunEnded
from vedette.engines.ray_plan import RayPlan
from vedette.engines.trees import read_tree
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
    from vedette.engines.ray_cluster import ActorLost, NodeTrouble, RayCluster  # loads Ray

    plan = RayPlan.load(order["plan"])
    cluster: Any = None
    worker: Any = None
    try:
        cluster = RayCluster(plan.address)
        worker = _placed(cluster, plan, order, emit, cancelled)
        event = _follow(worker, order, plan, emit, cancelled)
    except NoPlace as trouble:
        event = Event("failed", {"sentence": str(trouble), "waits": True})
    except (DamagedFile, NodeTrouble) as trouble:
        event = Event("failed", {"sentence": str(trouble)})
    except ActorLost:
        event = Event("failed", {"sentence": f"The node {worker.node.address} that ran the job has gone."})
    finally:
        if cluster is not None:
            cluster.close()
    raise RunEnded(event)


def _placed(
    cluster: Any, plan: RayPlan, order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]
) -> Any:
    """Return the job's worker on the node that was chosen for it.

    Raises:
        NoPlace: when none has room, and none gets any soon.
    """
    began, is_told = time.monotonic(), False
    while True:
        nodes = undrained(cluster.nodes(), order.get("drained", ()))
        node = choose_node(nodes, plan.training, spare_cores=SPARE_CORES)
        if node is not None:
            title = title_of(order)
            return cluster.start(NodeJob, node, plan.training, plan.cache, title=title)
        if time.monotonic() - began > GIVE_UP_S:
            raise NoPlace(no_room_sentence(nodes, plan.training, "a training"))
        if cancelled():
            raise RunEnded(Event("cancelled", {"sentence": "It was stopped before a node had room for it."}))
        if not is_told:
            emit(Event("progress", WAITING))
            sys.stderr.write(no_room_sentence(nodes, plan.training, "a training") + "\n")
            is_told = True
        time.sleep(LOOK_S)


def title_of(order: Mapping[str, Any]) -> str:
    """Return the name of the job's actor: what it works on is named by its folder."""
    from vedette.engines.ray_cluster import title_of as title_for  # loads Ray

    folder = order["order"].get(order["files"].get("folder", ""), "")
    return title_for(TRAINING, Path(folder).name)


def _follow(
    worker: Any, order: Mapping[str, Any], plan: RayPlan, emit: EmitEvent, cancelled: Callable[[], bool]
) -> Event:
    """Bring the job its files, and hand on what it says and changes; return its last event."""
    files = JobFiles(**order["files"])
    folder = Path(order["order"][files.folder]) if files.folder else None
    tree = read_tree(folder) if folder else {}
    if folder:
        send_tree(worker, folder, tree)
    cores = max(1, math.ceil(plan.training.cores))
    worker.call("begin", order["name"], order["order"], order["files"], tree, cores)
    is_asked = False
    while True:
        if cancelled() and not is_asked:
            worker.call("cancel")
            is_asked = True
        for message in worker.call("listen", LISTEN_S):
            if folder:
                fetch_changes(worker, folder, message["changed"], message["removed"], tree)
            event = event_of(message)
            if event.kind in LAST:
                return _without_disk(event, worker.node.address)
            emit(event)


def _without_disk(event: Event, address: str) -> Event:
    """Return a failure for want of disk as one of that node: another one may have room."""
    if event.facts.get("refusal") not in (NoSpace.__name__, Unwritable.__name__):
        return event
    reason = str(event.facts["sentence"]).replace("The server's disk", "it")
    return Event("failed", {"sentence": f"The disk of the node {address} refuses: {reason}"})
