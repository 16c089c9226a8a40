"""What goes wrong with a Ray cluster is said in a sentence, and costs no more than it has to."""

import asyncio
import contextlib
import os
import re
import signal
import socket
from dataclasses import replace

import pytest

from doubles.packages import tiny_package
from engines.test_units import picture, redness
from vedette.engines.cluster_view import UNIT
from vedette.engines.local import LocalEngine
from vedette.engines.placement import Room
from vedette.engines.port import Event, Job, JobFiles, NoPlace, UnitGone, UnitOrder
from vedette.engines.ray_engine import RayEngine
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch
from vedette.engines.unit_door import Ports

pytestmark = pytest.mark.ray
NEED = Room(1, 0.3)


@pytest.fixture(autouse=True)
def processes_find_the_jobs(monkeypatch, pytestconfig):
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath / "tests"))


@pytest.fixture
def nowhere():
    with socket.socket() as taken:  # a port that is ours, and at which nobody listens
        taken.bind(("127.0.0.2", 0))
        yield RayPlan(f"127.0.0.2:{taken.getsockname()[1]}", NEED, NEED)


def refusal_of(plan, package):
    async def live():
        units = RayUnits(plan)
        with pytest.raises(NoPlace) as refused:
            await units.start(UnitOrder(package, 1), on_death=lambda: None)
        await units.close()
        return str(refused.value)

    return asyncio.run(live())


def last_event(plan, name="doubles.jobs:count"):
    engine = RayEngine(plan)
    *_, last = engine.events(engine.submit(Job(name, {"of": 1}, JobFiles())))
    return last


def test_where_no_cluster_answers_that_is_said(nowhere, tmp_path):
    sentence = f"No Ray cluster answers at {nowhere.address}: Connection refused."
    assert refusal_of(nowhere, tiny_package(tmp_path / "package", "classification")) == sentence
    assert last_event(nowhere) == Event("failed", {"sentence": sentence, "waits": True})
    engine = LocalEngine()
    assert [*engine.events(engine.submit(Job("ray-check", nowhere.dump())))] == [
        Event("failed", {"sentence": sentence})
    ]


def test_a_unit_that_no_node_could_hold_says_what_it_needs_and_what_there_is(ray_plan, tmp_path):
    package = tiny_package(tmp_path / "package", "classification")
    sentence = refusal_of(replace(ray_plan, unit=Room(1, 1000)), package)
    assert sentence.startswith(
        "No node of the Ray cluster is large enough for a unit: it needs 1 core, 1e+03 GiB, "
    )


def test_a_check_counts_the_room(ray_plan):
    engine = LocalEngine()
    (event,) = engine.events(engine.submit(Job("ray-check", ray_plan.dump())))
    assert event.kind == "done", event
    assert event.facts["nodes"] == 2
    assert 1 <= event.facts["units"] <= 4


def test_where_units_have_no_port_that_is_said_and_nothing_is_started(ray_plan, tmp_path):
    package = tiny_package(tmp_path / "package", "classification")
    with contextlib.ExitStack() as taken:
        # The same port of every address that a node may have here.
        any_port = taken.enter_context(socket.create_server(("0.0.0.0", 0)))
        plan = replace(ray_plan, ports=Ports(any_port.getsockname()[1], any_port.getsockname()[1]))
        words = r"Nothing can listen at one of the ports \d+ to \d+ of the node 127\.0\.0\.\d"
        assert re.search(f"^The node .* did not start a unit: {words}", refusal_of(plan, package))
        engine = LocalEngine()
        (event,) = engine.events(engine.submit(Job("ray-check", plan.dump())))
        assert re.search(f"^{words}", event.facts["sentence"])


def test_a_relay_that_is_killed_takes_its_units_along_and_the_next_start_has_another(ray_plan, tmp_path):
    order = UnitOrder(tiny_package(tmp_path / "7-ab" / "package", "classification"), 1)
    relay, dead = RelayProcess(ray_plan), asyncio.Event()
    watch = ClusterWatch(ray_plan, relay)

    async def live():
        units = RayUnits(ray_plan, watch)
        unit = await units.start(order, on_death=dead.set)
        os.kill(relay.pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            await dead.wait()
        with pytest.raises(UnitGone):
            await redness(unit, picture(255))
        next_one = await units.start(order, on_death=lambda: None)
        found = await redness(next_one, picture(255))
        # What the killed relay had placed is ended by Ray: its owner has gone.
        async with asyncio.timeout(60):
            while (await asyncio.to_thread(watch.look)).count(UNIT) > 1:  # noqa: ASYNC110  (asked of Ray)
                await asyncio.sleep(0.5)
        await next_one.close()
        return found

    assert asyncio.run(live()) == pytest.approx(1, abs=0.01)
    watch.close()


def test_units_go_past_a_node_that_has_died_before_the_cluster_has_missed_it(ray_nodes, ray_plan, tmp_path):
    """Ray lists a killed node with all its room free for some 13 s, in which it starts nothing."""
    if not hasattr(ray_nodes, "tell"):
        pytest.skip("this cluster is not ours to break")
    order = UnitOrder(tiny_package(tmp_path / "7-ab" / "package", "classification"), 1, warms=False)
    watch = ClusterWatch(ray_plan, RelayProcess(ray_plan))
    before = {node.address for node in watch.look().nodes}
    new = ray_nodes.tell("add")
    ray_nodes.tell("kill")

    async def live():
        async with contextlib.AsyncExitStack() as closing:
            for _ in range(4):  # as many as have room on the two that are left
                unit = await RayUnits(ray_plan, watch).start(order, on_death=lambda: None)
                closing.push_async_callback(unit.close)
                places.append(unit.about["node"])
            return await redness(unit, picture(255))

    places = []
    assert asyncio.run(live()) == pytest.approx(1, abs=0.01)
    assert new in places
    assert sorted(places)[::2] == sorted(places)[1::2]  # two on each of two
    assert len(before - set(places)) == 2  # the head, and the one that died
    watch.close()


def test_a_job_whose_node_dies_has_failed_and_may_be_begun_again(ray_nodes, ray_plan):
    if not hasattr(ray_nodes, "tell"):
        pytest.skip("this cluster is not ours to break")
    engine = RayEngine(ray_plan)
    events = engine.events(engine.submit(Job("doubles.jobs:wait", {}, JobFiles())))
    pid = next(events).facts["pid"]
    ray_nodes.tell("kill")
    ray_nodes.tell("kill")  # whichever it was on
    (last,) = events
    assert re.fullmatch(r"The node 127\.0\.0\.\d+ that ran the job has gone\.", last.facts["sentence"])
    assert "waits" not in last.facts
    ray_nodes.tell("add")
    ray_nodes.tell("add")
    assert last_event(ray_plan) == Event("done", {"sum": 1})
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)  # nothing of it works on
