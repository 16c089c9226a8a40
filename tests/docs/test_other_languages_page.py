"""The walks in five languages: the page has them word for word, and they name what the service names."""

import re
from pathlib import Path

import botocore.session
import pytest

ROOT = Path(__file__).parents[2]
WALKS = ROOT / "examples" / "other_languages"
PAGE = (ROOT / "docs" / "how-to" / "other-languages.md").read_text("utf-8")
MODEL = botocore.session.get_session().get_service_model("rekognition")
# The ten that people use most, in the order of the walk, and how they learn whose version it is.
OPERATIONS = {
    "CreateProject",
    "CreateDataset",
    "DescribeDataset",
    "UpdateDatasetEntries",
    "ListDatasetEntries",
    "DescribeProjects",
    "CreateProjectVersion",
    "DescribeProjectVersions",
    "StartProjectVersion",
    "DetectCustomLabels",
    "StopProjectVersion",
}
NAMES = ("walk.sh", "walk.mjs", "Walk.java", "Program.cs", "main.go")
# How each language begins an operation, and a member within it.
FORMS = {
    "walk.mjs": (r"R\.(\w+)Command\(\{(.*?)\}\)", r"(?:^|[{,])\s*(\w+)(?=[:,\s}]|$)"),
    "Program.cs": (r"new (\w+)Request\s*\{(.*?)\}\s*\)", r"(?:^|[{,])\s*(\w+) = "),
    "main.go": (r"rekognition\.(\w+)Input\{(.*?)\}\)", r"(?:^|[{,])\s*(\w+):"),
}


def folded(name):
    """Return a name without what languages do to it."""
    return name.replace("-", "").lower()


def members_of(operation):
    """Return the names of an operation's members, and of what lies in them."""
    names, shapes = set(), [MODEL.operation_model(operation).input_shape]
    while shapes:
        shape = shapes.pop()
        for name, member in shape.members.items():
            names.add(folded(name))
            shapes += [member] if member.type_name == "structure" else []
    return names


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_walk_word_for_word(name):
    assert (WALKS / name).read_text("utf-8").strip() in PAGE


@pytest.mark.parametrize("name", NAMES)
def test_a_walk_uses_all_ten_operations(name):
    text = folded((WALKS / name).read_text("utf-8"))
    assert {operation for operation in OPERATIONS if operation.lower() not in text} == set()


@pytest.mark.parametrize("name", ["walk.mjs", "Program.cs", "main.go"])
def test_each_request_of_a_walk_names_members_that_there_are(name):
    begin, member = FORMS[name]
    requests = re.findall(begin, (WALKS / name).read_text("utf-8"), re.DOTALL)
    assert {operation for operation, _ in requests} == OPERATIONS
    for operation, text in requests:
        named = {folded(one) for one in re.findall(member, text)}
        required = {folded(one) for one in MODEL.operation_model(operation).input_shape.required_members}
        assert required <= named, operation
        assert named <= members_of(operation), operation
