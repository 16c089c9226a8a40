"""The four files of a package on the disk, in a folder or a zip: written, flushed and put in their place."""

import errno
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from vedette.errors import TooMuch, Wrong
from vedette.file_access import copy_file, open_file, read_file, sync_file, write_file

MODEL, FACTS, EVALUATION, CARD = "model.onnx", "package.json", "evaluation.json", "MODEL_CARD.md"
REST = (MODEL, EVALUATION, CARD)
# A zip may claim anything; the largest backbone we package is far below 2 GB, which is also
# the most that one ONNX file may hold.
MOST_BYTES = {MODEL: 2 * 1024**3, FACTS: 16 * 1024**2, EVALUATION: 256 * 1024**2, CARD: 16 * 1024**2}
NO_THRESHOLDS: Mapping[str, float] = {}


def put_file(path: Path, content: Path | bytes) -> None:
    """Write a file, or copy it, and wait for the disk."""
    if isinstance(content, Path):
        copy_file(content, path)
    else:
        write_file(path, content)
    sync_file(path)


def dump_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as a package has it."""
    # A NaN would be no JSON; it is refused here rather than read by nobody.
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def with_thresholds(text: bytes, thresholds: Mapping[str, float]) -> bytes:
    """Return package.json with other thresholds."""
    document = json.loads(text)
    trained = document["thresholds"]
    return dump_json({**document, "thresholds": {**trained, **thresholds}, "trained_thresholds": trained})


def zip_folder(folder: Path, to: Path) -> Path:
    """Write the package in a folder as a zip, and wait for the disk."""
    with to.open("wb") as file:
        zip_files(folder, file)
        file.flush()
        os.fsync(file.fileno())
    return to


def zip_files(folder: Path, file: BinaryIO, thresholds: Mapping[str, float] = NO_THRESHOLDS) -> None:
    """Write the four files into a zip that depends on their content alone; weights do not compress."""
    with zipfile.ZipFile(file, "w") as archive:
        for name in (FACTS, *REST):
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_STORED if name == MODEL else zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            if name == FACTS and thresholds:
                archive.writestr(member, with_thresholds(read_file(folder / name), thresholds))
                continue
            with open_file(folder / name) as source, archive.open(member, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def swap_folders(folder: Path, to: Path, old: Path) -> None:
    """Put the folder in its place; an older package there goes away after."""
    if to.exists():
        to.rename(old)
    try:
        folder.rename(to)
    except OSError:
        with suppress(OSError):
            old.rename(to)
        raise


def sync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refusal_of(error: OSError, to: Path) -> TooMuch | Wrong:
    """Return what a person is told of a disk that did not take a package."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return TooMuch(f"The disk is full: the model was not written to {to}.", kind="model", name=str(to))
    return Wrong(
        f"The model cannot be written to {to}: {error.strerror or error}.", kind="model", name=str(to)
    )
