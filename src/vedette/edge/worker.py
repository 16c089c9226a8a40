"""A model's process on a device: loads one package and looks at one picture after the other.

first   in: {"package", "component", "name", "keys", "threads", "memory", "core", "slots", "mask_file"}
        out: {"ready", "task", "labels"} or {"refused"}
then    in: {"raster": [width, height], "mask"} and the pixels, or {…, "segment": [name, size, offset]},
            or {…, "slot": [start, size]}; "mask" is "none", "bytes", or a segment to write it into
        in: {"picture"} and the bytes of a picture file
        in: {"ping"}
        out: {"answer"} and a mask, or {"answer", "mask_size"} and the mask in the file for it;
             {"refused"}, {"exhausted"}, {"failed"}

It exits when the agent's end of its socket closes, whatever it is doing. No torch, no database, no gRPC.
"""

import logging
import os
import select
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vedette.cores import Helper, IdleCores, claim_core, count_cores
from vedette.edge.mask_file import MaskFile
from vedette.edge.memory import limit_memory, return_free_memory, reuse_freed_memory
from vedette.edge.rasters import CHANNELS, Raster, colors_of, mask_bytes
from vedette.edge.segments import SegmentPart, read_segment, write_segment
from vedette.engines.frames import Frame, frame_start, read_frame
from vedette.engines.slots import SlotReader
from vedette.errors import NoSpace, Refusal, Wrong
from vedette.runtime.byte_products import has_exact_bytes
from vedette.runtime.component_signatures import require_signature
from vedette.runtime.components import read_component
from vedette.runtime.decode import Answer
from vedette.runtime.golden import precision_of
from vedette.runtime.model import Model
from vedette.runtime.package import Package, open_package
from vedette.runtime.signatures import read_key
from vedette.vision.annotations import ANOMALY, Finding
from vedette.vision.bitmaps import in_turn
from vedette.vision.images import Pixels

log = logging.getLogger("vedette.edge.worker")

# Of freed memory so much is kept. Masks of 576 × 768 pixels take 12 MiB for a moment; giving them back and
# taking them anew costs five of a picture's milliseconds.
MOST_FREE_BYTES = 16 << 20
# How long threads of a network wait for its next step before they sleep: longer than between two steps.
SPIN_US = 200
ANOMALY_TASKS = ("anomaly", "segmentation")
SLOW_BYTES = (
    "%s is an 8-bit model, and this processor has no instructions for those (VNNI, AMX): its answers are the "
    "same, and it may be slower here than the original, which packaging without 8 bits gives"
)


class ModelWorker:
    """A loaded model, and what it answers."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        threads = order["threads"] or count_cores()
        others = claim_core(order["core"]) if threads > 1 else ()
        package = open_ordered(order)
        if precision_of(package.facts.recipe) == "int8" and not has_exact_bytes():
            log.warning(SLOW_BYTES, order["name"])
        idle_cores = IdleCores(cores=len(others) + 1 if others else count_cores())
        helper = Helper(others, idle_cores.count) if threads > 1 else None
        self._model = Model(
            package.facts,
            package.model,
            threads=threads,
            name=order["name"],
            spin_us=SPIN_US,
            pool_cores=others,
            accelerated=True,
            spread=helper.spread if helper else in_turn,
        )
        self._model.warm()
        return_free_memory()  # what loading needed: a tenth of what a small model takes
        *numbers, size = order["slots"]
        self._slots = SlotReader(numbers[0], size) if size else None
        self.mask_file = MaskFile(*order["mask_file"])
        self._colors = colors_of(self._model.labels, dict(self._model.facts.colors))

    @property
    def about(self) -> dict[str, Any]:
        """The facts of the model that the agent uses."""
        return {"ready": True, "task": self._model.task, "labels": list(self._model.labels)}

    def answer(self, frame: Frame) -> Frame:
        """Return the answer to a request; no picture ends the process."""
        head, body = frame
        if "ping" in head:
            return {"answer": {}}, b""
        try:
            return self._look(head, body)
        except (MemoryError, NoSpace) as error:
            sentence = getattr(error, "sentence", "There is not enough memory for this picture.")
            return {"exhausted": sentence}, b""
        except Refusal as refusal:
            return {"refused": refusal.sentence}, b""
        except Exception:
            log.exception("a picture could not be looked at")
            return {"failed": True}, b""

    def _look(self, head: Mapping[str, Any], body: bytes) -> Frame:
        if "picture" in head:
            content = self._slots.read(*head["slot"]) if "slot" in head and self._slots else body
            decoded = self._model.decode(content, name="The picture")
            raster = Raster(decoded[1][1], decoded[1][0])
        else:
            raster = Raster(*head["raster"])
            decoded = self._picture(head, body, raster), (raster.height, raster.width)
        answer = self._model.look(decoded, min_confidence=head.get("least"))
        fields: dict[str, Any] = {
            "width": raster.width,
            "height": raster.height,
            "findings": [_finding_fields(finding) for finding in answer.findings],
        }
        if self._model.task in ANOMALY_TASKS:
            fields |= self._verdict(answer)
        return {"answer": fields}, self._mask(answer, head.get("mask", "none"))

    def _picture(self, head: Mapping[str, Any], body: bytes, raster: Raster) -> Pixels:
        content: bytes | memoryview | Pixels = body
        if "segment" in head:
            content = read_segment(SegmentPart(*head["segment"]))
        elif "slot" in head and self._slots is not None:
            content = self._slots.view(*head["slot"])
        return np.frombuffer(content, np.uint8).reshape(raster.height, raster.width, CHANNELS)

    def _verdict(self, answer: Answer) -> dict[str, Any]:
        colors = dict(zip(self._model.labels, self._colors, strict=True))
        return {
            "is_anomalous": answer.is_anomalous,
            "confidence": answer.confidence,
            "score": answer.score,
            "threshold": self._model.facts.threshold(ANOMALY),
            "types": [
                [finding.label, finding.area, colors[finding.label]]
                for finding in answer.findings
                if finding.area is not None
            ],
        }

    def _mask(self, answer: Answer, target: Any) -> bytes:
        if answer.mask is None or target == "none":
            return b""
        content = mask_bytes(answer.mask, self._model.labels, self._colors)
        if target == "bytes":
            return content
        write_segment(SegmentPart(*target), content)
        return b""


def open_ordered(order: Mapping[str, Any]) -> Package:
    """Return the package of an order to load; where keys are named, one of them has to have signed it."""
    keys = tuple(read_key(text) for text in order["keys"])
    if not order["component"]:
        if keys:
            raise Wrong("It is no signed component, and the agent wants signed models.", kind="model")
        return open_package(Path(order["package"]))
    component = read_component(Path(order["component"]))
    if keys:
        require_signature(component, keys)
    return component.open_model()


def _finding_fields(finding: Finding) -> dict[str, Any]:
    box = finding.box
    return {
        "label": finding.label,
        "confidence": finding.confidence,
        "box": box and [box.left, box.top, box.width, box.height],
        "area": finding.area,
    }


def main(number: int) -> None:
    """Serve the socket of this file number until its other end closes."""
    with socket.socket(fileno=number) as line, line.makefile("rb") as stream:
        first = read_frame(stream)
        if first is None:
            return
        threading.Thread(target=_end_with_agent, args=(line,), daemon=True).start()
        worker = _open(first[0], line)
        if worker is None:
            return
        line.sendall(frame_start(worker.about))
        while (frame := read_frame(stream)) is not None:
            head, body = worker.answer(frame)
            if body and worker.mask_file.put(body):
                head, body = {**head, "mask_size": len(body)}, b""
            line.sendall(frame_start(head, body))
            if body:
                line.sendall(body)


def _open(order: Mapping[str, Any], line: socket.socket) -> ModelWorker | None:
    try:
        limit_memory(order["memory"])
        reuse_freed_memory(MOST_FREE_BYTES)
        return ModelWorker(order)
    except Refusal as refusal:
        line.sendall(frame_start({"refused": refusal.sentence}))
    except MemoryError:
        line.sendall(frame_start({"refused": "The model needs more memory than it may have (--memory)."}))
    return None


def _end_with_agent(line: socket.socket) -> None:
    """Exit when the agent's end closes, also while the model works. What comes meanwhile wakes nobody."""
    end = select.poll()
    end.register(line, 0)  # the end is told without asking for it
    end.poll()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
