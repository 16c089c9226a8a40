"""The job `draft`: what a model guesses of pictures, for people to accept or correct. No torch, no database.

order   package; items: {id, file}; threads
says    progress {guesses}: the guesses of the next pictures, in their order
result  nothing more

guess   id, labels, boxes ([label, confidence, left, top, width, height], as the stored picture lies), size
        of that (width, height), is_anomalous, confidence (of all of it), doubt, mask (PNG in base64, as
        stored), colors
"""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model, load
from vedette.vision.draw import color_of, write_mask_picture
from vedette.vision.files import open_head
from vedette.vision.images import BrokenPicture
from vedette.vision.turn import orientation_of, stored_box

# So many at a time go to the server, which writes them down.
AT_ONCE = 10


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Guess at the pictures one after the other."""
    model = load(Path(order["package"]), threads=int(order.get("threads", 1)))
    guesses: list[dict[str, Any]] = []
    for item in order["items"]:
        if cancelled():
            break
        guesses.append({"id": item["id"], **guess_at(model, Path(item["file"]))})
        if len(guesses) == AT_ONCE:
            emit(Event("progress", {"guesses": guesses}))
            guesses = []
    if guesses:
        emit(Event("progress", {"guesses": guesses}))
    return {}


def guess_at(model: Model, file: Path) -> dict[str, Any]:
    """Return a guess; of a picture that cannot be decoded there is none."""
    try:
        answer = model.detect(file)
    except BrokenPicture:
        return {"is_broken": True}
    with open_head(file) as head:
        turned, size = orientation_of(head), head.size
    guess: dict[str, Any] = {
        "size": list(size),
        "labels": [],
        "boxes": None,
        "is_anomalous": None,
        "mask": None,
    }
    confidence, doubt = _describe(model, answer, turned, guess)
    return {**guess, "confidence": confidence, "doubt": doubt}


def _describe(model: Model, answer: Answer, turned: int, guess: dict[str, Any]) -> tuple[float, float]:
    """Put what the model says into the guess; return how sure it is of all of it, and how much in doubt."""
    if model.task == "detection":
        return _boxes(answer, turned, guess)
    if model.task in ("classification", "multilabel"):
        return _labels(model, answer, guess)
    guess["is_anomalous"] = answer.is_anomalous
    if answer.mask is not None and answer.is_anomalous and answer.mask.any():
        png = write_mask_picture(answer.mask, model.labels, model.facts.colors, orientation=turned)
        guess["mask"] = base64.b64encode(png).decode("ascii")
        used = [label for number, label in enumerate(model.labels, 1) if (answer.mask == number).any()]
        guess["colors"] = {color_of(name, model.labels, model.facts.colors): name for name in used}
    sure = float(answer.confidence or 0.5)
    return sure, 2 * (1 - sure)


def _boxes(answer: Answer, turned: int, guess: dict[str, Any]) -> tuple[float, float]:
    boxes = [(finding, stored_box(finding.box, turned)) for finding in answer.findings if finding.box]
    guess["boxes"] = [
        [finding.label, finding.confidence, box.left, box.top, box.width, box.height]
        for finding, box in boxes
    ]
    # Where nothing is found the model says nothing of how sure it is of that.
    sure = min((finding.confidence for finding, _ in boxes), default=0.0)
    return sure, 1 - abs(2 * sure - 1) if boxes else 0.5


def _labels(model: Model, answer: Answer, guess: dict[str, Any]) -> tuple[float, float]:
    scores = sorted(answer.scores.items(), key=lambda pair: -pair[1])
    if model.task == "classification":
        guess["labels"] = [scores[0][0]]
        second = scores[1][1] if len(scores) > 1 else 0.0
        return scores[0][1], 1 - (scores[0][1] - second)
    guess["labels"] = [finding.label for finding in answer.findings]
    # As sure as of the least sure label, given or withheld.
    sure = min((max(score, 1 - score) for _, score in scores), default=0.0)
    return sure if guess["labels"] else 0.0, 2 * (1 - sure)
