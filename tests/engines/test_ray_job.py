"""A job that a node refuses goes to another one; where all refuse it waits with what the last one said."""

import pytest

from vedette.engines.carrying import ActorLost, NodeTrouble
from vedette.engines.placement import Node, Room
from vedette.engines.port import Event, NoPlace
from vedette.engines.ray_job import RunOnNode
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_words import clock_sentence

FULL = "The disk of the node {} refuses: No space left on device."


class Worker:
    """Takes files or has a full disk, and then says what a test wants."""

    def __init__(self, node, cluster):
        self.node, self.cluster = node, cluster

    def call(self, method, *values):
        if method == "missing":
            if self.node.id in self.cluster.full:
                raise NodeTrouble(FULL.format(self.node.address))
            return []
        if method == "listen":
            if self.cluster.dies:
                raise ActorLost("gone")
            return [{"event": {"kind": "done", "facts": {}}, "changed": [], "removed": []}]
        return None

    def kill(self):
        self.cluster.killed.append(self.node.id)


class Cluster:
    """Two nodes; `full` have no room on their disks, `old` another release."""

    def __init__(self, full="", old="", dies=False):
        self.full, self.old, self.dies, self.killed, self.asked = full, old, dies, [], []

    def nodes(self):
        return [
            Node(letter, f"10.0.0.{number}", Room(2, 4), Room(2, 4)) for number, letter in enumerate("ab")
        ]

    def works(self):
        return []

    def start(self, kind, node, work, *values):
        self.asked.append(node.id)
        if node.id in self.old:
            raise NoPlace(f"The node {node.address} has an old release.")
        return Worker(node, self)


@pytest.fixture
def run(tmp_path):
    def begin(cluster):
        order = {
            "name": "job",
            "order": {"folder": str(tmp_path)},
            "files": {"folder": "folder", "cache": ""},
        }
        plan = RayPlan("head:6379", Room(1, 1), Room(1, 1))
        return RunOnNode(cluster, plan, order, lambda event: None, lambda: False).to_end()

    return begin


@pytest.mark.parametrize("trouble", [{"full": "a"}, {"old": "a"}])
def test_a_node_that_refuses_is_passed_over(run, trouble):
    cluster = Cluster(**trouble)
    assert run(cluster) == Event("done", {})
    assert cluster.asked == ["a", "b"]
    assert cluster.killed == (["a"] if "full" in trouble else [])


def test_where_every_node_refuses_the_job_waits_with_what_the_last_one_said(run):
    with pytest.raises(NoPlace) as refused:
        run(Cluster(full="ab"))
    assert str(refused.value) == FULL.format("10.0.0.1")


def test_a_node_that_dies_under_the_job_is_no_refusal(run):
    cluster = Cluster(dies=True)
    assert run(cluster) == Event("failed", {"sentence": "The node 10.0.0.0 that ran the job has gone."})
    assert cluster.asked == ["a"]


@pytest.mark.parametrize(
    ("apart_s", "words"), [(0, ""), (30, ""), (61, "is 61 s ahead of this server's"), (-61, "is 61 s behind")]
)
def test_clocks_that_are_apart_are_named(apart_s, words):
    sentence = clock_sentence("10.0.0.3", 1000.0 + apart_s, 1000.0)
    assert words in sentence
    assert bool(sentence) == bool(words)
