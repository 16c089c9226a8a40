"""Writes the trail: a line before the answer leaves, a signature a second, a digest for each part that ends.

A line is written to the file by whoever answers; the disk has it within a second, and then the head that is
signed names it. So after kill -9 every answered change is in the trail, after a power cut all but the last
second's; and a head never names a line that the disk does not have.
"""

import contextlib
import logging
import os
import threading
import time
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
    NOTHING_BEFORE,
    OPEN,
    SIGNED_S,
    SignedNote,
    chains_of,
    hash_of,
    line_of,
    part_name,
    parts_of,
)
from vedette.audit.signing import open_signer
from vedette.audit.trail_files import (
    age_of_part,
    end_part,
    lock_chain,
    read_last_line,
    read_note,
    set_aside_torn,
    take_chain,
    write_all,
)
from vedette.clock import Clock, milliseconds, system_clock

UNSIGNED = "The audit trail could not be signed; it is tried again each second"
log = logging.getLogger("vedette.audit")

# A part ends with its hour, or when it is so large: whoever searches reads it into memory.
PART_BYTES = 16 * 1024**2
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
        self.chain, self._lock_file = take_chain(data / FOLDER)
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
        n, hash_ = read_last_line(old[-1])
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
            length = write_all(self._file, line + b"\n")
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
        files, head = parts_of(self.chain), read_note(self.chain / HEAD)
        ages = [age_of_part(file, self._clock) for file in files[-2:]]
        self._was_long_away = any(earlier - later > LONG_AWAY_S for earlier, later in pairwise([*ages, 0.0]))
        begin = read_note(self.chain / BEGIN)
        end = ChainEnd(begin.n, begin.hash) if begin else ChainEnd()
        torn = 0
        if files:
            self._part = part_name(files[-1])
            torn = set_aside_torn(files[-1])
            n, hash_ = read_last_line(files[-1])
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
            lock = lock_chain(chain) if chain != self.chain else None
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


def _now(clock: Clock) -> str:
    return clock().astimezone(UTC).isoformat(timespec="seconds")
