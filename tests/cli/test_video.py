"""Films: what is seen by time, spans, drawings; films that are broken, turned or of uneven times."""

import json
import subprocess
import sys

import av
import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from doubles.videos import write_video
from vedette.cli.main import app
from vedette.cli.video_segments import RunningMedian, Segments

RED, BLUE = (250, 0, 0), (0, 0, 250)


def typed(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return str(tiny_package(tmp_path_factory.mktemp("model") / "package", "classification"))


@pytest.fixture
def film(tmp_path):
    """Six seconds at ten frames a second: blue, red from the second to the fourth second, blue."""
    return write_video(tmp_path / "belt.mp4", [BLUE] * 20 + [RED] * 20 + [BLUE] * 20)


def read(path) -> dict:
    return json.loads(path.read_text("utf-8"))


def test_a_film_is_looked_at_once_a_second_and_its_spans_are_said(film, package, capsys):
    code, out, err = typed(capsys, "video", str(film), "--model", package, "--smooth", "0")
    assert code == 0, err
    document = read(film.with_name("belt.mp4.json"))
    assert [frame["time"] for frame in document["frames"]] == [0, 1, 2, 3, 4, 5]
    names = [frame["findings"][0]["label"] for frame in document["frames"]]
    assert names == ["dark", "dark", "red", "red", "dark", "dark"]
    red = [span for span in document["segments"] if span["label"] == "red"]
    assert [(span["start"], span["end"], span["frames"]) for span in red] == [(2.0, 4.0, 2)]
    assert document["ended"] == ""
    assert "red from 2.0 s to 4.0 s" in err
    assert out.startswith("6 frames looked at, ")


def test_every_frame_is_looked_at_and_the_end_may_be_chosen(film, package, tmp_path, capsys):
    out = tmp_path / "all.json"
    assert typed(capsys, "video", str(film), "--model", package, "--fps", "0", "--out", str(out))[0] == 0
    assert len(read(out)["frames"]) == 60
    spans = [(span["label"], span["start"], span["end"]) for span in read(out)["segments"]]
    assert ("red", 2.0, 4.0) in spans
    words = ["--fps", "2", "--frames", "3", "--out", str(out)]
    assert typed(capsys, "video", str(film), "--model", package, *words)[0] == 0
    assert [frame["time"] for frame in read(out)["frames"]] == [0, 0.5, 1]


def test_the_film_with_drawings_has_all_frames_at_their_times_and_the_sheet_the_best(
    film, package, tmp_path, capsys
):
    drawn, sheet = tmp_path / "drawn.mp4", tmp_path / "sheet.jpg"
    words = ["--film", str(drawn), "--sheet", str(sheet), "--out", str(tmp_path / "o.json")]
    assert typed(capsys, "video", str(film), "--model", package, *words)[0] == 0
    with av.open(str(drawn)) as container:
        times = [round(float(frame.time), 3) for frame in container.decode(video=0)]
    assert times == [round(number / 10, 3) for number in range(60)]
    with Image.open(sheet) as image:
        assert image.format == "JPEG"
        assert image.width == 1280
    assert not list(tmp_path.glob(".*.part"))


def test_uneven_times_and_odd_edges_stay(package, tmp_path, capsys):
    film, times = tmp_path / "uneven.mkv", [0, 40, 50, 700, 1500, 1510, 2600]
    with av.open(str(film), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 98, 66, "yuv420p"
        stream.codec_context.time_base = stream.time_base = __import__("fractions").Fraction(1, 1000)
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.full((66, 98, 3), RED, np.uint8), format="rgb24")
            frame.pts, frame.time_base = time, stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    out, drawn = tmp_path / "o.json", tmp_path / "drawn.mp4"
    words = ["--fps", "0", "--out", str(out), "--film", str(drawn)]
    assert typed(capsys, "video", str(film), "--model", package, *words)[0] == 0
    assert [frame["time"] for frame in read(out)["frames"]] == [time / 1000 for time in times]
    with av.open(str(drawn)) as container:
        assert [round(frame.time * 1000) for frame in container.decode(video=0)] == times


@pytest.mark.parametrize("content", [b"", b"no film", b"\x00\x00\x00\x18ftypmp42" + bytes(200)])
def test_what_is_no_film_is_a_sentence_and_leaves_nothing(content, package, tmp_path, capsys):
    film, drawn = tmp_path / "bad.mp4", tmp_path / "drawn.mp4"
    film.write_bytes(content)
    drawn.write_bytes(b"mine")
    code, _, err = typed(capsys, "video", str(film), "--model", package, "--film", str(drawn))
    assert code == 2
    assert err.startswith(f"{film} failed")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.mp4", "drawn.mp4"]
    assert drawn.read_bytes() == b"mine"


def test_a_film_that_breaks_off_keeps_what_was_seen_and_says_so(film, package, tmp_path, capsys):
    film.write_bytes(film.read_bytes()[:-1500])
    code, _, err = typed(capsys, "video", str(film), "--model", package, "--fps", "0")
    document = film.with_name("belt.mp4.json")
    # An MP4's table stands at its end: without it nothing can be read.
    assert code == 2, err
    assert not document.exists()
    stream = write_video(tmp_path / "belt.ts", [RED] * 30, file_format="mpegts")
    data = stream.read_bytes()
    stream.write_bytes(data[: len(data) // 2])
    assert typed(capsys, "video", str(stream), "--model", package, "--fps", "0")[0] == 0
    assert 0 < len(read(stream.with_name("belt.ts.json"))["frames"]) < 30


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say --model PACKAGE, or --project NAME of a server: one of both."),
        (["--model", "nothing"], "nothing"),
        (["--model", "x", "--project", "y"], "one of both"),
    ],
)
def test_without_one_model_nothing_begins(film, words, sentence, capsys):
    code, _, err = typed(capsys, "video", str(film), *words)
    assert code == 2
    assert sentence in err
    assert not film.with_name("belt.mp4.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "belt.mp4"],
        ["--film", "x/../belt.mp4"],
        ["--sheet", "link.jpg"],
        ["--out", "a", "--film", "a"],
    ],
)
def test_no_result_takes_the_place_of_the_film_or_of_another(film, package, capsys, monkeypatch, words):
    monkeypatch.chdir(film.parent)
    (film.parent / "x").mkdir()
    (film.parent / "link.jpg").hardlink_to(film)
    before = film.read_bytes()
    code, _, err = typed(capsys, "video", "belt.mp4", "--model", package, *words)
    assert (code, "is named twice" in err) == (2, True)
    assert film.read_bytes() == before


def test_a_stream_has_to_be_told_where_its_result_goes(package, capsys):
    code, _, err = typed(capsys, "video", "rtsp://127.0.0.1:1/x", "--model", package)
    assert (code, err[:9]) == (2, "Say --out")


def smoothed(reach: int, seen: list[dict[str, float]]) -> list[dict[str, float]]:
    median = RunningMedian(reach)
    frames = [frame for time, labels in enumerate(seen) for frame in median.add(float(time), labels)]
    frames += list(median.finish())
    assert [time for time, _ in frames] == [float(time) for time in range(len(seen))]
    return [dict(labels) for _, labels in frames]


def test_one_frame_of_glare_begins_nothing_and_one_blurred_frame_ends_nothing():
    a, no = {"a": 0.9}, {}
    assert smoothed(1, [no, a, no, a, a, no, a, a, no]) == [no, no, a, a, a, a, a, a, no]
    assert smoothed(0, [a, no, a]) == [a, no, a]
    assert smoothed(3, [a]) == [a]
    assert smoothed(2, []) == []


@pytest.mark.parametrize("reach", [0, 1, 2, 5])
@pytest.mark.parametrize("seed", range(5))
def test_medians_of_a_window_are_those_of_the_whole_film(reach, seed):
    rng = np.random.default_rng(seed)
    seen = [{"a": float(value)} if value > 0.4 else {} for value in rng.random(30)]
    values = [labels.get("a", 0.0) for labels in seen]
    expected = []
    for place in range(len(seen)):
        around = sorted(values[max(0, place - reach) : place + reach + 1])
        median = around[(len(around) - 1) // 2]
        expected.append({"a": median} if median else {})
    assert smoothed(reach, seen) == expected


def spans(gap: float, seen: list[dict[str, float]], end: float) -> list[tuple]:
    segments = Segments(gap)
    done = [one for time, labels in enumerate(seen) for one in segments.add(float(time), labels)]
    done += segments.finish(end)
    return [(one.label, one.start, one.end, one.best, one.frames) for one in done]


def test_a_span_ends_where_the_next_frame_begins_and_goes_on_after_a_short_gap():
    a, b, no = {"a": 0.5}, {"b": 0.6}, {}
    assert spans(0.5, [a, a, no, no, a], 5.0) == [("a", 0.0, 2.0, 0.0, 2), ("a", 4.0, 5.0, 4.0, 1)]
    assert spans(1.0, [a, {"a": 0.9}, no, a, no, no, no], 6.0) == [("a", 0.0, 4.0, 1.0, 3)]
    both = spans(0.0, [a, a | b, b, no, no], 4.0)
    assert sorted(both) == [("a", 0.0, 2.0, 0.0, 2), ("b", 1.0, 3.0, 1.0, 2)]
    assert spans(1.0, [], 0.0) == []


def test_the_pieces_are_not_loaded_by_the_command_line():
    program = "import sys, vedette.cli.main; print([m for m in ('av', 'numpy') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
