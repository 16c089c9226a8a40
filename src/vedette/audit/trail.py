"""Writes the trail: a line before the answer leaves, a signature a second, a digest for each part that ends.

A line is written to the file by whoever answers; the disk has it within a second, and then the head that is
signed names it. So after kill -9 every answered change is in the trail, after a power cut all but the last
second's; and a head never names a line that the disk does not have.
"""

import contextlib
import errno
import fcntl
import gzip
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import IO
from uuid import uuid4

from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.lines import (
    BEGIN,
    DIGEST,
    FOLDER,
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
    line_of,
    lines_of,
    part_name,
    parts_of,
    read_line,
)
from vedette.audit.signing import TrailSigner, open_signer
from vedette.clock import Clock, milliseconds, system_clock

UNSIGNED = "The audit trail could not be signed; it is tried again each second"
log = logging.getLogger("vedette.audit")

# A part ends with its hour, or when it is so large: whoever searches reads it into memory.
PART_BYTES = 16 * 1024**2
MOST_CHAINS = 64
# A clock that is off by more has been set; and after so long without an event it may be wrong from the start.
JUMP_S, LONG_AWAY_S = 86400.0, 7 * 86400.0
OURSELVES = AuditCaller("service", "", "")


@dataclass(slots=True)
class ChainEnd:
    """Where a chain goes on: after line `n`, which has this hash."""

    n: int = 0
    hash: str = NOTHING_BEFORE


class AuditTrail:
    """One server's chain, open for writing. `note` may be called by any thread."""

    def __init__(self, data: Path, *, days: int, clock: Clock = system_clock) -> None:
        self._data, self._days, self._clock = data, days, clock
        (data / FOLDER).mkdir(parents=True, exist_ok=True)
        self._signer, is_new = open_signer(data)
        self.chain, self._lock_file = _take_chain(data / FOLDER)
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._file: IO[bytes] | None = None
        self._part, self._size, self._signed_n, self._missing = "", 0, 0, 0
        self._removed_on = ""
        self._is_failing = False
        self._began, self._began_at = time.monotonic(), clock()
        self._end = self._resume(is_new=is_new)
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def note(self, event: AuditEvent) -> None:
        """Put an event at the end of the chain; a full disk loses it, is told, and stops nothing."""
        with self._turn:
            try:
                self._append(event)
            except OSError as error:
                self._missing += 1
                if self._missing == 1:
                    log.error("events are missing in the audit trail from now on: %s", error)  # noqa: TRY400

    def sign(self) -> None:
        """Put what is written onto the disk, and sign it."""
        with self._turn:
            if self._file is None or self._end.n == self._signed_n:
                return
            handle, end = os.dup(self._file.fileno()), replace(self._end)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self._write_note(HEAD, end)
        self._signed_n = end.n

    def remove_old(self, chain: Path | None = None) -> int:
        """Remove parts whose days are over, and return how many: signed beforehand, and told in the chain."""
        chain = chain or self.chain
        before = (self._clock().astimezone(UTC) - timedelta(days=self._days)).strftime("%Y-%m-%dT%H")
        files = parts_of(chain)
        old = [file for file in files[:-1] if self._days and part_name(file) < before]
        if not old:
            return 0
        n, hash_ = _last_of(old[-1])
        self._write_note(BEGIN, ChainEnd(n, hash_), chain)
        for file in old:
            file.unlink()
            (chain / f"{part_name(file)}{DIGEST}").unlink(missing_ok=True)
        facts = {"chain": chain.name, "upToLine": n, "parts": len(old), "days": self._days}
        self._note_own("RemoveOldEvents", facts)
        return len(old)

    def close(self) -> None:
        """Sign the last line, and leave the chain to whoever comes next."""
        self._stop.set()
        self._thread.join(timeout=10)
        with contextlib.suppress(OSError):
            self.sign()
        with self._turn:
            if self._file is not None:
                self._file.close()
                self._file = None
        self._lock_file.close()

    def _append(self, event: AuditEvent) -> None:
        hour = max(datetime.fromtimestamp(event.time_ms / 1000, UTC).strftime("%Y-%m-%dT%H"), self._part[:13])
        if self._file is None or hour != self._part[:13] or self._size >= PART_BYTES:
            self._open_part(hour)
        assert self._file is not None
        if self._missing:
            missing, self._missing = self._missing, 0
            try:
                self._write(self._own("EventsLost", {"count": missing}))
            except OSError:
                self._missing = missing
                raise
        self._write(event)

    def _write(self, event: AuditEvent) -> None:
        assert self._file is not None
        line = line_of(self._end.n + 1, self._end.hash, event.dump())
        try:
            length = _write_all(self._file, line + b"\n")
        except OSError:
            # Of half a line nothing is left: the next one begins where it began.
            with contextlib.suppress(OSError):
                self._file.truncate(self._size)
            raise
        self._size += length
        self._end = ChainEnd(self._end.n + 1, hash_of(line))

    def _open_part(self, hour: str) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        last = int(self._part[14:]) if self._part[:13] == hour else 0
        self._part = f"{hour}-{last + 1:04d}"
        # Unbuffered: each line is one write.
        self._file = (self.chain / f"{self._part}{LINES}").open("ab", buffering=0)
        self._size = self._file.tell()

    def _resume(self, *, is_new: bool) -> ChainEnd:
        """Return where the chain goes on; what is not as it was left is written into it."""
        files, head = parts_of(self.chain), _read_note(self.chain / HEAD)
        ages = [_age_s(file, self._clock) for file in files[-2:]]
        self._was_long_away = any(earlier - later > LONG_AWAY_S for earlier, later in pairwise([*ages, 0.0]))
        begin = _read_note(self.chain / BEGIN)
        end = ChainEnd(begin.n, begin.hash) if begin else ChainEnd()
        torn = 0
        if files:
            self._part = part_name(files[-1])
            torn = _set_aside_torn(files[-1])
            n, hash_ = _last_of(files[-1])
            end = ChainEnd(n, hash_) if n else end
            if not files[-1].name.endswith(".gz"):
                self._file = files[-1].open("ab", buffering=0)
                self._size = self._file.tell()
        self._end, self._signed_n = end, head.n if head else 0
        facts = {
            "key": self._signer.name,
            "linesMissing": max(0, (head.n if head else 0) - end.n),
            "linesUnsigned": max(0, end.n - (head.n if head else 0)),
            "tornBytes": torn,
            "newKey": is_new and bool(files),
        }
        if facts["linesMissing"]:
            log.error(
                "the audit trail %s was cut: %d lines are missing", self.chain.name, facts["linesMissing"]
            )
        self._append(self._own(OPEN, {name: value for name, value in facts.items() if value}))
        return self._end

    def _own(self, operation: str, parameters: dict[str, object]) -> AuditEvent:
        now = milliseconds(self._clock())
        return AuditEvent(str(uuid4()), now, "audit", operation, "", OURSELVES, parameters=parameters)

    def _note_own(self, operation: str, parameters: dict[str, object]) -> None:
        self.note(self._own(operation, parameters))

    def _write_note(self, name: str, end: ChainEnd, chain: Path | None = None) -> None:
        chain = chain or self.chain
        note = SignedNote(chain.name, end.n, end.hash, _now(self._clock))
        self._signer.sign(note).write(chain / name)

    def _run(self) -> None:
        while not self._stop.wait(SIGNED_S):
            try:
                self.sign()
                self._end_parts()
                self._remove_daily()
                self._is_failing = False
            except OSError as error:
                # What the disk says, that it is full mostly, says enough by itself.
                if not self._is_failing:
                    log.warning("%s: %s", UNSIGNED, error)
                self._is_failing = True
            except Exception:
                if not self._is_failing:
                    log.exception(UNSIGNED)
                self._is_failing = True

    def _end_parts(self, chain: Path | None = None) -> None:
        for file in parts_of(chain or self.chain)[:-1]:
            if not file.name.endswith(".gz"):
                end_part(file, self._signer, _now(self._clock))

    def _remove_daily(self) -> None:
        day = _now(self._clock)[:10]
        if day != self._removed_on and self._clock_is_sound():
            self._removed_on = day
            self.remove_old()
            self._keep_others()

    def _keep_others(self) -> None:
        """Do for chains that nobody writes now what their writers would: commands write for a moment only."""
        for chain in chains_of(self._data):
            lock = _lock(chain) if chain != self.chain else None
            if lock is not None:
                with lock:
                    self._end_parts(chain)
                    self.remove_old(chain)

    def _clock_is_sound(self) -> bool:
        """Return whether the clock went on as time did: one that jumped must not make all events old.

        Where a week lies between the newest events, or between them and the start, it has to go on for a day.
        """
        passed = time.monotonic() - self._began
        drift = (self._clock() - self._began_at).total_seconds() - passed
        return abs(drift) < JUMP_S and (not self._was_long_away or passed > JUMP_S)


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


def _write_all(file: IO[bytes], line: bytes) -> int:
    length = file.write(line)
    if length != len(line):
        raise OSError(errno.ENOSPC, "only a part of the line could be written")
    return length


def _take_chain(folder: Path) -> tuple[Path, IO[bytes]]:
    """Return the first chain that no living server writes, and its lock."""
    for number in range(1, MOST_CHAINS + 1):
        chain = folder / f"chain-{number}"
        chain.mkdir(exist_ok=True)
        lock = _lock(chain)
        if lock is not None:
            return chain, lock
    raise RuntimeError(f"{MOST_CHAINS} servers write to {folder} already")


def _lock(chain: Path) -> IO[bytes] | None:
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


def _set_aside_torn(file: Path) -> int:
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


def _last_of(file: Path) -> tuple[int, str]:
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


def _read_note(file: Path) -> SignedNote | None:
    try:
        return SignedNote.read(file)
    except ValueError:
        log.error("%s cannot be read: `vedette audit verify` says what that means", file)  # noqa: TRY400
        return None


def _age_s(part: Path, clock: Clock) -> float:
    """Return how long ago the hour of a part was."""
    try:
        hour = datetime.strptime(part_name(part)[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return (clock() - hour).total_seconds()


def _now(clock: Clock) -> str:
    return clock().astimezone(UTC).isoformat(timespec="seconds")
