"""A camera's process hands out frames, the newest of what is live, and takes nothing along when it ends."""

import os
import random
import signal
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from doubles.videos import rtsp_camera, write_video
from vedette.edge.streams.addresses import SourceAddress, SourceKind, source_address
from vedette.edge.streams.camera import Camera
from vedette.edge.streams.camera_process import CameraLost, CameraProcess, SourceOptions, StreamOver
from vedette.edge.streams.decoding import NewestFrame, StreamFrame, StreamLost, thinned

COLORS = [0, 120, 250]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("film") / "belt.mp4", COLORS * 10)


@pytest.fixture
def opened():
    cameras = []

    def open_camera(text, **options):
        camera = CameraProcess(SourceOptions(source_address(str(text)), **options))
        cameras.append(camera)
        camera.open()
        return camera

    yield open_camera
    for camera in cameras:
        camera.close()


def all_frames(camera):
    frames = []
    while True:
        try:
            frames.append(camera.next())
        except StreamOver:
            return frames


def endless_frames(camera):
    while True:
        camera.next()


class Unconvertible:
    def to_ndarray(self, **_):
        raise av.error.ArgumentError(22, "Invalid argument")


def pid_in(path):
    deadline = time.monotonic() + 30
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int(path.read_text())


def is_running(pid):
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    return False


def color_of(frame):
    pixels = np.frombuffer(frame.pixels, np.uint8)
    assert pixels.size == frame.raster.size
    return pixels.mean()


def test_every_frame_of_a_file_comes_once(opened, film):
    frames = all_frames(opened(film))
    assert [frame.number for frame in frames] == list(range(30))
    assert [frame.position_s for frame in frames] == pytest.approx([number / 10 for number in range(30)])
    assert [color_of(frame) for frame in frames] == pytest.approx(COLORS * 10, abs=6)
    assert {(frame.raster.width, frame.raster.height) for frame in frames} == {(96, 64)}


def test_of_a_file_so_many_frames_a_second_come(opened, film):
    numbers = [frame.number for frame in all_frames(opened(film, rate=4))]
    assert numbers == [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25, 28]


def test_a_played_file_gives_its_newest_frame_and_counts_those_passed_over(opened, film):
    camera = opened(film, plays=True)
    first = camera.next()
    time.sleep(1.0)
    later, *_ = all_frames(camera)
    assert later.number >= first.number + 3  # ten are sent in a second; a busy machine is later
    assert later.dropped == later.number - 1 - first.number + first.dropped


def test_a_network_camera_is_read_with_its_password(opened):
    with rtsp_camera(user="me:se/cret") as camera:
        address = f"rtsp://me:se%2Fcret@127.0.0.1:{camera.port}/1"
        frames = [opened(address).next() for _ in range(1)]
        assert color_of(frames[0]) == pytest.approx(255, abs=6)


def test_a_wrong_password_is_said_without_the_password(opened):
    with rtsp_camera(user="me:right") as camera, pytest.raises(CameraLost) as raised:
        opened(f"rtsp://me:wrong@127.0.0.1:{camera.port}/1")
    assert "wrong" not in str(raised.value)
    assert "127.0.0.1" not in str(raised.value)
    assert "authorization" in str(raised.value).lower()


def test_a_camera_that_is_cut_off_is_lost(opened):
    with rtsp_camera() as camera:
        opened_camera = opened(f"rtsp://127.0.0.1:{camera.port}/1")
        opened_camera.next()
        camera.drop()
        with pytest.raises((CameraLost, StreamOver)):
            endless_frames(opened_camera)


def test_a_camera_that_hangs_is_given_up(film):
    camera = CameraProcess(SourceOptions(source_address(str(film)), plays=True, silent_s=0.3))
    camera.open()
    os.kill(camera.pid, signal.SIGSTOP)
    with pytest.raises(CameraLost, match=r"gave no picture for 0\.3 s"):
        endless_frames(camera)
    camera.close()
    with pytest.raises(ProcessLookupError):
        os.kill(camera.pid, 0)


def test_a_decoder_that_crashes_takes_nothing_along(opened, film):
    camera = opened(film)
    os.kill(camera.pid, signal.SIGSEGV)
    with pytest.raises(CameraLost, match=r"^broke off: its process ended by signal 11$"):
        camera.next()


def test_what_a_crashed_decoder_started_is_ended_too(opened, monkeypatch, tmp_path):
    helper = tmp_path / "gst-launch-1.0"
    helper.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    helper.chmod(0o755)
    monkeypatch.setitem(os.environ, "PATH", f"{tmp_path}:{os.environ['PATH']}")
    camera = CameraProcess(SourceOptions(source_address("gst:videotestsrc")))
    opening = ThreadPoolExecutor(1).submit(camera.open)
    pipeline = pid_in(tmp_path / "pid")
    os.kill(camera.pid, signal.SIGKILL)
    with pytest.raises(CameraLost, match="its process ended by signal 9"):
        opening.result(30)
    assert is_running(pipeline)
    camera.close()
    deadline = time.monotonic() + 30
    while is_running(pipeline):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_pixels_that_cannot_be_had_are_counted_and_passed_over(film):
    camera = Camera({"kind": "file", "address": str(film), "rate": 0, "live": False, "options": {}})
    camera._frames = iter([StreamFrame(0, 0.0, Unconvertible()), *camera._frames])
    head, _ = camera.next()
    assert (head["number"], head["damaged"]) == (0, 1)


def test_an_unforeseen_failure_loses_the_stream_and_says_its_kind(film):
    camera = Camera({"kind": "file", "address": str(film), "rate": 0, "live": False, "options": {}})
    camera._frames = iter([StreamFrame(0, 0.0, None)])
    assert camera.next() == ({"lost": "failed: AttributeError"}, b"")


def test_who_waits_for_a_frame_is_interrupted(opened, film):
    camera = opened(film)
    camera.interrupt()
    with pytest.raises(CameraLost):
        camera.next()


@pytest.mark.parametrize(
    "content", [b"", b"no film at all" * 100, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"]
)
def test_what_is_no_film_is_lost_at_once(opened, tmp_path, content):
    (tmp_path / "film.mp4").write_bytes(content)
    with pytest.raises(CameraLost, match=r"^(failed: |has no pictures)"):
        opened(tmp_path / "film.mp4").next()


def test_a_film_that_a_telephone_turned_is_seen_upright(opened, tmp_path):
    lying = np.zeros((64, 96, 3), np.uint8)
    lying[:, :48] = 255
    film = write_video(tmp_path / "film.mp4", [lying] * 3)
    content = bytearray(film.read_bytes())
    matrix = content.index(b"tkhd") + 44  # ISO 14496-12, 8.3.2
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    film.write_bytes(content)
    frame = opened(film).next()
    assert (frame.raster.width, frame.raster.height) == (64, 96)
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(96, 64, 3)
    assert (pixels[:44].mean() > 240, pixels[52:].mean() < 15) == (True, True)


def test_damage_in_the_midst_of_a_film_costs_its_frames_alone(opened, film, tmp_path):
    write_video(tmp_path / "long.ts", COLORS * 20, file_format="mpegts", codec="mpeg2video")
    content = bytearray((tmp_path / "long.ts").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 188 * 3] = random.Random(3).randbytes(188 * 3)
    (tmp_path / "long.ts").write_bytes(content)
    frames = all_frames(opened(tmp_path / "long.ts"))
    assert 40 <= len(frames) <= 60


def test_a_film_that_is_cut_off_gives_what_is_there(opened, tmp_path):
    whole = write_video(tmp_path / "whole.ts", COLORS * 20, file_format="mpegts", codec="mpeg2video")
    (tmp_path / "half.ts").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 15 <= len(all_frames(opened(tmp_path / "half.ts"))) <= 45


def test_without_gstreamer_its_pipelines_are_said_to_need_it(opened, monkeypatch):
    monkeypatch.setitem(os.environ, "PATH", "/nowhere")
    with pytest.raises(CameraLost, match=r"needs GStreamer, and there is no gst-launch-1\.0"):
        opened("gst:videotestsrc")


def test_a_camera_that_is_not_plugged_in_is_lost_and_not_an_error(opened):
    with pytest.raises(CameraLost, match=r"^failed: No such file or directory$"):
        opened("/dev/video97")


def frames_at(*positions):
    return iter([StreamFrame(number, position, None) for number, position in enumerate(positions)])


@pytest.mark.parametrize(
    ("rate", "positions", "numbers"),
    [
        (0, [0, 0.1, 0.2], [0, 1, 2]),
        (1, [0, 0.5, 0.99, 1.0, 1.5, 3.2, 3.9, 4.0], [0, 3, 5, 7]),
        (30, [0, 1 / 30, 2 / 30, 3 / 30], [0, 1, 2, 3]),
        (60, [0, 0.04, 0.08], [0, 1, 2]),
    ],
)
def test_frames_are_thinned_by_the_stream_s_own_time(rate, positions, numbers):
    assert [frame.number for frame in thinned(frames_at(*positions), rate)] == numbers


def test_the_newest_frame_takes_the_place_of_the_one_before():
    newest = NewestFrame()
    for frame in frames_at(0, 0.1, 0.2):
        newest.put(frame)
    assert (newest.take().number, newest.dropped) == (2, 2)
    for frame in frames_at(0.3, 0.4):  # while that one is in hand
        newest.put(frame)
    assert (newest.dropped_before, newest.dropped) == (2, 3)
    assert (newest.take().position_s, newest.dropped_before) == (0.4, 3)
    newest.end("broke off")
    with pytest.raises(StreamLost, match="broke off"):
        newest.take()


def test_an_address_of_a_camera_is_on_no_command_line(opened):
    with rtsp_camera(user="me:hunter2") as camera:
        process = opened(f"rtsp://me:hunter2@127.0.0.1:{camera.port}/1")
        assert b"hunter2" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()


def test_a_source_s_repr_hides_its_address():
    source = SourceAddress(SourceKind.NETWORK, "rtsp://a:b@c/", "rtsp://…@c/")
    assert "a:b" not in repr(SourceOptions(source))
