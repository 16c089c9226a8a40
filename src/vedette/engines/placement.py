"""On which node of a cluster work is put: pure arithmetic.

Units of one model are spread, so that a node that dies takes as few of them as can be; apart from that, what
comes goes to where most is free. Trainings leave one core free in the cluster where they can: a unit whose
node has died needs a place at once, and a training takes an hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

GIB = 1 << 30
# What a training leaves for units that have lost their node.
SPARE_CORES = 1.0
# Fractions of cores and GPUs are counted in ten-thousandths by Ray; less than this is nothing.
LITTLE = 1e-4


@dataclass(frozen=True, slots=True)
class Room:
    """What something needs, or what a node has; `memory` in GiB."""

    cores: float = 0.0
    memory: float = 0.0
    gpus: float = 0.0

    def holds(self, need: "Room") -> bool:
        """Return whether there is room for it."""
        return (
            self.cores + LITTLE >= need.cores
            and self.memory + LITTLE >= need.memory
            and self.gpus + LITTLE >= need.gpus
        )

    def without(self, need: "Room") -> "Room":
        """Return what is left beside it."""
        return Room(self.cores - need.cores, self.memory - need.memory, self.gpus - need.gpus)

    def at_most(self, other: "Room") -> "Room":
        """Return the lesser of each."""
        return Room(min(self.cores, other.cores), min(self.memory, other.memory), min(self.gpus, other.gpus))

    def __str__(self) -> str:
        """Say it to people."""
        cores = f"{self.cores:g} core{'' if self.cores == 1 else 's'}"
        return f"{cores}, {self.memory:.3g} GiB" + (f", {self.gpus:g} GPUs" if self.gpus else "")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the cluster: its id, its address for people, all that it has, and what of it is free."""

    id: str
    address: str
    total: Room
    free: Room


def choose_node(
    nodes: Sequence[Node], need: Room, *, alike: Mapping[str, int] | None = None, spare_cores: float = 0.0
) -> Node | None:
    """Return the node for what needs that much; None where none has room now.

    `alike` says how many of the same kind each node has already. `spare_cores` are left free in the whole
    cluster, unless it has not so many beside the need at all.
    """
    if sum(node.total.cores for node in nodes) + LITTLE < need.cores + spare_cores:
        spare_cores = 0.0
    if sum(max(0.0, node.free.cores) for node in nodes) + LITTLE < need.cores + spare_cores:
        return None
    counts = alike or {}
    return min(
        (node for node in nodes if node.free.holds(need)),
        # Where nothing is said for a GPU, its node is left to those that need one.
        key=lambda node: (
            counts.get(node.id, 0),
            node.total.gpus > 0 and not need.gpus,
            -node.free.cores,
            -node.free.memory,
            node.id,
        ),
        default=None,
    )


def count_places(nodes: Sequence[Node], need: Room, *, spare_cores: float = 0.0, most: int = 1000) -> int:
    """Return how many things with that need have room, each on one node."""
    nodes = list(nodes)
    for count in range(most):
        best = choose_node(nodes, need, spare_cores=spare_cores)
        if best is None:
            return count
        nodes[nodes.index(best)] = replace(best, free=best.free.without(need))
    return most


def no_room_sentence(nodes: Sequence[Node], need: Room, kind: str) -> str:
    """Say why nothing was chosen: no node is large enough, or all are taken."""
    # The head and the server's machine are often nodes without cores, which are for nobody.
    nodes = [node for node in nodes if node.total.cores]
    if not nodes:
        return f"The Ray cluster has no node for {kind}."
    if not any(node.total.holds(need) for node in nodes):
        largest = max((node.total for node in nodes), key=lambda room: (room.cores, room.memory))
        return (
            f"No node of the Ray cluster is large enough for {kind}: it needs {need}, "
            f"and the largest of {len(nodes)} has {largest}."
        )
    if any(node.free.holds(need) for node in nodes):
        return f"The Ray cluster keeps a core free for units that lose a node: {kind} needs {need} besides."
    return f"All nodes of the Ray cluster are taken: {kind} needs {need} on one of {len(nodes)}."
