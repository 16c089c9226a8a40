"""What a cluster looks like: names of nodes, what is emptied, and how many trainings have room."""

import os
import socket
import threading
import time

import pytest

from vedette.engines.cluster_view import (
    ClusterView,
    PlacedWork,
    names_of,
    read_title,
    title_of,
    undrained,
)
from vedette.engines.frames import frame_start, read_frame
from vedette.engines.placement import Node, Room, count_places
from vedette.engines.port import NoPlace
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_watch import FRESH_S, SULKS_S, ClusterWatch

NEED = Room(1, 1)
PLAN = RayPlan("head:6379", Room(1, 0.5), NEED)


def node(key, address, cores=2.0, free=None):
    return Node(key, address, Room(cores, 4), Room(cores if free is None else free, 4))


def test_a_node_is_called_by_its_address_and_where_two_share_one_by_its_id_too():
    nodes = [node("a" * 9, "10.0.0.1"), node("b" * 9, "10.0.0.2"), node("c" * 9, "10.0.0.2")]
    assert list(names_of(nodes).values()) == ["10.0.0.1", "10.0.0.2#bbbbbbbb", "10.0.0.2#cccccccc"]
    assert undrained(nodes, {"10.0.0.1", "10.0.0.2#cccccccc", "elsewhere"}) == [nodes[1]]


def test_a_view_crosses_as_it_is():
    view = ClusterView([node("a", "10.0.0.1")], [PlacedWork("a", "unit", "7-ab", Room(1, 0.5), lives=False)])
    assert ClusterView.load(view.dump()) == view
    assert (view.count("unit"), view.count("unit", "a"), view.count("training")) == (1, 1, 0)


@pytest.mark.parametrize("lives", [True, False])
def test_a_title_says_what_is_done_where_and_with_what(lives):
    work = PlacedWork("n" * 56, "unit", "7-ab", Room(1, 0.1, 0.25), lives)
    assert read_title(title_of(work), lives=lives) == work
    assert title_of(work) != title_of(work)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "somebody's",
        "vedette|unit|7-ab|00ff",
        "vedette|check||node|0,0,0|00",
        "vedette|unit|a|n|one,two,0|00",
        "vedette|unit|a|n|1,2,3,4|00",
        "other|unit|a|n|1,2,3|00",
    ],
)
def test_what_others_are_called_is_no_work_of_ours(title):
    assert read_title(title) is None


def test_a_node_s_room_is_taken_from_the_moment_that_something_is_on_its_way_there():
    view = ClusterView(
        [node("a", "1"), node("b", "2")],
        [
            PlacedWork("a", "unit", "7-ab", Room(1.5, 1), lives=False),
            PlacedWork("a", "training", "8-cd", NEED),
        ],
    )
    assert [each.free for each in view.free_nodes()] == [Room(-0.5, 2), Room(2, 4)]


@pytest.mark.parametrize(("spare", "places"), [(0.0, 4), (1.0, 3), (9.0, 4)])
def test_places_are_counted_as_they_are_given_away(spare, places):
    assert count_places([node("a", "1"), node("b", "2")], NEED, spare_cores=spare) == places


class Relay:
    """Answers each look with what a test wants, or not at all."""

    def __init__(self):
        self.answers, self.sent, self.refuses = [], 0, False

    def send(self, numbers):
        if self.refuses:
            raise BrokenPipeError(32, "Broken pipe")
        self.sent += 1
        line = socket.socket(fileno=os.dup(numbers[0]))
        threading.Thread(target=self._answer, args=(line, self.answers.pop(0))).start()

    def _answer(self, line, head):
        with line, line.makefile("rb") as stream:
            assert read_frame(stream) == ({"look": True}, b"")
            if head is not None:
                line.sendall(frame_start(head))


@pytest.fixture
def watch():
    own = ClusterWatch(PLAN, Relay(), ticks=lambda: own.now, patience_s=0.05)
    own.now = 0.0
    return own


def seen(*nodes, works=()):
    return {"seen": ClusterView(list(nodes), list(works)).dump()}


def test_a_view_is_used_for_a_second_and_a_silent_cluster_left_alone_for_longer(watch):
    watch.relay.answers = [seen(node("a", "1")), {"no place": "Gone."}, None]
    assert watch.look() == watch.look()
    watch.now += FRESH_S
    for _ in range(2):
        with pytest.raises(NoPlace, match=r"^Gone\.$"):
            watch.look()
    watch.now += SULKS_S
    with pytest.raises(NoPlace, match=r"^The connection to the Ray cluster at head:6379 ended\.$"):
        watch.look()
    watch.now += SULKS_S
    watch.relay.refuses = True
    with pytest.raises(NoPlace, match=r"at head:6379 does not answer: Broken pipe\.$"):
        watch.look()
    assert watch.relay.sent == 3


def test_a_cluster_is_joined_beside_the_start(watch):
    watch.relay.answers = [{"no place": "Gone."}]
    watch.join()
    deadline = time.monotonic() + 30
    while not watch.relay.sent:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with pytest.raises(NoPlace):
        watch.look()


def test_one_thread_alone_waits_for_a_cluster_that_is_silent(watch):
    asked, answers = threading.Event(), threading.Event()

    def send(numbers):
        asked.set()
        assert answers.wait(30)
        raise BrokenPipeError(32, "Broken pipe")

    watch.relay.send = send
    waiting = threading.Thread(target=watch.why_no_training, args=(0,))
    waiting.start()
    assert asked.wait(30)
    try:
        with pytest.raises(NoPlace, match=r"^The Ray cluster at head:6379 has not answered yet\.$"):
            watch.look()
    finally:
        answers.set()
        waiting.join()


def test_no_training_begins_where_those_under_way_take_all_the_room(watch):
    placed = PlacedWork("a", "training", "7-ab", NEED)
    watch.relay.answers = [seen(node("a", "1", free=1), node("b", "2"), works=[placed])]
    # Three cores are free, one of them kept for units; one training is on a node, others are on their way.
    assert [watch.why_no_training(under_way) for under_way in (0, 1, 2)] == ["", "", ""]
    sentence = "The room in the Ray cluster is for trainings that are on their way there: 2."
    assert watch.why_no_training(3) == sentence


def test_room_that_is_taken_already_is_not_given_again_before_the_cluster_knows(watch):
    placed = [PlacedWork("a", "training", "7-ab", NEED), PlacedWork("b", "unit", "8-cd", PLAN.unit)]
    # The cluster says that all four cores are free; two are taken, and one is kept for units.
    watch.relay.answers = [seen(node("a", "1"), node("b", "2"), works=placed)]
    assert watch.why_no_training(1) == ""
    assert watch.why_no_training(2).endswith("for trainings that are on their way there: 1.")


def test_nodes_that_are_emptied_have_no_room(watch):
    watch.relay.answers = [seen(node("a", "1"), node("b", "2"))]
    watch.shun(frozenset({"1", "2"}))
    assert watch.why_no_training(0) == "The Ray cluster has no node for a training."


def test_a_cluster_that_is_too_small_or_away_is_said(watch):
    watch.relay.answers = [seen(node("a", "1", cores=0.5)), {"no place": "Gone."}]
    assert watch.why_no_training(0).startswith("No node of the Ray cluster is large enough for a training")
    watch.now += FRESH_S
    assert watch.why_no_training(0) == "Gone."


class Unit:
    def __init__(self, node):
        self.about = {"node": node}


def test_a_unit_leaves_whose_node_is_emptied(watch):
    assert not watch.leaves(Unit("1"))
    watch.shun(frozenset({"1"}))
    assert watch.leaves(Unit("1"))
    assert not watch.leaves(Unit("2"))
