"""Heat maps of versions that are not in service: few models at once, let go again, and no request lost."""

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from vedette.errors import TooFast, Wrong
from vedette.serving.explaining import MOST_WAITING, HeatMapUnits, read_explanation

HEAD = {"heat": {"labels": []}}


@dataclass(frozen=True)
class Named:
    """What units need of a version: its number, and its name for sentences."""

    id: int
    path: str = "doors/1"


def a_picture():
    out = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 200, np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return tiny_package(tmp_path_factory.mktemp("m") / "package", "detection")


async def explained(units, number):
    reply, body = await units.ask(Named(number), HEAD, a_picture(), hosted=None)
    return read_explanation(reply, body, "it")


def test_two_models_are_loaded_at_most_and_the_one_longest_unused_goes_first(package):
    async def play():
        units = HeatMapUnits(lambda version: package)
        for number in (1, 2, 1, 3):
            assert len((await explained(units, number)).maps) == 1
        assert (units.loaded, list(units._models)) == (2, [1, 3])
        await units.close()
        assert units.loaded == 0

    asyncio.run(play())


def test_a_model_that_nobody_asks_is_let_go(package):
    async def play():
        units = HeatMapUnits(lambda version: package, idle_s=0.05)
        await explained(units, 1)
        pid = units._models[1].starting.result().pid
        async with asyncio.timeout(20):
            while units.loaded or units._ending:  # noqa: ASYNC110  (nothing of it is an event)
                await asyncio.sleep(0.02)
        return pid

    assert not Path(f"/proc/{asyncio.run(play())}").exists()


def test_many_at_once_share_a_model_and_what_is_too_much_is_refused(package):
    async def play():
        units = HeatMapUnits(lambda version: package)
        asked = [explained(units, 1) for _ in range(MOST_WAITING + 12)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, TooFast)]
        assert (len(refused), units.loaded) == (10, 1)
        assert all(isinstance(outcome, TooFast) or outcome.maps for outcome in outcomes)
        await units.close()

    asyncio.run(play())


def test_a_unit_that_is_killed_is_replaced(package):
    async def play():
        units = HeatMapUnits(lambda version: package)
        await explained(units, 1)
        units._models[1].starting.result().kill()
        assert (await explained(units, 1)).maps
        assert units.loaded == 1
        await units.close()

    asyncio.run(play())


def test_a_model_that_cannot_be_loaded_is_said_and_not_kept(tmp_path):
    async def play():
        units = HeatMapUnits(lambda version: tmp_path / "nothing")
        for _ in range(2):
            with pytest.raises(Wrong, match="no model"):
                await explained(units, 1)
        assert units.loaded == 0
        await units.close()

    asyncio.run(play())


def test_who_waits_too_long_is_told_to_come_again(package):
    async def play():
        units = HeatMapUnits(lambda version: package, patience_s=0.01)
        with pytest.raises(TooFast):
            await explained(units, 1)
        # Its model is loaded all the same, for the next one.
        units.patience_s = 30
        assert (await explained(units, 1)).maps
        assert units.loaded == 1
        await units.close()

    asyncio.run(play())
