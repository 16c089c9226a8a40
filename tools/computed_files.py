"""Writing files that are computed, or with --check saying which differ from what they should be."""

import argparse
from collections.abc import Mapping
from pathlib import Path


def wants_check(description: str) -> bool:
    """Read the command line; return whether nothing is to be written."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    return bool(arguments.parse_args().check)


def write_or_check(files: Mapping[Path, str], *, check: bool) -> int:
    """Write the files that differ; return the exit status, 1 where a check finds one."""
    changed = 0
    for path, text in files.items():
        if path.exists() and path.read_text("utf-8") == text:
            continue
        changed += 1
        print(("differs: " if check else "wrote ") + str(path))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if check and changed else 0
