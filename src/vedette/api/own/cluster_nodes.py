"""The nodes of an installation and the work on them: of a Ray cluster, or of the servers themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.api.house import House
from vedette.cores import count_cores
from vedette.engines.cluster_view import TRAINING, UNIT
from vedette.engines.placement import Room
from vedette.engines.port import NoPlace
from vedette.engines.ray_watch import ClusterWatch
from vedette.jobs.members import ServerMember
from vedette.jobs.store import LEASE_MS, JobPlace
from vedette.projects.version import Version
from vedette.training.run import subject_of


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """A machine on which work runs; of other servers it is not known here what they have."""

    name: str
    lives: bool = True
    total: Room | None = None
    free: Room | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ClusterWork:
    """So many units of a version, or its training, on a node; on none while it is being placed."""

    kind: str
    node: str
    version: Version | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class SeenCluster:
    """All that is known of it; `problem` says why nothing is, where that is so."""

    nodes: Sequence[ClusterNode] = ()
    works: Sequence[ClusterWork] = field(default_factory=list)
    problem: str = ""


def look_at_cluster(house: House, versions: Mapping[str, Version], places: Sequence[JobPlace]) -> SeenCluster:
    """Return the nodes, and whose work is where; versions come by their folders."""
    placing = house.placing
    if placing is None or placing.cluster is None:
        return _servers(house, versions, places)
    return _ray(placing.cluster, placing.drains.names, versions, places)


def _ray(
    cluster: ClusterWatch,
    drained: frozenset[str],
    versions: Mapping[str, Version],
    places: Sequence[JobPlace],
) -> SeenCluster:
    try:
        view = cluster.look()
    except NoPlace as trouble:
        return SeenCluster([ClusterNode(name, lives=False) for name in sorted(drained)], [], str(trouble))
    names = view.names()
    # A node without cores, such as the server's own machine, takes no work.
    nodes = [
        ClusterNode(names[node.id], True, node.total, node.free, view.problems.get(node.id, ""))
        for node in view.nodes
        if node.total.cores
    ]
    nodes += [ClusterNode(name, lives=False) for name in sorted(drained - {node.name for node in nodes})]
    works = [
        ClusterWork(work.kind, names.get(work.node, ""), versions.get(work.folder)) for work in view.works
    ]
    placed = {work.version.id for work in works if work.kind == TRAINING and work.version}
    works += _unplaced(versions, places, placed)
    return SeenCluster(nodes, works)


def _unplaced(
    versions: Mapping[str, Version], places: Sequence[JobPlace], placed: set[int]
) -> list[ClusterWork]:
    by_subject = {subject_of(version): version for version in versions.values()}
    under_way = [by_subject.get(place.subject) for place in places if place.owner]
    return [
        ClusterWork(TRAINING, "", version)
        for version in under_way
        if version is not None and version.id not in placed
    ]


def _servers(house: House, versions: Mapping[str, Version], places: Sequence[JobPlace]) -> SeenCluster:
    members = _members(house)
    names = {member.id: member.name for member in members}
    own = Room(count_cores())
    nodes = [
        ClusterNode(
            member.name,
            member.silent_ms <= LEASE_MS,
            own if member.id == house.jobs.owner else None,
            own if member.id == house.jobs.owner else None,
            " ".join(() if house.roll is None else house.roll.differences(member)),
        )
        for member in members
    ]
    by_number = {str(version.id): version for version in versions.values()}
    by_subject = {subject_of(version): version for version in versions.values()}
    works = [
        ClusterWork(UNIT, member.name, by_number.get(number), count)
        for member in members
        for number, count in member.units.items()
        if count
    ]
    works += [
        ClusterWork(TRAINING, names.get(place.owner, ""), by_subject.get(place.subject))
        for place in places
        if place.owner
    ]
    return SeenCluster(nodes, works)


def _members(house: House) -> Sequence[ServerMember]:
    if house.roll is not None and house.roll.is_shared:
        return house.roll.members()
    return [
        ServerMember(
            id=house.jobs.owner,
            host=house.roll.name if house.roll else "this server",
            address="",
            folder="",
            release="",
            change="",
            began_ms=0,
            silent_ms=0,
            ahead_ms=0,
            units=house.hosting.units(),
        )
    ]
