"""What a cluster looks like at a moment: its nodes, what of our work is where, and whether there is room."""

import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from vedette.engines.placement import Node, Room

UNIT, TRAINING = "unit", "training"
# Before the names of our actors, by which any server knows what runs where.
OURS = "vedette|"


def title_of(kind: str, folder: str) -> str:
    """Return the name of an actor that says what it does; no two are alike."""
    return f"{OURS}{kind}|{folder}|{secrets.token_hex(8)}"


def read_title(title: str) -> tuple[str, str]:
    """Return the kind and the folder of an actor of ours."""
    kind, _, rest = title.removeprefix(OURS).partition("|")
    return kind, rest.rpartition("|")[0]


@dataclass(frozen=True, slots=True)
class PlacedWork:
    """A unit or a training on a node, by its id; `folder` names the version's."""

    node: str
    kind: str
    folder: str


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

    def without_ours(self, node: Node, needs: Mapping[str, Room]) -> Node:
        """Return a node without the room of our work there: the cluster's own figures come later."""
        free = node.total
        for work in self.works:
            if work.node == node.id and work.kind in needs:
                free = free.without(needs[work.kind])
        return replace(node, free=node.free.at_most(free))

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
        return cls(nodes, [PlacedWork(**work) for work in values["works"]], values["problems"])


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
