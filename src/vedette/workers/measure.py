"""The job `measure`: pictures as numbers, to compare many with many. No torch, no database.

order   items: {id, file}; package: with it the model looks too
says    progress {pictures}: of the next pictures {id, features, answer, doubt}, without those that are broken
result  pictures: of an order without a package, which is for a pool of warm processes
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.runtime.model import Model, load
from vedette.vision.features import measure_features
from vedette.vision.files import open_image
from vedette.vision.images import BrokenPicture
from vedette.workers.draft import guess_at

AT_ONCE = 10


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Measure the pictures one after the other."""
    package = order.get("package")
    model = load(Path(package), threads=1) if package else None
    pictures: list[dict[str, Any]] = []
    for item in order["items"]:
        if cancelled():
            break
        picture = _measure(item, model)
        if picture is not None:
            pictures.append(picture)
        if model is not None and len(pictures) == AT_ONCE:
            emit(Event("progress", {"pictures": pictures}))
            pictures = []
    if model is None:
        return {"pictures": pictures}
    if pictures:
        emit(Event("progress", {"pictures": pictures}))
    return {}


def _measure(item: Mapping[str, Any], model: Model | None) -> dict[str, Any] | None:
    file = Path(item["file"])
    try:
        with open_image(file) as image:
            features = measure_features(image)
        if model is None:
            return {"id": item["id"], "features": features, "answer": "", "doubt": 0.0}
        return {"id": item["id"], "features": features, **_answer(model, file)}
    except BrokenPicture:
        return None


def _answer(model: Model, file: Path) -> dict[str, Any]:
    guess = guess_at(model, file)
    names = [*guess["labels"], *(box[0] for box in guess["boxes"] or ())]
    is_anomalous = guess["is_anomalous"]
    answer = str(is_anomalous) if is_anomalous is not None else (names or [""])[0]
    sure = guess["confidence"]
    # As feedback counts it: doubt by the answer's own confidence alone.
    return {"answer": answer, "doubt": 1 - abs(2 * sure - 1) if sure else 0.5}
