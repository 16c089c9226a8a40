"""`vedette edge watch` prints a line a frame, and says in a sentence what it cannot do."""

import json
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from doubles.packages import tiny_package
from doubles.receivers import Broker, PostTarget, serving
from doubles.videos import rtsp_camera, write_video
from vedette.cli.main import app

SOON_S = 60.0


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_package(tmp_path_factory.mktemp("model") / "parts", "anomaly", thresholds={"anomaly": 0.4})


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("film") / "belt.mp4", [255, 0] * 10)


def command(*words):
    return [sys.executable, "-m", "vedette", "edge", "watch", *map(str, words)]


def test_a_film_is_looked_at_frame_by_frame(model, film, tmp_path):
    lines = tmp_path / "lines.jsonl"
    words = ("--source", film, "--model", model, "--rate", 0, "--name", "belt", "--lines", lines)
    ran = subprocess.run(command(*words), capture_output=True, timeout=SOON_S)
    assert ran.returncode == 0, ran.stderr
    documents = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [document["is_anomalous"] for document in documents] == [True, False] * 10
    assert {document["stream"] for document in documents} == {"belt"}
    assert lines.read_bytes() == ran.stdout
    assert b"20 frames looked at, 0 not" in ran.stderr


def test_lines_are_posted_and_published_and_pictures_of_events_saved(model, film, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with serving(PostTarget()) as target, serving(Broker()) as broker:
        (tmp_path / "broker").write_text(f"mqtt://127.0.0.1:{broker.port}/belt\n")
        words = ("--source", film, "--model", model, "--rate", 0, "--save", pictures, "--save-after", 0)
        words += ("--save-before", 0, "--post", f"http://127.0.0.1:{target.server_port}/")
        ran = subprocess.run(
            command(*words, "--mqtt", f"@{tmp_path}/broker", "--status", "127.0.0.1:0"),
            capture_output=True,
            timeout=SOON_S,
        )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert target.bodies == lines
    assert [payload for _, payload in broker.messages] == lines
    assert len(lines) == 20
    saved = sorted(path.read_bytes().strip() for path in pictures.glob("*.json"))
    assert saved == sorted(lines[::2])
    assert len(list(pictures.glob("*.jpg"))) == 10


def test_a_network_camera_is_watched_until_the_watch_is_stopped_and_no_password_shows(model):
    with rtsp_camera(user="me:hunter2") as camera:
        source = f"rtsp://me:hunter2@127.0.0.1:{camera.port}/1"
        words = ("--source", source, "--model", model, "--rate", 20)
        process = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = [json.loads(process.stdout.readline()) for _ in range(3)]
        camera.drop()
        second = [json.loads(process.stdout.readline()) for _ in range(3)]
        while camera.sessions < 2:
            second.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=SOON_S)
    assert process.returncode == 0
    assert [document["number"] for document in (*first, *second)] == list(range(3 + len(second)))
    assert first[0]["stream"] == f"rtsp://…@127.0.0.1:{camera.port}/1"
    assert b"hunter2" not in errors + rest
    assert b"gives pictures again" in errors


def test_a_watch_ends_when_its_reader_does(model, film):
    words = ("--source", film, "--model", model, "--rate", 0, "--play")
    process = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(SOON_S) == 0
    process.stderr.close()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--source", "none.mp4"), "There is no video file 'none.mp4'."),
        (("--source", "file:///x"), "Streams of the kind file:// are not opened"),
        (("--source", "/dev/null", "--option", "size"), "'size' is no KEY=VALUE for --option."),
        (("--source", "/dev/null", "--save", "/none"), "There is no folder /none (--save)."),
        (("--source", "/dev/null", "--post", "x"), "x is no address to post to"),
        (("--source", "/dev/null", "--mqtt", "x"), "x is no broker and topic"),
        (("--source", "/dev/null", "--post", "http://h", "--post-header", "x"), "A header is NAME: VALUE"),
        (("--source", "/dev/null", "--lines", "/"), "/ cannot be written: Is a directory."),
    ],
)
def test_what_cannot_be_watched_is_refused_with_a_sentence(model, words, sentence):
    ran = CliRunner().invoke(app, ["edge", "watch", "--model", str(model), *words])
    assert ran.exit_code == 2
    assert ran.stderr.startswith(sentence)


def test_a_place_without_a_model_is_refused(film, tmp_path):
    ran = CliRunner().invoke(app, ["edge", "watch", "--model", str(tmp_path), "--source", str(film)])
    assert (ran.exit_code, ran.stderr) == (2, f"There is no model package at {tmp_path}.\n")


def test_a_file_that_is_no_film_is_refused(model, tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"no film" * 100)
    began = time.monotonic()
    words = ("--source", tmp_path / "film.mp4", "--model", model)
    ran = subprocess.run(command(*words), capture_output=True, timeout=SOON_S)
    assert ran.returncode == 2
    assert b"film.mp4 failed: Invalid data" in ran.stderr
    assert time.monotonic() - began < SOON_S
