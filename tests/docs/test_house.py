"""The picture of the house: computed from the imports; what is left out follows from the rest."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from doubles.tools import load_tool

ROOT = Path(__file__).parents[2]
draw_house = load_tool("draw_house")

ROOMS = "abcdefg"


def reachable(graph, room):
    rooms = set(graph[room])
    return rooms.union(*(reachable(graph, other) for other in graph[room]))


# Rooms import only rooms that come later, as in the house, where no room is in a loop.
houses = st.fixed_dictionaries({room: st.sets(st.sampled_from(ROOMS)) for room in ROOMS}).map(
    lambda graph: {room: {other for other in others if other > room} for room, others in graph.items()}
)


@given(houses)
def test_what_is_left_out_follows_from_what_is_drawn(graph):
    drawn = draw_house.without_implied(graph)
    assert all(drawn[room] <= graph[room] for room in graph)
    assert [reachable(drawn, room) for room in graph] == [reachable(graph, room) for room in graph]


@given(houses)
def test_nothing_that_is_drawn_follows_from_the_rest(graph):
    drawn = draw_house.without_implied(graph)
    for room in drawn:
        for other in drawn[room]:
            assert other not in reachable(drawn | {room: drawn[room] - {other}}, room)


def test_every_room_has_a_box_and_every_line_goes_down():
    page = draw_house.house_picture()
    rooms = {path.parent.name for path in (ROOT / "src" / "vedette").glob("*/__init__.py")}
    assert set(re.findall(r'text-anchor="middle">(\w+)</text>', page)) == rooms
    heights = [[float(y) for y in pair] for pair in re.findall(r"M[\d.]+,([\d.]+) L[\d.]+,([\d.]+)", page)]
    assert heights
    assert all(start < end for start, end in heights)


def test_no_two_rooms_stand_in_one_place():
    graph = draw_house.without_implied(draw_house.read_imports())
    places = draw_house.place_rooms(draw_house.read_floors(), graph)
    assert len(set(places.values())) == len(places)
