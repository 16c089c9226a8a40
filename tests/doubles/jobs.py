"""Jobs for tests of engines; they run in other processes, so that they are named by string."""

import os
import signal
import time

from vedette.engines.port import Event
from vedette.errors import Wrong


def count(order, say, cancelled):
    for done in range(order["of"]):
        say(Event("progress", {"stage": "counting", "done": done + 1, "of": order["of"]}))
    return {"sum": order["of"]}


def refuse(order, say, cancelled):
    raise Wrong("Nothing can be counted.")


def choke(order, say, cancelled):
    raise OSError(order["errno"], "the disk refuses", "/data/secret")


def stumble(order, say, cancelled):
    return {"quotient": 1 / order["by"]}


def wait(order, say, cancelled):
    say(Event("said", {"pid": os.getpid()}))
    end = time.monotonic() + 20
    while not cancelled() and time.monotonic() < end:
        time.sleep(0.01)
    raise RuntimeError("stopped")


def ignore(order, say, cancelled):
    say(Event("said", {"pid": os.getpid()}))
    time.sleep(20)
    return {}


def die(order, say, cancelled):
    os._exit(3)


def answer(order, say, cancelled):
    """An order of a pool: doubled, or whatever goes wrong with it."""
    del say, cancelled
    how = order.get("how", "well")
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "sleep":
        time.sleep(60)
    if how == "hoard":
        bytearray(8 << 30)
    if how == "fail":
        raise ValueError("This cannot be doubled.")
    return {"twice": 2 * order["number"], "process": os.getpid()}


def look_quickly(order, say, cancelled):
    """The job `look`, with little time for a picture."""
    from vedette.workers.look import main

    return main({**order, "seconds": 0.1}, say, cancelled)
