"""Two servers on one cluster: no place is given twice, and each sees what the other has there."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack

import pytest

from doubles.packages import tiny_package
from engines.test_units import picture, redness
from vedette.engines.cluster_view import UNIT
from vedette.engines.port import NoPlace, UnitOrder
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch

pytestmark = pytest.mark.ray
# Two nodes of two cores, a core a unit.
PLACES = 4


@pytest.fixture
def watches(ray_plan):
    both = [ClusterWatch(ray_plan, RelayProcess(ray_plan)) for _ in range(2)]
    yield both
    for watch in both:
        watch.close()


@pytest.fixture
def orders(tmp_path):
    """Return what each server starts: models of their own."""
    return [
        UnitOrder(tiny_package(tmp_path / folder / "package", "classification"), 1, warms=False)
        for folder in ("7-ab", "8-cd")
    ]


async def begin(watch, order):
    """Return a unit, or the sentence of who has none."""
    try:
        return await RayUnits(watch.plan, watch).start(order, on_death=lambda: None)
    except NoPlace as refusal:
        return str(refusal)


async def see(watch, count):
    """Return a view that has so many units."""
    end = time.monotonic() + 30
    while (view := await asyncio.to_thread(watch.look)).count(UNIT) != count:
        assert time.monotonic() < end, view
        await asyncio.sleep(0.3)
    return view


def folders(view):
    return sorted(work.folder for work in view.works)


@pytest.mark.timeout(300)
def test_two_servers_that_begin_at_once_share_the_places(watches, orders):
    async def live():
        for watch in watches:
            await asyncio.to_thread(watch.look)
        wanted = [begin(watch, order) for watch, order in zip(watches, orders, strict=True) for _ in range(3)]
        outcomes = await asyncio.gather(*wanted)
        units = [each for each in outcomes if not isinstance(each, str)]
        refusals = {each for each in outcomes if isinstance(each, str)}
        async with AsyncExitStack() as closing:
            for unit in units:
                closing.push_async_callback(unit.close)
            answers = [await redness(unit, picture(255)) for unit in units]
            views = [await see(watch, PLACES) for watch in watches]
            # A place that one leaves is the other's.
            await next(unit for unit in units if unit.alive).close()
            await see(watches[1], PLACES - 1)
            late = await begin(watches[1], orders[1])
            if not isinstance(late, str):
                closing.push_async_callback(late.close)
        return answers, refusals, views, late

    answers, refusals, views, late = asyncio.run(live())
    assert answers == pytest.approx([1] * PLACES, abs=0.01)
    assert len(refusals) == 1
    assert refusals.pop().startswith("All nodes of the Ray cluster are taken: a unit needs ")
    assert folders(views[0]) == folders(views[1])
    assert {"7-ab", "8-cd"} == set(folders(views[0]))
    assert not isinstance(late, str), late


@pytest.mark.timeout(300)
def test_a_place_that_several_have_chosen_is_one_s_and_the_others_look_on(ray_nodes, pytestconfig):
    """All look before any has begun, which no lock in a server prevents: the last would wait for 40 s.

    One that has its room and has not answered yet is not its own rival.
    """
    tests = pytestconfig.rootpath / "tests"
    run = subprocess.run(
        [sys.executable, "-m", "doubles.ray_race", ray_nodes.address],
        env={**os.environ, "PYTHONPATH": str(tests)},
        stdout=subprocess.PIPE,
        check=True,
    )
    address, ends, slow = json.loads(run.stdout)
    taken = f"The node {address} has given its room to another one."
    assert sorted(ends) == sorted(["lives", "lives", taken])
    assert slow == ["lives", "lives"]
