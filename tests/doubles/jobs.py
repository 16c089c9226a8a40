"""Jobs for tests of engines; they run in other processes, so that they are named by string."""

import os
import shutil
import signal
import time
from pathlib import Path

from vedette.engines.port import Event
from vedette.errors import Wrong


def count(order, emit, cancelled):
    for count in range(order["of"]):
        emit(Event("progress", {"stage": "counting", "done": count + 1, "of": order["of"]}))
    return {"sum": order["of"]}


def refuse(order, emit, cancelled):
    raise Wrong("Nothing can be counted.")


def choke(order, emit, cancelled):
    raise OSError(order["errno"], "the disk refuses", "/data/secret")


def stumble(order, emit, cancelled):
    return {"quotient": 1 / order["by"]}


def wait(order, emit, cancelled):
    emit(Event("said", {"pid": os.getpid()}))
    end = time.monotonic() + 20
    while not cancelled() and time.monotonic() < end:
        time.sleep(0.01)
    raise RuntimeError("stopped")


def ignore(order, emit, cancelled):
    emit(Event("said", {"pid": os.getpid()}))
    time.sleep(20)
    return {}


def write(order, emit, cancelled):
    """Leave files in the job's folder, and take some away, as a training does."""
    folder = Path(order["folder"])
    found = (folder / "pictures" / "a.txt").read_text()
    shutil.rmtree(folder / "left")
    (folder / "tested").write_text("[1]")
    emit(Event("progress", {"stage": "writing", "done": 1, "of": 2}))
    if cache := order.get("cache"):
        Path(cache).mkdir(parents=True, exist_ok=True)
        (Path(cache) / "features").write_text("kept")
    (folder / "package").mkdir()
    (folder / "package" / "model.onnx").write_bytes(b"123456789" * (1 << 20))
    (folder / "empty").write_bytes(b"")
    (folder / "result.json").write_text("{}")
    return {"found": found}


def add(order, emit, cancelled):
    place = Path(order["folder"]) / "count"
    count = int(place.read_text())
    place.unlink()
    place.write_text(str(count + 1))
    return {}


def die(order, emit, cancelled):
    os._exit(3)


def answer(order, emit, cancelled):
    """An order of a pool: doubled, or whatever goes wrong with it."""
    del emit, cancelled
    outcome = order.get("how", "well")
    if outcome == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if outcome == "sleep":
        time.sleep(60)
    if outcome == "hoard":
        bytearray(8 << 30)
    if outcome == "fail":
        raise ValueError("This cannot be doubled.")
    return {"twice": 2 * order["number"], "process": os.getpid()}


def look_quickly(order, emit, cancelled):
    """The job `look`, with little time for a picture."""
    from vedette.workers.look import main

    return main({**order, "seconds": 0.1}, emit, cancelled)
