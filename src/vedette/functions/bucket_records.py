"""Records of events that failed for good, written into the buckets that are owed them.

The name of an object is the event's own, so that a server that dies after it wrote one writes the same one
again. What cannot be written is tried again after a minute, then after about twice as long each time, for a
day; the function's log says why.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import orjson

from vedette.errors import Refusal
from vedette.functions.endings import EndedEvent, EventEnd
from vedette.functions.results import EventResults, ResultsRoom
from vedette.functions.store import FunctionEvent

log = logging.getLogger(__name__)

FIRST_PAUSE_MS, DAY_MS = 60_000, 86_400_000
AT_ONCE = 20


class BucketRecords:
    """What buckets are owed. Several servers may write: each event is claimed."""

    def __init__(self, room: ResultsRoom, results: EventResults) -> None:
        self._room = room
        self._results = results
        self._writer = ThreadPoolExecutor(1, "function records")
        self._writing: Future[None] | None = None
        self._is_closed = False

    def begin(self) -> None:
        """Have what is owed written, in a thread of its own: a bucket that is slow holds nothing else."""
        if self._writing is None or self._writing.done():
            self._writing = self._writer.submit(self._write_owed)

    def close(self) -> None:
        """Wait for the object that is being written."""
        self._is_closed = True
        self._writer.shutdown(cancel_futures=True)

    def _write_owed(self) -> None:
        try:
            self._write_each()
        except Exception:
            log.exception("records of events could not be written")

    def _write_each(self) -> None:
        store = self._room.store
        with self._room.database.read() as connection:
            owed = store.owed(connection, AT_ONCE)
        for event in owed:
            if self._is_closed:
                return
            now_ms = store.now_ms()
            # As long again as it has been tried for: after 1, 2, 4 minutes and so on.
            claimed = replace(event, owed_ms=now_ms + max(FIRST_PAUSE_MS, now_ms - event.due_ms))
            with self._room.database.write() as connection:
                is_claimed = store.owe_until(connection, event, claimed.owed_ms)
            if is_claimed:
                self._write(claimed, is_last=now_ms - event.due_ms >= DAY_MS)

    def _write(self, event: FunctionEvent, *, is_last: bool) -> None:
        store = self._room.store
        with self._room.database.read() as connection:
            function = store.get(connection, event.function)
        if function is None:
            return
        end = EventEnd(False, event.answer.encode(), event.condition)
        ended = EndedEvent(function, event, end, event.due_ms)
        problem = self._problem(ended)
        if problem:
            self._results.say(function, event.request, [f"{event.owed} was not told: {problem}"])
        if not problem or is_last:
            with self._room.database.write() as connection:
                store.owe_until(connection, event, 0)

    def _problem(self, ended: EndedEvent) -> str:
        event, function = ended.event, ended.function
        try:
            body = orjson.dumps(ended.record)
            self._room.actor.put(function, event.owed, (ended.key, body), event.chain)
        except Refusal as refusal:
            return refusal.sentence
        except Exception:
            log.exception("the record of an event of %s could not be written", function.name)
            return "the server failed; its log tells why"
        return ""
