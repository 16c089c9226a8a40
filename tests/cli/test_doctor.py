"""`vedette doctor` in every install: what is there is examined, what is not comes with what to type."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from vedette.cli import doctor
from vedette.cli.main import app
from vedette.cli.parts import PARTS

# As if the parts were not installed: importing them fails, and the import system finds none.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({modules})); from vedette.cli.main import run; run()"


def run_without(parts, tmp_path, *words):
    modules = sorted({module for part in parts for module in PARTS[part]})
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(modules=modules), "doctor", *words],
        env={"COLUMNS": "200", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_light_install_is_well_and_says_what_could_be_added(tmp_path):
    answer = run_without(PARTS, tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    for part in PARTS:
        assert f"vedette[{part}] " in answer.stdout
        assert f"pip install 'vedette[{part}]'" in answer.stdout
    for what in ("Python", "numpy", "onnxruntime", "the processor, by ONNX Runtime", "memory"):
        assert what in answer.stdout
    for what in ("training on", "data folder", "address"):
        assert what not in answer.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_examined_is_no_silent_success(tmp_path):
    answer = run_without(PARTS, tmp_path, "--data", "somewhere")
    assert answer.returncode == 1
    assert "somewhere is not examined" in answer.stdout


def test_a_server_without_the_part_that_learns_is_examined_as_a_server(tmp_path):
    answer = run_without(["train"], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "data folder" in answer.stdout
    assert "training on" not in answer.stdout


def test_a_part_of_which_something_is_missing_names_it(monkeypatch):
    monkeypatch.setitem(doctor.PARTS, "train", ("onnx", "no_such_module_anywhere"))
    diagnosis = doctor._part("train")
    assert diagnosis == doctor.Diagnosis(
        "vedette[train]",
        "note",
        "without no_such_module_anywhere: pip install 'vedette[train]' brings what learns",
    )


@pytest.mark.slow
def test_the_doctor_examines_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("VEDETTE_DATA", str(tmp_path / "data"))
    answer = CliRunner().invoke(app, ["doctor"])
    assert answer.exit_code == 0, answer.output
    for word in (
        "Python",
        "torch",
        "detecting on",
        "training on",
        "processor",
        "memory",
        "data folder",
        "disk",
    ):
        assert word in answer.output
    assert not (tmp_path / "data").exists()
