"""What a wheel says of what it brings: every part with its range, and a licence that allows it."""

import importlib.metadata
import json
import re
from email.message import Message
from pathlib import Path

import pytest

from doubles.tools import load_tool

ROOT = Path(__file__).parent.parent.parent
# Permissive, or with duties that end at the file or the library. No AGPL, and nothing non-commercial.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "EPL-2.0",
    "ISC", "LGPL-3.0-only", "LLVM-exception", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0",
    "Zlib",
}  # fmt: skip
JOINTS = {"AND", "OR", "WITH"}


@pytest.fixture(scope="module")
def tool():
    return load_tool("bill")


@pytest.fixture(scope="module")
def bill(tool):
    return json.loads(tool.write_bill(ROOT, "1.2.3"))


def parts_of(bill, kind):
    return {part["name"]: part for part in bill["components"] if part.get("purl", "").startswith(kind)}


def test_every_licence_is_one_that_allows_it(bill):
    named = {part["name"]: part["licenses"][0]["expression"] for part in bill["components"]}
    words = {name: set(re.findall(r"[A-Za-z0-9.-]+", text)) - JOINTS for name, text in named.items()}
    assert {name: found - ALLOWED for name, found in words.items() if found - ALLOWED} == {}


def test_every_requirement_stands_there_with_its_range_and_the_tested_version(tool, bill):
    parts = parts_of(bill, "pkg:pypi/")
    pins = tool.pinned_versions(ROOT)
    for extra, pairs in tool.direct_requirements(ROOT).items():
        label = f"vedette:range of vedette[{extra}]" if extra else "vedette:range of vedette"
        for name, limits in pairs:
            assert parts[name]["version"] == pins[name]
            assert {"name": label, "value": limits or "any"} in parts[name]["properties"]


def test_a_requirement_is_read_with_its_parts_its_range_and_its_marker(tool):
    assert tool.split_requirement("psycopg[binary]") == ("psycopg", "")
    assert tool.split_requirement("SQLAlchemy >=2,<3") == ("sqlalchemy", ">=2,<3")
    assert tool.split_requirement("uvloop; sys_platform != 'win32'") == ("uvloop", "")
    with pytest.raises(ValueError, match="not understood"):
        tool.split_requirement("name @ somewhere")


def test_what_is_installed_here_has_the_licences_that_are_written_down():
    written = json.loads((ROOT / "packaging" / "python-licences.json").read_text("utf-8"))
    installed = load_tool("write_licences").read_installed(written)
    differing = {
        name: row for name, row in installed.items() if row["licence"] != written.get(name, row)["licence"]
    }
    assert (sorted(set(installed) - set(written)), differing) == ([], {}), "run tools/write_licences.py"


def test_a_licence_in_words_that_nobody_read_is_refused():
    found = Message()
    found["License"] = "Free for friends"
    with pytest.raises(SystemExit, match="newcomer names no licence that is understood"):
        load_tool("write_licences").licence_of("newcomer", found)


def test_what_the_console_is_bundled_from_is_named_by_its_digest(bill):
    lock = json.loads((ROOT / "console" / "package-lock.json").read_text("utf-8"))["packages"]
    direct = json.loads((ROOT / "console" / "package.json").read_text("utf-8"))["dependencies"]
    bundled = parts_of(bill, "pkg:npm/")
    assert set(direct) <= set(bundled)
    assert not {
        name.rpartition("node_modules/")[2] for name, facts in lock.items() if facts.get("dev")
    } & set(bundled)
    assert {len(part["hashes"][0]["content"]) for part in bundled.values()} == {128}
    assert next(part for part in bill["components"] if part["name"] == "Open Sans")["type"] == "data"


def test_every_edge_leads_to_a_part_that_is_named(bill):
    names = [part["bom-ref"] for part in bill["components"]]
    own = bill["metadata"]["component"]["bom-ref"]
    assert len(names) == len(set(names))
    edges = {edge["ref"]: edge["dependsOn"] for edge in bill["dependencies"]}
    assert {ref for refs in edges.values() for ref in refs} | set(edges) <= {*names, own}
    reached, waiting = set(), [own]
    while waiting:
        reference = waiting.pop()
        waiting += [other for other in edges.get(reference, []) if other not in reached]
        reached.add(reference)
    assert set(names) - reached == set()


def test_the_same_source_gives_the_same_bill_and_another_version_another(tool):
    first = tool.write_bill(ROOT, "1.2.3")
    assert tool.write_bill(ROOT, "1.2.3") == first
    assert json.loads(tool.write_bill(ROOT, "1.2.4"))["serialNumber"] != json.loads(first)["serialNumber"]


def test_a_bundled_package_without_its_terms_ends_the_build(tmp_path):
    licences = load_tool("console_licences")
    folder = tmp_path / "console" / "node_modules" / "thing"
    folder.mkdir(parents=True)
    facts = {"version": "1.0.0", "license": "MIT", "integrity": "sha512-AAAA"}
    lock = {"packages": {"": {}, "node_modules/thing": facts, "node_modules/tester": {**facts, "dev": True}}}
    (tmp_path / "console" / "package-lock.json").write_text(json.dumps(lock))
    (folder / "NOTICE").write_text("A notice is no licence.")
    with pytest.raises(SystemExit, match="thing has no file with its licence"):
        licences.write_licences(tmp_path)
    (folder / "LICENSE.md").write_text("Do what you like.\r\nBut name us.\n")
    chapters = licences.write_licences(tmp_path).split("=" * 80)
    assert (
        chapters[2].strip()
        == "thing 1.0.0 (MIT)\n\nDo what you like.\nBut name us.\n\nA notice is no licence."
    )


def test_the_wheel_names_where_the_licences_lie():
    # A wheel has the console's too; a source tree without a built console has Vedette's own alone.
    files = importlib.metadata.metadata("vedette").get_all("License-File") or []
    assert "LICENSE" in files


def test_the_container_is_built_with_everything_that_a_build_reads():
    lines = (ROOT / "packaging" / "Dockerfile").read_text("utf-8").splitlines()
    copied = {name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]}
    assert set(load_tool("same_wheel").READ) | {"console", "src"} <= copied
