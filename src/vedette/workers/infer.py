"""An inference unit: one process that holds one model and answers one picture after the other.

first   in: {"package", "threads", "core", "warms", "decode_s", "slots", "keys"}
        out: {"ready", "task", "labels", "colors", "seconds"} or {"refused"}
then    in: {"least", "thresholds", "orientation"} and the picture, or {…, "start", "size"} of it in the slots
        out: {"found"} and a mask, or {"refused"}; with {"heat"} see explain.py

No torch, no database. It exits when the server's end of its socket closes, whatever it is doing.
"""

import logging
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vedette.cores import IdleCores, claim_core, count_cores
from vedette.engines.frames import Frame, frame_start, read_frame
from vedette.engines.slots import SlotReader
from vedette.errors import Refusal
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.runtime.package import open_package
from vedette.store.sealed_folders import take_keys
from vedette.vision.annotations import Finding
from vedette.vision.draw import color_of, write_mask_picture
from vedette.vision.turn import stored_box
from vedette.workers.explain import explain_picture
from vedette.workers.limit import DecodingLimit

log = logging.getLogger("vedette.unit")

WARM_RUNS = 3
TOO_LONG = {"refused": "The picture takes too long to decode."}


def main(number: int) -> None:
    """Serve the socket of this file number until its other end closes."""
    with socket.socket(fileno=number) as line:
        with line.makefile("rb") as stream:  # nothing more is sent before this is answered
            first = read_frame(stream)
        if first is None:
            return
        model, reply = load(first[0])
        line.sendall(frame_start(reply))
        if model is None:
            return
        threading.Thread(target=_end_with_server, args=(line,), daemon=True).start()
        limit = DecodingLimit(first[0]["decode_s"], lambda: line.sendall(frame_start(TOO_LONG)))
        serve(model, line, limit=limit, slots=_open_slots(first[0]))


def serve(
    model: Model, line: socket.socket, *, limit: DecodingLimit, slots: SlotReader | None = None
) -> None:
    """Answer the frames of a line, in order, until its other end closes; called in the thread that looks."""
    # What is sent meanwhile waits in the socket, and its picture in a slot.
    with line.makefile("rb") as stream:
        while (frame := read_frame(stream)) is not None:
            head, body = answer(model, *_picture_of(frame, slots), limit=limit)
            line.sendall(frame_start(head, body))
            if body:
                line.sendall(body)


def load(order: Mapping[str, Any]) -> tuple[Model | None, dict[str, Any]]:
    """Return the model that a unit is to hold, and what it says first; called in the thread that looks."""
    take_keys(order.get("keys", {}))
    try:
        model = open_model(order, pool_cores=_pool_cores(order))
        seconds = warm(model) if order.get("warms", True) else 0.0
    except Refusal as refusal:
        return None, {"refused": refusal.sentence}
    return model, {"ready": True, "seconds": seconds, **about(model)}


def _open_slots(order: Mapping[str, Any]) -> SlotReader | None:
    *numbers, size = order["slots"]
    return SlotReader(numbers[0], size) if size else None


def _picture_of(frame: Frame, slots: SlotReader | None) -> Frame:
    head = frame[0]
    if slots is None or "start" not in head:
        return frame
    return head, slots.read(head["start"], head["size"])


def _pool_cores(order: Mapping[str, Any]) -> Sequence[int]:
    """Take a core for this thread, where others will help it, and return where those run."""
    return claim_core(order.get("core", 0)) if order["threads"] > 1 else ()


def open_model(order: Mapping[str, Any], *, pool_cores: Sequence[int] = ()) -> Model:
    """Return the model of a package, whose threads that help ours run on these cores, or anywhere."""
    cores = len(pool_cores) + 1 if pool_cores else count_cores()
    package = open_package(Path(order["package"]))
    return Model(
        package.facts,
        package.model,
        threads=order["threads"],
        name=order["package"],
        idle_cores=IdleCores(cores=cores).count,
        pool_cores=pool_cores,
    )


def warm(model: Model) -> float:
    """Run the model a few times; return the least seconds of a picture.

    The least, since while units start the machine is busy with just that.
    """
    height, width = model.facts.input_size
    picture = np.full((height, width, 3), 127, np.uint8)
    model.warm()
    times = []
    for _ in range(WARM_RUNS):
        began = time.perf_counter()
        model.detect(picture)
        times.append(time.perf_counter() - began)
    return min(times)


def about(model: Model) -> dict[str, Any]:
    """Return the facts of the model that the server uses."""
    colors = {label: color_of(label, model.labels, model.facts.colors) for label in model.labels}
    thresholds = {label: model.facts.threshold(label) for label in model.labels}
    return {"task": model.task, "labels": list(model.labels), "colors": colors, "thresholds": thresholds}


def answer(model: Model, head: Mapping[str, Any], picture: bytes, *, limit: DecodingLimit) -> Frame:
    """Return what the model detects, in the stored raster.

    No picture ends the unit, except one that decodes for too long.
    """
    began = time.perf_counter()
    try:
        with limit.applied():
            decoded = model.decode(picture, name="The picture")
        if "heat" in head:
            return explain_picture(model, head, decoded)
        result = model.look(decoded, min_confidence=head.get("least"), thresholds=head.get("thresholds"))
    except Refusal as refusal:
        return {"refused": refusal.sentence}, b""
    except Exception:
        log.exception("a picture of %s bytes could not be looked at", len(picture))
        return {"failed": True}, b""
    turned = int(head.get("orientation", 1))
    facts = {
        "findings": [_finding_fields(finding, turned) for finding in result.findings],
        "is_anomalous": result.is_anomalous,
        "confidence": result.confidence,
        "ms": (time.perf_counter() - began) * 1000,
    }
    return {"found": facts}, _mask(model, result, turned)


def _finding_fields(finding: Finding, turned: int) -> dict[str, Any]:
    box = finding.box and stored_box(finding.box, turned)
    return {
        "label": finding.label,
        "confidence": finding.confidence,
        "box": box and [box.left, box.top, box.width, box.height],
        "area": finding.area,
    }


def _mask(model: Model, result: Answer, turned: int) -> bytes:
    if result.mask is None:
        return b""
    return write_mask_picture(result.mask, model.labels, model.facts.colors, orientation=turned)


def _end_with_server(line: socket.socket) -> None:
    """Exit when the server's end closes, also while the model works. What comes meanwhile wakes nobody."""
    end = select.poll()
    end.register(line, 0)  # the end is told without asking for it
    end.poll()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
