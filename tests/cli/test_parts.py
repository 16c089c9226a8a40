"""A part that is not installed is a sentence with what to type; a module that no part brings is a fault."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from vedette.cli import doctor, main, parts

ROOT = Path(__file__).parents[2]
# How packages are called, where it is not how they are imported.
IMPORTED = {
    "scikit-learn": "sklearn",
    "psycopg[binary]": "psycopg",
    "opencv-python-headless": "cv2",
    "grpcio": "grpc",
    "grpcio-health-checking": "grpc_health",
    "grpcio-reflection": "grpc_reflection",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry",
    "opentelemetry-sdk": "opentelemetry",
    "paho-mqtt": "paho",
    "pyjwt": "jwt",
    "python-pkcs11": "pkcs11",
    "pyyaml": "yaml",
}


def packages(part):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[<>=; ]", line)[0] for line in project["optional-dependencies"][part]]
    return {IMPORTED.get(name, name).replace("-", "_") for name in names}


@pytest.mark.parametrize("part", parts.PARTS)
def test_every_module_of_a_part_is_among_its_packages(part):
    # uvloop is used where it is there, and missed nowhere.
    assert set(parts.PARTS[part]) == packages(part) - {"uvloop"}


def test_a_missing_module_is_told_by_its_part(monkeypatch, capsys):
    def miss():
        raise ModuleNotFoundError("No module named 'botocore.session'", name="botocore.session")

    monkeypatch.setattr(main, "app", miss)
    with pytest.raises(SystemExit) as end:
        main.run()
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "The part of Vedette that serves and speaks to servers is not installed. "
        "Type: pip install 'vedette[server]'\n"
    )


def test_a_module_of_no_part_is_a_fault_that_shows(monkeypatch):
    def miss():
        raise ModuleNotFoundError("No module named 'vedete'", name="vedete")

    monkeypatch.setattr(main, "app", miss)
    with pytest.raises(ModuleNotFoundError):
        main.run()


def test_a_command_that_needs_a_missing_part_ends_before_it_begins(monkeypatch, capsys):
    monkeypatch.setitem(parts.PARTS, "train", ("torch", "no_such_module_anywhere"))
    with pytest.raises(click.exceptions.Exit) as end:
        parts.require_part("train")
    assert end.value.exit_code == 2
    assert "pip install 'vedette[train]'" in capsys.readouterr().err


def test_the_command_line_is_imported_without_any_part():
    modules = sorted({module for modules in parts.PARTS.values() for module in modules})
    asked = f"import sys, vedette.cli.main; print([m for m in {modules} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_doctor_shows_versions_of_every_part():
    assert set(doctor.SHOWN) == set(parts.PARTS) == set(parts.DOES)
