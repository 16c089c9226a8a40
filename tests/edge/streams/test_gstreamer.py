"""Pictures out of the machine's own GStreamer, where there is one; each test runs a real pipeline."""

import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from vedette.edge.streams.addresses import source_address
from vedette.edge.streams.camera_process import CameraLost, CameraProcess, SourceOptions, StreamOver
from vedette.edge.streams.gstreamer import PROGRAM

pytestmark = pytest.mark.skipif(
    not (shutil.which(PROGRAM) and shutil.which("gst-inspect-1.0"))
    or subprocess.run(["gst-inspect-1.0", "--exists", "y4menc"], check=False).returncode != 0,
    reason="there is no GStreamer on this machine",
)
ENDLESS = "gst:videotestsrc is-live=true pattern=red"
RED = (254, 0, 0)
SOON_S = 60.0


@pytest.fixture
def opened():
    cameras = []

    def open_camera(text):
        camera = CameraProcess(SourceOptions(source_address(text)))
        cameras.append(camera)
        camera.open()
        return camera

    yield open_camera
    for camera in cameras:
        camera.close()


def until_lost(camera):
    """Return the sizes of all pictures, and how it ended."""
    sizes = []
    while True:
        try:
            frame = camera.next()
        except (CameraLost, StreamOver) as error:
            return sizes, error
        sizes.append((frame.raster.width, frame.raster.height))


def file_of(place: Path, *pipeline: str) -> None:
    subprocess.run([PROGRAM, "-q", "-e", *pipeline], cwd=place, check=True, timeout=SOON_S)


@pytest.mark.parametrize(
    ("width", "height", "given"),
    [
        (320, 240, (320, 240)),
        (1280, 720, (1280, 720)),  # of which GStreamer means the colours of BT.709
        (100, 66, (104, 66)),  # rows that it pads
        (99, 67, (96, 66)),
    ],
)
def test_pictures_have_their_size_and_their_colours(opened, width, height, given):
    camera = opened(f"{ENDLESS} ! video/x-raw,format=RGB,width={width},height={height}")
    frame = camera.next()
    assert abs(frame.raster.width - width) < 8
    assert (frame.raster.width, frame.raster.height) in (given, (given[0] - 8, given[1]))
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(-1, 3)
    assert np.abs(pixels.astype(int) - RED).max() <= 4


def test_a_pipeline_that_ends_is_read_to_its_end(opened):
    sizes, end = until_lost(opened("gst:videotestsrc num-buffers=100"))
    assert sizes
    assert set(sizes) == {(320, 240)}
    assert isinstance(end, StreamOver)


def test_of_a_file_with_sound_the_pictures_are_taken(opened, tmp_path):
    sound = "audiotestsrc num-buffers=20 ! audio/x-raw,format=S16LE ! mux."
    pictures = "videotestsrc num-buffers=20 ! video/x-raw,format=I420 ! mux."
    file_of(tmp_path, *f"{sound} {pictures} avimux name=mux ! filesink location=both.avi".split())
    sizes, end = until_lost(opened(f"gst:filesrc location={tmp_path}/both.avi ! decodebin"))
    assert set(sizes) == {(320, 240)}
    assert isinstance(end, StreamOver)


@pytest.mark.parametrize(
    "pipeline", ["audiotestsrc num-buffers=5", "nosuchelement", "filesrc location=/nowhere.avi ! decodebin"]
)
def test_a_pipeline_without_pictures_is_said_to_have_none(opened, pipeline):
    with pytest.raises(CameraLost, match="gave no pictures: try it as gst-launch"):
        opened(f"gst:{pipeline}")


def test_pictures_that_change_their_size_end_the_stream_to_be_opened_again(opened, tmp_path):
    for number, (width, height) in enumerate([(320, 240)] * 3 + [(640, 480)] * 3):
        size = f"video/x-raw,width={width},height={height}"
        words = f"videotestsrc num-buffers=1 ! {size} ! jpegenc ! filesink location={number}.jpg"
        file_of(tmp_path, *words.split())
    pictures = f"multifilesrc location={tmp_path}/%d.jpg caps=image/jpeg,framerate=5/1 ! jpegdec"
    sizes, end = until_lost(opened(f"gst:{pictures}"))
    assert set(sizes) <= {(320, 240)}  # none is cut out of the wrong rows
    assert isinstance(end, CameraLost)


def test_a_pipeline_ends_with_its_camera(opened):
    camera = opened(ENDLESS)
    camera.next()
    pipelines = children(camera.pid)
    assert pipelines
    camera.close()
    deadline = time.monotonic() + SOON_S
    while any(Path(f"/proc/{pid}").is_dir() and not is_ended(pid) for pid in pipelines):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def is_ended(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
