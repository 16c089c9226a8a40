"""A model held against pictures whose truth is known, after a training and in `vedette evaluate`.

The package's own file is what is judged, through the same door as every detection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vedette.evaluation.document import Evaluation
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture, Thresholds
from vedette.evaluation.metrics import count_pixels
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture
from vedette.vision.masks import Kinds, read_mask

# COCO's curve wants boxes down to where nobody believes them.
LEAST_BOX = 0.01

# Who wants a test picture's whole answer, its mask with it. Called from several threads.
Observe = Callable[[Model, Sample, Answer], None]


def observe_nothing(model: Model, sample: Sample, answer: Answer) -> None:
    """Let an answer go."""
    del model, sample, answer


@dataclass(frozen=True, slots=True)
class ModelJudgement:
    """A model's evaluation, and the pictures that could not be read and do not count.

    `samples` are those that do, in the order of the evaluation's outcomes.
    """

    evaluation: Evaluation
    broken: list[BrokenPicture]
    samples: list[Sample] = field(default_factory=list)


def judge(
    model: Model,
    samples: Sequence[Sample],
    *,
    thresholds: Thresholds | None = None,
    fallback: Thresholds | None = None,
    on_progress: Callable[[int, int], None] = lambda _number, _total: None,
) -> ModelJudgement:
    """Return how the model does on the samples.

    With `thresholds` every label is held to its own; without, to the one that has the best F1
    on these samples, and `fallback` serves labels that do not occur among them.
    """
    pictures: list[JudgedPicture] = []
    broken: list[BrokenPicture] = []
    for number, sample in enumerate(samples):
        on_progress(number, len(samples))
        try:
            pictures.append(judge_picture(model, sample))
        except BrokenPicture as error:
            broken.append(error)
    on_progress(len(samples), len(samples))
    evaluation = evaluate(model.task, model.facts.labels, pictures, thresholds=thresholds, fallback=fallback)
    return ModelJudgement(evaluation, broken, [picture.sample for picture in pictures])


def judge_picture(model: Model, sample: Sample, *, observe: Observe = observe_nothing) -> JudgedPicture:
    """Return the model's answer to one sample, as the evaluation wants it; `observe` gets all of it."""
    least = LEAST_BOX if model.task == "detection" else None
    answer = model.detect(sample.picture, min_confidence=least, name=sample.source)
    observe(model, sample, answer)
    return JudgedPicture(
        sample,
        findings=answer.findings,
        scores=answer.scores,
        score=answer.score or 0.0,
        pixels=_count_pixels(model, sample, answer),
        pixel_count=answer.height * answer.width,
    )


def _count_pixels(model: Model, sample: Sample, answer: Answer) -> dict[str, tuple[int, int, int]] | None:
    """Return for each type how many pixels are shared, true and predicted; None where nobody drew any."""
    if answer.mask is None or (sample.is_anomalous and sample.mask is None):
        return None
    labels = model.facts.labels
    truth: Kinds = np.zeros_like(answer.mask)
    if sample.mask is not None and sample.is_anomalous:
        truth = read_mask(sample.mask, labels, height=answer.height, width=answer.width)
    return {label: count_pixels(truth, answer.mask, kind) for kind, label in enumerate(labels, start=1)}
