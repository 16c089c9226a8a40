"""The package's three names come when they are asked for, and not before."""

import subprocess
import sys

import pytest

import vedette
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
