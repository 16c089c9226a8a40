"""How the trail lies in files.

    audit/<chain>/2026-11-29T15-0001.jsonl          lines of the part that is written now
    audit/<chain>/2026-11-29T14-0001.jsonl.gz       an earlier part, with
    audit/<chain>/2026-11-29T14-0001.digest.json    what was signed when it ended
    audit/<chain>/head.json                         the last line that was signed, anew every second
    audit/<chain>/begin.json                        which line is the first, where earlier parts were removed

A chain is what one server writes; servers that share a folder have one each. A line is

    {"n":17,"before":"<hash of line 16>","event":{…}}

and its hash is SHA-256 of its bytes. A changed, added, removed or moved line breaks the next one's `before`;
the last one is held by the head, and heads and digests are signed.
"""

import gzip
import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import orjson

FOLDER = "audit"
HEAD, BEGIN = "head.json", "begin.json"
LINES, PACKED, DIGEST = ".jsonl", ".jsonl.gz", ".digest.json"
LOCK = ".lock"
NOTHING_BEFORE = "0" * 64
SIGNED_S = 1.0
# What a server writes when it opens its chain.
OPEN = "OpenTrail"
PUBLIC = "public-keys"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """What a head, a begin or a digest says: line `n` of a chain has this hash. `key` names who signed.

    A digest also says which part it is, from which line on, and the digest before by its file's hash.
    """

    chain: str
    n: int
    hash: str
    time: str
    key: str = ""
    part: str = ""
    first: int = 0
    before: str = ""
    previous_digest: str = ""
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature is of: all but itself, in one spelling."""
        facts = {name: value for name, value in asdict(self).items() if name != "signature"}
        return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Return the note in a file; None where there is none, ValueError where it is no note."""
        try:
            document = orjson.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        try:
            return cls(**{f.name: document[f.name] for f in fields(cls) if f.name in document})
        except (TypeError, KeyError) as error:
            raise ValueError(f"{file.name} is no note of a trail") from error

    def write(self, file: Path) -> None:
        """Write the note whole or not at all, and onto the disk."""
        write_whole(file, orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that after any stop it is what it was or what it becomes."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def hash_of(line: bytes) -> str:
    """Return a line's hash; without its newline."""
    return hashlib.sha256(line).hexdigest()


def line_of(n: int, before: str, event: dict[str, Any]) -> bytes:
    """Return the line of an event, without its newline."""
    return orjson.dumps({"n": n, "before": before, "event": event})


def read_line(line: bytes) -> tuple[int, str, dict[str, Any]]:
    """Return number, hash of the line before, and event; ValueError where the line is none."""
    document = orjson.loads(line)
    try:
        n, before, event = document["n"], document["before"], document["event"]
    except (TypeError, KeyError) as error:
        raise ValueError("not a line of a trail") from error
    if not isinstance(n, int) or not isinstance(before, str) or not isinstance(event, dict):
        raise ValueError("not a line of a trail")  # noqa: TRY004  (one error for whatever a file may hold)
    return n, before, event


def part_name(file: Path) -> str:
    """Return the part that a file of lines is."""
    return file.name.removesuffix(".gz").removesuffix(LINES)


def parts_of(chain: Path) -> list[Path]:
    """Return the files of lines, in order; of a part that is being packed, the one that is whole."""
    files: dict[str, Path] = {}
    for file in sorted(chain.glob(f"*{LINES}*")):
        if file.name.endswith((LINES, PACKED)) and not file.name.startswith("."):
            files.setdefault(part_name(file), file)  # `.jsonl` sorts before `.jsonl.gz`
    return [files[name] for name in sorted(files)]


def chains_of(data: Path) -> list[Path]:
    """Return the chains of an installation's trail."""
    folder = data / FOLDER
    places = folder.iterdir() if folder.is_dir() else ()
    return sorted(place for place in places if place.is_dir() and place.name != PUBLIC)


def lines_of(part: Path) -> Iterator[bytes]:
    """Yield the lines of a part, without their newlines; OSError where a packed one is damaged."""
    with gzip.open(part, "rb") if part.name.endswith(".gz") else part.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")
