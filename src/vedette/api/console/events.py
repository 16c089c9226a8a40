"""`GET /console/api/events`: what changes in an account's datasets, models, studies, as server-sent events.

One look a second at what is under way, for all listeners together, and none while nobody listens: so changes
of commands and of other servers on the same database are seen too. An event says what something is now, never
what was done to it. Who comes back with the last id that it had gets what it missed, or `reset`: ask anew for
all.
"""

import asyncio
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from vedette.api.console.event_states import ConsoleEvent, end_of, states_of
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.visitor import SignedIn, length_of, require_session
from vedette.api.door import Visit
from vedette.api.house import House
from vedette.identity.may import may
from vedette.identity.principal import Principal
from vedette.wire.http import Response

LAST_ID = "last-event-id"
LOOK_S = 1.0
# A browser that has left is noticed when something is written to it: who only stopped sending may still read.
HEARTBEAT_S = 3.0
# A session that has ended stops listening after so long at most.
RENEW_S = 10.0
# All tabs of a browser share one; a person may have several browsers, and a server some hundred people.
MOST_OF_ONE, MOST_OF_ALL = 8, 200
MOST_EVENTS = 2000
ACTION = "vedette:DescribeEvents"


@dataclass(slots=True)
class EventFeed:
    """The recent events of one server, and who listens. Used in its event loop alone."""

    house: House
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    events: deque[ConsoleEvent] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    number: int = 0
    # Of each person its streams, the oldest first.
    listeners: dict[str, list["_Listener"]] = field(default_factory=dict)
    accounts: Counter[str] = field(default_factory=Counter)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    # What was last seen of each account, by a name of the thing.
    states: dict[str, dict[str, ConsoleEvent]] = field(default_factory=dict)
    looking: "asyncio.Task[None] | None" = None

    def after(self, last_id: str) -> list[ConsoleEvent] | None:
        """Return what came after an id; None where that is not known any more."""
        mark, _, text = last_id.partition("-")
        if mark != self.mark or not text.isdecimal():
            return None
        number = int(text)
        if number > self.number or (self.events and number < self.events[0].number - 1):
            return None
        return [event for event in self.events if event.number > number]

    async def look_on(self, visit: Visit) -> None:
        """Look once a second at the accounts of those who listen."""
        while self.accounts:
            for account in list(self.accounts):
                self._compare(account, await visit.in_thread(states_of, self.house, account))
            await asyncio.sleep(LOOK_S)

    def _compare(self, account: str, states: dict[str, ConsoleEvent]) -> None:
        before = self.states.get(account)
        self.states[account] = states
        if before is None:
            return
        for name, event in states.items():
            if name not in before or before[name].facts != event.facts:
                self._add(event, event.facts)
        for name, event in before.items():
            if name not in states:
                self._add(event, {**event.facts, **end_of(self.house, name)})

    def _add(self, event: ConsoleEvent, facts: Mapping[str, Any]) -> None:
        self.number += 1
        self.events.append(ConsoleEvent(self.number, event.account, event.kind, event.project, facts))
        self.news.set()
        self.news = asyncio.Event()


@dataclass(slots=True)
class EventRoute:
    """The route; it begins to look when the first one listens."""

    feed: EventFeed | None = None

    async def listen(self, visit: Visit) -> Response:
        """Answer with a stream that ends with the session, the server or the line."""
        entrance = await require_session(visit)
        feed = self._feed_of(visit)
        person = entrance.session.person.name
        name = f"{entrance.session.account}/{person}"
        if feed.accounts.total() >= MOST_OF_ALL:
            raise ConsoleFault(
                "TooManyListeners", 429, "Too many pages listen to this server already.", retry_after_s=30
            )
        own = feed.listeners.get(name, [])
        for listener in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            # The oldest makes room: a browser gives up for ever when it is refused.
            listener.principal = None
        headers = [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
        ]
        return Response(200, headers, _stream(visit, feed, entrance, name))

    def _feed_of(self, visit: Visit) -> EventFeed:
        if self.feed is None or self.feed.house is not visit.house:
            self.feed = EventFeed(visit.house)
        return self.feed


async def _stream(visit: Visit, feed: EventFeed, entrance: SignedIn, name: str) -> AsyncIterator[bytes]:
    account = entrance.session.account
    assert visit.gone is not None
    departure = asyncio.ensure_future(visit.gone())
    listener = _Listener(visit, feed, entrance, visit.request.headers.get(LAST_ID), visit.principal)
    feed.listeners.setdefault(name, []).append(listener)
    feed.accounts[account] += 1
    try:
        if feed.looking is None or feed.looking.done():
            feed.states.clear()
            feed.looking = asyncio.get_running_loop().create_task(feed.look_on(visit))
        while not departure.done() and visit.status.ready and listener.principal is not None:
            news = feed.news
            if text := await listener.hear():
                yield text
            await _wait(departure, news)
    finally:
        departure.cancel()
        feed.listeners[name].remove(listener)
        feed.accounts[account] -= 1
        feed.accounts = +feed.accounts


@dataclass(slots=True, eq=False)
class _Listener:
    """One stream: who hears, and up to which event."""

    visit: Visit
    feed: EventFeed
    entrance: SignedIn
    last_id: str
    # None once the session has ended.
    principal: Principal | None
    renewed: float = field(default_factory=time.monotonic)
    beaten: float = field(default_factory=time.monotonic)

    async def hear(self) -> bytes:
        """Return what there is to say now, often nothing."""
        now = time.monotonic()
        if now - self.renewed >= RENEW_S:
            self.renewed = now
            self.principal = await _present(self.visit, self.entrance)
        if self.principal is None:
            return _write(self.last_id, "signed-out", {})
        text = self._news(self.principal)
        if not text and now - self.beaten >= HEARTBEAT_S:
            self.beaten = now
            return b": still here\n\n"
        return text

    def _news(self, principal: Principal) -> bytes:
        events = self.feed.after(self.last_id)
        if events is None:
            self.last_id = f"{self.feed.mark}-{self.feed.number}"
            return _write(self.last_id, "reset", {})
        pieces = []
        for event in events:
            self.last_id = f"{self.feed.mark}-{event.number}"
            if event.account == principal.account and may(principal, ACTION, event.project):
                pieces.append(_write(self.last_id, event.kind, event.facts))
        return b"".join(pieces)


async def _wait(departure: "asyncio.Future[None]", news: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(news.wait())
    try:
        await asyncio.wait((departure, waiting), timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _present(visit: Visit, entrance: SignedIn) -> Principal | None:
    """Return who is signed in with its present rights; None where the session has ended."""
    result = await visit.in_thread(visit.house.identity.console.find, entrance.token, length_of(visit.house))
    return None if result is None else result[0]


def _write(event_id: str, kind: str, facts: Mapping[str, Any]) -> bytes:
    return b"id: %s\nevent: %s\nretry: 3000\ndata: %s\n\n" % (
        event_id.encode(),
        kind.encode(),
        orjson.dumps(facts),
    )
