"""What every command says of itself, and of this machine."""

import sys

import pytest
from typer.testing import CliRunner

import vedette
from vedette.cli import doctor
from vedette.cli.main import app
from vedette.cli.showing import command


@pytest.mark.parametrize("words", [["--version"], ["version"]])
def test_the_version_is_asked_for_in_either_way(words):
    assert CliRunner().invoke(app, words).stdout == f"{vedette.__version__}\n"


def test_commands_stand_together_by_what_they_are_for():
    said = CliRunner().invoke(app, ["--help"]).stdout
    order = ["─ Learn", "│ train", "│ evaluate", "─ A server", "│ serve", "─ Projects", "─ Who may", "│ key"]
    places = [said.index(word) for word in order]
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
