"""One page that shows how a model did: figures, curves, confusion, and what it got wrong, with pictures.

Self-contained: styles, charts, thumbnails and the one script are inside; nothing is fetched. The
page's own policy lets that script run by its hash and no other. Without scripts all but the
moving of thresholds is there.
"""

import base64
import hashlib
import json
import shlex
from collections.abc import Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path

from vedette.evaluation.document import (
    AnomalyEvaluation,
    AnomalyOutcome,
    ClassificationOutcome,
    DetectionOutcome,
    Evaluation,
    LabelFigures,
    Outcome,
    SegmentationEvaluation,
)
from vedette.evaluation.judge import ModelJudgement
from vedette.report.card import DOES
from vedette.report.charts import precision_recall, reliability_diagram, score_histogram
from vedette.report.gallery import Pair, gallery
from vedette.report.scores import tallies
from vedette.report.tables import figures, label_table, matrix
from vedette.runtime.model import Model
from vedette.vision.annotations import ANOMALY
from vedette.vision.images import BrokenPicture

# A page of these opens at once and is a few megabytes at most.
_MOST_WRONG, _MOST_RIGHT, _MOST_CURVES = 36, 12, 60
# More curves than this are folded away.
_OPEN_CURVES = 6
# Below this a figure moves by several points with every picture.
_FEW = 30


def write_report(to: Path, model: Model, judgement: ModelJudgement) -> None:
    """Write the page; thumbnails are made by looking at those pictures once more."""
    to.write_text(report_page(model, judgement), "utf-8")


def report_page(model: Model, judgement: ModelJudgement) -> str:
    """Return the page as HTML."""
    evaluation = judgement.evaluation
    pairs: list[Pair] = list(zip(evaluation.outcomes, judgement.samples, strict=True))
    wrong = sorted((p for p in pairs if not p[0].correct), key=lambda pair: -_how_wrong(pair[0], evaluation))
    right = [pair for pair in pairs if pair[0].correct]
    body = [
        _head(model, evaluation, right=len(right)),
        figures(evaluation),
        gallery("What it got wrong", model, wrong, most=_MOST_WRONG, empty="Nothing on these pictures."),
        _PANEL if tallies(evaluation) else "",
        label_table(evaluation),
        matrix(evaluation),
        _curves(evaluation),
        _broken(judgement.broken),
        gallery(
            "Some that it got right", model, _spread(right, _MOST_RIGHT), most=_MOST_RIGHT, empty="None."
        ),
        _foot(model),
    ]
    return _page(f"How well {_name(model)} does", "".join(body), _data(model, evaluation))


def _page(title: str, body: str, data: str) -> str:
    style, script = ((files("vedette.report") / f"page.{kind}").read_text("utf-8") for kind in ("css", "js"))
    sum_of = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{sum_of}'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body><main>{body}</main><script type="application/json" id="scores">{data}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def _data(model: Model, evaluation: Evaluation) -> str:
    """Return what the script reads; no name in it can end its element."""
    content = {
        "task": model.task,
        "labels": tallies(evaluation),
        "command": f"vedette detect {shlex.quote(_name(model))} PICTURES",
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _name(model: Model) -> str:
    return Path(model.name).name


def _head(model: Model, evaluation: Evaluation, *, right: int) -> str:
    count = evaluation.pictures
    rough = ""
    if count < _FEW:
        rough = (
            f'<p class="note">Only {count} pictures: each moves a figure by {100 / count:.0f} points or '
            "more. Judge it on more before you rely on it.</p>"
        )
    return (
        f'<header><p class="soft">{escape(_name(model))} {escape(DOES[model.task])}.</p>'
        f"<h1>{right} of {count} pictures wholly right</h1>"
        f'<div class="whole" role="img" aria-label="{right} right, {count - right} wrong">'
        f'<i style="width:{100 * right / count:.2f}%"></i></div>{rough}</header>'
    )


_PANEL = """<section id="try" hidden><h2>Move the threshold</h2>
<p class="soft">A finding counts from this score on. Lower, and less is missed; higher, and there are fewer
false alarms.</p>
<div class="card try"><div>
<label>Label <select id="label"></select></label>
<label for="at" class="at"><span>Threshold</span> <output id="at-said" for="at"></output></label>
<input type="range" id="at" min="0" max="1000" step="1">
<div id="presets" class="chips"></div>
<p id="said" class="said" aria-live="polite"></p>
<dl><div><dt>Precision</dt><dd><b id="now-precision"></b> <small id="change-precision"></small></dd></div>
<div><dt>Recall</dt><dd><b id="now-recall"></b> <small id="change-recall"></small></dd></div>
<div><dt>F1</dt><dd><b id="now-f1"></b> <small id="change-f1"></small></dd></div></dl>
<p class="soft">To use it<span id="whom"></span>: <code id="command"></code></p>
<p class="soft">A threshold chosen on these pictures looks a little better here than on new ones.</p>
</div><div class="plots">
<svg class="chart" id="spread" role="img" aria-label="How many scores are how high"></svg>
<p class="soft key"><span><i class="k-not"></i><span id="key-not"></span></span><span><i class="k-is"></i>
<span id="key-is"></span></span><span>each to its own scale</span></p>
<svg class="chart" id="curve" role="img" aria-label="Precision and recall"></svg>
</div></div></section>"""


def _curves(evaluation: Evaluation) -> str:
    rows = [row for row in evaluation.labels if isinstance(row, LabelFigures) and row.curve.thresholds]
    rows = rows[:_MOST_CURVES]
    cards = [f'<div class="card"><h3>{escape(row.label)}</h3>{precision_recall(row)}</div>' for row in rows]
    grid = f'<div class="charts">{"".join(cards)}</div>'
    if len(cards) > _OPEN_CURVES:
        grid = f"<details><summary>The curves of {len(cards)} labels</summary>{grid}</details>"
    section = f"<section><h2>Precision and recall</h2>{grid}</section>" if cards else ""
    return _confidence(evaluation) + section


def _confidence(evaluation: Evaluation) -> str:
    """Return whether its confidence is honest, and, where no script runs, how scores are spread."""
    cards = []
    if evaluation.reliability.bins:
        error = evaluation.reliability.error
        cards.append(
            f'<div class="card beside">{reliability_diagram(evaluation.reliability)}'
            "<div><p>A bar says how many of the predictions of that confidence were right; the number above "
            "it how many there were. Bars that end on the dashed line are honest, below it the model is too "
            "sure of itself, above it too modest. Pale bars stand on few predictions.</p>"
            f"<p><b>{error:.1%}</b> is how far it is off on average.</p></div></div>"
        )
    if isinstance(evaluation, AnomalyEvaluation | SegmentationEvaluation):
        key = (
            '<p class="soft key"><span><i class="k-not"></i>normal</span>'
            '<span><i class="k-is"></i>anomalous</span></p>'
        )
        chart = score_histogram(evaluation.outcomes, evaluation.thresholds[ANOMALY])
        cards.append(f'<div class="card still"><h3>Scores</h3>{chart}{key}</div>')
    return f"<section><h2>Is its confidence honest?</h2>{''.join(cards)}</section>" if cards else ""


def _broken(broken: Sequence[BrokenPicture]) -> str:
    if not broken:
        return ""
    items = "".join(f"<li>{escape(error.sentence)}</li>" for error in broken[:100])
    more = f"<li>and {len(broken) - 100} more</li>" if len(broken) > 100 else ""
    return f'<section><h2>Left out</h2><div class="card"><ul>{items}{more}</ul></div></section>'


def _foot(model: Model) -> str:
    facts = model.facts
    try:
        moment = datetime.fromisoformat(facts.created)
        trained = f"{moment.day} {moment:%B %Y, %H:%M %Z}".strip()
    except ValueError:
        trained = "on an unknown day"
    recipe = facts.recipe.get("recipe")
    parts = [
        f"Vedette {facts.versions.get('vedette', '')}".strip(),
        f"trained {trained}" + (f" by {recipe}" if recipe else ""),
        f"on {facts.data['training_pictures']} pictures" if "training_pictures" in facts.data else "",
        "figures hold at the model’s own thresholds",
    ]
    return f"<footer>{escape(' · '.join(part for part in parts if part))}</footer>"


def _how_wrong(outcome: Outcome, evaluation: Evaluation) -> float:
    """Return how far from right: the surest mistakes come first."""
    if isinstance(outcome, DetectionOutcome):
        wild = [finding.confidence for finding in outcome.findings if finding.outcome == "fp"]
        return len(outcome.missed) + sum(wild)
    if isinstance(outcome, AnomalyOutcome):
        return abs(outcome.score - evaluation.thresholds[ANOMALY])
    if isinstance(outcome, ClassificationOutcome):
        return outcome.scores[outcome.predicted]
    return float(sum(kind in ("fp", "fn") for kind in outcome.outcomes.values()))


def _spread(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """Return some of them, from all over."""
    step = max(1, len(pairs) // most)
    return list(pairs[::step])[:most]
