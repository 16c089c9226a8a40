"""The results of a batch, each kept as soon as it is there, so that a batch can be taken up after anything.

A result is the service's own response with the picture's name beside it. In a file each has a line; in a
folder or below a prefix each has a file of its own, which holds the bare response.
"""

import base64
import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from vedette.cli.batch_model import ENDING, NoteFile, NoteObject, NotePlace
from vedette.errors import Busy, Wrong
from vedette.manifest.places import split_s3

FAILED = "error"
Result = dict[str, Any]


class ResultStore(Protocol):
    """Where the results of a batch are kept, and `note`, whose they are; `is_alone`: nobody else writes."""

    note: NotePlace
    is_alone: bool

    def finished(self) -> set[str]:
        """Return the names of the pictures that have a result."""

    def put(self, name: str, result: Result) -> None:
        """Keep a picture's result."""

    def close(self) -> None:
        """Bring all of it onto the disk."""


class ResultLines:
    """A file of JSON lines that is only ever added to. One process at a time writes it."""

    is_alone = True

    def __init__(self, path: Path) -> None:
        self.note: NotePlace = NoteFile(path.with_name(f"{path.name}{ENDING}"))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _require_same(self._file, path)
            self._names = self._take_up(path)
        except (BlockingIOError, FileNotFoundError):
            os.close(self._file)
            raise Busy(f"Another batch writes {path}; give this one a file of its own.") from None
        except BaseException:
            os.close(self._file)
            raise

    def _take_up(self, path: Path) -> set[str]:
        """Return the names in the file; a line that was cut off by the end of the last run is removed."""
        names: set[str] = set()
        end = 0
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if not line.endswith(b"\n"):
                    break
                names.add(_source_of(line, f"Line {number} of {path}"))
                end += len(line)
        os.ftruncate(self._file, end)
        return names

    def finished(self) -> set[str]:
        """Return the names of the pictures that have a line."""
        return self._names

    def put(self, name: str, result: Result) -> None:
        """Add a line, which is with the operating system when this returns."""
        line = json.dumps({"source": name, **result}, ensure_ascii=False, default=plain_json)
        data = memoryview(line.encode() + b"\n")
        while data:  # a disk that is nearly full takes a part
            data = data[os.write(self._file, data) :]

    def close(self) -> None:
        """Bring the file onto the disk."""
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)


def _require_same(file: int, path: Path) -> None:
    """Refuse a file that whoever held it has removed since it was opened: what is written would be lost."""
    if os.fstat(file).st_ino != path.stat().st_ino:
        raise BlockingIOError


def _source_of(line: bytes, place: str) -> str:
    try:
        return str(json.loads(line)["source"])
    except (ValueError, KeyError, TypeError):
        raise Wrong(f"{place} is no result of a batch; name another file.") from None


class ResultFiles:
    """A file a picture below a folder, named for it; it appears whole or not at all."""

    is_alone = False

    def __init__(self, folder: Path) -> None:
        self.note: NotePlace = NoteFile(folder / ENDING)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def finished(self) -> set[str]:
        """Return the names of the pictures that have a file, without its ending."""
        note = self._folder / ENDING
        files = (path for path in self._folder.rglob("*.json") if path.is_file() and path != note)
        return {path.relative_to(self._folder).as_posix().removesuffix(".json") for path in files}

    def put(self, name: str, result: Result) -> None:
        """Write a picture's file."""
        target = place_below(self._folder, name, ".json")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        part.write_text(json.dumps(bare(result), ensure_ascii=False, default=plain_json), "utf-8")
        part.replace(target)

    def close(self) -> None:
        """Do nothing: each file is there."""


def place_below(folder: Path, name: str, ending: str) -> Path:
    """Return a picture's file; a key is whatever its owner chose, and must not lead out of the folder.

    Raises:
        OSError: where it cannot be a name there.
    """
    parts = result_name(name).split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\0" in name:
        raise OSError(f"{name} cannot be the name of a file below {folder}; use a .jsonl file or a prefix")
    return folder.joinpath(*parts[:-1], f"{parts[-1]}{ending}")


class ResultObjects:
    """An object a picture below a prefix, named for it."""

    is_alone = False

    def __init__(self, s3: Any, address: str) -> None:
        self._s3 = s3
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._bucket, self._prefix = bucket, prefix and f"{prefix.rstrip('/')}/"
        self.note: NotePlace = NoteObject(s3, bucket, f"{self._prefix}{ENDING}")

    def finished(self) -> set[str]:
        """Return the names of the pictures that have an object, without its ending."""
        names: set[str] = set()
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            keys = (item["Key"] for item in page.get("Contents", []))
            names |= {key.removeprefix(self._prefix).removesuffix(".json") for key in keys}
        return names - {ENDING.removesuffix(".json")}

    def put(self, name: str, result: Result) -> None:
        """Put a picture's object."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=f"{self._prefix}{result_name(name)}.json",
            Body=json.dumps(bare(result), ensure_ascii=False, default=plain_json).encode(),
            ContentType="application/json",
        )

    def close(self) -> None:
        """Do nothing: each object is there."""


def result_name(name: str) -> str:
    """Return the name that a picture's result has below a folder or a prefix: its path, or its key."""
    return split_s3(name)[1] if name.startswith("s3://") else name


def is_finished(name: str, finished: set[str]) -> bool:
    """Return whether a picture has a result, however results are named."""
    return name in finished or result_name(name) in finished


def bare(result: Mapping[str, Any]) -> Any:
    """Return the service's own response, or what it refused."""
    return result.get("response", dict(result))


def whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines of bytes that come in blocks; one that is cut off at the end is none."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from (line for line in lines if line)


@contextlib.contextmanager
def closing(store: ResultStore) -> Iterator[ResultStore]:
    """Close the results whatever comes."""
    try:
        yield store
    finally:
        store.close()


def plain_json(value: Any) -> Any:
    """Return a mask as its text: JSON has no bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
