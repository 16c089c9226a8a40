"""Moving a dataset: finding its files, and writing their new addresses into its lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.exchange.places import UniqueNames, local_name
from vedette.manifest.lines import SOURCE, Line, change_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.places import Resolver


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A line with its new addresses, its files by their new addresses, and the missing ones."""

    line: Line
    files: dict[str, Path]
    missing: tuple[str, ...] = ()


def move_lines(lines: Iterable[Line], find: Resolver, *, to: str) -> Iterator[MovedLine]:
    """Yield every line as it is below `to` (s3://bucket/prefix); masks move with their pictures.

    What an earlier validation wrote into a line is removed. Files that come from two folders under one key
    get names of their own.
    """
    base, names = to.rstrip("/"), UniqueNames(ignore_case=False)
    for line in lines:
        clean = strip_marks(line)
        files: dict[str, Path] = {}
        changes: dict[str, str] = {}
        missing: list[str] = []
        picture = find(clean.source) if clean.source else None
        for key, ref in _refs(clean):
            path = find(ref)
            # By its last parts alone, a mask may be found where its picture lies; that is none.
            if path is None or (key != SOURCE and path == picture):
                missing.append(ref)
                continue
            address = f"{base}/{names.of(str(path), key_of(ref))}"
            changes[key] = address
            files[address] = path
        yield MovedLine(change_line(clean, changes), files, tuple(missing))


def key_of(ref: str) -> str:
    """Return the key of a file below its new prefix: the old key, or the path, without `..`."""
    if ref.startswith("s3://"):
        _, _, key = ref.removeprefix("s3://").partition("/")
        return "/".join(part for part in key.split("/") if part not in ("", ".", ".."))
    return local_name(ref.removeprefix("file://"))


def _refs(line: Line) -> Iterator[tuple[str, str]]:
    for key, value in line.values.items():
        if key.endswith("-ref") and isinstance(value, str) and value:
            yield key, value
