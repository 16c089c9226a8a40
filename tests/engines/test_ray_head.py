"""The head of a cluster dies: what runs answers on for a while, what waits says why, and all comes back."""

import asyncio
import socket
import time

import pytest

from doubles.packages import tiny_package
from doubles.ray_process import RayNodes
from engines.test_units import HEAD, picture
from vedette.engines.port import NoPlace, UnitGone, UnitOrder
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import read_plan
from vedette.engines.ray_units import RayUnits
from vedette.engines.ray_watch import ClusterWatch

pytestmark = pytest.mark.ray

# Ray's core waits for a head for a minute before it ends its process.
GIVEN_UP_S = 150
SHARE = "cores=1,memory=0.3"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.2", 0))
        return probe.getsockname()[1]


@pytest.fixture
def watch(port, tmp_path):
    plan = read_plan(f"127.0.0.2:{port}", SHARE, SHARE, str(tmp_path / "node"))
    own = ClusterWatch(plan, RelayProcess(plan))
    yield own
    own.close()


async def redness(unit):
    reply, _ = await unit.ask(HEAD, picture(255))
    return {each["label"]: each["confidence"] for each in reply["found"]["findings"]}["red"]


async def outlive(nodes, watch, order):
    """Kill the head under a unit; return what it answered then, and why no training began meanwhile."""
    dead, units = asyncio.Event(), RayUnits(watch.plan, watch)
    unit = await units.start(order, on_death=dead.set)
    await asyncio.to_thread(nodes.tell, "behead")
    began, heard, reasons = time.monotonic(), [], set()
    while time.monotonic() - began < 5:
        heard.append(await redness(unit))
    async with asyncio.timeout(GIVEN_UP_S):
        while not dead.is_set():
            reasons.add(await asyncio.to_thread(watch.why_no_training, 0))
            await asyncio.sleep(1)
    await asyncio.to_thread(nodes.close)
    with pytest.raises(UnitGone):
        await redness(unit)
    with pytest.raises(NoPlace, match=f"^No Ray cluster answers at {watch.plan.address}: Connection refused"):
        await units.start(order, on_death=dead.set)
    return heard, reasons


async def come_back(watch, order):
    """Wait until a training may begin; return what a new unit answers."""
    units, end = RayUnits(watch.plan, watch), time.monotonic() + 60
    while reason := await asyncio.to_thread(watch.why_no_training, 0):
        assert time.monotonic() < end, reason
        await asyncio.sleep(0.5)
    unit = await units.start(order, on_death=lambda: None)
    answer = await redness(unit)
    await unit.close()
    return answer


@pytest.mark.timeout(600)
def test_the_server_outlives_the_head_and_works_with_the_next_one(watch, port, tmp_path):
    order = UnitOrder(tiny_package(tmp_path / "7-ab" / "package", "classification"), 1)
    heard, reasons = asyncio.run(outlive(RayNodes(port), watch, order))
    assert heard
    assert heard == pytest.approx([1] * len(heard), abs=0.01)
    assert any("does not answer" in reason or "is gone" in reason for reason in reasons), reasons
    next_one = RayNodes(port)
    try:
        assert asyncio.run(come_back(watch, order)) == pytest.approx(1, abs=0.01)
    finally:
        next_one.close()
