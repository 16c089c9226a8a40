"""Pictures of events are saved with those around them, within a bound, and nothing else is ever removed."""

import datetime as dt
import errno
import io
import itertools
import json
import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from doubles.videos import frame
from vedette.edge.streams import saving as module
from vedette.edge.streams.saving import (
    EventRing,
    PictureFolder,
    PictureSaver,
    SavedFrame,
    SaveOptions,
    SaveRule,
    encoded,
)
from vedette.errors import Missing, Taken

SOON_S = 30.0
MOMENT = dt.datetime(2026, 11, 29, 4, 16, 1, 123456, tzinfo=dt.UTC)
NORMAL = {"is_anomalous": False, "score": 0.2, "anomalies": []}
ANOMALY = {"is_anomalous": True, "score": 0.6, "anomalies": [{"name": "scratch"}]}


def item(number, color=255, moment=MOMENT):
    return SavedFrame(frame(number, color), moment, b'{"number":%d}\n' % number)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != module.LOCK)


def add_all(saver, numbers):
    for number in numbers:
        saver.add(item(number), ANOMALY)


def roles(events, before=2, after=1):
    ring = EventRing(before, after)
    return [
        (saved.frame.number, role)
        for number, is_event in enumerate(events)
        for saved, role in ring.add(item(number), is_event=is_event)
    ]


def test_an_event_is_saved_with_those_before_and_after_it():
    assert roles([0, 0, 0, 1, 0, 0, 0, 1]) == [
        (1, "before"),
        (2, "before"),
        (3, "event"),
        (4, "after"),
        (5, "before"),
        (6, "before"),
        (7, "event"),
    ]
    assert roles([1, 1, 0, 1, 0, 0]) == [(0, "event"), (1, "event"), (2, "after"), (3, "event"), (4, "after")]
    assert roles([0, 1, 0], before=0, after=0) == [(1, "event")]


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 4), st.integers(0, 4))
def test_each_frame_is_saved_once_at_most_and_exactly_those_near_an_event(events, before, after):
    numbers = [number for number, _ in roles(events, before, after)]
    near = [
        number for number in range(len(events)) if any(events[max(0, number - after) : number + before + 1])
    ]
    assert numbers == near


def test_the_ring_is_bounded_by_bytes_too():
    ring = EventRing(100, 0, most_bytes=3 * len(frame(0).pixels))
    for number in range(10):
        ring.add(item(number), is_event=False)
    assert [saved.frame.number for saved, _ in ring.add(item(10), is_event=True)] == [7, 8, 9, 10]


@pytest.mark.parametrize(
    ("rule", "fields", "is_event"),
    [
        (SaveRule(), NORMAL, False),
        (SaveRule(), ANOMALY, True),
        (SaveRule(), {"error": "x"}, False),
        (SaveRule(0.2), NORMAL, True),
        (SaveRule(0.7), ANOMALY, False),
        (SaveRule(labels=frozenset({"scratch"})), ANOMALY, True),
        (SaveRule(labels=frozenset({"dent"})), ANOMALY, False),
        (SaveRule(), {"labels": []}, False),
        (SaveRule(), {"labels": [{"name": "car", "confidence": 0.5}]}, True),
        (SaveRule(0.6), {"labels": [{"name": "car", "confidence": 0.5}]}, False),
        (SaveRule(0.5, frozenset({"car"})), {"labels": [{"name": "car", "confidence": 0.5}]}, True),
        (SaveRule(0.5, frozenset({"bus"})), {"labels": [{"name": "car", "confidence": 0.5}]}, False),
    ],
)
def test_an_event_is_what_the_rule_says(rule, fields, is_event):
    assert rule.is_event(fields) is is_event


def test_a_picture_and_its_line_lie_side_by_side(tmp_path):
    folder = PictureFolder(tmp_path, 1 << 20)
    name = folder.save(item(7), "event")
    folder.close()
    assert names(tmp_path) == [
        "vedette-0000000001-20261129T041601123Z-event.jpg",
        "vedette-0000000001-20261129T041601123Z-event.json",
    ]
    with Image.open(tmp_path / name) as picture:
        assert (picture.size, picture.getpixel((5, 5))) == ((96, 64), (255, 255, 255))
    assert json.loads((tmp_path / name).with_suffix(".json").read_bytes()) == {"number": 7}
    assert folder.bytes == sum((tmp_path / file).stat().st_size for file in names(tmp_path))


def test_the_oldest_of_ours_goes_and_nobody_else_s_file_is_touched(tmp_path):
    foreign = {
        "holiday.jpg": b"1",
        "vedette-1-event.jpg": b"2",
        "vedette-0000000001-20261129T041601123Z-event.png": b"3",
        "vedette-0000000000-20261129T041601123Z-event.jpg.bak": b"4",
    }
    for name, content in foreign.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "vedette-0000000002-20261129T041601123Z-event.jpg").mkdir()
    (tmp_path / "vedette-0000000003-20261129T041601123Z-event.jpg").symlink_to(tmp_path / "holiday.jpg")
    size = len(encoded(frame(0))) + len(item(0).line)
    folder = PictureFolder(tmp_path, 3 * size)
    for number in range(6):
        folder.save(item(number), "event")
    folder.close()
    own = [name for name in names(tmp_path) if name.startswith("vedette-000000") and name.endswith(".json")]
    assert [int(name[8:18]) for name in own] == [7, 8, 9]
    assert folder.bytes <= 3 * size
    assert {name: (tmp_path / name).read_bytes() for name in foreign} == foreign
    assert (tmp_path / "vedette-0000000003-20261129T041601123Z-event.jpg").is_symlink()


def test_after_a_restart_with_a_clock_that_runs_wrong_the_oldest_is_still_the_oldest(tmp_path):
    size = len(encoded(frame(0))) + len(item(0).line)
    for year, number in ((2026, 0), (1970, 1), (1970, 2)):
        folder = PictureFolder(tmp_path, 2 * size)
        folder.save(item(number, moment=MOMENT.replace(year=year)), "event")
        folder.close()
    assert [json.loads((tmp_path / name).read_bytes())["number"] for name in names(tmp_path)[1::2]] == [1, 2]


def test_a_smaller_bound_takes_effect_at_the_start(tmp_path):
    folder = PictureFolder(tmp_path, 1 << 20)
    for number in range(4):
        folder.save(item(number), "event")
    folder.close()
    folder = PictureFolder(tmp_path, folder.bytes // 2)
    folder.close()
    assert [int(name[8:18]) for name in names(tmp_path)] == [3, 3, 4, 4]


def test_what_a_crash_left_half_written_is_removed(tmp_path):
    (tmp_path / ".vedette-0000000001-20261129T041601123Z-event.jpg.new").write_bytes(b"half")
    (tmp_path / ".somebody.new").write_bytes(b"theirs")
    PictureFolder(tmp_path, 1 << 20).close()
    assert names(tmp_path) == [".somebody.new"]


def test_a_second_watch_is_refused_the_folder(tmp_path):
    folder = PictureFolder(tmp_path, 1)
    with pytest.raises(Taken, match="Another watch saves pictures"):
        PictureFolder(tmp_path, 1)
    folder.close()
    PictureFolder(tmp_path, 1).close()
    with pytest.raises(Missing, match="--save"):
        PictureFolder(tmp_path / "none", 1)


def test_a_saver_writes_beside_the_watch(tmp_path):
    saver = PictureSaver(SaveOptions(tmp_path, before=1, after=1))
    for number, fields in enumerate((NORMAL, NORMAL, ANOMALY, NORMAL, NORMAL)):
        saver.add(item(number), fields)
    saver.close(SOON_S)
    assert (saver.saved, saver.passed_over) == (3, 0)
    assert [name.rpartition("-")[2] for name in names(tmp_path)[::2]] == [
        "before.jpg",
        "event.jpg",
        "after.jpg",
    ]


def test_a_full_disk_costs_pictures_and_not_the_watch(tmp_path, monkeypatch, caplog):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    saver = PictureSaver(SaveOptions(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        saver.add(item(0), ANOMALY)
        saver.add(item(1), ANOMALY)
        deadline = time.monotonic() + SOON_S
        while saver.passed_over < 2:
            assert time.monotonic() < deadline
            time.sleep(0.005)
    assert names(tmp_path) == []
    saver.add(item(2), ANOMALY)
    saver.close(SOON_S)
    assert (saver.saved, saver.passed_over, len(names(tmp_path))) == (1, 2, 2)
    assert [record.getMessage() for record in caplog.records] == [
        "a picture was not saved: No space left on device"
    ]


def test_a_disk_that_is_slower_than_the_camera_costs_pictures_but_of_a_file_none(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_FRAME_BYTES", 3 * len(frame(0).pixels))
    for waits, saved in ((False, 4), (True, 10)):
        is_free = threading.Event()
        monkeypatch.setattr(os, "fsync", lambda _, free=is_free: free.wait(SOON_S))
        (tmp_path / str(waits)).mkdir()
        saver = PictureSaver(SaveOptions(tmp_path / str(waits)), waits=waits)
        saver.add(item(0), ANOMALY)
        deadline = time.monotonic() + SOON_S
        while saver._queue:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        adding = threading.Thread(target=add_all, args=(saver, range(1, 10)))
        adding.start()
        adding.join(0.1)
        assert adding.is_alive() is waits
        is_free.set()
        adding.join(SOON_S)
        saver.close(SOON_S)
        assert (saver.saved, saver.passed_over) == (saved, 10 - saved)


def test_a_frame_is_encoded_as_it_is():
    with Image.open(io.BytesIO(encoded(frame(0, (200, 10, 30))))) as picture:
        assert picture.size == (96, 64)
        pixel = picture.getpixel((40, 30))
    assert all(abs(value - wanted) < 8 for value, wanted in itertools.zip_longest(pixel, (200, 10, 30)))
