"""A unit that a node does not start goes to another one; where none has room, the nearest cause is said."""

from types import SimpleNamespace

import pytest

from vedette.engines.cluster_view import UNIT, PlacedWork
from vedette.engines.placement import Node, Room
from vedette.engines.port import NodeTaken, NoPlace
from vedette.engines.ray_places import REFUSING_S, UnitPlaces
from vedette.engines.ray_plan import RayPlan

NEED = Room(1, 0.5)
OLD = "The node {} has an old release."
TAKEN = "All nodes of the Ray cluster are taken: a unit needs 1 core, 0.5 GiB on one of {}."


class Cluster:
    """Nodes of one core; `old` refuse, `dies` is there until somebody is sent to it, `lost` is another's."""

    def __init__(self, nodes="ab", old="", dies="", lost="", full="", greets_in_s=0.0):
        self.letters, self.old, self.dies, self.lost, self.full = list(nodes), old, dies, lost, full
        self.greets_in_s = greets_in_s
        self.now, self.asked = 0.0, []

    def ticks(self):
        return self.now

    def nodes(self):
        room = Room(1, 4)
        return [Node(letter, f"10.0.0.{letter}", room, room) for letter in self.letters]

    def works(self):
        return [PlacedWork(letter, UNIT, "9-zz", NEED) for letter in self.full]

    def place(self, kind, node, work, cache):
        self.asked.append(node.id)
        return SimpleNamespace(node=node, warning="")

    def greet(self, worker):
        self.now += self.greets_in_s
        node = worker.node
        if node.id in self.lost:
            self.full += node.id
            raise NodeTaken("taken")
        if node.id in self.dies:
            self.letters.remove(node.id)
            raise NoPlace(f"The node {node.address} starts nothing for us: its node has died.")
        if node.id in self.old:
            raise NoPlace(OLD.format(node.address))


def start(cluster, places=None, drained=()):
    places = places or UnitPlaces(RayPlan("head:6379", NEED, NEED), lambda: cluster, ticks=cluster.ticks)
    name, _ = places.start("versions/7-ab/package", drained)
    return name


def refusal(cluster, **more):
    with pytest.raises(NoPlace) as refused:
        start(cluster, **more)
    return str(refused.value)


@pytest.mark.parametrize("trouble", [{"old": "a"}, {"dies": "a"}, {"lost": "a"}])
def test_a_node_that_starts_nothing_is_left_for_another(trouble):
    cluster = Cluster(**trouble)
    assert start(cluster) == "10.0.0.b"
    assert cluster.asked == ["a", "b"]


def test_where_no_other_has_room_what_the_node_said_is_told():
    assert refusal(Cluster(old="a", full="b")) == OLD.format("10.0.0.a")
    assert refusal(Cluster(old="ab")) == OLD.format("10.0.0.b")


def test_a_node_that_died_meanwhile_is_no_reason_where_the_others_are_taken():
    assert refusal(Cluster(dies="a", full="b")) == TAKEN.format(1)
    assert refusal(Cluster(lost="a", full="b")) == TAKEN.format(2)


def test_each_node_is_asked_once_and_the_next_unit_goes_past_it_for_a_while():
    cluster = Cluster("abc", old="ab")
    places = UnitPlaces(RayPlan("head:6379", NEED, NEED), lambda: cluster, ticks=cluster.ticks)
    assert [start(cluster, places), start(cluster, places)] == ["10.0.0.c"] * 2
    assert cluster.asked == ["a", "b", "c", "c"]
    cluster.old, cluster.now = "", REFUSING_S + 1
    assert start(cluster, places) == "10.0.0.a"
    assert places.look().problems["a"] == ""


def test_a_node_that_took_long_to_refuse_leaves_no_time_for_another():
    cluster = Cluster(old="a", greets_in_s=40)
    assert refusal(cluster) == OLD.format("10.0.0.a")
    assert cluster.asked == ["a"]


def test_a_node_that_is_emptied_is_not_asked_where_all_others_refuse():
    cluster = Cluster(old="a")
    assert refusal(cluster, drained=("10.0.0.b",)) == OLD.format("10.0.0.a")
    assert cluster.asked == ["a"]
