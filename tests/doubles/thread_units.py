"""Units in threads of this process, held to the same tests as the real ones."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from types import SimpleNamespace

from vedette.engines.port import UnitGone
from vedette.engines.socket_unit import UnitPace
from vedette.errors import Refusal, Wrong
from vedette.workers import infer

NO_LIMIT = SimpleNamespace(applied=nullcontext)


class ThreadUnit:
    """A unit that answers in a thread of its own."""

    pid = 0

    def __init__(self, on_death):
        self.alive, self.in_flight, self.about = True, 0, {}
        self.idle = asyncio.Event()
        self.idle.set()
        self._on_death = on_death
        self._pace = UnitPace()
        self._thread = ThreadPoolExecutor(1)
        self._owed = set()

    async def open(self, order):
        def load():
            model = infer.open_model({"package": str(order.package), "threads": order.threads})
            return model, infer.warm(model) if order.warms else 0.0

        try:
            self._model, seconds = await asyncio.wrap_future(self._thread.submit(load))
        except Refusal as refusal:
            raise Wrong(refusal.sentence, kind="version") from None
        self.about = {"seconds": seconds, **infer.about(self._model)}
        self._pace = UnitPace(seconds)

    @property
    def pace_s(self):
        return self._pace.seconds

    def overdue_s(self):
        return 0.0

    def take(self):
        self.in_flight += 1
        self.idle.clear()

    def give_back(self):
        self.in_flight -= 1
        if not self.in_flight:
            self.idle.set()

    async def ask(self, head, body=b""):
        if not self.alive:
            raise UnitGone
        answer = asyncio.get_running_loop().create_future()
        self._owed.add(answer)

        def hand_on(done):
            self._owed.discard(answer)
            if not answer.done():
                answer.set_result(done.result())

        work = self._thread.submit(infer.answer, self._model, head, body, limit=NO_LIMIT)
        asyncio.wrap_future(work).add_done_callback(hand_on)
        return await answer

    def kill(self):
        self.alive = False
        for answer in self._owed:
            if not answer.done():
                answer.set_exception(UnitGone())
        asyncio.get_running_loop().call_soon(self._on_death)

    async def close(self):
        self.alive = False
        self._thread.shutdown(wait=False)


class UnitsInThreads:
    """Starts every unit as a thread of this process."""

    async def start(self, order, *, on_death):
        unit = ThreadUnit(on_death)
        await unit.open(order)
        return unit

    async def close(self):
        pass
