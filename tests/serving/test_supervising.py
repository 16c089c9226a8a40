"""What a supervisor does with units that fail, idle and leave, to the second: in simulated time."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from doubles.simulated_units import PacedUnit, SimulatedLoop
from vedette.engines.port import NoPlace, UnitGone
from vedette.errors import TooEarly, TooFast, Wrong
from vedette.serving import hosted as hosted_module
from vedette.serving.hosted import HostedModel, HostingLoad
from vedette.serving.plan import HostingPlan
from vedette.serving.queue import RequestOrigin
from vedette.serving.starting import failure_sentence

PACKAGE = Path("/data/models/7")
HANGS = OSError("it never starts")


class Yard:
    """Starts units of a known pace; `outcomes` are raised first, one a start."""

    def __init__(self, loop, pace_s, outcomes):
        self.loop, self.pace_s, self.outcomes = loop, pace_s, [*outcomes]
        self.orders, self.starts, self.units = [], [], []
        self.events = []
        self.emptied = []

    async def start(self, order, *, on_death):
        self.orders.append(order)
        self.starts.append(round(self.loop.time() - 1000, 3))
        if self.outcomes:
            outcome = self.outcomes.pop(0)
            await asyncio.sleep(3600 if outcome is HANGS else 0)
            raise outcome
        self.units.append(PacedUnit(lambda: self.pace_s, self.pace_s))
        return self.units[-1]

    async def running(self):
        self.events.append("running")

    async def failed(self, sentence):
        self.events.append(sentence)

    def watch(self, hosted):
        moment = round(self.loop.time() - 1000, 2)
        self.events.append((moment, hosted.desired_units, len(hosted.units)))


@pytest.fixture
def play(monkeypatch):
    """Run `use(hosted, yard)` on a model that is being started."""

    def run(use, *, pace_s=0.01, outcomes=(), watched=False, **plan):
        loop = SimulatedLoop()
        yard = Yard(loop, pace_s, outcomes)
        monkeypatch.setattr(hosted_module, "time", SimpleNamespace(monotonic=loop.time))

        async def live():
            whole = {"least": 1, "most": 1, "cores": 4, **plan}
            heard = {"watch": yard.watch} if watched else {}
            heard["leaves"] = lambda unit: unit in yard.emptied
            hosted = HostedModel(
                HostingPlan("doors", PACKAGE, **whole),
                yard,
                running=yard.running,
                failed=yard.failed,
                **heard,
            )
            try:
                return await use(hosted, yard)
            finally:
                await hosted.close()

        try:
            return loop.run_until_complete(live())
        finally:
            loop.close()

    return run


def test_a_model_is_given_up_after_three_failed_starts_each_later_than_the_last(play):
    async def use(hosted, yard):
        await asyncio.sleep(10)
        with pytest.raises(TooEarly, match=r"^The model doors is stopping\.$"):
            await hosted.detect({}, b"")
        return yard

    yard = play(
        use,
        outcomes=[
            UnitGone(),
            OSError("no process"),
            Wrong(f"{PACKAGE}/model.onnx is spoilt.", kind="version"),
        ]
        * 2,
    )
    assert yard.starts == [0, 0.2, 0.6]
    assert yard.events == ["The model cannot be loaded: model.onnx is spoilt."]


def test_a_start_that_works_forgives_the_failures_before_it(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        assert len(hosted.units) == 1
        yard.outcomes += [UnitGone(), UnitGone()]
        hosted.units[0].alive = False
        await asyncio.sleep(2)
        assert len(hosted.units) == 1
        return yard

    yard = play(use, outcomes=[UnitGone(), UnitGone()])
    assert (len(yard.starts), yard.events) == (6, ["running"])


NO_ROOM = "No node has room."


def test_a_version_that_finds_no_place_says_so_after_a_minute(play):
    async def use(hosted, yard):
        await asyncio.sleep(55)
        early = [*yard.events]
        await asyncio.sleep(10)
        return early, yard.events

    assert play(use, outcomes=[NoPlace(NO_ROOM)] * 100) == ([], [NO_ROOM])


@pytest.mark.parametrize("ran_before", [False, True])
def test_a_version_that_has_run_waits_for_a_place_as_long_as_it_takes(play, ran_before):
    async def use(hosted, yard):
        if not ran_before:
            await asyncio.sleep(1)
            yard.outcomes += [NoPlace(NO_ROOM)] * 200
            hosted.units[0].alive = False
        await asyncio.sleep(300)
        assert len(yard.starts) > 200
        return len(hosted.units), yard.events

    outcomes = [NoPlace(NO_ROOM)] * 200 if ran_before else []
    assert play(use, outcomes=outcomes, has_run=ran_before) == (1, ["running"])


def test_a_version_runs_once_it_has_its_least_units_and_is_told_so_once(play):
    async def use(hosted, yard):
        await asyncio.sleep(0.1)
        before = (len(hosted.units), [*yard.events])
        await asyncio.sleep(5)
        return before, (len(hosted.units), yard.events), yard.orders

    before, after, orders = play(use, least=2, most=4, outcomes=[UnitGone()])
    assert before == (1, [])
    assert after == (2, ["running"])
    assert {(order.package, order.threads, order.warms) for order in orders} == {(PACKAGE, 1, True)}


def test_units_are_counted_at_once_when_they_change_and_each_second_where_they_do_not(play):
    async def use(hosted, yard):
        await asyncio.sleep(2.6)
        return yard.events

    assert play(use, watched=True) == [(0, 1, 0), "running", (0, 1, 1), (1, 1, 1), (2, 1, 1)]


def test_a_model_falls_asleep_when_nobody_asked_for_so_long_and_not_before(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        await hosted.detect({}, b"")
        await asyncio.sleep(4.8)
        awake = len(hosted.units)
        await asyncio.sleep(0.6)
        asleep = (len(hosted.units), hosted.desired_units, yard.units[0].alive)
        await hosted.detect({}, b"")
        return awake, asleep, hosted.load

    awake, asleep, load = play(use, asleep_after_s=5)
    assert (awake, asleep) == (1, (0, 0, False))
    assert load == HostingLoad(units=1, desired_units=1, waiting=0, in_flight=0)


def test_a_model_without_a_time_to_sleep_never_does(play):
    async def use(hosted, yard):
        await asyncio.sleep(500)
        return len(hosted.units), len(yard.starts)

    assert play(use) == (1, 1)


@pytest.mark.parametrize(("pace_s", "ended"), [(3, 3), (40, 30)])
def test_a_unit_that_is_let_go_has_half_a_minute_to_answer_what_it_has(play, pace_s, ended):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        asked = asyncio.create_task(hosted.detect({}, b""))
        await asyncio.sleep(0)
        began = yard.loop.time()
        await hosted.close()
        passed = yard.loop.time() - began
        await asked
        return passed, yard.units[0].alive

    assert play(use, pace_s=pace_s) == (ended, False)


def test_requests_that_wait_when_a_model_stops_are_answered_or_told_so(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        hosted.answer_within_s = 1000
        asked = [asyncio.create_task(hosted.detect({}, b"")) for _ in range(5)]
        await asyncio.sleep(0)
        await hosted.close()
        return await asyncio.gather(*asked, return_exceptions=True)

    assert play(use, pace_s=1) == [({}, b"")] * 5

    async def without_units(hosted, yard):
        asked = asyncio.create_task(hosted.detect({}, b""))
        await asyncio.sleep(0)
        await hosted.close()
        with pytest.raises(TooEarly, match=r"^The model doors has stopped\.$"):
            await asked

    play(without_units, outcomes=[UnitGone()])


def test_who_waits_for_a_first_unit_waits_for_twenty_seconds_and_no_longer(play):
    async def use(hosted, yard):
        began = yard.loop.time()
        with pytest.raises(TooFast, match=r"^More requests than the 0 units of doors can answer\.$"):
            await hosted.detect({}, b"", RequestOrigin("late", began - 15))
        return yard.loop.time() - began

    assert play(use, outcomes=[HANGS]) == 20


def test_units_come_with_work_that_waits_and_go_one_at_a_time_each_after_half_a_minute_of_calm(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        hosted.answer_within_s = 1000
        asked = [asyncio.create_task(hosted.detect({}, b"", RequestOrigin(str(n)))) for n in range(12)]
        await asyncio.sleep(2)
        counts = [len(hosted.units)]
        await asyncio.gather(*asked)
        for seconds in (26, 8, 20, 14, 60):
            await asyncio.sleep(seconds)
            counts.append(hosted.desired_units)
        return counts

    assert play(use, pace_s=0.5, most=3) == [3, 3, 2, 2, 1, 1]


MIB = 1 << 20


def test_waiting_pictures_of_many_megabytes_are_bounded_beyond_ten_a_unit(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        hosted.answer_within_s = 1000
        asked = [
            asyncio.create_task(hosted.detect({}, bytes(12 * MIB + number // 12), RequestOrigin(str(number))))
            for number in range(2 + 10 + 3)
        ]
        await asyncio.sleep(0)
        waiting = hosted.load.waiting
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        return waiting, [number for number, outcome in enumerate(outcomes) if isinstance(outcome, TooFast)]

    # Two are with the unit; ten times 12 MiB and a little wait, and 128 MiB have no room for another.
    assert play(use) == (10, [12, 13, 14])


def test_a_full_queue_gives_up_the_last_of_who_has_most_in_it(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        hosted.answer_within_s = 1000
        crowd = [asyncio.create_task(hosted.detect({}, b"", RequestOrigin("many"))) for _ in range(12)]
        await asyncio.sleep(0)
        lone = asyncio.create_task(hosted.detect({}, b"", RequestOrigin("one")))
        outcomes = await asyncio.gather(*crowd, lone, return_exceptions=True)
        return [number for number, outcome in enumerate(outcomes) if isinstance(outcome, TooFast)]

    assert play(use, pace_s=10) == [11]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            Wrong(f"There is no model at {PACKAGE}.", kind="version"),
            "The model cannot be loaded: There is no model at its folder.",
        ),
        (
            Wrong(f"{PACKAGE}/model.onnx is spoilt.", kind="version"),
            "The model cannot be loaded: model.onnx is spoilt.",
        ),
        (OSError("/usr/bin/python"), "A unit of the model did not start; see the server's log."),
        (UnitGone(), "A unit of the model did not start; see the server's log."),
    ],
)
def test_why_a_unit_did_not_start_is_said_without_paths_of_the_server(error, sentence):
    assert failure_sentence(error, PACKAGE) == sentence


def test_a_unit_whose_node_is_emptied_leaves_once_another_has_its_place(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        (old,) = hosted.units
        yard.emptied.append(old)
        yard.outcomes += [NoPlace("All nodes are taken.")]
        await asyncio.sleep(0.5)
        assert hosted.units == [old], "an answer from there is better than none"
        await asyncio.sleep(hosted_module.DRAIN_S + 3)
        assert (len(hosted.units), old in hosted.units, old.alive) == (1, False, False)
        return len(yard.units)

    assert play(use) == 2


def test_what_has_too_few_units_says_which_machine_takes_none(play):
    async def use(hosted, yard):
        await asyncio.sleep(1)
        assert hosted.waits_for == ""
        yard.outcomes += [NoPlace("All nodes are taken.")] * 2
        hosted.units[0].alive = False
        await asyncio.sleep(0.5)
        waits = hosted.waits_for
        await asyncio.sleep(5)
        return waits, hosted.waits_for, len(hosted.units)

    assert play(use) == ("All nodes are taken.", "", 1)
