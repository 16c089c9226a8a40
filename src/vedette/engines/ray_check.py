"""The job `ray-check`: what there is of a cluster, for whoever set it up. Nothing stays running there.

order   a plan (ray_plan.py)
result  nodes, warnings of them, and how many units and trainings have room now; or `failed` with a sentence
"""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.engines.node_worker import NodeWorker
from vedette.engines.placement import Room, count_places, no_room_sentence
from vedette.engines.port import EmitEvent, Event, NoPlace, RunEnded
from vedette.engines.ray_plan import RayPlan


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Join the cluster, count its room, and let every node with cores greet us."""
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
    warnings = []
    for node in nodes:
        worker = cluster.start(NodeWorker, node, Room(), plan.cache)
        warnings.append(worker.warning)
        worker.kill()
    return {
        "warnings": [warning for warning in warnings if warning],
        "nodes": len(nodes),
        "units": count_places(nodes, plan.unit),
        "trainings": count_places(nodes, plan.training),
    }
