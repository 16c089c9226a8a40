"""What runs where on a real cluster, a node that is emptied, and a cluster whose head dies."""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from doubles.packages import tiny_package
from engines.test_units import HEAD, picture
from vedette.engines.cluster_view import TRAINING, UNIT
from vedette.engines.port import Event, Job, JobFiles, NoPlace, UnitOrder
from vedette.engines.ray_engine import RayEngine
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch

pytestmark = pytest.mark.ray


@pytest.fixture(autouse=True)
def processes_find_the_jobs(monkeypatch, pytestconfig):
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath / "tests"))


@pytest.fixture
def watch(ray_plan):
    own = ClusterWatch(ray_plan, RelayProcess(ray_plan))
    yield own
    own.close()


@pytest.fixture
def package(tmp_path):
    return tiny_package(tmp_path / "7-ab" / "package", "classification")


def look(watch, until, within_s=30):
    """Return a view of which the claim is true."""
    end = time.monotonic() + within_s
    while not until(view := watch.look()):
        assert time.monotonic() < end, view
        time.sleep(0.2)
    return view


def test_a_view_has_the_nodes_and_what_is_on_each(watch, package, tmp_path):
    folder = tmp_path / "8-cd"
    folder.mkdir()
    engine = RayEngine(watch.plan, watch)

    async def live():
        units = RayUnits(watch.plan, watch)
        unit = await units.start(UnitOrder(package, 1), on_death=lambda: None)
        run = await asyncio.to_thread(
            engine.submit, Job("doubles.jobs:wait", {"folder": str(folder)}, JobFiles("folder"))
        )
        view = await asyncio.to_thread(look, watch, lambda view: view.count(TRAINING) and view.count(UNIT))
        node = unit.about["node"]
        await unit.close()
        engine.cancel(run)
        await asyncio.to_thread(lambda: [*engine.events(run)])
        return view, node

    view, node = asyncio.run(live())
    names = view.names()
    assert {(work.kind, work.folder) for work in view.works} == {(UNIT, "7-ab"), (TRAINING, "8-cd")}
    assert node in {names[work.node] for work in view.works if work.kind == UNIT}
    assert sum(1 for each in view.nodes if each.total.cores) == 2


def test_units_go_on_no_node_that_is_emptied_and_jobs_neither(watch, package):
    async def live():
        units = RayUnits(watch.plan, watch)
        names = watch.look().names()
        workers = sorted(names[node.id] for node in watch.look().nodes if node.total.cores)
        watch.shun(frozenset(workers[:1]))
        started = [await units.start(UnitOrder(package, 1), on_death=lambda: None) for _ in range(2)]
        places = [unit.about["node"] for unit in started]
        with pytest.raises(NoPlace, match="All nodes of the Ray cluster are taken"):
            await units.start(UnitOrder(package, 1), on_death=lambda: None)
        for unit in started:
            await unit.close()
        watch.shun(frozenset(workers))
        with pytest.raises(NoPlace, match=r"^The Ray cluster has no node for a unit\.$"):
            await units.start(UnitOrder(package, 1), on_death=lambda: None)
        return workers, places

    workers, places = asyncio.run(live())
    assert places == workers[1:] * 2
    engine = RayEngine(watch.plan, watch)
    *_, last = engine.events(engine.submit(Job("doubles.jobs:count", {"of": 1}, JobFiles())))
    assert last == Event("failed", {"sentence": "The Ray cluster has no node for a training.", "waits": True})


def test_a_package_that_is_damaged_in_a_nodes_cache_is_sent_again(watch, package, ray_plan):
    async def redness():
        units = RayUnits(watch.plan, watch)
        unit = await units.start(UnitOrder(package, 1), on_death=lambda: None)
        reply, _ = await unit.ask(HEAD, picture(255))
        await unit.close()
        return {each["label"]: each["confidence"] for each in reply["found"]["findings"]}["red"]

    first = asyncio.run(redness())
    files = [file for file in Path(ray_plan.cache).glob("files/??/*") if file.stat().st_size > 100]
    assert files
    for file in files:
        file.chmod(0o600)
        damaged = np.frombuffer(file.read_bytes(), np.uint8).copy()
        damaged[len(damaged) // 2] ^= 1
        file.write_bytes(damaged.tobytes())
    assert asyncio.run(redness()) == pytest.approx(first)
