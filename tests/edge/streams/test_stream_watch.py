"""Every frame that is due gets a line; cameras go and come back, and models too."""

import itertools
import json
import threading
from types import SimpleNamespace

import pytest

from doubles.packages import tiny_package
from doubles.videos import ScriptedCamera, frame
from vedette.edge.catalogue import model_at
from vedette.edge.life import ModelState, ProcessFailed
from vedette.edge.process import ProcessLimits
from vedette.edge.served import ServedModel
from vedette.edge.streams import stream_watch as module
from vedette.edge.streams.addresses import SourceAddress, SourceKind
from vedette.edge.streams.camera_process import CameraLost, SourceOptions
from vedette.edge.streams.stream_watch import FramePace, StreamOptions, StreamOutputs, StreamWatch
from vedette.errors import Busy, Wrong

LIVE = SourceAddress(SourceKind.NETWORK, "rtsp://user:secret@camera/1", "rtsp://…@camera/1")
FILE = SourceAddress(SourceKind.FILE, "/belt.mp4", "belt.mp4")


class Lines:
    """A sender that keeps what it is given."""

    is_gone = False

    def __init__(self, on_put=lambda _: None):
        self.documents, self.on_put = [], on_put

    def put(self, line):
        assert line.endswith(b"\n")
        self.documents.append(json.loads(line))
        self.on_put(len(self.documents))

    def stop_waiting(self):
        pass


class Instants:
    """A clock that only the watch's own waiting moves."""

    def __init__(self, watch=None):
        self.moment, self.waits = 0.0, []

    def __call__(self):
        return self.moment

    def wait(self, event):
        def waiting(seconds=None):
            if not event.is_set():
                self.waits.append(round(seconds or 0.0, 3))
                self.moment += seconds or 0.0
            return event.is_set()

        return waiting


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    package = tiny_package(
        tmp_path_factory.mktemp("stream") / "anomalies", "anomaly", thresholds={"anomaly": 0.4}
    )
    model = ServedModel(model_at(package), ProcessLimits())
    yield model
    model.close()


@pytest.fixture
def watching(served, clock):
    """Return what opens a watch over cameras that are written down, one an opening."""

    def open_watch(*cameras, source=LIVE, on_put=lambda _: None, **options):
        lines, instants = Lines(on_put), Instants()
        order = iter(cameras)
        watch = StreamWatch(
            StreamOptions(SourceOptions(source), **options),
            served,
            StreamOutputs([lines]),
            opener=lambda _: next(order),
            clock=clock,
            now=instants,
        )
        watch._is_over.wait = instants.wait(watch._is_over)
        return watch, lines, instants

    yield open_watch
    if served.state is ModelState.RUNNING:
        served.stop()


def test_each_frame_of_a_file_gets_a_line_in_order(watching, clock):
    camera = ScriptedCamera([frame(0, 255), frame(1, 0)])
    watch, lines, _ = watching(camera, source=FILE)
    watch.run()
    assert lines.documents == [
        {
            "stream": "belt.mp4",
            "number": number,
            "time": clock().isoformat(timespec="milliseconds"),
            "frame": number,
            "position": number / 10,
            "model": "anomalies",
            "is_anomalous": is_anomalous,
            "confidence": 1.0,
            "score": float(is_anomalous),
            "threshold": 0.4,
            "anomalies": [],
        }
        for number, is_anomalous in ((0, True), (1, False))
    ]
    assert camera.is_closed
    assert (watch.counts.answered, dict(watch.counts.verdicts)) == (2, {"anomaly": 1, "normal": 1})


def test_a_camera_that_goes_away_is_opened_again_later_and_later(watching, caplog):
    lost = CameraLost("failed: Connection refused")
    cameras = [ScriptedCamera([lost]) for _ in range(6)]
    back = ScriptedCamera([frame(0), frame(1)])
    watch, lines, instants = watching(*cameras, back, rate=0, most_frames=2)
    watch.run()
    assert [wait for wait in instants.waits if wait >= 1] == [1, 2, 4, 8, 16, 30]
    assert len(lines.documents) == 2
    assert (watch.counts.losses, watch.counts.openings) == (6, 7)
    assert all(camera.is_closed for camera in (*cameras, back))
    assert [record.getMessage() for record in caplog.records if record.name == "vedette.edge.stream"] == [
        "rtsp://…@camera/1 failed: Connection refused",
        "rtsp://…@camera/1 gives pictures again",
    ]


def test_after_seconds_of_pictures_the_next_try_comes_soon_again(watching):
    lost = CameraLost("broke off: its process ended")
    first = [ScriptedCamera([lost]) for _ in range(3)]
    well = ScriptedCamera([*(frame(number) for number in range(30)), lost])
    watch, _, instants = watching(*first, well, ScriptedCamera([frame(0)]), rate=2, most_frames=31)
    watch.run()
    assert [wait for wait in instants.waits if wait >= 1] == [1, 2, 4, 1]


def test_a_live_stream_that_ends_is_opened_again(watching):
    watch, lines, _ = watching(
        ScriptedCamera([frame(0)]), ScriptedCamera([frame(0), frame(1)]), rate=0, most_frames=3
    )
    watch.run()
    assert [(line["number"], line["frame"]) for line in lines.documents] == [(0, 0), (1, 0), (2, 1)]


def test_what_was_passed_over_is_counted_over_all_openings(watching):
    watch, _, _ = watching(
        ScriptedCamera([frame(3, dropped=3), frame(9, dropped=8, damaged=1)]),
        ScriptedCamera([frame(2, dropped=2)]),
        rate=0,
        most_frames=3,
    )
    watch.run()
    assert (watch.counts.dropped, watch.counts.damaged) == (10, 1)


def test_a_file_that_cannot_be_read_is_refused(watching):
    watch, _, _ = watching(ScriptedCamera([CameraLost("failed: Invalid data found")]), source=FILE)
    with pytest.raises(Wrong, match=r"^belt\.mp4 failed: Invalid data found\.$"):
        watch.run()


def test_a_model_that_cannot_be_loaded_is_refused_before_the_camera_is_opened(tmp_path, clock):
    package = tiny_package(tmp_path / "damaged", "anomaly")
    with (package / "model.onnx").open("ab") as stream:
        stream.write(b"more")
    served = ServedModel(model_at(package), ProcessLimits())
    watch = StreamWatch(
        StreamOptions(SourceOptions(LIVE)), served, StreamOutputs(), opener=pytest.fail, clock=clock
    )
    with pytest.raises(Wrong, match="is not as it was written"):
        watch.run()
    served.close()


def test_a_frame_that_cannot_be_looked_at_is_a_line_too_and_the_next_one_is_looked_at(watching, monkeypatch):
    answers = iter([ProcessFailed("The model's process was ended by signal 9."), None])

    def ask(served, source, options, *, is_awaited):
        if error := next(answers):
            raise error
        return {"findings": []}, b""

    monkeypatch.setattr(module, "ask", ask)
    watch, lines, _ = watching(ScriptedCamera([frame(0), frame(1)]), source=FILE)
    watch.run()
    assert [line.get("error", line.get("labels")) for line in lines.documents] == [
        "The model's process was ended by signal 9.",
        [],
    ]
    assert (watch.counts.answered, watch.counts.failed) == (1, 1)


class FailedModel:
    """A model whose process ended again and again, and that runs once it is started anew."""

    name, state, starts = "anomalies", ModelState.FAILED, 0
    model = report = SimpleNamespace(message="Its process ended 4 times within 60 s.")

    def start(self, _):
        self.starts += 1
        self.state = ModelState.RUNNING

    def ask(self, head, body, *, is_awaited):
        if self.state is not ModelState.RUNNING:
            raise Busy("The model is FAILED.")
        return {"answer": {"findings": []}}, b""


def test_a_model_that_failed_is_started_again_after_a_while(watching, monkeypatch):
    failed = FailedModel()

    def fail():
        failed.state = ModelState.FAILED

    watch, lines, instants = watching(ScriptedCamera([frame(0), fail, frame(1), frame(2)]), source=FILE)
    monkeypatch.setattr(watch, "_served", failed)
    watch.run()
    assert [line.get("error") for line in lines.documents] == [None, "The model is FAILED.", None]
    assert (failed.starts, module.MODEL_RETRY_S in instants.waits) == (2, True)


def test_the_watch_ends_between_two_frames(watching):
    endless = ScriptedCamera([])
    endless.next = map(frame, itertools.count()).__next__
    watch, lines, _ = watching(endless, rate=0, on_put=lambda count: count == 5 and watch.close())
    watch.run()
    assert len(lines.documents) == 5
    assert endless._is_interrupted.is_set()


def test_the_watch_ends_when_nobody_reads_its_lines(watching):
    endless = ScriptedCamera([])
    endless.next = map(frame, itertools.count()).__next__
    watch, lines, _ = watching(endless, rate=0, on_put=lambda count: setattr(lines, "is_gone", count == 3))
    watch.run()
    assert len(lines.documents) == 3


def test_a_watch_that_waits_for_a_camera_ends_at_once(watching, served):
    camera = ScriptedCamera([])
    is_waiting, is_over = threading.Event(), threading.Event()

    def wait():
        is_waiting.set()
        assert is_over.wait(30)
        raise CameraLost("broke off")

    camera.next, camera.interrupt = wait, is_over.set
    watch, lines, _ = watching(camera, rate=0)
    running = threading.Thread(target=watch.run)
    running.start()
    assert is_waiting.wait(30)
    watch.close()
    running.join(30)
    assert (running.is_alive(), lines.documents, watch.counts.losses) == (False, [], 0)


@pytest.mark.parametrize(
    ("rate", "moments", "waits"),
    [
        (2, [0, 0, 0.5, 1.0], [0, 0.5, 0.5, 0.5]),
        (2, [0, 1.2, 1.3, 2.0], [0, 0, 0.2, 0.0]),
        (2, [0, 10.1, 10.2, 10.5], [0, 0, 0.3, 0.5]),
        (0, [0, 0, 5, 5], [0, 0, 0, 0]),
    ],
)
def test_frames_are_due_on_an_even_beat_and_never_two_to_catch_up(rate, moments, waits):
    instants = Instants()
    pace = FramePace(rate, instants)
    observed = []
    for moment in moments:
        instants.moment = moment
        observed.append(round(pace.wait_s(), 3))
    assert observed == waits
