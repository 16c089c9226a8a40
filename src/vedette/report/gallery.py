"""Pictures of a report: each with what the model said of it, what is so, and where it looked."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from PIL import Image

from vedette.evaluation.document import (
    AnomalyOutcome,
    ClassificationOutcome,
    DetectionOutcome,
    MultilabelOutcome,
    Outcome,
    SegmentationOutcome,
)
from vedette.runtime.decode import Answer
from vedette.runtime.model import Model
from vedette.vision.annotations import Sample
from vedette.vision.draw import draw_findings, draw_heatmap
from vedette.vision.images import BrokenPicture, decode
from vedette.vision.masks import read_mask

_THUMB = 420
# So many pictures are seen at once; more would push what follows out of sight.
_OPEN = 12

Pair = tuple[Outcome, Sample]

# A colour is never the only sign.
_MARKS = {"good": "✓", "bad": "✗", "warn": "○", "plain": ""}


def gallery(title: str, model: Model, pairs: Sequence[Pair], *, most: int, empty: str) -> str:
    """Return a headed gallery of at most so many pictures."""
    figures = [_figure(model, outcome, sample) for outcome, sample in pairs[:most]]
    if not figures:
        return f'<section><h2>{title}</h2><p class="soft">{empty}</p></section>'
    more = f'<p class="soft">The {most} clearest of {len(pairs)}.</p>' if len(pairs) > most else ""
    key = _BOX_KEY if model.task == "detection" else ""
    kind = "gallery" if model.task == "detection" else "gallery pairs"
    grids = [f'<div class="{kind}">{"".join(part)}</div>' for part in (figures[:_OPEN], figures[_OPEN:])]
    folded_away = len(figures) - _OPEN
    folded = f"<details><summary>{folded_away} more</summary>{grids[1]}</details>" if folded_away > 0 else ""
    return f'<section><h2>{title}</h2>{more}{key}<div class="chips"></div>{grids[0]}{folded}</section>'


_BOX_KEY = (
    '<p class="soft key"><span><i class="k-good"></i>right</span><span><i class="k-bad"></i>not there</span>'
    '<span><i class="k-warn"></i>missed</span></p>'
)


def mistakes(outcome: Outcome) -> list[str]:
    """Return in a few words each way in which the model was wrong about a picture."""
    if outcome.correct:
        return []
    if isinstance(outcome, AnomalyOutcome):
        return ["missed" if outcome.truth else "false alarm"]
    if isinstance(outcome, DetectionOutcome):
        missed = [f"{box.label} missed" for box in outcome.missed]
        wild = [f"{finding.label} not there" for finding in outcome.findings if finding.outcome == "fp"]
        return list(dict.fromkeys([*missed, *wild]))
    if isinstance(outcome, ClassificationOutcome):
        return [f"{' and '.join(outcome.truth)} taken for {outcome.predicted}"]
    words = {"fp": "not there", "fn": "missed"}
    return [f"{label} {words[kind]}" for label, kind in outcome.outcomes.items() if kind in words]


@dataclass(slots=True)
class _Views:
    """The pictures of one figure: each with a word below it, and boxes over it."""

    parts: list[str] = field(default_factory=list)

    def add(self, picture: Image.Image, caption: str = "", boxes: str = "") -> None:
        small = picture.copy()
        small.thumbnail((_THUMB, _THUMB))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=80)
        data = base64.b64encode(buffer.getvalue()).decode()
        below = f"<small>{caption}</small>" if caption else ""
        self.parts.append(
            f'<div><div class="pic"><img alt="{caption or "the picture"}" width="{small.width}" '
            f'height="{small.height}" src="data:image/jpeg;base64,{data}">{boxes}</div>{below}</div>'
        )


def _figure(model: Model, outcome: Outcome, sample: Sample) -> str:
    try:
        image, _ = decode(sample.picture, name=sample.source)
        answer = model.detect(image, heatmap=model.explains)
    except BrokenPicture as error:  # it was readable a moment ago
        return f'<figure class="card"><figcaption>{escape(error.sentence)}</figcaption></figure>'
    views = _Views()
    if isinstance(outcome, DetectionOutcome):
        views.add(image, boxes=_boxes(outcome))
    elif model.task == "segmentation":
        _masks(views, model, image, answer, sample)
    else:
        _heat(views, image, answer)
    wrong = escape("\n".join(mistakes(outcome)))
    name = escape("/".join(Path(outcome.picture).parts[-2:]))
    return (
        f'<figure class="card" data-wrong="{wrong}"><div class="views">{"".join(views.parts)}</div>'
        f'<figcaption><div>{_tags(outcome)}</div><span class="name">{name}</span>'
        "</figcaption></figure>"
    )


def _heat(views: _Views, image: Image.Image, answer: Answer) -> None:
    views.add(image, "picture")
    if answer.heatmap is not None:
        views.add(draw_heatmap(image, answer.heatmap), "where it looked")


def _masks(views: _Views, model: Model, image: Image.Image, answer: Answer, sample: Sample) -> None:
    labels, colors = model.labels, model.facts.colors
    views.add(draw_findings(image, (), labels=labels, colors=colors, mask=answer.mask), "found")
    truth = None
    if sample.mask is not None:
        try:
            truth = read_mask(sample.mask, labels, height=answer.height, width=answer.width)
        except BrokenPicture:  # a page is no place to refuse a mask
            truth = None
    if truth is None:
        views.add(image, "picture")
    else:
        views.add(draw_findings(image, (), labels=labels, colors=colors, mask=truth), "drawn by hand")


def _boxes(outcome: DetectionOutcome) -> str:
    boxes = [
        (finding.outcome, finding.box, f"{finding.label} {finding.confidence:.0%}")
        for finding in outcome.findings
        if finding.outcome in ("tp", "fp")
    ]
    missed = [("miss", true.box, f"{true.label}, missed") for true in outcome.missed]
    return "".join(
        f'<i class="{kind}" title="{escape(title)}" style="left:{box.left:.2%};top:{box.top:.2%};'
        f'width:{box.width:.2%};height:{box.height:.2%}"></i>'
        for kind, box, title in (*boxes, *missed)
    )


def _tags(outcome: Outcome) -> str:
    """Return in words what the model answered and what is so."""
    if isinstance(outcome, DetectionOutcome):
        return _tags_of_boxes(outcome)
    if isinstance(outcome, AnomalyOutcome):
        return _tags_of_verdict(outcome)
    if isinstance(outcome, ClassificationOutcome):
        best = outcome.predicted
        tag = _tag("good" if outcome.correct else "bad", f"{best} {outcome.scores[best]:.0%}")
        return tag if outcome.correct else f"{tag} is {_tag('plain', ', '.join(outcome.truth))}"
    return _tags_of_labels(outcome)


def _tags_of_labels(outcome: MultilabelOutcome) -> str:
    found_labels = [finding.label for finding in outcome.findings]
    tags = [
        _tag("good" if label in outcome.truth else "bad", f"{label} {outcome.scores[label]:.0%}")
        for label in found_labels
    ]
    tags += [_tag("warn", f"{label} missed") for label in outcome.truth if label not in found_labels]
    return "".join(tags) or "no labels, and none there"


def _tags_of_boxes(outcome: DetectionOutcome) -> str:
    kinds = {"tp": "good", "fp": "bad"}
    tags = [
        _tag(kinds[finding.outcome], f"{finding.label} {finding.confidence:.0%}")
        for finding in outcome.findings
        if finding.outcome in kinds
    ]
    tags += [_tag("warn", f"{box.label} missed") for box in outcome.missed]
    return "".join(tags) or "no objects, and none there"


def _tags_of_verdict(outcome: AnomalyOutcome) -> str:
    verdict = "anomalous" if outcome.is_anomalous else "normal"
    truth = "anomalous" if outcome.truth else "normal"
    findings = outcome.findings if isinstance(outcome, SegmentationOutcome) else ()
    types = "".join(_tag("plain", f"{f.label} on {f.mask_area or 0:.2%}") for f in findings)
    tag = _tag("good" if outcome.correct else "bad", f"{verdict}, score {outcome.score:.3f}")
    correction = "" if outcome.correct else f"is {_tag('plain', truth)}"
    return f"{tag} {correction}{types}"


def _tag(kind: str, text: str) -> str:
    mark = f"<i>{_MARKS[kind]}</i> " if _MARKS[kind] else ""
    return f'<span class="tag {kind}">{mark}{escape(text)}</span>'
