"""A unit on a node lives as long as both its line and its socket to the relay."""

import asyncio

import pytest

from doubles.packages import tiny_package
from doubles.relay_in_thread import RelayInThread
from engines.test_units import picture, redness
from vedette.engines.frames import frame_start
from vedette.engines.placement import Room
from vedette.engines.port import NoPlace, UnitGone, UnitOrder
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch

PLAN = RayPlan("head:6379", Room(1, 1), Room(1, 1))


@pytest.fixture
def relay(tmp_path):
    return RelayInThread(tmp_path / "node")


@pytest.fixture
def order(tmp_path):
    return UnitOrder(tiny_package(tmp_path / "package", "classification"), 1)


def with_unit(relay, order, work):
    """Return what is done with a unit, and what is said of its death."""
    deaths = []

    async def live():
        units = RayUnits(PLAN, ClusterWatch(PLAN, relay))
        unit = await units.start(order, on_death=lambda: deaths.append("died"))
        try:
            return await work(unit)
        finally:
            await unit.close()

    return asyncio.run(live()), deaths


async def until(claim):
    async with asyncio.timeout(20):
        while not claim():  # noqa: ASYNC110  (of what threads and sockets do there is no event)
            await asyncio.sleep(0.01)


def test_the_relay_s_end_is_the_unit_s(relay, order):
    async def work(unit):
        before = await redness(unit, picture(255))
        relay.end()
        await until(lambda: not unit.alive)
        with pytest.raises(UnitGone):
            await unit.ask({"least": 0.0}, picture(255))
        return before

    assert with_unit(relay, order, work) == (pytest.approx(1, abs=0.01), ["died"])


def test_what_is_asked_while_the_relay_ends_may_be_asked_of_another_unit(relay, order):
    async def work(unit):
        asked = [asyncio.create_task(unit.ask({"least": 0.0}, picture(255, 1500))) for _ in range(3)]
        await asyncio.sleep(0)
        relay.end()
        return {type(each) for each in await asyncio.gather(*asked, return_exceptions=True)}

    kinds, deaths = with_unit(relay, order, work)
    assert UnitGone in kinds
    assert kinds <= {UnitGone, tuple}
    assert deaths == ["died"]


def test_a_unit_that_is_killed_is_ended_by_the_relay(relay, order):
    async def work(unit):
        unit.kill()
        await until(lambda: relay.lifelines[0].fileno() == -1)  # it has seen the end, and closed its own
        return unit.alive

    assert with_unit(relay, order, work)[0] is False


def test_who_has_no_place_says_so(relay, order):
    relay.no_place = "The Ray cluster has no node for a unit."
    with pytest.raises(NoPlace, match=r"^The Ray cluster has no node for a unit\.$"):
        with_unit(relay, order, None)


@pytest.mark.parametrize("answer", [b"", frame_start({"ready": True, "seconds": 0.1})])
def test_a_relay_that_ends_or_hands_nothing_over_has_started_no_unit(relay, order, answer):
    class Silent(RelayInThread):
        def _run(self, lifeline):
            with lifeline:
                lifeline.recv(1 << 16)
                lifeline.sendall(answer)

    with pytest.raises(NoPlace, match=r"^The Ray cluster at head:6379 did not start a unit in time\.$"):
        with_unit(Silent("unused"), order, None)


def test_an_answer_that_comes_in_pieces_is_heard_whole(order):
    class Slow(RelayInThread):
        def _run(self, lifeline):
            with lifeline:
                lifeline.recv(1 << 16)
                said = frame_start({"no place": "Nothing" * 20_000})
                for start in [0, 1, 7, 9, 70_000]:
                    lifeline.sendall(said[start : {0: 1, 1: 7, 7: 9, 9: 70_000}.get(start)])

    with pytest.raises(NoPlace, match=r"^(Nothing){20000}$"):
        with_unit(Slow("unused"), order, None)


def test_a_relay_that_takes_nothing_is_begun_anew(order):
    class Gone:
        ended = False

        def send(self, numbers):
            raise BrokenPipeError(32, "Broken pipe")

        def end(self):
            self.ended = True

    gone = Gone()
    with pytest.raises(
        NoPlace, match=r"^The connection to the Ray cluster at head:6379 ended: Broken pipe\.$"
    ):
        with_unit(gone, order, None)
    assert gone.ended
