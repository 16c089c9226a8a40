"""What every command says of itself, and of this machine."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

import vedette
from vedette.cli import doctor
from vedette.cli.main import app
from vedette.cli.showing import command


@pytest.mark.parametrize("words", [["--version"], ["version"]])
def test_the_version_is_asked_for_in_either_way(words):
    assert CliRunner().invoke(app, words).stdout == f"{vedette.__version__}\n"


def test_commands_stand_together_by_what_they_are_for():
    page = CliRunner().invoke(app, ["--help"]).stdout
    order = [
        "Learn and",
        "\n  train ",
        "\n  evaluate ",
        "A server:",
        "\n  serve ",
        "Projects, ",
        "Who may",
        "\n  key ",
    ]
    places = [page.index(word) for word in order]
    assert places == sorted(places)


def test_the_doctor_names_an_extra_with_its_brackets(monkeypatch):
    lacking = doctor.Diagnosis("psycopg", "note", "pip install 'vedette[postgres]'")
    monkeypatch.setattr(doctor, "examine", lambda _: [lacking])
    assert "pip install 'vedette[postgres]'" in CliRunner().invoke(app, ["doctor"]).stdout


def test_a_person_is_told_the_command_that_works_for_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv/bin/vedette")])
    assert command() == ".venv/bin/vedette"
    (tmp_path / "vedette").write_text("")
    (tmp_path / "vedette").chmod(0o755)
    assert command() == "vedette"


def test_a_seed_that_no_generator_takes_is_refused(tmp_path):
    said = CliRunner().invoke(app, ["train", str(tmp_path), "--out", str(tmp_path / "m"), "--seed", "-1"])
    assert (said.exit_code, "--seed" in said.output) == (2, True)


def test_help_is_printed_without_what_learns_looks_or_serves():
    program = "import sys; sys.argv = ['vedette', '--help']; from vedette.cli.main import run\n"
    program += "try: run()\nfinally: print(*sys.modules, sep='\\n', file=sys.stderr)"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in process.stderr.split()}
    # Each is a tenth of a second of every command, and shells ask for completions while a person types.
    assert not loaded & {"numpy", "PIL", "onnxruntime", "torch", "sqlalchemy", "botocore", "pydantic"}
    assert {"vedette", "click"} <= loaded
