"""What a cluster looks like at a moment: its nodes, what of our work is where, and whether there is room."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from vedette.engines.placement import Node, Room

UNIT, TRAINING = "unit", "training"
# Before the names of our actors, by which any server knows what runs where.
OURS = "vedette|"
TITLE_PARTS = 5


@dataclass(frozen=True, slots=True)
class PlacedWork:
    """A unit or a training on a node, by its id; `folder` names the version's.

    It has its place as soon as it is on its way there, and `lives` once the node has given it its room.
    """

    node: str
    kind: str
    folder: str
    need: Room = field(default_factory=Room)
    lives: bool = True


def title_of(work: PlacedWork) -> str:
    """Return the name of an actor that says what it does, where, and with what; no two are alike."""
    need = work.need
    parts = [work.kind, work.folder, work.node, f"{need.cores!r},{need.memory!r},{need.gpus!r}"]
    return OURS + "|".join([*parts, secrets.token_hex(8)])


def read_title(title: str, *, lives: bool = True) -> PlacedWork | None:
    """Return what an actor of ours does; nothing of one that is none, or of another release."""
    parts = title.removeprefix(OURS).split("|")
    if not title.startswith(OURS) or len(parts) != TITLE_PARTS:
        return None
    kind, folder, node, need, _ = parts
    if kind not in (UNIT, TRAINING):  # a check, which is over in a second
        return None
    try:
        return PlacedWork(node, kind, folder, Room(*map(float, need.split(","))), lives)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The nodes that live, and our work on them, of all servers."""

    nodes: Sequence[Node]
    works: Sequence[PlacedWork] = ()
    # What is wrong with a node, by its id, in a sentence.
    problems: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """Return what people call each node, by its id: its address, and more where two share it."""
        return names_of(self.nodes)

    def count(self, kind: str, node: str = "") -> int:
        """Return how much of a kind there is, on a node or in all."""
        return sum(1 for work in self.works if work.kind == kind and node in ("", work.node))

    def free_nodes(self) -> list[Node]:
        """Return the nodes without the room of our work: the cluster's own figures come later."""
        return [without_works(node, self.works) for node in self.nodes]

    def dump(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> "ClusterView":
        """Return a dumped view."""
        nodes = [
            Node(node["id"], node["address"], Room(**node["total"]), Room(**node["free"]))
            for node in values["nodes"]
        ]
        works = [PlacedWork(**{**work, "need": Room(**work["need"])}) for work in values["works"]]
        return cls(nodes, works, values["problems"])


def without_works(node: Node, works: Iterable[PlacedWork]) -> Node:
    """Return a node without the room that these works have there."""
    free = node.total
    for work in works:
        if work.node == node.id:
            free = free.without(work.need)
    return replace(node, free=node.free.at_most(free))


def names_of(nodes: Sequence[Node]) -> dict[str, str]:
    """Return what people call each node, by its id."""
    shared = Counter(node.address for node in nodes)
    return {
        node.id: node.address if shared[node.address] == 1 else f"{node.address}#{node.id[:8]}"
        for node in nodes
    }


def undrained(nodes: Sequence[Node], drained: Collection[str]) -> list[Node]:
    """Return the nodes that take new work: all but those that people empty."""
    names = names_of(nodes)
    return [node for node in nodes if names[node.id] not in drained]
