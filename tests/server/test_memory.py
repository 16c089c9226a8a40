"""Memory for bodies: a total, at most half for one client, and nobody waits for ever."""

import asyncio

import pytest

from vedette.errors import TooFast
from vedette.server.memory import BodyMemory


async def holding(room, client, size, log, *, until=None):
    async with room.hold(client, size):
        log.append((client, size))
        if until is not None:
            await until.wait()


def test_what_does_not_fit_waits_until_another_has_gone():
    async def live():
        room, log, first = BodyMemory(100), [], asyncio.Event()
        holder = asyncio.create_task(holding(room, "a", 50, log, until=first))
        others = [asyncio.create_task(holding(room, name, 40, log)) for name in "bc"]
        await asyncio.sleep(0.01)
        assert log == [("a", 50), ("b", 40), ("c", 40)]
        second = asyncio.Event()
        log.clear()
        more = [asyncio.create_task(holding(room, name, 40, log, until=second)) for name in "bcd"]
        await asyncio.sleep(0.01)
        assert (log, room.used) == ([("b", 40)], 90)
        first.set()
        await asyncio.sleep(0.01)
        assert (log, room.used) == ([("b", 40), ("c", 40)], 80)
        second.set()
        await asyncio.gather(holder, *others, *more)
        assert (log[-1], room.used) == (("d", 40), 0)

    asyncio.run(live())


def test_one_client_has_half_and_others_pass_it_by():
    async def live():
        room, log, end = BodyMemory(100), [], asyncio.Event()
        tasks = [asyncio.create_task(holding(room, "greedy", 25, log, until=end)) for _ in range(10)]
        await asyncio.sleep(0.01)
        assert len(log) == 2
        tasks += [asyncio.create_task(holding(room, "other", 25, log, until=end)) for _ in range(2)]
        await asyncio.sleep(0.01)
        assert log[2:] == [("other", 25), ("other", 25)]
        end.set()
        await asyncio.gather(*tasks)
        assert room.used == 0

    asyncio.run(live())


def test_who_waits_too_long_is_refused_and_leaves_no_place_taken():
    async def live():
        room, log, end = BodyMemory(100, patience_s=0.05), [], asyncio.Event()
        holder = asyncio.create_task(holding(room, "a", 50, log, until=end))
        await asyncio.sleep(0)
        with pytest.raises(TooFast, match="at once"):
            await holding(room, "b", 60, log)
        gone = asyncio.create_task(holding(room, "c", 60, log))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        end.set()
        await holder
        assert room.used == 0
        await holding(room, "d", 100, log)
        assert log[-1] == ("d", 100)

    asyncio.run(live())
