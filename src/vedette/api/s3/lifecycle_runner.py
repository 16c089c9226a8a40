"""Lifecycle rules carried out in the background: an hour between two looks, a pause between two pages.

A look never begins while a caution stands (store/blobs/caution.py): after a repair or a restore, where
the clock was set by more than a day, and where rules were put before any release carried them out. The
caution ends by `vedette lifecycle resume`. The server's lock on its folder keeps a second one out.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import asdict

from vedette.api.s3.event_forms import LIFECYCLE
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.lifecycle_rules import read_rules
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Missing
from vedette.store.blobs.caution import LifecyclePause, lifecycle_pause, pause_lifecycle
from vedette.store.blobs.events import EventCause, caused_by
from vedette.store.blobs.expiry import ExpiryRun
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.looks import DOCUMENT, ExpiryRecord
from vedette.store.blobs.rules import Days
from vedette.store.blobs.timemarks import TimeMark, clock_problem, mark_time
from vedette.wire.errors import ProtocolFault

log = logging.getLogger("vedette.lifecycle")

BEAT_S = 60.0
"""How often the clock is looked at; a mark of it is kept as often."""
LOOK_EVERY_S = 3600.0
"""S3 looks once a day; rules fall due at midnight UTC, and an hour later a disk has its room back."""
SETTLE_S = 600.0
"""A machine that was just started may have its clock set; the first look waits for that."""
PAUSE_S = 0.05
"""Between two pages, so that a look takes no noticeable part of a core."""
LONGEST_PAUSE_S = 5.0


class LifecycleRunner:
    """The thread that looks, and what it has to know."""

    def __init__(
        self,
        blobs: FolderBlobs,
        days: Days,
        *,
        clock: Clock = system_clock,
        mark: Callable[[int], TimeMark] = mark_time,
    ) -> None:
        self._blobs = blobs
        self._days = days
        self._clock = clock
        self._take_mark = mark
        self._beat_s = BEAT_S if days.are_real else max(0.1, days.length_s / 10)
        self._every_s = LOOK_EVERY_S if days.are_real else self._beat_s
        self._next_look = time.monotonic() + (SETTLE_S if days.are_real else 0.0)
        self._last_mark: TimeMark | None = None
        self._kept_at = float("-inf")
        self._mentioned: LifecyclePause | None = None
        self._page_began = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lifecycle", daemon=True)

    def start(self) -> None:
        """Look at the clock now, before the first request, and go on in a thread."""
        try:
            self._watch_clock()
            self._is_paused()
        except (sqlite3.Error, OSError) as error:
            # A full disk keeps the rules from looking, not the server from serving (and deleting).
            log.warning("The lifecycle rules wait, since the time cannot be noted: %s", error)
        self._thread.start()

    def close(self) -> None:
        """End the thread; a look under way ends after its page."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def tick(self) -> None:
        """Look at the clock, and at the buckets where it is time and nothing speaks against it."""
        record = self._watch_clock()
        if not self._is_paused() and time.monotonic() >= self._next_look:
            self._look(record)
            self._next_look = time.monotonic() + self._every_s

    def _run(self) -> None:
        while not self._stop.wait(self._beat_s):
            try:
                self.tick()
            except sqlite3.ProgrammingError:
                return  # The store was closed meanwhile.
            except Exception:
                log.exception("A look at the lifecycle rules failed; the next one tries again.")

    def _watch_clock(self) -> ExpiryRecord:
        """Note the time, and set a caution where it cannot be trusted; return the record."""
        expiry = self._blobs.expiry
        mark = self._take_mark(milliseconds(self._clock()))
        last_record = expiry.record()
        record = last_record or ExpiryRecord(mark)
        before = self._last_mark or (last_record.mark if last_record else None)
        problem = clock_problem(before, mark) if before else self._old_rules()
        if problem:
            pause_lifecycle(self._blobs.root, problem, self._clock)
        self._last_mark = record.mark = mark
        if problem or last_record is None or time.monotonic() - self._kept_at >= BEAT_S:
            expiry.keep(record)
            self._kept_at = time.monotonic()
        return record

    def _old_rules(self) -> str:
        """Return what speaks against rules that are there before the first look there ever was."""
        buckets = self._blobs.expiry.buckets()
        if not buckets:
            return ""
        names = ", ".join(buckets[:5]) + (", …" if len(buckets) > 5 else "")
        return f"rules were put before this installation carried them out, on {names}"

    def _is_paused(self) -> bool:
        standing = lifecycle_pause(self._blobs.root, self._clock)
        if standing is not None and standing != self._mentioned:
            log.warning(
                "Lifecycle rules remove nothing until somebody has looked: %s. "
                "When the buckets are as they should be: vedette lifecycle resume",
                standing.reason.rstrip("."),
            )
        self._mentioned = standing
        return standing is not None

    def _look(self, record: ExpiryRecord) -> None:
        record.removed, record.problems = {}, []
        for name in self._blobs.expiry.buckets():
            if self._stop.is_set() or self._is_paused():
                return
            self._look_at(name, record)
        record.looked_ms = milliseconds(self._clock())
        self._blobs.expiry.keep(record)

    def _look_at(self, name: str, record: ExpiryRecord) -> None:
        try:
            bucket = self._blobs.buckets.find(name)
            rules = read_rules(bucket.documents[DOCUMENT])
        except (Missing, KeyError):
            return  # Taken away since the list was made.
        except (S3Fault, ProtocolFault) as error:
            record.problems.append(f"{name}: {error.sentence}")
            log.warning("The lifecycle rules of %s are not carried out: %s", name, error.sentence)
            return
        now_ms, self._page_began = milliseconds(self._clock()), time.monotonic()
        with caused_by(EventCause(LIFECYCLE)):
            removals = self._blobs.expiry.run(ExpiryRun(bucket, rules, self._days, now_ms, self._goes_on))
        if removals.total:
            record.removed[name] = asdict(removals)
            log.info("Lifecycle rules of %s: %s", name, describe(asdict(removals)))

    def _goes_on(self) -> bool:
        """Pause for twice as long as the last page took, and say whether there may be another.

        A thousand rules on a million objects are a stranger's to put, and everybody's to wait for.
        """
        worked_s = time.monotonic() - self._page_began
        stopped = self._stop.wait(min(max(PAUSE_S, 2 * worked_s), LONGEST_PAUSE_S))
        self._page_began = time.monotonic()
        return not stopped and lifecycle_pause(self._blobs.root, self._clock) is None


def describe(removals: dict[str, int]) -> str:
    """Return what was removed, for people."""
    names = {
        "objects": "objects expired",
        "versions": "older versions",
        "markers": "delete markers",
        "uploads": "unfinished uploads",
    }
    return ", ".join(f"{removals[name]} {text}" for name, text in names.items() if removals.get(name))
