"""Build the wheel once more from a copy of the source, and say whether both are the same bytes.

python tools/same_wheel.py dist/*.whl

The copy lies elsewhere, its files have other times and come in another order, and the build runs in another
zone of time, with another language and other modes for new files: what somebody else's machine would differ
in. The bill of materials inside is looked at too.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What a build reads besides the package itself.
READ = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "constraints.txt", "packaging", "tools")
# 2001-09-09, long before any file here was made.
ANOTHER_TIME = 1_000_000_000


def main() -> int:
    """Compare the wheel that is named with one built anew; return 0 where they are the same."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel.resolve()
    with tempfile.TemporaryDirectory(prefix="vedette-again-") as place:
        again = build_elsewhere(Path(place))
        differing = sorted(differences(wheel, again))
    facts = {"wheel": wheel.name, "sha256": digest_of(wheel), "differing": differing, **bill_of(wheel)}
    print(json.dumps(facts))
    return int(bool(differing))


def build_elsewhere(place: Path) -> Path:
    """Copy what a build reads, and build there; return the wheel."""
    source = place / "another folder" / "source"
    source.mkdir(parents=True)
    for name in reversed((*READ, "console/package-lock.json", "src")):
        copy_into(source / name, ROOT / name)
    for path in source.rglob("*"):
        os.utime(path, (ANOTHER_TIME, ANOTHER_TIME))
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place / "out", source]
    home = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "77"}
    subprocess.run(words, check=True, env=home, umask=0o077, stdout=subprocess.DEVNULL)
    return next((place / "out").glob("*.whl"))


def copy_into(target: Path, source: Path) -> None:
    """Copy a file or a folder, without what running leaves behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    else:
        shutil.copy(source, target)


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield the names of members that are not the same, and "the archive" where only the whole differs."""
    if one.read_bytes() == other.read_bytes():
        return
    yield "the archive"
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        yield from {*first.namelist()} ^ {*second.namelist()}
        common = {*first.namelist()} & {*second.namelist()}
        yield from (name for name in common if first.read(name) != second.read(name))


def bill_of(wheel: Path) -> dict[str, int]:
    """Return how many parts the bill inside names, and how many characters of licences lie beside it."""
    with zipfile.ZipFile(wheel) as archive:
        members = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
        parts = json.loads(archive.read(members["vedette.cdx.json"]))["components"]
        licences = archive.read(members["licences.txt"])
    return {"parts": len(parts), "licences": len(licences)}


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
