"""The licences of what the console's bundle is made of, as one text beside it: /console/licences.txt.

Each package of the lock file that is not for development alone, with every file of its folder that says on
which terms it is given. A package without such a file ends the build: then somebody has to look.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.bill import FONT, NpmPackage, bundled_packages

# How projects name such files, in either spelling.
NAMES = re.compile(r"(?:licen[cs]e|copying|notice|third-party)[-.\w]*", re.IGNORECASE)
HEAD = """What the console of Vedette is made of, and on which terms its makers give it.

Vedette's own code is under the Apache License 2.0. Packages of types alone, and those that
build and test, are not listed: nothing of them is in what a browser gets.
"""
FONT_TEXT = f"""{FONT["name"]} {FONT["version"]} ({FONT["licence"]})
Copyright 2020 The Open Sans Project Authors (https://github.com/googlefonts/opensans)
This font is given under the SIL Open Font License, Version 1.1, whose text stands below
among the terms of @cloudscape-design/global-styles.
"""


def licence_files(folder: Path) -> list[Path]:
    """Return the files of a package that state its terms."""
    return sorted(path for path in folder.iterdir() if path.is_file() and NAMES.fullmatch(path.name))


def licence_texts(root: Path) -> Iterator[str]:
    """Yield a chapter a package, by name; refuse a package that states nothing."""
    for package in bundled_packages(root):
        files = licence_files(root / "console" / package.folder)
        if not any(re.match("licen[cs]e|copying", path.name, re.IGNORECASE) for path in files):
            raise SystemExit(f"{package.name} has no file with its licence: look at it, and name it here")
        yield _chapter(package, files)


def _chapter(package: NpmPackage, files: list[Path]) -> str:
    texts = [path.read_text("utf-8").replace("\r\n", "\n").strip() for path in files]
    return "\n\n".join([f"{package.name} {package.version} ({package.licence})", *texts]) + "\n"


def write_licences(root: Path) -> str:
    """Return the whole text."""
    line = "\n" + "=" * 80 + "\n\n"
    return line.join([HEAD, FONT_TEXT, *licence_texts(root)])
