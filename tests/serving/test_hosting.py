"""Versions go into service and out of it with real units, whatever happens to those."""

import asyncio
import contextlib
import io
import os
import shutil
import signal
import time

import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from vedette.dialects.limits import PictureLimits
from vedette.engines import socket_unit
from vedette.errors import Busy, TooEarly, TooFast, TooMuch, Wrong
from vedette.metering.meter import Meter
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version import Version
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.serving.hosting import Hosting
from vedette.serving.pictures import open_picture
from vedette.serving.plan import HostingBounds
from vedette.serving.queue import RequestOrigin

RULES = PictureLimits(most_bytes=1_000_000, least_side=64, most_side=4096)
SOON_S = 30.0


@pytest.fixture
def versions(database, clock):
    projects = Projects(database, clock)
    projects.create(Scope("rekognition", "111122223333", "eu-west-1"), NewProject("boards"))
    return Versions(database, projects, clock)


@pytest.fixture
def add(versions, tmp_path):
    """Make a trained version with a tiny package."""

    def add(task="classification", **facts):
        project = versions._projects.find(Scope("rekognition", "111122223333", "eu-west-1"), "boards")
        made, _ = versions.create(project, NewVersion())
        tiny_package(tmp_path / made.folder, task, **facts)
        return versions.move(made, "trained")

    return add


@pytest.fixture
def new_hosting(versions, database, clock, tmp_path):
    def new(**options):
        return Hosting(
            versions,
            lambda version: tmp_path / version.folder,
            Meter(database, clock),
            bounds=HostingBounds(**{"cores": 2, **options}),
        )

    return new


@contextlib.asynccontextmanager
async def opened(hosting):
    await hosting.open()
    try:
        yield hosting
    finally:
        await hosting.close()


async def state(versions, version: Version, *wanted: str) -> Version:
    """Wait until the version is in one of the states."""
    until = time.monotonic() + SOON_S
    while (found := versions.find_by_id(version.id)).state not in wanted:
        assert time.monotonic() < until, f"still {found.state}: {found.message}"
        await asyncio.sleep(0.01)
    return found


async def until(true) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + SOON_S
        await asyncio.sleep(0.01)


def a_picture(color=(255, 0, 0), *, orientation=1, patch=False):
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[: 32 if patch else 64, : 48 if patch else 96] = color
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", exif=exif)
    return open_picture(stream.getvalue(), RULES)


async def running(hosting, versions, version, least=1, most=None):
    hosting.start(version, least=least, most=most)
    return await state(versions, version, "running")


def test_a_version_runs_answers_and_stops(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            seen = await hosting.detect(version, a_picture())
            assert [(f.label, round(f.confidence, 3)) for f in seen.findings] == [("red", 1.0)]
            both = await hosting.detect(version, a_picture(), least=0.0)
            assert [f.label for f in both.findings] == ["red", "dark"]
            pid = hosting.hosted(version).units[0].pid
            hosting.stop(version)
            stopped = await state(versions, version, "stopped")
            with pytest.raises(TooEarly, match="is stopped"):
                await hosting.detect(stopped, a_picture())
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
            await running(hosting, versions, stopped)

    asyncio.run(live())


def test_places_are_those_of_the_stored_picture(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add("detection"))
            seen = await hosting.detect(version, a_picture((255, 255, 255), orientation=6, patch=True))
            box = seen.findings[0].box
            assert (box.left, box.top, box.width, box.height) == pytest.approx((0, 0, 0.5, 0.5))

    asyncio.run(live())


def test_masks_come_as_pictures_of_the_size_that_was_sent(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add("segmentation", colors={"rust": "#aa5500"}))
            seen = await hosting.detect(version, a_picture((255, 0, 0), orientation=8, patch=True))
            mask = Image.open(io.BytesIO(seen.mask))
            assert (mask.size, mask.mode) == ((96, 64), "RGB")
            assert (mask.getpixel((5, 5)), mask.getpixel((90, 60))) == ((0xAA, 0x55, 0), (255, 255, 255))
            assert seen.colors["rust"] == "#aa5500"
            assert [(f.label, f.area) for f in seen.findings] == [("rust", pytest.approx(0.25, abs=0.06))]

    asyncio.run(live())


def test_a_damaged_picture_is_refused_and_ends_no_unit(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            pid = hosting.hosted(version).units[0].pid
            whole = a_picture()
            half = open_picture(whole.data[: len(whole.data) - 40], RULES)
            with pytest.raises(Wrong, match="truncated"):
                await hosting.detect(version, half)
            assert (await hosting.detect(version, whole)).findings
            assert [unit.pid for unit in hosting.hosted(version).units] == [pid]

    asyncio.run(live())


def test_a_unit_that_dies_is_replaced_and_its_request_asked_of_another(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add(), least=2)
            hosted = hosting.hosted(version)
            before = {unit.pid for unit in hosted.units}
            asked = [asyncio.create_task(hosting.detect(version, a_picture())) for _ in range(20)]
            await asyncio.sleep(0)
            os.kill(hosted.units[0].pid, signal.SIGKILL)
            assert all(seen.findings[0].label == "red" for seen in await asyncio.gather(*asked))
            await until(lambda: len(hosted.units) == 2 and {unit.pid for unit in hosted.units} != before)

    asyncio.run(live())


def slowed(hosted, seconds: float) -> None:
    """Let the units pass for units that take so long for a picture."""
    for unit in hosted.units:
        unit.introduce({**unit.about, "seconds": seconds})


def test_more_than_a_slow_unit_and_its_queue_hold_is_refused_at_once(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            slowed(hosting.hosted(version), 10)
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGSTOP)
            asked = [asyncio.create_task(hosting.detect(version, a_picture())) for _ in range(40)]
            done, waiting = await asyncio.wait(asked, timeout=0.3)
            assert {type(task.exception()) for task in done} == {TooFast}
            assert len(waiting) == 12  # two with the unit, ten in the queue
            late, held = await asyncio.wait(waiting, timeout=2)
            assert ({type(task.exception()) for task in late}, len(held)) == ({TooFast}, 2)
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGCONT)
            assert all(seen.findings for seen in await asyncio.gather(*held))

    asyncio.run(live())


def test_a_fast_unit_answers_all_of_many_callers_at_once(new_hosting, versions, add):
    """The queue is bounded by the wait that it means: 54 of 64 were refused when it was ten places."""

    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            slowed(hosting.hosted(version), 0.01)
            asked = [
                hosting.detect(version, a_picture(), origin=RequestOrigin(f"caller {n}")) for n in range(64)
            ]
            assert {seen.findings[0].label for seen in await asyncio.gather(*asked)} == {"red"}

    asyncio.run(live())


def test_who_waited_before_the_queue_waits_the_less_in_it(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            slowed(hosting.hosted(version), 0.01)
            hosting.hosted(version).answer_within_s = 6.0
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGSTOP)
            held = [asyncio.create_task(hosting.detect(version, a_picture())) for _ in range(2)]
            await asyncio.sleep(0)
            began = time.monotonic()
            late = hosting.detect(version, a_picture(), origin=RequestOrigin("late", began - 5.5))
            early = asyncio.create_task(hosting.detect(version, a_picture(), origin=RequestOrigin("early")))
            with pytest.raises(TooFast):
                await late
            assert time.monotonic() - began < 4
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGCONT)
            assert all(detection.findings for detection in await asyncio.gather(early, *held))

    asyncio.run(live())


def test_a_unit_says_and_learns_how_fast_it_is(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            unit = hosting.hosted(version).units[0]
            assert 0 < unit.pace_s < 1
            slowed(hosting.hosted(version), 5)
            for _ in range(30):
                await hosting.detect(version, a_picture())
            assert unit.pace_s < 0.5
            room, pace_s = hosting.hosted(version).room, unit.pace_s
            os.kill(unit.pid, signal.SIGSTOP)
            stuck = asyncio.create_task(hosting.detect(version, a_picture()))
            await asyncio.sleep(pace_s + 0.9)
            # One that stands still answers nobody soon, though nothing is known of the pictures that wait.
            assert (unit.overdue_s() > 0.8, unit.pace_s, hosting.hosted(version).room) == (True, pace_s, 12)
            assert room >= 12
            os.kill(unit.pid, signal.SIGCONT)
            await stuck

    asyncio.run(live())


def test_a_caller_with_one_request_has_its_turn_before_hundreds_of_another(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            slowed(hosting.hosted(version), 10)
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGSTOP)
            order = []

            async def ask(caller):
                with contextlib.suppress(TooFast):
                    await hosting.detect(version, a_picture(), origin=RequestOrigin(caller))
                    order.append(caller)

            crowd = [asyncio.create_task(ask("many")) for _ in range(40)]
            await asyncio.sleep(0.05)
            lone = asyncio.create_task(ask("one"))
            await asyncio.sleep(0.05)
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGCONT)
            await asyncio.gather(*crowd, lone)
            assert (len(order), order.index("one") < 5) == (12, True)

    asyncio.run(live())


def test_there_are_places_for_what_units_and_queues_hold_and_a_few_more(new_hosting, versions, add):
    def fill(hosting, client="many"):
        with contextlib.ExitStack() as places:
            for count in range(5000):
                try:
                    places.enter_context(hosting.places.take(client))
                except TooFast:
                    for newcomer in "abcd":
                        places.enter_context(hosting.places.take(newcomer))
                    with pytest.raises(TooFast):
                        places.enter_context(hosting.places.take("e"))
                    return count
        raise AssertionError("there is no end to the places")

    async def live():
        async with opened(new_hosting()) as hosting:
            assert fill(hosting) == 8
            version = await running(hosting, versions, add(), least=2)
            slowed(hosting.hosted(version), 10)
            assert (fill(hosting), fill(hosting)) == (32, 32)
            slowed(hosting.hosted(version), 0.01)
            assert fill(hosting) == 8 + 2 * (2 + 80)

    asyncio.run(live())


def test_work_that_waits_brings_another_unit_which_does_it(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add(), most=2)
            hosted = hosting.hosted(version)
            first = hosted.units[0]
            # Two are with the first unit and stay there; three wait, for as long as a start may take.
            hosted.answer_within_s = SOON_S
            os.kill(first.pid, signal.SIGSTOP)
            asked = [asyncio.create_task(hosting.detect(version, a_picture())) for _ in range(5)]
            done, waiting = await asyncio.wait(asked, timeout=SOON_S, return_when=asyncio.FIRST_COMPLETED)
            while len(done) < 3:
                more, waiting = await asyncio.wait(
                    waiting, timeout=SOON_S, return_when=asyncio.FIRST_COMPLETED
                )
                assert more
                done |= more
            assert all(task.result().findings[0].label == "red" for task in done)
            assert [unit for unit in hosted.units if unit is not first]
            os.kill(first.pid, signal.SIGCONT)
            assert all(seen.findings for seen in await asyncio.gather(*waiting))

    asyncio.run(live())


def test_the_terminals_signals_do_not_reach_a_unit(new_hosting, versions, add):
    """Ctrl-C goes to the whole group of the server; a unit in it would die before the server drains."""

    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            pid = hosting.hosted(version).units[0].pid
            assert os.getpgid(pid) != os.getpgid(0)
            assert os.getsid(pid) != os.getsid(0)

    asyncio.run(live())


def test_a_package_that_cannot_be_loaded_fails_with_its_reason(new_hosting, versions, add, tmp_path):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = add()
            (tmp_path / version.folder / "model.onnx").write_bytes(b"spoilt")
            hosting.start(version, least=1, most=None)
            failed = await state(versions, version, "start-failed")
            assert failed.message == (
                "The model cannot be loaded: model.onnx is not as it was written (its checksum differs); "
                "fetch the package again."
            )
            tiny_package(tmp_path / version.folder, "classification")
            await running(hosting, versions, failed)

    asyncio.run(live())


def test_a_package_that_is_gone_says_nothing_of_where_it_was(new_hosting, versions, add, tmp_path):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = add()
            shutil.rmtree(tmp_path / version.folder)
            hosting.start(version, least=1, most=None)
            failed = await state(versions, version, "start-failed")
            assert failed.message == "The model cannot be loaded: There is no model at its folder."

    asyncio.run(live())


def test_a_new_server_hosts_what_the_last_one_did(new_hosting, versions, add):
    version, leaving = add(), add()

    async def first():
        async with opened(new_hosting()) as hosting:
            await running(hosting, versions, version, least=2)
            await running(hosting, versions, leaving)
        versions.move(leaving, "stopping")

    async def second():
        async with opened(new_hosting()) as hosting:
            found = await state(versions, version, "running")
            assert (await hosting.detect(found, a_picture())).findings
            await until(lambda: len(hosting.hosted(version).units) == 2)
            await state(versions, leaving, "stopped")

    asyncio.run(first())
    asyncio.run(second())


def test_idle_units_go_and_come_again_with_the_next_picture(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting(asleep_after_s=0.3)) as hosting:
            version = await running(hosting, versions, add())
            hosted = hosting.hosted(version)
            await until(lambda: not hosted.units)
            assert versions.find_by_id(version.id).state == "running"
            assert (await hosting.detect(version, a_picture())).findings

    asyncio.run(live())


def test_units_that_cannot_be_are_refused_and_a_second_start_too(new_hosting, versions, add):
    async def live():
        async with opened(new_hosting(most_units=4)) as hosting:
            version = add()
            with pytest.raises(Wrong, match="fewer"):
                hosting.start(version, least=2, most=1)
            with pytest.raises(TooMuch, match="10000"):
                hosting.start(version, least=1, most=10_000)
            assert versions.find_by_id(version.id).state == "trained"
            await running(hosting, versions, version)
            with pytest.raises(Busy, match="is running"):
                hosting.start(version, least=1, most=None)

    asyncio.run(live())


def a_slow_picture():
    """It decodes for tenths of a second, and nothing in its head is forbidden."""
    stream = io.BytesIO()
    Image.effect_noise((4096, 4096), 60).convert("RGB").save(stream, "JPEG", progressive=True, quality=30)
    return open_picture(
        stream.getvalue(), PictureLimits(most_bytes=16_000_000, least_side=64, most_side=4096)
    )


async def refused_while_others_are_answered(hosting, version, slow, monkeypatch):
    hosted = hosting.hosted(version)
    pid = hosted.units[0].pid
    first = asyncio.create_task(hosting.detect(version, slow))
    await until(lambda: hosted.units and hosted.units[0].in_flight)
    behind = asyncio.create_task(hosting.detect(version, a_picture()))
    with pytest.raises(Wrong) as refused:
        await first
    monkeypatch.undo()
    assert refused.value.kind == "picture"
    assert (await behind).findings[0].label == "red"
    assert [unit.pid for unit in hosted.units] != [pid]
    return refused.value.sentence


def test_a_picture_that_decodes_too_long_is_refused_and_who_waits_behind_it_is_answered(
    new_hosting, versions, add, monkeypatch
):
    async def live():
        monkeypatch.setattr(socket_unit, "DECODE_S", 0.05)
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            sentence = await refused_while_others_are_answered(
                hosting, version, a_slow_picture(), monkeypatch
            )
            assert sentence == "The picture takes too long to decode."

    asyncio.run(live())


def test_a_picture_over_which_a_unit_hangs_is_refused_and_not_asked_of_another(
    new_hosting, versions, add, monkeypatch
):
    async def live():
        async with opened(new_hosting()) as hosting:
            version = await running(hosting, versions, add())
            monkeypatch.setattr(socket_unit, "ANSWER_S", 0.5)
            os.kill(hosting.hosted(version).units[0].pid, signal.SIGSTOP)
            sentence = await refused_while_others_are_answered(hosting, version, a_picture(), monkeypatch)
            assert sentence == "The picture kept a unit busy for too long."

    asyncio.run(live())
