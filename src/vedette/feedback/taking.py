"""What serving hands over of each answer: drawn by chance, into a queue with bounds, taken by one thread.

`observe` runs in the loop that answers detections: a look-up, a draw for a version that keeps samples, and no
copy of a picture. Where the queue is full a picture is passed over, and counted.
"""

import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from vedette.dialects.detections import DetectionResult
from vedette.feedback.values import SamplingPlan
from vedette.projects.version import Version
from vedette.serving.pictures import CheckedPicture

log = logging.getLogger(__name__)

# What waits lies in memory: as many as are stored in some seconds.
MOST_WAITING = 32
MOST_WAITING_BYTES = 32 << 20
# One after the other, with pauses: a sample is never worth a core that answers detections.
PAUSE_S = 0.1
# Plans that another server changed are seen so often.
REFRESH_S = 30.0


@dataclass(frozen=True, slots=True)
class SampleCandidate:
    """A picture that was drawn, with the answer that it got."""

    plan: SamplingPlan
    version: Version
    picture: CheckedPicture
    result: DetectionResult


class SampleTaker:
    """Draws among answers, and hands what was drawn to `store`, one at a time."""

    def __init__(
        self,
        load_plans: Callable[[], Mapping[int, SamplingPlan]],
        store: Callable[[SampleCandidate], None],
        *,
        draw: Callable[[], float] = random.random,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._load_plans = load_plans
        self._store = store
        self._draw = draw
        self._pause_s = pause_s
        self._plans: Mapping[int, SamplingPlan] = {}
        self._waiting: deque[SampleCandidate] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._is_storing = False
        self._thread: threading.Thread | None = None
        self.passed_over: Counter[int] = Counter()

    def open(self) -> None:
        """Begin to take."""
        self.refresh()
        self._thread = threading.Thread(target=self._work, name="feedback", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave off; what waits is passed over."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def refresh(self) -> None:
        """Read the plans anew: at once after a change of this server."""
        self._plans = {number: plan for number, plan in self._load_plans().items() if plan.is_on}

    def observe(self, version: Version, picture: CheckedPicture, result: DetectionResult) -> None:
        """Draw; called after each answer."""
        plan = self._plans.get(version.id)
        if plan is None or self._draw() >= plan.share:
            return
        size = len(picture.data)
        with self._changed:
            if len(self._waiting) >= MOST_WAITING or self._bytes + size > MOST_WAITING_BYTES:
                self.passed_over[version.id] += 1
                return
            self._waiting.append(SampleCandidate(plan, version, picture, result))
            self._bytes += size
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything that was drawn is stored."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._is_storing, timeout_s)

    def _work(self) -> None:
        refreshed = time.monotonic()
        while True:
            if time.monotonic() - refreshed > REFRESH_S:
                self._try(self.refresh)
                refreshed = time.monotonic()
            candidate = self._next()
            if candidate is None:
                if self._closing:
                    return
                continue
            self._try(partial(self._store, candidate))
            with self._changed:
                self._is_storing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closing, self._pause_s)

    def _next(self) -> SampleCandidate | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or bool(self._waiting), REFRESH_S)
            if self._closing or not self._waiting:
                return None
            candidate = self._waiting.popleft()
            self._bytes -= len(candidate.picture.data)
            self._is_storing = True
            return candidate

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:
            # The database is away, the disk is full: the next one may fare better.
            log.warning("a sample of production could not be kept", exc_info=True)
