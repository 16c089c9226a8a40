"""A dataset carried from one place to another: its files found, and its lines told where they lie now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.exchange.places import UniqueNames, local_name
from vedette.manifest.lines import Line, change_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.places import Resolver


@dataclass(frozen=True, slots=True)
class Moved:
    """A line with its new addresses, the files that go with it by their new keys, and what was not found."""

    line: Line
    files: dict[str, Path]
    missing: tuple[str, ...] = ()


def move_lines(lines: Iterable[Line], find: Resolver, *, to: str) -> Iterator[Moved]:
    """Yield every line as it is below `to` (s3://bucket/prefix); masks move with their pictures.

    What an earlier validation wrote into a line stays behind. Files that come from two places under one key
    get names of their own.
    """
    base, names = to.rstrip("/"), UniqueNames(ignore_case=False)
    for line in lines:
        clean = strip_marks(line)
        files: dict[str, Path] = {}
        changes: dict[str, str] = {}
        missing: list[str] = []
        for key, ref in _refs(clean):
            path = find(ref)
            if path is None:
                missing.append(ref)
                continue
            address = f"{base}/{names.of(str(path), key_of(ref))}"
            changes[key] = address
            files[address] = path
        yield Moved(change_line(clean, changes), files, tuple(missing))


def key_of(ref: str) -> str:
    """Return the key that a file gets below its new place: the old key, or the path, without ways up."""
    if ref.startswith("s3://"):
        _, _, key = ref.removeprefix("s3://").partition("/")
        return "/".join(part for part in key.split("/") if part not in ("", ".", ".."))
    return local_name(ref.removeprefix("file://"))


def _refs(line: Line) -> Iterator[tuple[str, str]]:
    for key, value in line.values.items():
        if key.endswith("-ref") and isinstance(value, str) and value:
            yield key, value
