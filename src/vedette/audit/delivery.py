"""Delivers the events of trails into buckets: every five minutes a file, every hour a signed digest of files.

What is about to be put is written down first, and made of signed lines alone, which never change. So a server
that is killed between puts the same bytes under the same names afterwards: nothing twice, nothing lost.
Requests never wait for it: it has a thread of its own, and of several servers one delivers at a time.
"""

import fcntl
import gzip
import hashlib
import logging
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from vedette.audit.digest_key import DigestKey, open_digest_key
from vedette.audit.event import AuditEvent
from vedette.audit.lines import (
    BEGIN,
    DIGEST,
    SignedNote,
    chains_of,
    lines_of,
    part_name,
    parts_of,
    read_line,
)
from vedette.audit.trails import (
    FOLDER,
    DeliveredFile,
    DeliveryBatch,
    SignedDigest,
    Trail,
    Trails,
    TrailState,
    signed_up_to,
)
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Missing, Refusal
from vedette.store.blobs.port import Blobs

log = logging.getLogger("vedette.audit")

# CloudTrail delivers about as often, and its digests are of an hour.
PERIOD_S, DIGEST_S = 300, 3600
LOOK_S = 5.0
# After a stop: how long requests that began before it may still end, and how long a signature is waited for.
SETTLED_S, LONGEST_WAIT_S = 2, 60
# Of one file, and of one chain in one batch: what is read at once is bounded.
MOST_EVENTS, MOST_LINES = 5000, 50_000


class DeliveryForm(Protocol):
    """How files of events and digests are named and written: a dialect's."""

    def selects(self, selection: Mapping[str, Any], event: AuditEvent) -> bool:
        """Say whether a selection of a trail has an event."""

    def events(self, events: Sequence[AuditEvent]) -> bytes:
        """Return the text of a file of events."""

    def events_key(self, trail: Trail, prefix: str, region: str, stamp_s: int, unique: str) -> str:
        """Return the name of a file of events."""

    def digest_key(self, trail: Trail, end_s: int) -> str:
        """Return the name of a digest."""

    def digest(self, trail: Trail, state: TrailState, key: DigestKey) -> bytes:
        """Return the text of the digest that ends at the state's `digest_end_s`."""

    def to_sign(self, trail: Trail, state: TrailState, text: bytes) -> str:
        """Return what the digest's signature is of."""

    def metadata(self, signature: str) -> dict[str, str]:
        """Return the properties of a digest's object that hold its signature."""


@dataclass(frozen=True, slots=True)
class DeliveryTools:
    """What delivering needs."""

    data: Path
    trails: Trails
    blobs: Blobs
    form: DeliveryForm
    clock: Clock = system_clock


class TrailDelivery:
    """One server's thread that delivers."""

    def __init__(self, tools: DeliveryTools) -> None:
        self.trails = tools.trails
        self._tools = tools
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-delivery", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look now whether something is to be done: a trail was stopped."""
        self._wake.set()

    def close(self) -> None:
        """End after what is being put."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                is_busy = deliver_due(self._tools)
            except Exception:
                is_busy = False
                log.exception("the trails could not be looked at; it is tried again")
            self._wake.wait(1.0 if is_busy else LOOK_S)
            self._wake.clear()


def deliver_due(tools: DeliveryTools) -> bool:
    """Deliver what is due of every trail, unless another server is at it; return whether one is ending."""
    trails = tools.trails.every()
    if not trails:
        return False
    with (tools.data / FOLDER / ".delivery.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        for trail in trails:
            _deliver_trail(trail, tools)
    return any(not trail.is_on and _opened(trail, tools.trails.state(trail)).is_open for trail in trails)


def _deliver_trail(trail: Trail, tools: DeliveryTools) -> None:
    state = _opened(trail, tools.trails.state(trail))
    now_ms = milliseconds(tools.clock())
    is_ending = state.is_open and not trail.is_on
    is_failing = state.problem_ms > state.delivered_ms and now_ms - state.problem_ms < PERIOD_S * 1000
    # A clock that went back delays nothing for longer than a period.
    is_due = abs(now_ms - state.delivered_ms) >= PERIOD_S * 1000
    if not state.is_open or is_failing or not (is_ending or is_due):
        return
    try:
        _Delivering(trail, tools, state).deliver()
    except (OSError, Refusal) as error:
        sentence = error.sentence if isinstance(error, Refusal) else str(error)
        if tools.trails.state(trail).problem != sentence:
            log.warning("the trail %s of %s is not delivered: %s", trail.name, trail.account, sentence)
        opened = _opened(trail, tools.trails.state(trail))
        tools.trails.keep(trail, replace(opened, problem=sentence, problem_ms=now_ms))


def _opened(trail: Trail, state: TrailState) -> TrailState:
    """Return the state of a trail that was started, or started anew."""
    if not trail.started_ms or trail.started_ms == state.started_ms:
        return state
    positions, began_s = dict(trail.beginnings), trail.started_ms // 1000
    return replace(state, started_ms=trail.started_ms, is_open=True, positions=positions, began_s=began_s)


class _Delivering:
    """One trail's turn."""

    def __init__(self, trail: Trail, tools: DeliveryTools, state: TrailState) -> None:
        self.trail, self.tools, self.state = trail, tools, state

    def deliver(self) -> None:
        """Put what is signed by now, and a digest where its hour is over or the trail was stopped."""
        while True:
            is_more = self._fill()
            if self.state.batch is not None:
                self._put_batch(self.state.batch)
            if not is_more:
                break
        now_s = milliseconds(self.tools.clock()) // 1000
        is_ending = not self.trail.is_on
        if is_ending and not self._is_settled(now_s):
            return
        if self.trail.validates and (
            is_ending or self.state.digest_end_s or now_s >= self.state.began_s + DIGEST_S
        ):
            self._put_digest(now_s)
        self._keep(delivered_ms=now_s * 1000, problem="", is_open=not is_ending)

    def _is_settled(self, now_s: int) -> bool:
        """Return whether all that was written before the stop is signed, and so was delivered just now.

        The end of a chain whose server was killed is signed when the next one starts: no long wait for it.
        """
        waited_s = now_s - self.trail.stopped_ms // 1000
        chains = chains_of(self.tools.data)
        is_signed = all(_last_line(chain) <= self.state.positions.get(chain.name, 0) for chain in chains)
        return waited_s >= SETTLED_S and (is_signed or waited_s > LONGEST_WAIT_S)

    def _keep(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.tools.trails.keep(self.trail, self.state)

    def _fill(self) -> bool:
        """Write down what is put next, where nothing waits; return whether there is still more behind it."""
        if self.state.batch is not None:
            return True
        ranges: dict[str, tuple[int, int]] = {}
        is_more = False
        for chain in chains_of(self.tools.data):
            positions, end = self.state.positions.get(chain.name, 0), signed_up_to(chain)
            if end is None:
                continue  # damaged: nothing is said about it before it is signed anew
            if end < positions:
                # A backup was restored, of a moment before: its next lines have these numbers once more.
                self._keep(positions={**self.state.positions, chain.name: end})
                positions = end
            if end > positions:
                ranges[chain.name] = (positions, min(end, positions + MOST_LINES))
                is_more |= end > positions + MOST_LINES
        if ranges:
            stamp_s = milliseconds(self.tools.clock()) // 1000
            trail = self.trail
            self._keep(batch=DeliveryBatch(trail.bucket, trail.prefix, stamp_s, ranges, trail.selections))
        return is_more

    def _put_batch(self, batch: DeliveryBatch) -> None:
        events: dict[str, list[AuditEvent]] = defaultdict(list)
        missed = 0
        for name, (after, until) in batch.ranges.items():
            count = 0
            for event in read_range(self.tools.data / "audit" / name, after, until):
                count += 1
                if event is not None and self._is_ours(event) and self._is_selected(batch, event):
                    events[event.region or self.trail.region].append(event)
            missed += until - after - count
        files = [
            file for region in sorted(events) for file in self._put_region(batch, region, events[region])
        ]
        positions = {**self.state.positions, **{name: until for name, (_, until) in batch.ranges.items()}}
        self._keep(
            batch=None,
            positions=positions,
            files=(*self.state.files, *files),
            missed=self.state.missed + missed,
        )

    def _put_region(
        self, batch: DeliveryBatch, region: str, events: list[AuditEvent]
    ) -> Iterator[DeliveredFile]:
        for number in range(0, len(events), MOST_EVENTS):
            events_of_file = events[number : number + MOST_EVENTS]
            text = self.tools.form.events(events_of_file)
            unique = hashlib.sha256(
                f"{batch.ranges} {region} {number} {self.trail.name}".encode()
            ).hexdigest()
            key = self.tools.form.events_key(self.trail, batch.prefix, region, batch.stamp_s, unique[:16])
            self._put(batch.bucket, key, text, {})
            times = [event.time_ms for event in events_of_file]
            digest = hashlib.sha256(text).hexdigest()
            yield DeliveredFile(batch.bucket, key, digest, min(times), max(times))

    def _put_digest(self, now_s: int) -> None:
        if not self.state.digest_end_s:
            # Two digests are never of the same second, nor the second before the first.
            self._keep(digest_end_s=max(now_s, self.state.digest.end_s + 1 if self.state.digest else 0))
        form, end_s = self.tools.form, self.state.digest_end_s
        key = open_digest_key(self.tools.data, end_s)
        text = form.digest(self.trail, self.state, key)
        signature = key.sign(form.to_sign(self.trail, self.state, text))
        place = form.digest_key(self.trail, end_s)
        self._put(self.trail.bucket, place, text, form.metadata(signature))
        signed = SignedDigest(self.trail.bucket, place, hashlib.sha256(text).hexdigest(), signature, end_s)
        self._keep(digest=signed, digest_end_s=0, files=(), began_s=end_s, digested_ms=now_s * 1000)

    def _put(self, bucket: str, key: str, text: bytes, metadata: dict[str, str]) -> None:
        """Put an object, unless these bytes are there already."""
        blobs, packed = self.tools.blobs, gzip.compress(text, 6, mtime=0)
        require_bucket_of(blobs, bucket, self.trail.account)
        present = next((item for item in blobs.list(bucket, key) if item.key == key), None)
        etag = hashlib.md5(packed, usedforsecurity=False).hexdigest()
        if present is None or present.size != len(packed) or present.etag.strip('"') != etag:
            blobs.put(bucket, key, packed, content_type="application/json", metadata=metadata)

    def _is_selected(self, batch: DeliveryBatch, event: AuditEvent) -> bool:
        """Return whether the selection of the event's moment has it."""
        rows = [row for row in batch.selections if row["from_ms"] <= event.time_ms]
        return not rows or self.tools.form.selects(rows[-1]["selection"], event)

    def _is_ours(self, event: AuditEvent) -> bool:
        trail = self.trail
        is_here = trail.every_region or event.region in (trail.region, "")
        is_now = event.time_ms >= trail.started_ms and (trail.is_on or event.time_ms <= trail.stopped_ms)
        return event.caller.account == trail.account and is_here and is_now


def require_bucket_of(blobs: Blobs, bucket: str, account: str) -> None:
    """Refuse a bucket that is not there, or is not the account's."""
    if not blobs.has_bucket(bucket) or blobs.owner(bucket) != account:
        raise Missing(f"This account has no bucket {bucket}.", kind="trail bucket", name=bucket)


def read_range(chain: Path, after: int, until: int) -> Iterator[AuditEvent | None]:
    """Yield the events of lines after one number up to another; None for what is no event."""
    begin = _note(chain / BEGIN)
    if begin is not None:
        after = max(after, begin.n)
    for part in parts_of(chain):
        note = _note(chain / f"{part_name(part)}{DIGEST}")
        if note is not None and note.n <= after:
            continue
        if note is not None and note.first > until:
            return
        try:
            yield from _events_between(part, after, until)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            log.warning("%s is damaged: `vedette audit verify` says where", part)


def _events_between(part: Path, after: int, until: int) -> Iterator[AuditEvent | None]:
    for line in lines_of(part):
        try:
            n, _, document = read_line(line)
            event = AuditEvent.load(document)
        except (ValueError, TypeError, KeyError):
            continue
        if after < n <= until:
            yield event


def _last_line(chain: Path) -> int:
    """Return the number of the last line that is written, signed or not."""
    parts = parts_of(chain)
    last = 0
    for line in lines_of(parts[-1]) if parts else ():
        with suppress(ValueError):
            last = read_line(line)[0]
    return last


def _note(file: Path) -> SignedNote | None:
    try:
        return SignedNote.read(file)
    except ValueError:
        return None
