"""Every engine's units keep the port's promise: one set of tests for all of them."""

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from doubles.relay_in_thread import RelayInThread
from doubles.thread_units import UnitsInThreads
from vedette.engines.local_units import LocalUnits
from vedette.engines.placement import Room
from vedette.engines.port import UnitGone, UnitOrder
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch
from vedette.errors import Wrong

HEAD = {"least": 0.0, "orientation": 1}


def picture(red, side=32):
    stream = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), (red, 0, 0), np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def noise(red, side):
    """Return a picture whose file is about as large as its pixels, its red channel all the same."""
    pixels = np.random.default_rng(3).integers(0, 256, (side, side, 3), np.uint8)
    pixels[..., 0] = red
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def units_on_a_node(tmp_path):
    """Return those of a cluster whose relay and node are threads of this process."""
    plan = RayPlan("head:6379", Room(1, 1), Room(1, 1))
    return RayUnits(plan, ClusterWatch(plan, RelayInThread(tmp_path / "node")))


@pytest.fixture(params=["threads", "processes", "a node", pytest.param("ray", marks=pytest.mark.ray)])
def units(request, tmp_path):
    if request.param == "ray":
        return RayUnits(request.getfixturevalue("ray_plan"))
    if request.param == "a node":
        return units_on_a_node(tmp_path)
    return {"threads": UnitsInThreads, "processes": LocalUnits}[request.param]()


@pytest.fixture
def package(tmp_path):
    return tiny_package(tmp_path / "package", "classification")


def with_unit(units, package, work, on_death=lambda: None):
    async def live():
        unit = await units.start(UnitOrder(package, 1), on_death=on_death)
        try:
            return await work(unit)
        finally:
            await unit.close()
            await units.close()

    return asyncio.run(live())


async def redness(unit, data):
    reply, _ = await unit.ask(HEAD, data)
    return {each["label"]: each["confidence"] for each in reply["found"]["findings"]}["red"]


def test_a_unit_tells_of_its_model(units, package):
    async def work(unit):
        return unit.alive, unit.in_flight, unit.idle.is_set(), unit.about["task"], unit.pace_s > 0

    assert with_unit(units, package, work) == (True, 0, True, "classification", True)


def test_each_picture_has_its_own_answer_in_order(units, package):
    async def work(unit):
        reds = [0, 51, 102, 153, 204, 255] * 2
        return await asyncio.gather(*(redness(unit, picture(red)) for red in reds))

    reds = [0, 51, 102, 153, 204, 255] * 2
    assert with_unit(units, package, work) == pytest.approx([red / 255 for red in reds], abs=0.01)


def test_a_large_picture_crosses_whole(units, package):
    data = noise(102, 500)
    assert len(data) > 400_000

    async def work(unit):
        return await asyncio.gather(*(redness(unit, data) for _ in range(3)))

    assert with_unit(units, package, work) == pytest.approx([0.4] * 3, abs=0.01)


def test_what_is_no_picture_is_refused_and_the_unit_goes_on(units, package):
    async def work(unit):
        refused, _ = await unit.ask(HEAD, b"no picture")
        return refused["refused"], await redness(unit, picture(255))

    sentence, after = with_unit(units, package, work)
    assert sentence.startswith("The picture")
    assert after == pytest.approx(1, abs=0.01)


def test_who_reserves_a_unit_keeps_it_from_being_idle(units, package):
    async def work(unit):
        unit.take()
        busy = (unit.in_flight, unit.idle.is_set())
        unit.give_back()
        return busy, (unit.in_flight, unit.idle.is_set())

    assert with_unit(units, package, work) == ((1, False), (0, True))


def test_a_unit_that_is_killed_fails_what_it_owes_and_tells_of_its_death(units, package):
    dead = asyncio.Event()

    async def work(unit):
        asked = asyncio.create_task(unit.ask(HEAD, noise(102, 1500)))
        await asyncio.sleep(0.01)
        unit.kill()
        with pytest.raises(UnitGone):
            await asked
        with pytest.raises(UnitGone):
            await unit.ask(HEAD, picture(255))
        async with asyncio.timeout(30):
            await dead.wait()
        return unit.alive

    assert with_unit(units, package, work, dead.set) is False


def test_a_package_that_cannot_be_loaded_is_refused_in_a_sentence(units, tmp_path):
    async def live():
        with pytest.raises(Wrong) as refused:
            await units.start(UnitOrder(tmp_path / "nothing", 1), on_death=lambda: None)
        await units.close()
        return refused.value.sentence

    assert str(tmp_path / "nothing") in asyncio.run(live())


def test_two_units_live_side_by_side(units, package):
    async def live():
        first, second = await asyncio.gather(
            *(units.start(UnitOrder(package, 1, warms=False), on_death=lambda: None) for _ in range(2))
        )
        first.kill()
        found = await redness(second, picture(255))
        await asyncio.gather(first.close(), second.close())
        await units.close()
        return found

    assert asyncio.run(live()) == pytest.approx(1, abs=0.01)
