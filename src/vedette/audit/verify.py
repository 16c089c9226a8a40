"""Reads a trail and says what is not as it was written.

Each line must name the hash of the one before; the signed notes (head, digests, begin) must be signed by a
known key and name lines that are there with their hashes. What an attacker can do who has the signing key
too, and every copy of what was signed, is not found by this or anything else.
"""

import fcntl
import gzip
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.audit.lines import (
    BEGIN,
    DIGEST,
    HEAD,
    LINES,
    LOCK,
    NOTHING_BEFORE,
    OPEN,
    PACKED,
    SIGNED_S,
    SignedNote,
    chains_of,
    hash_of,
    lines_of,
    part_name,
    parts_of,
    read_line,
)
from vedette.audit.signing import TrailKeys


@dataclass(frozen=True, slots=True)
class TrailFinding:
    """Something that is not as it was written: in which file, from which line of the chain on."""

    file: Path
    line: int
    sentence: str


@dataclass(slots=True)
class ChainVerdict:
    """What was found of one chain. `unsigned` lines at its end are newer than the last signature."""

    chain: Path
    lines: int = 0
    unsigned: int = 0
    findings: list[TrailFinding] = field(default_factory=list)
    # What servers told of their starts: killed ones, new keys.
    notes: list[str] = field(default_factory=list)

    def add(self, file: Path, line: int, sentence: str) -> None:
        """Add a finding."""
        self.findings.append(TrailFinding(file, line, sentence))


@dataclass(slots=True)
class _Walk:
    """How far a chain was read. `hashes` are of the lines that signed notes name."""

    signed_numbers: frozenset[int]
    n: int = 0
    before: str = NOTHING_BEFORE
    # Up to this line a signed note says that lines are removed; some may still be there after a stop.
    removed: int = 0
    hashes: dict[int, str] = field(default_factory=dict)


def verify_trail(data: Path, keys: TrailKeys) -> list[ChainVerdict]:
    """Return what is found of every chain of an installation."""
    return [verify_chain(chain, keys) for chain in chains_of(data)]


def verify_chain(chain: Path, keys: TrailKeys) -> ChainVerdict:
    """Return what is found of one chain."""
    verdict = ChainVerdict(chain)
    # Before the lines: a server that goes on writing meanwhile only adds lines after them.
    head, begin = _note(chain / HEAD, keys, verdict), _note(chain / BEGIN, keys, verdict)
    digests = _digests(chain, keys, verdict)
    notes = [note for note in (head, begin, *digests.values()) if note is not None]
    walk = _Walk(frozenset(note.n for note in notes))
    if begin is not None:
        walk.n, walk.before, walk.removed = begin.n, begin.hash, begin.n
    start = walk.n
    for part in parts_of(chain):
        name = part_name(part)
        _walk_part(part, walk, verdict)
        digest = digests.get(name)
        if digest is not None:
            _compare(digest, walk, verdict, part)
    _find_missing_parts(chain, digests, verdict)
    if head is not None:
        _compare_head(head, walk, verdict)
    elif walk.n > start and not (chain / HEAD).exists():
        verdict.add(chain / HEAD, walk.n, "the signed head is missing")
    verdict.lines = walk.n - start
    verdict.unsigned = max(0, walk.n - (head.n if head else 0))
    if verdict.unsigned and not _is_being_written(chain):
        sentence = f"{verdict.unsigned} lines are not signed: a server was killed, or they were added"
        verdict.add(chain / HEAD, walk.n, sentence)
    return verdict


def _is_being_written(chain: Path) -> bool:
    """Return whether a server holds the chain and has written within the seconds in which it signs."""
    newest = max((part.stat().st_mtime for part in parts_of(chain)), default=0.0)
    if time.time() - newest > 10 * SIGNED_S:
        return False
    with (chain / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _note(file: Path, keys: TrailKeys, verdict: ChainVerdict) -> SignedNote | None:
    """Return a note that is signed by a known key and is of this chain; else it is a finding."""
    try:
        note = SignedNote.read(file)
    except (ValueError, OSError):
        verdict.add(file, 0, "it cannot be read")
        return None
    if note is None:
        return None
    if not keys.is_signed(note):
        is_known = note.key in keys.keys
        sentence = (
            "its signature is wrong"
            if is_known
            else f"it is signed by {note.key or 'nobody'}, which is unknown"
        )
        verdict.add(file, note.n, sentence)
        return None
    if note.chain != verdict.chain.name:
        verdict.add(file, note.n, f"it is of {note.chain}")
        return None
    return note


def _digests(chain: Path, keys: TrailKeys, verdict: ChainVerdict) -> dict[str, SignedNote]:
    """Return the digests by the part they are of; each must name the one before it."""
    digests: dict[str, SignedNote] = {}
    previous = ""
    for file in sorted(chain.glob(f"*{DIGEST}")):
        note = _note(file, keys, verdict)
        content = hash_of(file.read_bytes())
        if note is not None:
            if note.part != file.name.removesuffix(DIGEST):
                verdict.add(file, note.n, f"it is of the part {note.part}")
            elif digests and note.previous_digest != previous:
                verdict.add(file, note.first, "the digest before it is not the one it names")
            digests[note.part] = note
        previous = content
    return digests


def _walk_part(part: Path, walk: _Walk, verdict: ChainVerdict) -> None:
    try:
        for line in lines_of(part):
            _walk_line(line, part, walk, verdict)
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile):
        verdict.add(part, walk.n + 1, "the file is damaged from here on")


def _walk_line(line: bytes, part: Path, walk: _Walk, verdict: ChainVerdict) -> None:
    expected = walk.n + 1
    try:
        n, before, event = read_line(line)
    except ValueError:
        n, before, event = expected, "", {}
        verdict.add(part, expected, "it is no line of a trail")
    else:
        if n <= walk.removed:
            return
        if n > expected:
            verdict.add(part, expected, f"{n - expected} lines are missing before line {n}")
        elif n < expected:
            verdict.add(part, n, f"it stands after line {walk.n}")
        elif before != walk.before:
            verdict.add(
                part, n, f"it does not follow line {walk.n} as that stands here: one of them was changed"
            )
    _note_start(event, n, part, verdict)
    walk.n, walk.before = max(n, walk.n), hash_of(line)
    if n in walk.signed_numbers:
        walk.hashes[n] = walk.before


def _note_start(event: dict[str, Any], n: int, part: Path, verdict: ChainVerdict) -> None:
    """Tell what a server found when it opened the chain."""
    if event.get("service") != "audit" or event.get("operation") != OPEN:
        return
    facts = event.get("parameters") or {}
    if missing := facts.get("linesMissing"):
        verdict.add(part, n, f"{missing} signed lines before it were missing when a server opened the trail")
    if unsigned := facts.get("linesUnsigned"):
        verdict.notes.append(
            f"line {n}: a server was killed, {unsigned} lines before it were signed afterwards"
        )
    if torn := facts.get("tornBytes"):
        verdict.notes.append(f"line {n}: {torn} bytes of half a line were set aside")
    if facts.get("newKey"):
        verdict.notes.append(
            f"line {n}: a new key, {facts.get('key')}, signs from here on: the one before was gone"
        )


def _compare(digest: SignedNote, walk: _Walk, verdict: ChainVerdict, part: Path) -> None:
    """Compare the end of a part with what was signed when it ended."""
    if walk.n < digest.n:
        verdict.add(part, walk.n + 1, f"the part ends at line {walk.n}, and was signed up to line {digest.n}")
    elif walk.hashes.get(digest.n) != digest.hash:
        verdict.add(part, digest.n, "the line is not the one that was signed")


def _compare_head(head: SignedNote, walk: _Walk, verdict: ChainVerdict) -> None:
    file = verdict.chain / HEAD
    if walk.n < head.n:
        verdict.add(file, walk.n + 1, f"the trail ends at line {walk.n}, and was signed up to line {head.n}")
    elif walk.hashes.get(head.n, head.hash if walk.n == head.n == 0 else "") != head.hash:
        verdict.add(file, head.n, "the line is not the one that was signed")


def _find_missing_parts(chain: Path, digests: dict[str, SignedNote], verdict: ChainVerdict) -> None:
    names = {part_name(part) for part in parts_of(chain)}
    for name, note in digests.items():
        if name not in names:
            verdict.add(
                chain / f"{name}{LINES}",
                note.first,
                f"the part is missing, lines {note.first} to {note.n}",
            )
    for part in parts_of(chain)[:-1]:
        if part.name.endswith(PACKED) and part_name(part) not in digests:
            verdict.add(part, 0, "its signed digest is missing")


def findings_of(verdicts: list[ChainVerdict]) -> Iterator[TrailFinding]:
    """Yield all findings."""
    for verdict in verdicts:
        yield from verdict.findings
