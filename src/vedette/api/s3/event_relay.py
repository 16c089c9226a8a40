"""The thread that hands noted events to those who wait for them (store/blobs/events.py).

An event whose target refuses it, or that nobody waited for, ends there. One that a subscriber
could not take comes again a minute later, ten times at most, to that target alone.
"""

import logging
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.api.s3.event_forms import bridged, event_id, name_event, record
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.notification import goes_to_bus, read_rules, refusal_of, service_of
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Refusal
from vedette.store.blobs.events import BucketEvent, EventSubscriber, NotedEvent
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.values import Bucket
from vedette.wire.errors import ProtocolFault

log = logging.getLogger(__name__)

EVERY_S = 0.5
BATCH, MOST_TRIES = 500, 10


@dataclass(slots=True)
class _Batch:
    """What is to be told to one target about one bucket."""

    bucket: Bucket
    target: str
    events: list[BucketEvent] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


class EventRelay:
    """Hands events on. Several servers may: each event is claimed."""

    def __init__(self, blobs: FolderBlobs, clock: Clock = system_clock) -> None:
        self._blobs = blobs
        self._clock = clock
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="bucket events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; what is not handed on yet waits for the next start."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                while self.hand_on() and not self._ended.is_set():
                    pass
            except sqlite3.ProgrammingError:
                return  # The store was closed meanwhile.
            except Exception:
                log.exception("events of buckets could not be handed on")

    def hand_on(self) -> int:
        """Hand on what is noted, up to a batch; return how many events that were."""
        claimed = self._blobs.claim_events(milliseconds(self._clock()), BATCH)
        if not claimed:
            return 0
        batches: dict[tuple[str, str], _Batch] = {}
        for event in claimed:
            self._sort(event, batches)
        missed: dict[int, set[str]] = {}
        for batch in batches.values():
            if not self._tell(batch):
                for number in batch.numbers:
                    missed.setdefault(number, set()).add(batch.target)
        self._settle(claimed, batches, missed)
        return len(claimed)

    def _sort(self, event: NotedEvent, batches: dict[tuple[str, str], _Batch]) -> None:
        """Add an event to the batch of each target that waits for it and has not heard it."""
        name, bucket = name_event(event), event.bucket
        targets = _targets(event, f"s3:{name}") if name else {}
        number = event_id(self._blobs.generation, event)
        for target in targets.keys() - event.hearers:
            batch = batches.setdefault((bucket.name, target), _Batch(bucket, target))
            forms = record(event, name, bucket, targets[target]), bridged(event, name, bucket, number)
            batch.events.append(BucketEvent(number, *forms, event.cause.chain))
            batch.numbers.append(event.seq)

    def _tell(self, batch: _Batch) -> bool:
        """Hand a batch to its target's subscriber; return False where that is to be tried again."""
        subscribers: Mapping[str, EventSubscriber] = self._blobs.subscribers
        try:
            problem = refusal_of(subscribers, batch.target, batch.bucket)
            if problem:
                log.warning("%s hears nothing of %s: %s", batch.target, batch.bucket.name, problem)
            else:
                subscribers[service_of(batch.target)].hear(batch.target, batch.bucket, batch.events)
        except Refusal as refusal:
            log.warning("%s: %s", batch.target, refusal.sentence)
            return False
        except Exception:
            log.exception("%s could not be told", batch.target)
            return False
        return True

    def _settle(
        self,
        claimed: Sequence[NotedEvent],
        batches: Mapping[tuple[str, str], _Batch],
        missed: Mapping[int, set[str]],
    ) -> None:
        targets: dict[int, set[str]] = {}
        for batch in batches.values():
            for number in batch.numbers:
                targets.setdefault(number, set()).add(batch.target)
        ended, hearers = [], {}
        for event in claimed:
            waiting = missed.get(event.seq, set())
            if waiting and event.tries < MOST_TRIES:
                hearers[event.seq] = sorted(event.hearers | (targets[event.seq] - waiting))
                continue
            if waiting:
                log.error("%s never heard of %s in %s", ", ".join(waiting), event.key, event.bucket.name)
            ended.append(event.seq)
        self._blobs.settle_events(ended, hearers)


def _targets(event: NotedEvent, name: str) -> dict[str, str]:
    """Return who waited for an event when it happened, each with the name of its rule."""
    try:
        rules = read_rules(event.rules)
        is_for_bus = goes_to_bus(event.rules)
    except (S3Fault, ProtocolFault) as error:  # It was stored before any release obeyed it.
        log.warning("Nobody hears of the objects of %s: %s", event.bucket.name, error.sentence)
        return {}
    targets = {rule.target: rule.id for rule in rules if rule.covers(name, event.key)}
    return targets | ({_bus_of(event.bucket): ""} if is_for_bus else {})


def _bus_of(bucket: Bucket) -> str:
    return f"arn:aws:events:{bucket.region}:{bucket.account}:event-bus/default"
