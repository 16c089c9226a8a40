"""The map, the contracts and the disk name the same rooms; the server stays free of torch."""

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
GROUND_FILES = {
    "addresses",
    "settings",
    "arn",
    "clock",
    "cores",
    "errors",
    "file_access",
    "outgoing",
    "quotas",
    "trace_context",
}
# The contract has places for these; they are made when their first real function is.
TO_COME = {"edge", "packaging"}

# Who may tell services apart by name: their own rules, and their doors.
TELL_SERVICES_APART = {"dialects", "api"}
SERVICES = {"rekognition", "lookout", "lookoutvision"}


def rooms_on_disk() -> set[str]:
    return {path.parent.name for path in (ROOT / "src" / "vedette").glob("*/__init__.py")}


def test_the_map_shows_every_room_and_no_other():
    rows = re.findall(r"^\|[^|]*\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)
    assert set(rows) == rooms_on_disk()


def test_the_contracts_name_every_room_and_no_other():
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    named = set(re.findall(r"\w+", parser["importlinter:contract:street"]["layers"]))
    assert named - GROUND_FILES - (TO_COME - rooms_on_disk()) == rooms_on_disk()


def test_importing_the_server_leaves_torch_out():
    heavy = "{'torch', 'transformers', 'sklearn'}"
    program = f"import sys, vedette.server.run; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def comparisons_of_services(source):
    """Return the lines on which a service's name is compared, with an operator or by a case."""
    lines: list[int] = []
    if not any(f'"{name}"' in source for name in SERVICES):
        return lines  # which spares parsing all but a few files
    for node in ast.walk(ast.parse(source)):
        parts = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        texts = {leaf.value for part in parts for leaf in ast.walk(part) if isinstance(leaf, ast.Constant)}
        if SERVICES & {text for text in texts if isinstance(text, str)}:
            lines.append(node.lineno)
    return lines


def test_no_room_tells_services_apart_by_their_names():
    root = ROOT / "src" / "vedette"
    comparing = {
        f"{path.relative_to(root)}:{line}"
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in TELL_SERVICES_APART
        for line in comparisons_of_services(path.read_text("utf-8"))
    }
    assert comparing == set()


def test_a_comparison_of_services_is_found_in_every_form():
    source = """
if scope.service == "rekognition": ...
if "lookoutvision" != name or name in ("lookout", "x"): ...
match name:
    case "rekognition" | "b": ...
is_ours = name == "vedette"
"""
    assert sorted(comparisons_of_services(source)) == [2, 3, 3, 5]
