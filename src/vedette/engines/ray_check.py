"""The job `ray-check`: what there is of a cluster, for whoever set it up. Nothing stays running there.

order   a plan (ray_plan.py)
result  nodes, warnings of them, and how many units and trainings have room now; or `failed` with a sentence
"""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.engines.carrying import ActorLost, NodeCalls
from vedette.engines.cluster_view import PlacedWork
from vedette.engines.node_worker import NodeWorker
from vedette.engines.placement import count_places, no_room_sentence
from vedette.engines.port import EmitEvent, Event, NoPlace, RunEnded
from vedette.engines.ray_plan import RayPlan
from vedette.engines.unit_door import enter


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Join the cluster, count its room, and let every node with cores greet us and open a port to us."""
    del emit, cancelled  # it takes seconds
    from vedette.engines.ray_cluster import RayCluster  # loads Ray

    plan = RayPlan.load(order)
    try:
        cluster = RayCluster(plan.address)
        try:
            return _count(cluster, plan)
        finally:
            cluster.close()
    except NoPlace as refusal:
        raise RunEnded(Event("failed", {"sentence": str(refusal)})) from None


def _count(cluster: Any, plan: RayPlan) -> dict[str, Any]:
    nodes = [node for node in cluster.nodes() if node.total.cores]
    for need, subject in ((plan.unit, "a unit"), (plan.training, "a training")):
        if not any(node.total.holds(need) for node in nodes):
            raise NoPlace(no_room_sentence(nodes, need, subject))
    warnings, shut = [], []
    for node in nodes:
        worker = cluster.start(NodeWorker, node, PlacedWork(node.id, "check", ""), plan.cache)
        warnings.append(worker.warning)
        shut.append(try_line(worker, node.address, plan))
        worker.kill()
    if all(shut):  # no unit could be asked anything
        raise NoPlace(shut[0])
    return {
        "warnings": [warning for warning in warnings + shut if warning],
        "nodes": len(nodes),
        "units": count_places(
            [node for node, trouble in zip(nodes, shut, strict=True) if not trouble], plan.unit
        ),
        "trainings": count_places(nodes, plan.training),
    }


def try_line(worker: NodeCalls, address: str, plan: RayPlan) -> str:
    """Speak to a node past Ray, as to a unit there; return what keeps us from it, or nothing."""
    try:
        enter(address, **worker.call("open_door", address, plan.ports)).close()
    except ActorLost as trouble:
        return str(trouble)
    return ""
