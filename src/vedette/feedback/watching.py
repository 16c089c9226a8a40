"""The last pictures of production held against those of the training, and what was found, in the database.

Several servers count the pictures of one version: each puts what it has counted to what the row holds by
then, and writes where nobody else has written meanwhile. So a warning is of the pictures of all of them.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.feedback import records
from vedette.feedback.drift import (
    WINDOWS,
    DriftFinding,
    DriftReference,
    LookedAtPicture,
    is_due,
    lasting,
    look,
    rank_examples,
)
from vedette.feedback.values import DriftState
from vedette.projects.version import Version
from vedette.store.db import Database

# Measures a picture's bytes; nothing where it cannot be read.
Measure = Callable[[bytes], Mapping[str, float] | None]
# Hears, within the transaction, of a warning that begins (its findings) or ends (none).
OnTurn = Callable[[Connection, Version, list[dict[str, Any]]], None]
# Hears after each look how far what stands is from the training; 0 where nothing is found.
OnLook = Callable[[Version, float], None]
MOST_RECENT = max(WINDOWS)
# The last pictures are written down so often: after a crash that many are counted anew.
WRITTEN_EVERY = 5
# Servers that write at the same moment so many times over wait for the next picture.
TRIES = 5


def untold(connection: Connection, version: Version, findings: list[dict[str, Any]]) -> None:
    """Tell nobody."""
    del connection, version, findings


def uncounted(version: Version, distance: float) -> None:
    """Count nothing."""
    del version, distance


@dataclass(frozen=True, slots=True)
class DriftAnswer:
    """What a model answered about a picture of production: its main answer, its doubt, the picture's hash."""

    answer: str
    doubt: float
    exact: str


class _Watched:
    """A version's reference and its last pictures, while a server runs."""

    def __init__(self, reference: DriftReference, recent: DriftReference, row: Any) -> None:
        self.reference = reference
        self.body: bytes = row.reference
        # Counted here, and not yet in the row.
        self.unwritten: list[LookedAtPicture] = []
        self.recent: deque[LookedAtPicture] = deque(recent.pictures, MOST_RECENT)
        state = records.read_drift(row)
        self.count, self.look_count = state.count, state.look_count
        self.findings: list[DriftFinding] = list(state.findings)
        self.since_ms = state.since_ms


class DriftWatch:
    """Counts pictures and looks. One thread uses it, and others ask for states."""

    def __init__(self, database: Database, measure: Measure, clock: Clock) -> None:
        self._database = database
        self._measure = measure
        self._clock = clock
        self.on_turn: OnTurn = untold
        self.on_look: OnLook = uncounted
        self._watched: dict[int, _Watched] = {}
        self._lock = threading.Lock()

    def forget(self, version: int) -> None:
        """Read a version's reference anew, since it was measured or dropped."""
        with self._lock:
            self._watched.pop(version, None)

    def count(self, version: Version, data: bytes, answer: DriftAnswer) -> None:
        """Count a picture that was not counted before; look where a look is due."""
        watched = self._open(version)
        if watched is None or not watched.reference.is_enough:
            return
        # A camera that stands still sends the same picture again, kept or not.
        if any(picture.exact == answer.exact for picture in watched.recent):
            return
        features = self._measure(data)
        if features is None:
            return
        picture = LookedAtPicture(features, answer.answer, answer.doubt, answer.exact)
        watched.recent.append(picture)
        watched.unwritten.append(picture)
        watched.count += 1
        if len(watched.unwritten) >= WRITTEN_EVERY:
            self._settle(version, watched)

    def state(self, version: Version) -> DriftState:
        """Return what is known of a version's drift."""
        with self._database.read() as connection:
            return records.read_drift(records.find_drift(connection, version.id))

    def last_examples(self, version: Version) -> list[str]:
        """Return the same as `examples`, without a look into the database: for every drawn picture."""
        watched = self._open(version)
        if watched is None or not watched.findings:
            return []
        ranked = rank_examples(watched.reference, list(watched.recent), watched.findings)
        return [picture.exact for picture in ranked]

    def examples(self, version: Version) -> list[str]:
        """Return the hashes of pictures that show what the warning is about, the strangest first."""
        with self._database.read() as connection:
            row = records.find_drift(connection, version.id)
        state = records.read_drift(row)
        if row is None or not state.findings:
            return []
        reference, recent = (records.unpack_pictures(body) for body in (row.reference, row.recent))
        ranked = rank_examples(reference, recent.pictures, state.findings)
        return [picture.exact for picture in ranked if picture.exact]

    def _open(self, version: Version) -> _Watched | None:
        with self._lock:
            if version.id not in self._watched:
                with self._database.read() as connection:
                    row = records.find_drift(connection, version.id)
                if row is None or row.status != "ready":
                    return None
                reference = records.unpack_pictures(row.reference)
                self._watched[version.id] = _Watched(reference, records.unpack_pictures(row.recent), row)
            return self._watched[version.id]

    def _note(self, watched: _Watched, findings: list[DriftFinding]) -> None:
        """A warning stands while looks find anything, or while what was found lasts."""
        if findings and not watched.findings:
            watched.since_ms = milliseconds(self._clock())
        found = {finding.name for finding in findings}
        others = [finding for finding in watched.findings if finding.name not in found]
        watched.findings = [*findings, *lasting(watched.reference, list(watched.recent), others)]

    def _settle(self, version: Version, watched: _Watched) -> None:
        """Put what was counted here to what the row holds, look where a look is due, and write it."""
        for _ in range(TRIES):
            with self._database.read() as connection:
                row = records.find_drift(connection, version.id)
            if row is None or row.status != "ready" or row.reference != watched.body:
                # Measured anew, or dropped, which another server may have done.
                self.forget(version.id)
                return
            after = _Watched(watched.reference, records.unpack_pictures(row.recent), row)
            exacts = {picture.exact for picture in after.recent}
            before = after.count
            for picture in watched.unwritten:
                if picture.exact not in exacts:
                    after.recent.append(picture)
                    after.count += 1
            is_look = is_due(after.count, before)
            if is_look:
                after.look_count += 1
                self._note(after, look(after.reference, list(after.recent), after.look_count))
            if self._write(version, after, before):
                with self._lock:
                    self._watched[version.id] = after
                if is_look:
                    self.on_look(version, max((finding.distance for finding in after.findings), default=0.0))
                return

    def _write(self, version: Version, watched: _Watched, count_before: int) -> bool:
        """Write where the row still holds as many pictures; say whether it did."""
        findings = [asdict(finding) for finding in watched.findings]
        with self._database.write() as connection:
            row = records.find_drift(connection, version.id)
            if row is None or row._mapping["count"] != count_before or row.reference != watched.body:
                return False
            records.put_drift(
                connection,
                version.id,
                version.project.id,
                recent=records.pack_pictures(list(watched.recent)),
                count=watched.count,
                looks=watched.look_count,
                findings=orjson.dumps(findings).decode(),
                since_ms=watched.since_ms if watched.findings else 0,
            )
            if bool(findings) != bool(orjson.loads(row.findings)):
                self.on_turn(connection, version, findings)
        return True
