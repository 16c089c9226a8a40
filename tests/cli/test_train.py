"""`vedette train` as a person types it: its words, its exit status, what it leaves."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from doubles.drawn import PLAIN, write_set


def vedette(*words, cache, env=None, **more):
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), **(env or {})}
    command = [sys.executable, "-m", "vedette", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=200, **more)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("shapes") / "set", PLAIN, 6, seed=3)


def test_a_folder_becomes_a_package_and_a_few_figures_and_what_is_left_out_is_named(shapes, tmp_path):
    folder = tmp_path / "set"
    shutil.copytree(shapes, folder)
    (folder / "lost.png").write_bytes((folder / "disc" / "000.png").read_bytes())
    (folder / "disc" / "001.png").write_bytes(b"no picture")
    done = vedette("train", folder, "--budget", "fast", "--out", tmp_path / "model", cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert "a model for classification by probe-" in done.stdout
    assert "accuracy" in done.stdout
    lost, broken = done.stderr.splitlines()  # and no progress bar, where nobody looks
    assert lost == f"Left out: {folder / 'lost.png'} lies in no label's folder."
    assert broken.startswith(f"Left out: {folder / 'disc' / '001.png'} is no picture")
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "MODEL_CARD.md",
        "evaluation.json",
        "model.onnx",
        "package.json",
    }


@pytest.fixture
def no_torch(tmp_path):
    """Let nothing load torch, which takes seconds that a refusal has no use for."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "torch.py").write_text("raise RuntimeError('torch was loaded')\n", "utf-8")
    return {"PYTHONPATH": str(tmp_path / "broken")}


@pytest.mark.parametrize(
    ("labels", "said"),
    [(("disc",), 'one label "disc"'), ((), "no labelled pictures")],
)
def test_what_cannot_be_learnt_ends_with_a_sentence_and_status_2(labels, said, tmp_path, no_torch):
    folder = write_set(tmp_path / "set", labels, 4)
    folder.mkdir(exist_ok=True)
    done = vedette("train", folder, "--out", tmp_path / "model", cache=tmp_path / "cache", env=no_torch)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path, no_torch):
    done = vedette("train", tmp_path / "nowhere", "--out", tmp_path / "model", cache=tmp_path, env=no_torch)
    assert done.returncode == 2
    assert str(tmp_path / "nowhere") in done.stderr


def test_a_budget_nobody_knows_is_refused(shapes, tmp_path, no_torch):
    done = vedette(
        "train", shapes, "--budget", "lavish", "--out", tmp_path / "model", cache=tmp_path, env=no_torch
    )
    assert done.returncode == 2
    assert '"lavish" is no budget' in done.stderr


def test_a_place_that_is_something_else_is_refused(shapes, tmp_path, no_torch):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "text").write_text("mine", "utf-8")
    done = vedette("train", shapes, "--out", tmp_path / "notes", cache=tmp_path, env=no_torch)
    assert done.returncode == 2
    assert "exists and is no model package" in done.stderr
    assert (tmp_path / "notes" / "text").read_text("utf-8") == "mine"


def test_a_training_that_is_not_refused_loads_torch(shapes, tmp_path, no_torch):
    done = vedette("train", shapes, "--out", tmp_path / "model", cache=tmp_path, env=no_torch)
    assert done.returncode == 1
    assert "torch was loaded" in done.stderr


def test_ctrl_c_cancels_and_leaves_nothing(shapes, tmp_path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "vedette", "train", str(shapes), "--out", str(tmp_path / "model")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    for _ in range(600):  # until the training has begun to read pictures
        if (tmp_path / "cache").exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (2, "Cancelled; no model was written.")
    assert not (tmp_path / "model").exists()
