"""The bill of materials that a wheel carries: what an install may bring, what the console is bundled from.

CycloneDX as JSON, computed from pyproject.toml (which ranges an install accepts), constraints.txt (which
versions are tested), packaging/python-licences.json (tools/write_licences.py) and the console's
package-lock.json. It has no date and no random number, so that the same source gives the same bytes. Only the
standard library is used: `hatch_build.py` runs it where nothing else is installed.
"""

import base64
import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

LICENCES = Path("packaging/python-licences.json")
LOCK = Path("console/package-lock.json")
# The name of a requirement, the parts of it in brackets, the range, and what comes behind a semicolon.
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*((?:[<>=!~][\w.*,<>=!~ ]*)?)\s*(?:;.*)?")
# Types alone: nothing of them is in what a browser gets.
TYPES_ONLY = "@types/"
# Read from the files' own name tables; the design system carries them and names another family.
FONT = {"name": "Open Sans", "version": "3.000", "licence": "OFL-1.1"}


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of the console's lock file, and where it is installed."""

    folder: str
    name: str
    version: str
    licence: str
    sha512: str


def plain_name(name: str) -> str:
    """Return a package's name as every index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def split_requirement(text: str) -> tuple[str, str]:
    """Return the name and the range of a requirement."""
    match = REQUIREMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"the requirement {text!r} is not understood")
    return plain_name(match.group(1)), match.group(2)


def pinned_versions(root: Path) -> dict[str, str]:
    """Return the version of each package that is tested."""
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {plain_name(name): version.strip() for name, version in pairs}


def direct_requirements(root: Path) -> dict[str, list[tuple[str, str]]]:
    """Return of each part of the install ("" is the light one) the names and ranges that it asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    parts = {"": project["dependencies"], **project["optional-dependencies"]}
    return {part: [split_requirement(text) for text in texts] for part, texts in parts.items()}


def bundled_packages(root: Path) -> Iterator[NpmPackage]:
    """Yield what the console's bundle may be made of, by its lock file."""
    packages = json.loads((root / LOCK).read_text("utf-8"))["packages"]
    for folder, facts in sorted(packages.items()):
        name = folder.rpartition("node_modules/")[2]
        if not folder or facts.get("dev") or facts.get("optional") or name.startswith(TYPES_ONLY):
            continue
        digest = base64.b64decode(facts["integrity"].removeprefix("sha512-")).hex()
        yield NpmPackage(folder, name, facts["version"], facts["license"], digest)


def write_bill(root: Path, version: str) -> str:
    """Return the bill of one version as JSON."""
    own = {
        "type": "application",
        "bom-ref": f"pkg:pypi/vedette@{version}",
        "name": "vedette",
        "version": version,
        "licenses": [{"expression": "Apache-2.0"}],
        "purl": f"pkg:pypi/vedette@{version}",
    }
    licences = json.loads((root / LICENCES).read_text("utf-8"))
    parts = direct_requirements(root)
    pins = pinned_versions(root)
    python = {name: _python_part(name, pins.get(name), licences[name], parts) for name in sorted(licences)}
    bundled = [_npm_part(package) for package in bundled_packages(root)]
    font = _font_part()
    asked = sorted({name for pairs in parts.values() for name, _ in pairs})
    edges = {name: [python[other]["bom-ref"] for other in licences[name]["requires"]] for name in python}
    carried = [part["bom-ref"] for part in [*bundled, font]]
    bill: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"lifecycles": [{"phase": "build"}], "component": own},
        "components": [*python.values(), *bundled, font],
        "dependencies": [
            {"ref": own["bom-ref"], "dependsOn": [*(python[name]["bom-ref"] for name in asked), *carried]},
            *({"ref": python[name]["bom-ref"], "dependsOn": sorted(refs)} for name, refs in edges.items()),
        ],
    }
    text = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
    return json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _python_part(
    name: str, version: str | None, facts: dict[str, Any], parts: dict[str, list[tuple[str, str]]]
) -> dict[str, Any]:
    asked = {part: dict(pairs)[name] for part, pairs in parts.items() if name in dict(pairs)}
    properties = [
        {"name": f"vedette:range of {f'vedette[{part}]' if part else 'vedette'}", "value": limits or "any"}
        for part, limits in asked.items()
    ]
    if note := facts.get("note"):
        properties.append({"name": "vedette:note", "value": note})
    # What torch asks for and nobody pins has no version.
    reference = f"pkg:pypi/{name}@{version}" if version else f"pkg:pypi/{name}"
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        **({"version": version} if version else {}),
        "scope": "required" if "" in asked else "optional",
        "licenses": [{"expression": facts["licence"]}],
        "purl": reference,
        **({"properties": properties} if properties else {}),
    }


def _npm_part(package: NpmPackage) -> dict[str, Any]:
    reference = f"pkg:npm/{quote(package.name, safe='/')}@{package.version}"
    return {
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version,
        "scope": "required",
        "hashes": [{"alg": "SHA-512", "content": package.sha512}],
        "licenses": [{"expression": package.licence}],
        "purl": reference,
        "properties": [{"name": "vedette:carried", "value": "in the console's bundle"}],
    }


def _font_part() -> dict[str, Any]:
    return {
        "type": "data",
        "bom-ref": "font:open-sans",
        "name": FONT["name"],
        "version": FONT["version"],
        "licenses": [{"expression": FONT["licence"]}],
        "properties": [{"name": "vedette:carried", "value": "in the console's bundle"}],
    }
