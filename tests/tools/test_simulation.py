"""The simulation of serving beside what queueing theory and arithmetic say."""

import random

import pytest
import simpy
from bench.simulate.cell import run_cell
from bench.simulate.check import simulated
from bench.simulate.model import Cores, SimVersion
from bench.simulate.sizing import Load, Size, size_of
from bench.simulate.times import ServiceTimes

from vedette.serving.hosted import AHEAD
from vedette.serving.scaling import CALM_S, places_for

TIMES = ServiceTimes("a machine", "a picture", [0.001], [0.003], [0.012], 0.002, [1.0, 1.25])


def mean_stay(cores: int, load: float, *, seconds: float) -> float:
    """Return the mean time of jobs of a second each, by chance, that come by chance."""
    env, chance = simpy.Environment(), random.Random(4)
    machine = Cores(env, cores)
    stays = []

    def job():
        began = env.now
        yield from machine.work(chance.expovariate(1.0))
        stays.append(env.now - began)

    def source():
        while True:
            yield env.timeout(chance.expovariate(load))
            env.process(job())

    env.process(source())
    env.run(until=seconds)
    return sum(stays) / len(stays)


# Erlang's formulas: 1 / (1 - ρ) of one core; of two, ρ = load / 2: 1 / (1 - ρ²).
@pytest.mark.parametrize(
    ("cores", "load", "stay"), [(1, 0.5, 2.0), (2, 1.0, 4 / 3), (2, 1.4, 1 / (1 - 0.49))]
)
def test_shared_cores_keep_erlangs_formulas(cores, load, stay, monkeypatch):
    monkeypatch.setattr("bench.simulate.model.SLICE_S", 0.25)
    assert mean_stay(cores, load, seconds=8_000) == pytest.approx(stay, rel=0.05)


def test_clients_without_a_pause_keep_all_cores_busy_and_a_lone_one_waits_for_nothing():
    lone = simulated(TIMES, 1, cores=2, seconds=20)
    assert lone.p50_s == pytest.approx(0.001 + 0.003 + 0.012 + 0.002)
    many = simulated(TIMES, 8, cores=2, seconds=20)
    assert many.rate == pytest.approx(2 / (0.016 * 1.25), rel=0.02)
    assert many.p50_s == pytest.approx(8 / many.rate, rel=0.05)  # Little's law


def burst(count: int, version: SimVersion, env: simpy.Environment, *, every_s: float = 0.0) -> list[bool]:
    answers = []

    def one(delay):
        yield env.timeout(delay)
        answers.append((yield from version.answer(0.04, env.now)))

    for number in range(count):
        env.process(one(number * every_s))
    return answers


def test_a_queue_holds_what_the_programs_rule_lets_in():
    env = simpy.Environment()
    version = SimVersion(env, Cores(env, 2), 1, 1, 0.04)
    answers = burst(100, version, env)
    env.run(until=10)
    assert len(answers) == 100
    # All come at once: those that it holds, and of the queue those whose turn comes within their patience.
    assert version.refused == answers.count(False) >= 100 - AHEAD - places_for(0.04)
    assert answers.count(True) >= AHEAD + 10


def test_units_are_added_while_requests_wait_and_leave_when_it_is_calm():
    env = simpy.Environment()
    version = SimVersion(env, Cores(env, 4), 1, 3, 0.04, start_s=0.5)
    answers = burst(400, version, env, every_s=0.02)
    env.run(until=8)
    assert len(version.units) == 3
    env.run(until=8 + 4 * CALM_S)
    assert (len(version.units), len(answers)) == (1, 400)


def test_a_load_is_sized_by_the_core_that_each_servers_process_is():
    size = size_of(Load(86_400 * 400, peak=2.0, a_day_each=864_000), TIMES)
    # 800 a second; a server takes 0.6 / (0.003 × 1.25) = 160 of them, so five of them, in cells of four.
    assert (size.cells, size.servers, size.versions_a_cell) == (2, 8, 20)
    assert size.cores_a_server == 1 + 3  # 100 a second × 15 ms / 0.6 = 2.5
    assert size.line_gbit == pytest.approx(800 * 500_000 * 4 / 3 * 8 / 1e9)
    assert size.core_hours_a_million == pytest.approx(2 * 0.01875 / 0.6 * 1e6 / 3600)


@pytest.mark.parametrize(("tries_next", "least", "most"), [(True, 0.0, 0.05), (False, 0.2, 0.5)])
def test_what_a_killed_server_held_is_asked_again_of_the_others(tries_next, least, most):
    size = Size(1, 3, 4, 12, 4, 12, 0, 0, 0, 0, 0, 0)
    load = Load(86_400 * 240, peak=1.0)
    cell = run_cell(size, load, TIMES, seconds=20, kill_at_s=8, tries_next=tries_next)
    calm = [answer for answer in cell.answers if answer.came < 7]
    after = [answer for answer in cell.answers if 8 < answer.came < 9]
    assert len(calm) > 1_500
    assert all(answer.is_good and answer.tries == 1 for answer in calm)
    # Where the balancer does not look further, a third goes to the dead one until that is noticed.
    assert least <= sum(answer.tries > 1 for answer in after) / len(after) <= most
    held = [answer for answer in cell.answers if answer.tries > 1]
    assert held
    assert all(answer.tries == 1 for answer in cell.answers if 10.5 < answer.came < 16)


def test_measured_times_come_back_from_their_file(tmp_path):
    TIMES.write(tmp_path / "times.json")
    assert ServiceTimes.read(tmp_path / "times.json") == TIMES
