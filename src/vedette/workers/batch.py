"""The job `batch`: what a unit would answer of pictures in files, for a pool of warm processes. No database.

order    package, keys; dialect; items: {id, file}; least, thresholds; size: that every picture must have
result   answers: {id, found, mask (PNG in base64)} or {id, refused}, in the order of the items
         colors: of the model's labels

A process keeps the model that it looked with last. Pictures are checked as the service checks those that lie
in buckets, and looked at as a unit looks at them (infer.py).
"""

import base64
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.dialects.registry import DIALECTS
from vedette.engines.port import EmitEvent
from vedette.errors import Refusal, Wrong
from vedette.file_access import read_file
from vedette.runtime.model import Model, load
from vedette.serving.pictures import CheckedPicture, open_picture
from vedette.store.sealed_folders import take_keys
from vedette.workers.infer import about, answer
from vedette.workers.limit import DecodingLimit

# As a unit has it: a picture that decodes for longer ends its process, and is named.
DECODE_S = 30.0
_models: dict[str, Model] = {}
_own = threading.local()


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Look at the pictures one after the other."""
    del emit
    take_keys(order.get("keys", {}))
    model = _model(order["package"])
    answers = []
    for item in order["items"]:
        if cancelled():
            break
        answers.append({"id": item["id"], **_look(model, Path(item["file"]), order)})
    return {"answers": answers, "colors": about(model)["colors"]}


def _model(package: str) -> Model:
    if package not in _models:
        _models.clear()
        _models[package] = load(Path(package), threads=1)
    return _models[package]


def _limit() -> DecodingLimit:
    """Return the limit of the thread that looks; made with its first picture."""
    if not hasattr(_own, "limit"):
        _own.limit = DecodingLimit(DECODE_S, lambda: None)
    limit: DecodingLimit = _own.limit
    return limit


def _look(model: Model, file: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    try:
        picture = open_picture(read_file(file), DIALECTS[order["dialect"]].pictures)
        _refuse_other_size(picture, order.get("size"))
    except Refusal as refusal:
        return {"refused": refusal.sentence}
    head = {
        "least": order.get("least"),
        "thresholds": order.get("thresholds"),
        "orientation": picture.head.orientation,
    }
    reply, mask = answer(model, head, picture.data, limit=_limit())
    if "failed" in reply:
        return {"refused": "The picture could not be looked at; the server's log tells why."}
    return {**reply, "mask": base64.b64encode(mask).decode("ascii")}


def _refuse_other_size(picture: CheckedPicture, size: Any) -> None:
    width, height = picture.head.upright_size
    if size and tuple(size) != (width, height):
        raise Wrong(
            f"The picture has {width} × {height} pixels; the model was trained with {size[0]} × {size[1]}."
        )
