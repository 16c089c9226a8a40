"""Files of a watched folder: what tells one from the next, answers written whole, pictures moved."""

import errno
import json
import logging
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("vedette.edge.watch")

# An answer of ours is much smaller, also with twenty types of anomalies.
MOST_ANSWER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileMark:
    """What tells a file from another one that took its name."""

    size: int
    mtime_ns: int


def mark_of(path: Path) -> FileMark | None:
    """Return the mark of a file; None where there is none, or a pipe, whose reading would never end."""
    try:
        about = path.lstat()
    except OSError:
        return None
    return FileMark(about.st_size, about.st_mtime_ns) if stat.S_ISREG(about.st_mode) else None


def is_answer(place: Path) -> bool:
    """Say whether an answer may be written to a place: nothing is there, or an answer from before."""
    try:
        with place.open("rb") as stream:
            document = json.loads(stream.read(MOST_ANSWER_BYTES))
    except FileNotFoundError:
        return True
    except ValueError:
        return False
    return isinstance(document, dict) and {"image", "model", "file"} <= set(document)


def write_answer(place: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    # Names of files need be no text: what is none goes in as JSON escapes it.
    text = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")
    try:
        with beside.open("wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(place)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:  # then it was never made
            beside.unlink(missing_ok=True)
        raise


def free_place(place: Path) -> Path:
    """Return the place of an answer beside which no picture lies yet: numbered where one of its name does."""
    number = 2
    picture = place.with_suffix("")
    free = picture
    while free.exists():
        free = picture.with_name(f"{picture.stem}-{number}{picture.suffix}")
        number += 1
    return free.with_name(f"{free.name}.json")


def move(path: Path, to: Path, mark: FileMark | None = None) -> None:
    """Move a picture; to another disk it is copied first, and is whole there before it goes here.

    One with another `mark` came under its name just now, was not looked at, and is put back.
    """
    try:
        path.rename(to)
    except FileNotFoundError:  # somebody took it away meanwhile
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(path, to, mark)
        return
    if mark is not None and mark_of(to) != mark:
        _put_back(to, path)


def _put_back(to: Path, path: Path) -> None:
    try:
        os.link(to, path)  # which writes over nothing
    except OSError as error:
        log.warning("%s was written over while it was moved; the newer picture is %s (%s)", path, to, error)
        return
    to.unlink()


def _copy(path: Path, to: Path, mark: FileMark | None) -> None:
    beside = to.with_name(f".{to.name}.new")
    try:
        shutil.copy2(path, beside)
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        if mark is not None and mark_of(path) != mark:
            beside.unlink()
            return
        beside.replace(to)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
