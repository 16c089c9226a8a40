"""The shape files are what the tool writes, and hold facts alone."""

import json
from pathlib import Path

import botocore
import pytest

from doubles.tools import load_tool
from vedette.wire import models


@pytest.fixture(scope="module")
def tool():
    return load_tool("write_shapes")


def test_the_files_are_what_the_tool_writes(tool):
    if botocore.__version__ != tool.BOTOCORE:
        pytest.skip(f"the files come from botocore {tool.BOTOCORE}; installed is {botocore.__version__}")
    written = tool.files(Path(botocore.__file__).parent / "data")
    kept = {
        str(path.relative_to(models.SHAPES)): path.read_text("utf-8")
        for path in models.SHAPES.rglob("*.json")
        if path.parts[-3] != "vedette"  # ours, written by hand
    }
    assert kept == written


def test_no_prose_is_kept():
    def walk(value, above):
        if isinstance(value, dict):
            for key, inner in value.items():
                # A member may be named so; a key of a shape may not.
                assert key not in {"documentation", "documentationUrl", "description"} or above == "members"
                walk(inner, key)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, above)
        elif isinstance(value, str):
            assert "<p>" not in value
            assert ". " not in value or above in {"pattern"}

    for path in models.SHAPES.rglob("*.json"):
        walk(json.loads(path.read_bytes()), "")


@pytest.mark.parametrize(("name", "named", "described"), [("rekognition", 75, 23), ("lookoutvision", 22, 22)])
def test_every_operation_is_known_and_ours_are_described(name, named, described):
    assert len(models.all_operations(name)) == named
    assert len(models.operations(name)) == described


def test_an_operation_that_is_only_named_takes_nothing():
    assert models.operation("rekognition", "CompareFaces").input_shape is None
    assert models.operation("rekognition", "MakeCoffee") is None


def test_the_members_that_limit_pages_are_known():
    assert models.page_sizes("rekognition")["DescribeProjects"] == "MaxResults"
    assert models.page_sizes("lookoutvision")["ListModels"] == "MaxResults"
