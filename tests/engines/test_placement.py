"""Where work is put on a cluster: spread, beside what is free, never where there is no room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.engines.placement import Node, Room, choose_node, no_room_sentence
from vedette.engines.ray_plan import read_room
from vedette.errors import Wrong

NEED = Room(cores=1, memory=0.5)


def node(name, cores, free=None, memory=4.0, gpus=0.0):
    return Node(
        name, f"10.0.0.{name}", Room(cores, memory, gpus), Room(cores if free is None else free, memory, gpus)
    )


def test_units_of_one_model_are_spread_before_the_freest_node_is_filled():
    nodes = [node("1", 16), node("2", 2), node("3", 2)]
    chosen: list[str] = []
    for _ in range(4):
        alike = {name: chosen.count(name) for name in set(chosen)}
        chosen.append(choose_node(nodes, NEED, alike=alike).id)
    assert chosen == ["1", "2", "3", "1"]


def test_what_needs_no_gpu_leaves_the_nodes_that_have_one_to_others():
    nodes = [node("1", 32, gpus=1), node("2", 2)]
    assert choose_node(nodes, NEED).id == "2"
    assert choose_node(nodes, Room(1, 0.5, 0.25)).id == "1"


def test_a_training_leaves_a_core_in_the_cluster_where_it_can():
    nodes = [node("1", 2), node("2", 1, free=0)]
    training = Room(cores=2, memory=1)
    assert choose_node(nodes, training) is not None
    assert choose_node(nodes, training, spare_cores=1) is None
    assert choose_node([node("1", 2)], training, spare_cores=1).id == "1"  # or it would never run


def test_a_node_without_enough_memory_is_none():
    assert choose_node([node("1", 8, memory=0.25)], NEED) is None


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ([], "The Ray cluster has no node for a unit."),
        (
            [node("1", 8, memory=0.25), node("2", 0.5)],
            "No node of the Ray cluster is large enough for a unit: it needs 1 core, 0.5 GiB, "
            "and the largest of 2 has 8 cores, 0.25 GiB.",
        ),
        (
            [node("1", 8, free=0)],
            "All nodes of the Ray cluster are taken: a unit needs 1 core, 0.5 GiB on one of 1.",
        ),
    ],
)
def test_why_nothing_is_chosen_is_said(nodes, sentence):
    assert no_room_sentence(nodes, NEED, "a unit") == sentence


rooms = st.builds(Room, st.floats(0, 8), st.floats(0, 8), st.sampled_from([0.0, 0.5, 1.0]))


@given(st.lists(st.tuples(rooms, rooms), max_size=5), rooms, st.floats(0, 2))
def test_what_is_chosen_has_room(given_rooms, need, spare):
    nodes = [
        Node(str(number), "", total, total.at_most(free)) for number, (total, free) in enumerate(given_rooms)
    ]
    chosen = choose_node(nodes, need, spare_cores=spare)
    if chosen is not None:
        assert chosen.free.holds(need)
    elif not spare:
        assert not any(each.free.holds(need) for each in nodes)


def test_a_room_is_read_as_it_is_set():
    assert read_room("cores=2, memory=4,gpus=0.5", "X") == Room(2, 4, 0.5)


@pytest.mark.parametrize("text", ["2", "cores=two", "cores=1,disk=3", "cores=-1", "memory=1", "cores=nan"])
def test_a_room_that_cannot_be_is_refused_by_its_setting(text):
    with pytest.raises(Wrong, match=r"^VEDETTE_RAY_UNIT cannot be "):
        read_room(text, "VEDETTE_RAY_UNIT")


def test_room_that_is_kept_for_units_is_said_to_be():
    nodes = [Node("a", "1", Room(2, 4), Room(0, 2)), Node("b", "2", Room(2, 4), Room(2, 4))]
    assert choose_node(nodes, Room(2, 1), spare_cores=1) is None
    sentence = "The Ray cluster keeps a core free for units that lose a node: a training needs 2 cores, 1 GiB"
    assert no_room_sentence(nodes, Room(2, 1), "a training") == f"{sentence} besides."
