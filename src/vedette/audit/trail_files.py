"""The files of a chain of the trail: whose it is, where it goes on, and how a part of it ends."""

import contextlib
import errno
import fcntl
import gzip
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from vedette.audit.lines import (
    DIGEST,
    LOCK,
    NOTHING_BEFORE,
    PACKED,
    SignedNote,
    hash_of,
    lines_of,
    part_name,
    read_line,
)
from vedette.audit.signing import TrailSigner
from vedette.clock import Clock

log = logging.getLogger("vedette.audit")
MOST_CHAINS = 64


def take_chain(folder: Path) -> tuple[Path, IO[bytes]]:
    """Return the first chain that no living server writes, and its lock."""
    for number in range(1, MOST_CHAINS + 1):
        chain = folder / f"chain-{number}"
        chain.mkdir(exist_ok=True)
        lock = lock_chain(chain)
        if lock is not None:
            return chain, lock
    raise RuntimeError(f"{MOST_CHAINS} servers write to {folder} already")


def lock_chain(chain: Path) -> IO[bytes] | None:
    """Return the lock of a chain; None where another has it, or another user's command made the chain."""
    try:
        file = (chain / LOCK).open("ab")
    except PermissionError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def write_all(file: IO[bytes], line: bytes) -> int:
    """Write a line, or raise where the disk took a part of it."""
    length = file.write(line)
    if length != len(line):
        raise OSError(errno.ENOSPC, "only a part of the line could be written")
    return length


def read_last_line(file: Path) -> tuple[int, str]:
    """Return number and hash of a part's last line; 0 where it has none."""
    last = b""
    for line in lines_of(file):
        last = line
    if not last:
        return 0, NOTHING_BEFORE
    try:
        return read_line(last)[0], hash_of(last)
    except ValueError:
        # What is no line was not written by us; the chain goes on after it, and verifying names it.
        return _counted(file), hash_of(last)


def _counted(file: Path) -> int:
    return max((n for n in _numbers(file)), default=0)


def _numbers(file: Path) -> Iterator[int]:
    for line in lines_of(file):
        with contextlib.suppress(ValueError):
            yield read_line(line)[0]


def set_aside_torn(file: Path) -> int:
    """Move half a line at the end, which a power cut leaves, into a file of its own; return its length."""
    if file.name.endswith(".gz"):
        return 0
    content = file.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole == len(content):
        return 0
    file.with_name(f"{part_name(file)}.torn").write_bytes(content[whole:])
    os.truncate(file, whole)
    return len(content) - whole


def read_note(file: Path) -> SignedNote | None:
    try:
        return SignedNote.read(file)
    except ValueError:
        log.error("%s cannot be read: `vedette audit verify` says what that means", file)  # noqa: TRY400
        return None


def age_of_part(part: Path, clock: Clock) -> float:
    """Return how long ago the hour of a part was."""
    try:
        hour = datetime.strptime(part_name(part)[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return (clock() - hour).total_seconds()


def end_part(file: Path, signer: TrailSigner, now: str) -> None:
    """Sign a part that no line is added to any more, and pack it; stopped anywhere, it is called again."""
    chain, name = file.parent, part_name(file)
    digest = chain / f"{name}{DIGEST}"
    if not digest.exists():
        numbered = [(read_line(line), hash_of(line)) for line in lines_of(file)]
        if not numbered:
            return
        (first, before, _), _ = numbered[0]
        (last, _, _), hash_ = numbered[-1]
        note = SignedNote(
            chain.name, last, hash_, now, part=name, first=first, before=before,
            previous_digest=_previous_digest(chain, name),
        )  # fmt: skip
        signer.sign(note).write(digest)
    packed = chain / f"{name}{PACKED}"
    beside = packed.with_name(f".{packed.name}.part")
    with file.open("rb") as source, beside.open("wb") as target:
        with gzip.open(target, "wb", compresslevel=6) as stream:
            shutil.copyfileobj(source, stream, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    beside.replace(packed)
    file.unlink()


def _previous_digest(chain: Path, name: str) -> str:
    earlier = [file for file in sorted(chain.glob(f"*{DIGEST}")) if file.name < name]
    return hash_of(earlier[-1].read_bytes()) if earlier else ""
