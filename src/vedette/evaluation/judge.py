"""A model held against pictures whose truth is known, after a training and in `vedette evaluate`.

The package's own file is what is judged, through the same door as every detection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vedette.evaluation.evaluate import Seen, Thresholds, evaluate
from vedette.evaluation.metrics import count_pixels
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture
from vedette.vision.masks import Kinds, read_mask

# COCO's curve wants boxes down to where nobody believes them.
LEAST_BOX = 0.01

# Who wants to see a test picture's whole answer, its mask with it. Called from several threads.
Show = Callable[[Model, Sample, Answer], None]


def show_nobody(model: Model, sample: Sample, answer: Answer) -> None:
    """Let an answer go."""
    del model, sample, answer


@dataclass(frozen=True, slots=True)
class Judged:
    """The evaluation's document, and the pictures that could not be read and do not count.

    `samples` are those that do, in the order of the document's outcomes.
    """

    document: dict[str, Any]
    broken: list[BrokenPicture]
    samples: list[Sample] = field(default_factory=list)


def judge(
    model: Model,
    samples: Sequence[Sample],
    *,
    thresholds: Thresholds | None = None,
    fallback: Thresholds | None = None,
    say: Callable[[int, int], None] = lambda _done, _of: None,
) -> Judged:
    """Return how the model does on the samples.

    With `thresholds` every label is held to its own; without, to the one that has the best F1
    on these samples, and `fallback` serves labels that do not occur among them.
    """
    seen: list[Seen] = []
    broken: list[BrokenPicture] = []
    for done, sample in enumerate(samples):
        say(done, len(samples))
        try:
            seen.append(look(model, sample))
        except BrokenPicture as error:
            broken.append(error)
    say(len(samples), len(samples))
    document = evaluate(model.task, model.facts.labels, seen, thresholds=thresholds, fallback=fallback)
    return Judged(document, broken, [one.sample for one in seen])


def look(model: Model, sample: Sample, *, show: Show = show_nobody) -> Seen:
    """Return what the model says of one sample, as the evaluation wants it; `show` sees all of it."""
    least = LEAST_BOX if model.task == "detection" else None
    answer = model.detect(sample.picture, min_confidence=least, name=sample.source)
    show(model, sample, answer)
    return Seen(
        sample,
        findings=answer.findings,
        scores=answer.scores,
        score=answer.score or 0.0,
        pixels=_pixels(model, sample, answer),
    )


def _pixels(model: Model, sample: Sample, answer: Answer) -> dict[str, tuple[int, int, int]] | None:
    if answer.mask is None or (sample.is_anomalous and sample.mask is None):
        return None
    labels = model.facts.labels
    truth: Kinds = np.zeros_like(answer.mask)
    if sample.mask is not None and sample.is_anomalous:
        truth = read_mask(sample.mask, labels, height=answer.height, width=answer.width)
    return {label: count_pixels(truth, answer.mask, kind) for kind, label in enumerate(labels, start=1)}
