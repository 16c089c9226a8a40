"""Where trainings and units run, what waits and why, and nodes that are emptied.

A node is a machine of a Ray cluster, or a server where each works for itself. An account sees its own models
on them, and of others' only how many there are. Nodes are everybody's: the installation's own account empties
them, and reads where the cluster is reached.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.cluster_nodes import ClusterNode, ClusterWork, look_at_cluster
from vedette.clock import from_milliseconds
from vedette.errors import Busy, Denied, Missing
from vedette.jobs.store import JobPlace
from vedette.projects.version import State, Version
from vedette.training.queueing import WaitingTraining
from vedette.training.run import subject_of

# What other accounts read of a problem, which names the cluster's address.
UNREACHABLE = "The cluster does not answer."
STATES: tuple[State, ...] = ("training", "starting", "running", "stopping")


@dataclass(frozen=True, slots=True)
class ClusterContents:
    """The versions that trainings and units are of, and the trainings as the queue has them."""

    versions: Mapping[str, Version]
    places: Mapping[str, JobPlace]
    waiting: list[WaitingTraining] = field(default_factory=list)

    def of_subject(self, subject: str) -> Version | None:
        """Return the version that a job is about."""
        return next((item for item in self.versions.values() if subject_of(item) == subject), None)


def describe_cluster(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the nodes, what of the account runs where, and why something waits."""
    del request
    caller.require("DescribeCluster", "*")
    versions = {version.folder: version for version in house.versions.in_state(*STATES)}
    places = house.trainings.queue.places()
    contents = ClusterContents(
        versions, {place.subject: place for place in places}, house.trainings.queue.waiting(places)
    )
    cluster = look_at_cluster(house, versions, places)
    is_operator = _is_operator(house, caller)
    drained = {node.name: node for node in house.placing.drains.list()} if house.placing else {}
    return {
        "Engine": house.settings.engine,
        "Address": house.settings.ray_address if house.settings.engine == "ray" and is_operator else "",
        "Problem": cluster.problem if is_operator or not cluster.problem else UNREACHABLE,
        "MayDrain": is_operator,
        "Nodes": [_node(node, cluster.works, drained.get(node.name)) for node in cluster.nodes],
        "Work": [_work(work, contents) for work in _own(cluster.works, caller.account)],
        "Waiting": [*_trainings(contents, caller.account), *_units(house, contents, caller.account)],
        "OthersWaiting": sum(1 for item in contents.waiting if item.account != caller.account),
        "Quota": _quota(house, contents, caller.account),
    }


def drain_node(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put nothing new on a node, and move its units away; what is trained there ends there."""
    _require_operator(house, caller, "DrainNode")
    name = request["NodeName"]
    nodes = look_at_cluster(house, {}, ()).nodes
    if name not in {node.name for node in nodes}:
        raise Missing(f"There is no node {name}.", kind="node", name=name)
    assert house.placing is not None, "only tests have none, and no node of that name"
    remaining = {node.name for node in nodes if node.lives} - house.placing.drains.names - {name}
    if not remaining:
        raise Busy(f"{name} is the last node that takes work: add another one first.", kind="node", name=name)
    house.placing.drains.drain(name, caller.principal.arn)
    return {}


def resume_node(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a node take work again; it may be away meanwhile."""
    _require_operator(house, caller, "ResumeNode")
    name = request["NodeName"]
    if house.placing is None or not house.placing.drains.resume(name):
        raise Missing(f"No node {name} is being emptied.", kind="node", name=name)
    return {}


def _is_operator(house: House, caller: Caller) -> bool:
    return caller.account == house.settings.account


def _require_operator(house: House, caller: Caller, action: str) -> None:
    caller.require(action, "*")
    if not _is_operator(house, caller):
        raise Denied("Nodes are of the whole installation: its own account alone empties them.")


def _own(works: Iterable[ClusterWork], account: str) -> list[ClusterWork]:
    return [
        work for work in works if work.version is not None and work.version.project.scope.account == account
    ]


def _node(node: ClusterNode, works: Iterable[ClusterWork], drained: Any) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for work in works:
        if work.node == node.name:
            counts[work.kind] += work.count
    answer: dict[str, Any] = {
        "NodeName": node.name,
        "State": _state(node, counts.total(), is_drained=drained is not None),
        "Units": counts["unit"],
        "Trainings": counts["training"],
        "Problem": node.problem,
    }
    if node.total is not None and node.free is not None:
        for name, room in (("", node.total), ("Free", node.free)):
            answer |= {f"{name}Cores": room.cores, f"{name}Memory": room.memory, f"{name}Gpus": room.gpus}
    if drained is not None:
        answer["DrainedSince"] = from_milliseconds(drained.since_ms)
    return answer


def _state(node: ClusterNode, busy: int, *, is_drained: bool) -> str:
    if not node.lives:
        return "away"
    if not is_drained:
        return "ready"
    return "draining" if busy else "drained"


def _work(work: ClusterWork, contents: ClusterContents) -> dict[str, Any]:
    assert work.version is not None
    answer: dict[str, Any] = {
        "ModelArn": str(work.version.arn),
        "Kind": work.kind,
        "NodeName": work.node,
        "Count": work.count,
    }
    place = contents.places.get(subject_of(work.version))
    if work.kind == "training" and place is not None and place.progress:
        facts = place.progress
        answer |= {"Stage": facts["stage"], "Done": facts["done"], "Of": facts["of"]}
    return answer


def _trainings(contents: ClusterContents, account: str) -> list[dict[str, Any]]:
    rows = []
    for item in contents.waiting:
        version = contents.of_subject(item.subject)
        if version is not None and item.account == account:
            row = {"ModelArn": str(version.arn), "Kind": "training", "Count": 1, "Position": item.position}
            rows.append({**row, "Why": item.reason})
    return rows


def _units(house: House, contents: ClusterContents, account: str) -> list[dict[str, Any]]:
    waiting = house.hosting.waiting()
    return [
        {
            "ModelArn": str(version.arn),
            "Kind": "unit",
            "Count": waiting[version.id][0],
            "Why": waiting[version.id][1],
        }
        for version in contents.versions.values()
        if version.id in waiting and version.project.scope.account == account
    ]


def _quota(house: House, contents: ClusterContents, account: str) -> dict[str, int]:
    own = [place for place in contents.places.values() if place.account == account]
    units = [
        version.most_units or version.least_units or 1
        for version in contents.versions.values()
        if version.project.scope.account == account and version.state in ("starting", "running")
    ]
    return {
        "MostTrainings": house.trainings.queue.most_of(account),
        "Trainings": sum(1 for place in own if place.owner),
        "MostUnits": house.hosting.most_of(account),
        "Units": sum(units),
    }
