"""The public names come when they are asked for, and not before."""

import os
import subprocess
import sys

import pytest

import vedette
from doubles.packages import tiny_package
from vedette.runtime.model import Model, load


def test_the_public_names_are_the_rooms_own():
    assert vedette.load is load
    assert vedette.Model is Model
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        _ = vedette.tarin


def test_loading_a_model_needs_no_torch():
    asked = "import sys, vedette; vedette.load; print('torch' in sys.modules, 'sqlalchemy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


def test_the_command_line_loads_no_runtime_before_it_detects():
    asked = "import sys, vedette.cli.main; print([m for m in ('torch', 'onnxruntime') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_model_tells_nobody_that_it_ran(tmp_path):
    # Where ONNX Runtime gathers what it would send, it leaves a folder of its makers' name in the cache.
    tiny_package(tmp_path / "m", "classification")
    asked = "import numpy, vedette; vedette.load('m').detect(numpy.zeros((9, 9, 3), numpy.uint8))"
    known = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, env=known | places, check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"m"}
