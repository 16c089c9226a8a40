"""The job `golden-answers`: pictures that go into a component, with what its model answers to them.

order   package: where the model package lies; thresholds: those that the component has; pictures: files;
        out: a folder for what goes into the component
result  files: their names in `out`; size: width and height that most of the pictures have, or nothing

Of the pictures a few are taken whose answers stand clear of their thresholds, of each kind of answer some. A
picture goes in as a JPEG of moderate size, and it is that one which is answered: it checks that a model
answers alike elsewhere, not that it is right.
"""

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from vedette.engines.port import EmitEvent
from vedette.runtime.golden import ANSWERS, GOLDEN, GoldenAnswer, golden_answer, write_answers
from vedette.runtime.model import Model
from vedette.runtime.package import open_package
from vedette.vision.annotations import ANOMALY
from vedette.vision.images import BrokenPicture, decode

# Few enough that a device is through with them in a second or two, and that they weigh little.
MOST_TAKEN = 4
LONGEST_SIDE, QUALITY = 1024, 90


@dataclass(frozen=True, slots=True)
class AnsweredPicture:
    """A picture as it would go in, and its answer; `clearness` says how far it is from its threshold."""

    content: bytes
    answer: GoldenAnswer
    kind: str
    clearness: float


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Answer the pictures, and write a few of them down."""
    del emit, cancelled  # it takes seconds; whoever asked ends the process
    package = open_package(Path(order["package"]))
    model = Model(package.facts, package.model, threads=1, name="the model")
    sizes: Counter[tuple[int, int]] = Counter()
    answered = []
    for place in order["pictures"]:
        try:
            image, (height, width) = decode(Path(place))
        except BrokenPicture:
            continue
        sizes[width, height] += 1
        answered.append(_answered(model, image, order["thresholds"]))
    out = Path(order["out"])
    labels = {label: order["thresholds"].get(label, package.facts.threshold(label)) for label in model.labels}
    files = _write(out, chosen_pictures(answered), labels)
    size = list(sizes.most_common(1)[0][0]) if sizes else None
    return {"files": files, "size": size}


def chosen_pictures(answered: Sequence[AnsweredPicture]) -> list[AnsweredPicture]:
    """Return a few pictures, the clearest first, of each kind of answer by turns."""
    by_kind: dict[str, list[AnsweredPicture]] = {}
    for picture in sorted(answered, key=lambda picture: -picture.clearness):
        by_kind.setdefault(picture.kind, []).append(picture)
    rounds = range(max(map(len, by_kind.values()), default=0))
    turns = [pictures[turn] for turn in rounds for pictures in by_kind.values() if turn < len(pictures)]
    return turns[:MOST_TAKEN]


def _answered(model: Model, image: Image.Image, thresholds: Mapping[str, float]) -> AnsweredPicture:
    image = image.copy()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    answer = model.look(model.decode(file.getvalue()), thresholds=thresholds)
    threshold = thresholds.get(ANOMALY, model.facts.threshold(ANOMALY))
    golden = golden_answer(answer, threshold)
    if golden.score is not None:
        kind = "anomalous" if answer.is_anomalous else "normal"
        return AnsweredPicture(file.getvalue(), golden, kind, abs(golden.score - threshold))
    best = golden.findings[0] if golden.findings else None
    kind = "nothing" if best is None else best.label
    return AnsweredPicture(file.getvalue(), golden, kind, 0.0 if best is None else best.confidence)


def _write(out: Path, pictures: Sequence[AnsweredPicture], thresholds: Mapping[str, float]) -> list[str]:
    if not pictures:
        return []
    out.mkdir(parents=True, exist_ok=True)
    answers = {}
    for number, picture in enumerate(pictures, 1):
        (out / f"{number}.jpg").write_bytes(picture.content)
        answers[f"{GOLDEN}/{number}.jpg"] = picture.answer
    write_answers(out, answers, thresholds)
    return [Path(ANSWERS).name, *(Path(name).name for name in answers)]
