"""The map, the contracts and the disk name the same rooms; the server stays free of torch."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
GROUND_FILES = {"settings", "arn", "clock", "errors"}
# The contract has places for these; they are made when their first real function is.
TO_COME = {"edge", "packaging"}


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
