"""The stubs in the package are what the proto files say, and the proto files are in the package."""

import importlib.resources
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROTOS = ROOT / "src" / "vedette" / "edge" / "protos"


def test_the_stubs_are_computed_from_the_proto_files(tmp_path):
    place = tmp_path / "src" / "vedette" / "edge" / "protos"
    place.mkdir(parents=True)
    for proto in PROTOS.glob("*.proto"):
        (place / proto.name).write_text(proto.read_text("utf-8"), "utf-8")
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "tools" / "write_stubs.py"
    tool.write_text((ROOT / "tools" / "write_stubs.py").read_text("utf-8"), "utf-8")
    subprocess.run([sys.executable, tool], check=True)
    written = {path.name: path.read_text("utf-8") for path in place.glob("*_pb2*.py")}
    assert written == {path.name: path.read_text("utf-8") for path in PROTOS.glob("*_pb2*.py")}


@pytest.mark.parametrize("name", ["edge-agent.proto", "vedette-edge.proto"])
def test_other_languages_find_the_proto_file_in_the_package(name):
    text = importlib.resources.files("vedette.edge.protos").joinpath(name).read_text("utf-8")
    assert 'syntax = "proto3";' in text
