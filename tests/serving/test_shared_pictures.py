"""Pictures that server and unit share in memory: each answer is that of its own picture, whoever has gone."""

import asyncio
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from vedette.engines import local_units
from vedette.engines.frames import FrameCutter, frame_start
from vedette.engines.local_units import LocalUnits
from vedette.engines.port import UnitOrder
from vedette.engines.slots import SlotReader, Slots
from vedette.engines.socket_unit import SocketUnit

FILES = Path("/proc/self/fd")


def picture(red):
    stream = io.BytesIO()
    Image.fromarray(np.full((32, 48, 3), (red, 0, 0), np.uint8)).save(stream, "PNG")
    return stream.getvalue()


async def redness(unit, red):
    reply, _ = await unit.ask({"least": 0.0, "orientation": 1}, picture(red))
    return {each["label"]: each["confidence"] for each in reply["found"]["findings"]}["red"]


@pytest.fixture
def package(tmp_path):
    return tiny_package(tmp_path / "package", "classification")


def with_unit(package, work):
    async def live():
        unit = await LocalUnits().start(UnitOrder(package, 1), on_death=lambda: None)
        try:
            await work(unit)
        finally:
            await unit.close()

    asyncio.run(live())


def test_many_at_once_are_answered_each_for_its_own_picture(package):
    async def work(unit):
        reds = [0, 51, 102, 153, 204, 255] * 3  # more than there are slots: the rest comes by the socket
        answers = await asyncio.gather(*(redness(unit, red) for red in reds))
        assert answers == pytest.approx([red / 255 for red in reds], abs=0.01)

    with_unit(package, work)


class RecordingLine:
    """A socket that keeps what the server sends, as frames."""

    def __init__(self):
        self._cutter = FrameCutter()
        self.frames = []

    def write(self, data):
        self.frames += self._cutter.cut(data)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has such memory")
def test_a_slot_is_free_when_its_picture_is_answered_and_not_when_its_asker_leaves():
    async def live():
        slots, line = Slots(2), RecordingLine()
        unit = SocketUnit(None, slots)
        unit.connection_made(line)
        tasks = []

        async def send(body):
            tasks.append(asyncio.create_task(unit.ask({}, body)))
            await asyncio.sleep(0)
            head, inline = line.frames[-1]
            return inline or SlotReader(os.dup(slots.numbers[0]), slots.size).read(
                head["start"], head["size"]
            )

        assert [await send(b"one"), await send(b"two")] == [b"one", b"two"]
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
        assert await send(b"three") == b"three"
        assert [len(body) for _, body in line.frames] == [0, 0, 5]  # both slots are still being read
        unit.data_received(frame_start({"found": 1}))
        assert await send(b"four") == b"four"
        assert line.frames[-1] == ({"start": line.frames[0][0]["start"], "size": 4}, b"")
        unit.data_received(b"".join(frame_start({"found": number}) for number in (2, 3, 4)))
        assert [await task for task in tasks[2:]] == [({"found": 3}, b""), ({"found": 4}, b"")]
        slots.close()

    asyncio.run(live())


def test_without_shared_memory_pictures_come_by_the_socket(package, monkeypatch):
    class NoSlots(Slots):
        def __init__(self, count):
            super().__init__(count)
            self.close()
            self.numbers, self.size = (), 0

    monkeypatch.setattr(local_units, "Slots", NoSlots)

    async def work(unit):
        assert await redness(unit, 153) == pytest.approx(0.6, abs=0.01)

    with_unit(package, work)


@pytest.mark.skipif(not FILES.is_dir(), reason="only Linux lists the open files of a process")
def test_a_unit_whose_process_cannot_be_started_leaves_nothing_open(package, monkeypatch):
    async def fail(*words, **options):
        raise OSError("no process")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", fail)
    before = list(FILES.iterdir())
    with pytest.raises(OSError, match="no process"):
        with_unit(package, None)
    assert len(list(FILES.iterdir())) == len(before)
