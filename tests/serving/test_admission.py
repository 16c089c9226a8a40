"""Who is let in is answered in time: real queues before units that take a known time, in simulated time."""

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from doubles.simulated_units import PacedUnit, SimulatedLoop
from vedette.engines.port import UnitGone
from vedette.errors import TooFast
from vedette.serving import hosted as hosted_module
from vedette.serving.hosted import HostedModel
from vedette.serving.plan import HostingPlan
from vedette.serving.queue import RequestOrigin


@pytest.fixture
def simulated(monkeypatch):
    """Run `use(hosted, now)` before one unit that takes so long, of which it said `start_s` itself."""
    loop = SimulatedLoop()
    clock = SimpleNamespace(monotonic=loop.time)
    monkeypatch.setattr(hosted_module, "time", clock)

    def run(use, takes, start_s):
        class Paced:
            async def start(self, order, *, on_death):
                return PacedUnit(lambda: takes(loop.time()), start_s)

        async def nothing(*_):
            pass

        async def live():
            plan = HostingPlan("paced", Path(), least=1, most=1, cores=2)
            hosted = HostedModel(plan, Paced(), running=nothing, failed=nothing)
            await asyncio.sleep(1)
            assert hosted.units
            try:
                return await use(hosted, loop.time)
            finally:
                await hosted.close()

        return loop.run_until_complete(live())

    began = time.monotonic()
    yield run
    loop.close()
    assert time.monotonic() - began < 60, "time was not simulated"


async def ask(hosted, now, after_s=0.0):
    """Return how long an answer took since the request was here, None for a refusal."""
    await asyncio.sleep(after_s)
    received = now()
    try:
        await hosted.detect({}, b"", RequestOrigin("somebody", received))
    except TooFast:
        return None
    return now() - received


def test_of_64_at_once_at_a_fast_unit_all_are_answered_though_their_reading_slows_it(simulated):
    """A request takes 3 ms to read; until all are read, the unit takes twice its 11 ms."""
    ends = []

    async def burst(hosted, now):
        ends.append(now() + 64 * 0.003)
        return await asyncio.gather(*(ask(hosted, now, number * 0.003) for number in range(64)))

    times = simulated(burst, lambda now: 0.022 if ends and now < ends[0] else 0.011, 0.011)
    assert (times.count(None), max(times) <= 1) == (0, True)


@pytest.mark.parametrize("pace_s", [0.008, 0.025, 0.04])
def test_of_too_many_for_long_those_let_in_are_answered_within_a_second(simulated, pace_s):
    async def client(hosted, now, times):
        for _ in range(60):
            times.append(await ask(hosted, now, 0.05))

    async def crowd(hosted, now):
        times = []
        await asyncio.gather(*(client(hosted, now, times) for _ in range(200)))
        return times

    times = simulated(crowd, lambda _: pace_s, pace_s)
    answered = [seconds for seconds in times if seconds is not None]
    assert len(answered) > 100
    assert max(answered) <= 1


def test_a_unit_that_becomes_slow_lets_nobody_wait_for_more_than_a_second(simulated):
    async def crowd(hosted, now):
        return await asyncio.gather(*(ask(hosted, now, number * 0.01) for number in range(300)))

    answered = [seconds for seconds in simulated(crowd, lambda _: 0.04, 0.005) if seconds is not None]
    assert len(answered) > 50
    assert max(answered) <= 1


def test_a_slow_unit_answers_a_few_callers_though_none_within_a_second(simulated):
    async def callers(hosted, now):
        return await asyncio.gather(*(ask(hosted, now) for _ in range(5)))

    times = simulated(callers, lambda _: 0.25, 0.25)
    assert [round(seconds, 2) for seconds in times] == [0.25, 0.5, 0.75, 1.0, 1.25]


def test_who_lost_a_unit_waits_anew_however_long_it_has_waited(simulated):
    turns = iter([0.5, UnitGone, 0.5, 0.5, 0.1])

    def takes(_):
        seconds = next(turns)
        if seconds is UnitGone:
            raise UnitGone
        return seconds

    async def callers(hosted, now):
        origins = [RequestOrigin(str(number), now() - late_s) for number, late_s in enumerate([0, 5, 0, 0])]
        return await asyncio.gather(*(hosted.detect({}, b"", origin) for origin in origins))

    assert simulated(callers, takes, 0.05) == [({}, b"")] * 4
