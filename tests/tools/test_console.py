"""What the console is built from: exact versions, licences that allow it, and types as the shapes are."""

import json
import re
import subprocess
import sys
from pathlib import Path

from doubles.tools import load_tool

ROOT = Path(__file__).parent.parent.parent
CONSOLE = ROOT / "console"
# Permissive, or with duties that end at the file (MPL). No AGPL, and nothing for non-commercial use alone.
ALLOWED = {
    "0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0",
    "ISC", "MIT", "MPL-2.0",
}  # fmt: skip


def test_the_console_names_exact_versions_alone():
    package = json.loads((CONSOLE / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert {name: text for name, text in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", text)} == {}


def test_everything_the_console_installs_has_a_licence_that_allows_it():
    packages = json.loads((CONSOLE / "package-lock.json").read_text("utf-8"))["packages"]
    licences = {name: facts.get("license") for name, facts in packages.items()}
    assert {name: licence for name, licence in licences.items() if licence not in ALLOWED} == {}


def test_the_lock_file_knows_every_package_by_its_digest():
    packages = json.loads((CONSOLE / "package-lock.json").read_text("utf-8"))["packages"]
    nested = [name for name, facts in packages.items() if name and not facts.get("inBundle")]
    assert [name for name in nested if not packages[name].get("integrity", "").startswith("sha512-")] == []


def test_the_lock_file_names_no_registry():
    # A package is known by its digest; npm asks the registry that the machine is set to.
    packages = json.loads((CONSOLE / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, facts in packages.items() if "resolved" in facts] == []


def test_the_client_types_are_those_of_the_shape_files():
    program = ROOT / "tools" / "write_client_types.py"
    checked = subprocess.run(
        [sys.executable, program, "--check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_a_required_member_has_no_question_mark_and_a_time_is_text():
    module = load_tool("write_client_types")
    model = {
        "operations": {"Ask": {"input": {"shape": "AskRequest"}}},
        "shapes": {
            "AskRequest": {
                "type": "structure",
                "required": ["Kind"],
                "members": {"Kind": {"shape": "Kind"}, "Times": {"shape": "Times"}},
            },
            "Kind": {"type": "string", "enum": ["A", "B"]},
            "Times": {"type": "list", "member": {"shape": "Time"}},
            "Time": {"type": "timestamp"},
        },
    }
    lines = module.service_types(model, "own", None).splitlines()
    assert lines[2:6] == [
        "export interface AskRequest {",
        '  readonly Kind: "A" | "B";',
        "  readonly Times?: ReadonlyArray<string> | undefined;",
        "}",
    ]
    assert "  readonly Ask: { readonly input: AskRequest; readonly output: Record<never, never> };" in lines
