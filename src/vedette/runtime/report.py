"""One page that shows how a model did: figures, curves, confusion, and what it got wrong, with pictures.

Self-contained: styles, charts and thumbnails are inside; nothing is fetched and nothing runs.
"""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image

from vedette.runtime.card import DOES, FIGURES
from vedette.runtime.charts import precision_recall, reliability_diagram, score_histogram
from vedette.runtime.decode import Answer
from vedette.runtime.judge import Judged
from vedette.runtime.model import Model
from vedette.vision.annotations import Sample, Task
from vedette.vision.draw import draw_findings, draw_heatmap, mask_picture
from vedette.vision.images import BrokenPicture, decode
from vedette.vision.masks import read_mask

# A page of these opens at once and is a few megabytes at most.
_MOST_WRONG, _MOST_RIGHT, _MOST_CURVES = 36, 12, 24
_THUMB = 420

NAMES: dict[Task, str] = {
    "classification": "Classification",
    "multilabel": "Multi-label classification",
    "detection": "Object detection",
    "anomaly": "Anomaly",
    "segmentation": "Anomaly segmentation",
}

Outcome = Mapping[str, Any]


def write_report(to: Path, model: Model, judged: Judged) -> None:
    """Write the page; thumbnails are made by looking at those pictures once more."""
    to.write_text(report_page(model, judged), "utf-8")


def report_page(model: Model, judged: Judged) -> str:
    """Return the page as HTML."""
    document = judged.document
    pairs = list(zip(document["outcomes"], judged.samples, strict=True))
    wrong = sorted((p for p in pairs if not p[0]["correct"]), key=lambda pair: -_how_wrong(pair[0], document))
    right = [pair for pair in pairs if pair[0]["correct"]]
    title = f"{NAMES[model.task]} model, on {document['pictures']} pictures"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(model.name)} {escape(DOES[model.task])}. '
        f"{len(right)} pictures wholly right, {len(wrong)} not.</p>",
        _figures(document),
        _label_table(document),
        _curves(document),
        _matrix(document),
        _broken(judged.broken),
        _gallery("What it got wrong", model, wrong, most=_MOST_WRONG, empty="Nothing on these pictures."),
        _gallery(
            "Some that it got right", model, _spread(right, _MOST_RIGHT), most=_MOST_RIGHT, empty="None."
        ),
        f"<footer>Vedette {escape(str(model.facts.versions.get('vedette', '')))} · trained "
        f"{escape(model.facts.created or 'on an unknown day')} · thresholds are the model’s own.</footer>",
    ]
    style = (files("vedette.runtime") / "report.css").read_text("utf-8")
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _figures(document: Mapping[str, Any]) -> str:
    several = len(document["labels"]) > 1 and "auroc" not in document
    cells = []
    for key, said in FIGURES.items():
        if isinstance(document.get(key), float):
            word = said if several else said.split(",")[0]
            cells.append(f'<div class="card"><b>{_share(document[key])}</b><span>{word}</span></div>')
    return f'<section class="figures">{"".join(cells)}</section>'


def _label_table(document: Mapping[str, Any]) -> str:
    columns = {
        "test_pictures": "Pictures",
        "test_boxes": "Boxes",
        "threshold": "Threshold",
        "precision": "Precision",
        "recall": "Recall",
        "f1": "F1",
        "average_precision": "Average precision",
        "iou": "IoU",
    }
    rows = document["labels"]
    shown = {key: said for key, said in columns.items() if any(row.get(key) is not None for row in rows)}
    head = "".join(f'<th class="n">{said}</th>' for said in shown.values())
    body = "".join(
        f"<tr><td>{escape(row['label'])}</td>"
        + "".join(f'<td class="n">{_cell(row.get(key))}</td>' for key in shown)
        + "</tr>"
        for row in rows
    )
    return (
        '<h2>Labels</h2><div class="card wide"><table><thead><tr><th>Label</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _curves(document: Mapping[str, Any]) -> str:
    rows = [row for row in document["labels"] if row.get("curve", {}).get("thresholds")][:_MOST_CURVES]
    cards = [
        f'<div class="card"><h3>{escape(row["label"])}</h3>{precision_recall(row)}</div>' for row in rows
    ]
    if "auroc" in document:
        key = (
            '<span class="soft"><span class="key k-good"></span>normal'
            '<span class="key k-bad"></span>anomalous</span>'
        )
        chart = score_histogram(document["outcomes"], document["labels"][0]["threshold"])
        cards.insert(0, f'<div class="card double"><h3>Scores</h3>{chart}{key}</div>')
    if document["reliability"]["bins"]:
        error = f'<span class="soft">calibration error {document["reliability"]["error"]:.3f}</span>'
        chart = reliability_diagram(document["reliability"])
        cards.append(f'<div class="card"><h3>Is its confidence honest?</h3>{chart}{error}</div>')
    return (
        f'<h2>Precision, recall and confidence</h2><div class="charts">{"".join(cards)}</div>'
        if cards
        else ""
    )


def _matrix(document: Mapping[str, Any]) -> str:
    cells = {(cell["truth"], cell["predicted"]): cell for cell in document.get("confusion", [])}
    if not cells:
        return ""
    labels = [row["label"] for row in document["labels"]]
    head = "".join(f"<th>{escape(label)}</th>" for label in labels)
    rows = ""
    for truth in labels:
        row = "".join(_matrix_cell(cells.get((truth, said)), truth == said) for said in labels)
        rows += f"<tr><th>{escape(truth)}</th>{row}</tr>"
    return (
        '<h2>What was taken for what</h2><div class="card wide">'
        '<p class="soft">A row is what a picture shows, a column what the model thinks likeliest.</p>'
        f'<table class="matrix"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _matrix_cell(cell: Mapping[str, Any] | None, is_right: bool) -> str:
    if cell is None:
        return '<td class="none">·</td>'
    color = "good" if is_right else "bad"
    depth = round(12 + 58 * cell["share"])
    return (
        f'<td style="background:color-mix(in srgb, var(--{color}) {depth}%, transparent)" '
        f'title="{cell["share"]:.0%}">{cell["count"]}</td>'
    )


def _broken(broken: Sequence[BrokenPicture]) -> str:
    if not broken:
        return ""
    items = "".join(f"<li>{escape(error.sentence)}</li>" for error in broken[:100])
    return f'<h2>Left out</h2><div class="card"><ul>{items}</ul></div>'


def _gallery(
    title: str, model: Model, pairs: Sequence[tuple[Outcome, Sample]], *, most: int, empty: str
) -> str:
    shown = [_figure(model, outcome, sample) for outcome, sample in pairs[:most]]
    more = f'<p class="soft">The worst {most} of {len(pairs)}.</p>' if len(pairs) > most else ""
    kind = "gallery" if model.task == "detection" else "gallery pairs"
    inner = f'<div class="{kind}">{"".join(shown)}</div>' if shown else f'<p class="soft">{empty}</p>'
    key = ""
    if model.task == "detection" and shown:
        key = (
            '<p class="soft"><span class="key k-good"></span>right<span class="key k-bad"></span>not there'
            '<span class="key k-warn"></span>missed</p>'
        )
    return f"<h2>{title}</h2>{more}{key}{inner}"


@dataclass(slots=True)
class _Views:
    """The pictures of one figure: each with a word below it, and boxes over it."""

    parts: list[str] = field(default_factory=list)

    def add(self, picture: Image.Image, said: str = "", boxes: str = "") -> None:
        small = picture.copy()
        small.thumbnail((_THUMB, _THUMB))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=80)
        data = base64.b64encode(buffer.getvalue()).decode()
        word = f"<small>{said}</small>" if said else ""
        self.parts.append(
            f'<div><div class="pic"><img alt="{said or "the picture"}" width="{small.width}" '
            f'height="{small.height}" src="data:image/jpeg;base64,{data}">{boxes}</div>{word}</div>'
        )


def _figure(model: Model, outcome: Outcome, sample: Sample) -> str:
    try:
        image, _ = decode(sample.picture, name=sample.source)
        answer = model.detect(image, heatmap=model.explains)
    except BrokenPicture as error:  # it was readable a moment ago
        return f'<figure class="card"><figcaption>{escape(error.sentence)}</figcaption></figure>'
    views = _Views()
    show: dict[str, Callable[[], None]] = {
        "detection": lambda: views.add(image, boxes=_boxes(outcome)),
        "segmentation": lambda: _masks(views, model, image, answer, sample),
    }
    show.get(model.task, lambda: _heat(views, image, answer))()
    return (
        f'<figure class="card"><div class="views">{"".join(views.parts)}</div>'
        f"<figcaption>{_tags(outcome)}<br><b>{escape(Path(outcome['picture']).name)}</b></figcaption></figure>"
    )


def _heat(views: _Views, image: Image.Image, answer: Answer) -> None:
    views.add(image, "picture")
    if answer.heatmap is not None:
        views.add(draw_heatmap(image, answer.heatmap), "evidence")


def _masks(views: _Views, model: Model, image: Image.Image, answer: Answer, sample: Sample) -> None:
    labels, colors = model.labels, model.facts.colors
    views.add(draw_findings(image, (), labels=labels, colors=colors, mask=answer.mask), "found")
    if sample.mask is None:
        views.add(image, "picture")
        return
    try:
        truth = read_mask(sample.mask, labels, height=answer.height, width=answer.width)
    except BrokenPicture:
        views.add(mask_picture(answer.mask, labels, colors) if answer.mask is not None else image, "mask")
        return
    views.add(draw_findings(image, (), labels=labels, colors=colors, mask=truth), "drawn by hand")


def _boxes(outcome: Outcome) -> str:
    found = [
        (f["outcome"], f["box"], f"{f['label']} {f['confidence']:.0%}")
        for f in outcome["findings"]
        if f["outcome"] in ("tp", "fp")
    ]
    found += [("miss", m["box"], f"{m['label']}, missed") for m in outcome["missed"]]
    return "".join(
        f'<i class="{kind}" title="{escape(said)}" style="left:{box["left"]:.2%};top:{box["top"]:.2%};'
        f'width:{box["width"]:.2%};height:{box["height"]:.2%}"></i>'
        for kind, box, said in found
    )


def _tags(outcome: Outcome) -> str:
    """Return in words what was said and what is so."""
    if "missed" in outcome:
        found = [f for f in outcome["findings"] if f["outcome"] in ("tp", "fp")]
        parts = [
            _tag("good" if f["outcome"] == "tp" else "bad", f"{f['label']} {f['confidence']:.0%}")
            for f in found
        ]
        return (
            "".join([*parts, *(_tag("warn", f"{m['label']} missed") for m in outcome["missed"])])
            or "no objects"
        )
    kind = "good" if outcome["correct"] else "bad"
    if "score" in outcome:
        said = "anomalous" if outcome["is_anomalous"] else "normal"
        truth = "anomalous" if outcome["truth"] else "normal"
        areas = "".join(
            _tag("warn", f"{f['label']} {f['mask_area']:.2%}") for f in outcome.get("findings", [])
        )
        return _tag(kind, f"said {said}, score {outcome['score']:.3f}") + areas + f" {_but(outcome)} {truth}"
    scores = outcome["scores"]
    if "predicted" in outcome:
        best = outcome["predicted"]
        return _tag(kind, f"said {best} {scores[best]:.0%}") + escape(
            f" {_but(outcome)} {', '.join(outcome['truth'])}"
        )
    called = [f["label"] for f in outcome["findings"]]
    tags = [
        _tag("good" if label in outcome["truth"] else "bad", f"{label} {scores[label]:.0%}")
        for label in called
    ]
    tags += [_tag("warn", f"{label} missed") for label in outcome["truth"] if label not in called]
    return "".join(tags) or "no labels"


def _but(outcome: Outcome) -> str:
    return "and is" if outcome["correct"] else "but is"


def _tag(kind: str, said: str) -> str:
    return f'<span class="tag {kind}">{escape(said)}</span>'


def _how_wrong(outcome: Outcome, document: Mapping[str, Any]) -> float:
    """Return how far from right: the surest mistakes come first."""
    if "missed" in outcome:
        wild = [float(f["confidence"]) for f in outcome["findings"] if f["outcome"] == "fp"]
        return len(outcome["missed"]) + sum(wild)
    if "score" in outcome:
        return abs(float(outcome["score"]) - float(document["labels"][0]["threshold"]))
    if "predicted" in outcome:
        return float(outcome["scores"][outcome["predicted"]])
    return float(sum(said in ("fp", "fn") for said in outcome["outcomes"].values()))


def _spread(pairs: Sequence[tuple[Outcome, Sample]], most: int) -> list[tuple[Outcome, Sample]]:
    """Return some of them, from all over."""
    step = max(1, len(pairs) // most)
    return list(pairs[::step])[:most]


def _share(value: float) -> str:
    return f"{value:.1%}" if value < 1 else "100%"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)
