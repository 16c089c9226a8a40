"""The job `golden-answers`: pictures that go into a component, with what its model answers to them.

order   package: where the model package lies; thresholds: those that the component has; pictures: files;
        out: a folder for what goes into the component
result  files: their names in `out`; size: width and height that most of the pictures have, or nothing;
        shows_colors: whether one of them would be answered otherwise if red and blue were swapped

Of the pictures a few are taken whose answers stand clear of their thresholds, of each kind of answer some,
and first those that would show colours in the wrong order. Where none would, one of them is tinted until it
does. A picture goes in as a JPEG of moderate size, and it is that one which is answered: it checks that a
model answers alike elsewhere, not that it is right.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from vedette.engines.port import EmitEvent
from vedette.file_access import write_file
from vedette.runtime.golden import (
    ANSWERS,
    GOLDEN,
    GoldenAnswer,
    difference,
    golden_answer,
    precision_of,
    swapped,
    write_answers,
)
from vedette.runtime.model import Decoded, Model
from vedette.runtime.package import open_package
from vedette.vision.annotations import ANOMALY
from vedette.vision.files import open_image
from vedette.vision.images import BrokenPicture, decode

# Few enough that a device is through with them in a second or two, and that they weigh little.
MOST_TAKEN = 4
LONGEST_SIDE, QUALITY = 1024, 90
# What of red, green and blue a tint leaves, the mildest first: the same light through warmer glass.
TINTS = ((1.0, 0.8, 0.5), (1.0, 0.6, 0.2), (1.0, 0.5, 0.0), (1.0, 0.0, 0.0))
# So many pictures are tinted, the clearest first.
MOST_TINTED = 6


@dataclass(frozen=True, slots=True)
class AnsweredPicture:
    """A picture as it would go in, and its answer; `clearness` says how far it is from its threshold.

    `shows_colors` says whether its answer would be another one if red and blue were swapped.
    """

    content: bytes
    answer: GoldenAnswer
    kind: str
    clearness: float
    shows_colors: bool = False


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Answer the pictures, and write a few of them down."""
    del emit, cancelled  # it takes seconds; whoever asked ends the process
    package = open_package(Path(order["package"]))
    answerer = GoldenAnswerer(
        Model(package.facts, package.model, threads=1, name="the model"), order["thresholds"]
    )
    sizes: Counter[tuple[int, int]] = Counter()
    answered = []
    for place in order["pictures"]:
        try:
            image, (height, width) = decode(Path(place))
        except BrokenPicture:
            continue
        sizes[width, height] += 1
        answered.append(answerer.answered(image))
    golden = chosen_pictures(answered)
    if golden and not any(picture.shows_colors for picture in golden):
        golden = with_tinted(golden, answerer.tinted(clearest(answered)[:MOST_TINTED]))
    files = _write(Path(order["out"]), golden, answerer.thresholds)
    size = list(sizes.most_common(1)[0][0]) if sizes else None
    return {"files": files, "size": size, "shows_colors": any(picture.shows_colors for picture in golden)}


def clearest(answered: Sequence[AnsweredPicture]) -> list[AnsweredPicture]:
    """Return pictures in the order in which they are taken."""
    return sorted(answered, key=lambda picture: (not picture.shows_colors, -picture.clearness))


def chosen_pictures(answered: Sequence[AnsweredPicture]) -> list[AnsweredPicture]:
    """Return a few pictures, of each kind of answer by turns."""
    by_kind: dict[str, list[AnsweredPicture]] = {}
    for picture in clearest(answered):
        by_kind.setdefault(picture.kind, []).append(picture)
    rounds = range(max(map(len, by_kind.values()), default=0))
    turns = [pictures[turn] for turn in rounds for pictures in by_kind.values() if turn < len(pictures)]
    return turns[:MOST_TAKEN]


def with_tinted(pictures: list[AnsweredPicture], tinted: Iterator[AnsweredPicture]) -> list[AnsweredPicture]:
    """Return the pictures with the first tinted one that shows colours, if one does."""
    added = next((picture for picture in tinted if picture.shows_colors), None)
    return pictures if added is None else [*pictures, added]


class GoldenAnswerer:
    """Has a model answer pictures as they would go in, with the component's thresholds."""

    def __init__(self, model: Model, thresholds: Mapping[str, float]) -> None:
        facts = model.facts
        self.thresholds = {label: thresholds.get(label, facts.threshold(label)) for label in model.labels}
        self._model = model
        self._component_thresholds = thresholds
        self._limit = thresholds.get(ANOMALY, facts.threshold(ANOMALY))
        self._precision = precision_of(facts.recipe)

    def answered(self, image: Image.Image) -> AnsweredPicture:
        """Return a picture with its answer."""
        image = image.convert("RGB")
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY)
        decoded = self._model.decode(file.getvalue())
        answer = self._answer(decoded)
        expected = replace(answer, thresholds=self.thresholds)
        shows_colors = bool(difference(expected, self._answer(swapped(decoded)), self._precision))
        if answer.score is not None:
            kind = "anomalous" if answer.score >= self._limit else "normal"
            return AnsweredPicture(
                file.getvalue(), answer, kind, abs(answer.score - self._limit), shows_colors
            )
        best = answer.findings[0] if answer.findings else None
        kind, clearness = ("nothing", 0.0) if best is None else (best.label, best.confidence)
        return AnsweredPicture(file.getvalue(), answer, kind, clearness, shows_colors)

    def tinted(self, pictures: Sequence[AnsweredPicture]) -> Iterator[AnsweredPicture]:
        """Yield pictures with their colours shifted, the mildest tint of all first."""
        for tint in TINTS:
            for picture in pictures:
                with open_image(picture.content, formats=("JPEG",)) as image:
                    yield self.answered(_tinted(image.convert("RGB"), tint))

    def _answer(self, decoded: Decoded) -> GoldenAnswer:
        return golden_answer(self._model.look(decoded, thresholds=self._component_thresholds), self._limit)


def _tinted(image: Image.Image, tint: Sequence[float]) -> Image.Image:
    table = [round(value * share) for share in tint for value in range(256)]
    return image.point(table)


def _write(out: Path, pictures: Sequence[AnsweredPicture], thresholds: Mapping[str, float]) -> list[str]:
    if not pictures:
        return []
    out.mkdir(parents=True, exist_ok=True)
    answers = {}
    for number, picture in enumerate(pictures, 1):
        write_file(out / f"{number}.jpg", picture.content)
        answers[f"{GOLDEN}/{number}.jpg"] = picture.answer
    write_answers(out, answers, thresholds)
    return [Path(ANSWERS).name, *(Path(name).name for name in answers)]
