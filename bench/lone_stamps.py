"""A server, or a unit, that notes when a request passes each of its functions; for bench/lone_trace.py.

    python -m bench.lone_stamps server FILE serve --port 0 …
    python -m bench.lone_stamps unit FILE NUMBER

All stamps are of the monotonic clock, which every process of a machine shares. They are written after the
answer has left: a line of JSON a request, [[stage, nanoseconds], …].
"""

import asyncio
import functools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = "BENCH_LONE_STAMPS"
# What the units of a server are to believe of the machine; by any other word they count its idle cores.
SPINS = "BENCH_UNITS_SPIN"
IDLE_CORES = {"never": 0, "always": 1 << 16}


class Stamps:
    """The stamps of the request that is under way."""

    def __init__(self, place: str) -> None:
        self._file = Path(place).open("a", encoding="utf-8")  # noqa: SIM115  (as long as the process)
        self._stamps: list[tuple[str, int]] = []

    def note(self, stage: str, *, once: bool = False) -> None:
        """Note a stage; `once` for what comes in many pieces and counts from the first."""
        if not once or not self._stamps or all(name != stage for name, _ in self._stamps):
            self._stamps.append((stage, time.monotonic_ns()))

    def write(self) -> None:
        """Write a line, and begin the next request."""
        stamps, self._stamps = self._stamps, []
        self._file.write(json.dumps(stamps) + "\n")
        self._file.flush()

    def around(self, owner: Any, name: str, before: str = "", after: str = "") -> None:
        """Have a function note that it begins and that it ends."""
        function = getattr(owner, name)
        # A method that is read from its class stays one.
        setattr(owner, name, _noting(function, self, before, after))


def _noting(function: Callable[..., Any], stamps: Stamps, before: str, after: str) -> Callable[..., Any]:
    def enter() -> None:
        if before:
            stamps.note(before, once=True)

    def leave() -> None:
        if after:
            stamps.note(after)

    if asyncio.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*arguments: Any, **named: Any) -> Any:
            enter()
            try:
                return await function(*arguments, **named)
            finally:
                leave()

        return later

    @functools.wraps(function)
    def now(*arguments: Any, **named: Any) -> Any:
        enter()
        try:
            return function(*arguments, **named)
        finally:
            leave()

    return now


def serve(place: str, words: list[str]) -> None:
    """Run `vedette …` with stamps."""
    from vedette.api import operations
    from vedette.api.rekognition import inference
    from vedette.cli.main import run
    from vedette.server import app, guard
    from vedette.serving import hosting, units
    from vedette.wire import json11

    stamps = Stamps(place)
    os.environ[FILE] = f"{place}.unit"
    stamps.around(guard.GuardedProtocol, "data_received", before="first bytes")
    stamps.around(app, "read_head", before="head read")
    stamps.around(operations.OperationsDoor, "answer", before="body read")
    stamps.around(operations.OperationsDoor, "_answer", before="in a thread")
    stamps.around(operations, "authenticate", after="signature verified")
    stamps.around(json11, "parse", after="JSON and base64 read")
    stamps.around(hosting.Hosting, "admit", before="rights and version known", after="picture's head read")
    # The handler returns in the thread; what it returned is awaited in the loop.
    stamps.around(hosting.Hosting, "detect", before="back in the loop")
    stamps.around(units.Unit, "ask", before="a unit is free")
    stamps.around(units.Unit, "_send", after="sent to the unit")
    stamps.around(units.Unit, "data_received", before="answer of the unit")
    stamps.around(inference, "_custom_label", after="findings named")
    stamps.around(app, "send_answer", before="answer written down", after="answer sent")
    units.WORKER = "bench.lone_stamps"
    _write_after_answer(stamps, app)
    sys.argv = ["vedette", *words]
    run()


def _write_after_answer(stamps: Stamps, app: Any) -> None:
    record = app.Application._record

    def written(self: Any, *arguments: Any) -> Any:
        stamps.write()
        return record(self, *arguments)

    app.Application._record = written


def look(place: str, number: int) -> None:
    """Be a unit with stamps."""
    from vedette.cores import IdleCores
    from vedette.engines.slots import SlotReader
    from vedette.runtime.model import Model
    from vedette.runtime.session import OnnxSession
    from vedette.workers import infer

    stamps = Stamps(place)
    if (idle := IDLE_CORES.get(os.environ.get(SPINS, ""))) is not None:
        IdleCores.count = lambda _: idle
    stamps.around(infer, "read_frame", after="frame read")
    stamps.around(SlotReader, "read", after="picture copied")
    stamps.around(Model, "decode", after="decoded")
    stamps.around(OnnxSession, "run", before="fitted")
    stamps.around(OnnxSession, "_run", after="network run")
    _note_choice(stamps, OnnxSession)
    frame_start = infer.frame_start

    def last(*arguments: Any) -> bytes:
        # The next thing is the write; the line of stamps is written when the next frame has come.
        stamps.note("answer made")
        return frame_start(*arguments)

    infer.frame_start = last
    read = infer.read_frame

    def reading(stream: Any) -> Any:
        stamps.note("waits")
        stamps.write()
        return read(stream)

    infer.read_frame = reading
    infer.main(number)


def _note_choice(stamps: Stamps, session: Any) -> None:
    choose = session._choose

    def chosen(self: Any) -> Any:
        choice = choose(self)
        stamps.note("spins" if choice is not self._session else "sleeps")
        return choice

    session._choose = chosen


if __name__ == "__main__":
    if sys.argv[1] == "server":
        serve(sys.argv[2], sys.argv[3:])
    else:
        # As the server starts its units: with nothing but the number of the socket.
        look(os.environ[FILE], int(sys.argv[1]))
