"""Figures, labels and confusion of a report, as HTML."""

import re
from collections.abc import Sequence
from html import escape

from vedette.evaluation.document import (
    AnomalyEvaluation,
    ClassificationEvaluation,
    ConfusionCell,
    Evaluation,
    SegmentationEvaluation,
)
from vedette.report.card import FIGURES

# What a figure means to who has never seen one.
MEANS = {
    "accuracy": "of all pictures",
    "precision": "of what it says is so",
    "recall": "of what is there is found",
    "f1": "precision and recall in one",
    "auroc": "how well scores part normal from anomalous",
    "average_precision": "precision over all thresholds",
    "map50": "boxes found and placed about right",
    "map50_95": "boxes found and placed tightly",
    "mean_iou": "how far found and drawn areas agree",
    "clean_normals": "of the normal ones",
}
_COLUMNS = {
    "test_pictures": "Pictures",
    "test_boxes": "Boxes",
    "threshold": "Threshold",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "average_precision": "Average precision",
    "iou": "IoU",
}
_SHARES = ("precision", "recall", "f1", "average_precision", "iou")
_MOST_MIXED = 6
_LONGEST = 22


def figures(evaluation: Evaluation) -> str:
    """Return the aggregates, each on a card of its own."""
    has_means = len(evaluation.labels) > 1 and not isinstance(
        evaluation, AnomalyEvaluation | SegmentationEvaluation
    )
    cells = []
    for key, name in FIGURES.items():
        value = getattr(evaluation, key, None)
        if isinstance(value, float):
            title = name if has_means else name.split(",")[0]
            cells.append(
                f'<div class="card"><span>{title}</span><b>{share(value)}</b>'
                f"<small>{MEANS[key]}</small></div>"
            )
    return f'<section class="figures">{"".join(cells)}</section>'


def label_table(evaluation: Evaluation) -> str:
    """Return a row a label; a script, where one runs, sorts by the column that is asked for."""
    rows = [(row.label, {key: getattr(row, key, None) for key in _COLUMNS}) for row in evaluation.labels]
    columns = {
        key: title for key, title in _COLUMNS.items() if any(values[key] is not None for _, values in rows)
    }
    head = "".join(f'<th class="n" scope="col">{title}</th>' for title in columns.values())
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(_cell(key, values[key]) for key in columns)
        + "</tr>"
        for label, values in rows
    )
    return (
        '<section><h2>Label by label</h2><div class="card wide"><table class="labels"><thead><tr>'
        f'<th scope="col">Label</th>{head}</tr></thead><tbody>{body}</tbody></table></div></section>'
    )


def _cell(key: str, value: object) -> str:
    if value is None:
        return '<td class="n soft">–</td>'
    if key in _SHARES and isinstance(value, float):
        return f'<td class="n share" style="--share:{value:.3f}">{value:.3f}</td>'
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return f'<td class="n">{text}</td>'


def matrix(evaluation: Evaluation) -> str:
    """Return what was taken for what; readable for three labels and for forty."""
    if not isinstance(evaluation, ClassificationEvaluation) or not evaluation.confusion:
        return ""
    cells = {(cell.truth, cell.predicted): cell for cell in evaluation.confusion}
    labels = sorted((row.label for row in evaluation.labels), key=_as_read)
    head = "".join(
        f'<th scope="col" title="{escape(label)}"><span>{_short(label)}</span></th>' for label in labels
    )
    rows = ""
    for truth in labels:
        row = "".join(_square(truth, label, cells.get((truth, label))) for label in labels)
        rows += f'<tr><th scope="row" title="{escape(truth)}"><span>{_short(truth)}</span></th>{row}</tr>'
    size = "matrix many" if len(labels) > 8 else "matrix"
    return (
        '<section><h2>What was taken for what</h2><div class="card">'
        '<p class="soft">A row is what pictures show, a column what the model thinks likeliest. '
        f"The diagonal is right.</p>{_mixed(evaluation.confusion)}"
        f'<div class="wide"><table class="{size}"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div></section>"
    )


def _as_read(label: str) -> list[tuple[int, str]]:
    """Return what sorts M3 before M10."""
    return [
        (int(part), "") if part.isdecimal() else (0, part.casefold()) for part in re.split(r"(\d+)", label)
    ]


def _short(label: str) -> str:
    """Return a label that fits beside its row: part numbers differ at the end, so the middle goes."""
    if len(label) > _LONGEST:
        label = f"{label[: _LONGEST - 10]}…{label[-9:]}"
    return escape(label)


def _mixed(cells: Sequence[ConfusionCell]) -> str:
    """Return the most frequent confusions in words: the eye finds them late among forty labels."""
    wrong = sorted(
        (cell for cell in cells if cell.truth != cell.predicted),
        key=lambda cell: (-cell.count, cell.truth, cell.predicted),
    )
    if not wrong:
        return ""
    items = "".join(
        f"<li><b>{cell.count}×</b> {escape(cell.truth)} taken for {escape(cell.predicted)}</li>"
        for cell in wrong[:_MOST_MIXED]
    )
    unlisted = len(wrong) - _MOST_MIXED
    more = f'<li class="soft">and {unlisted} other mix-ups</li>' if unlisted > 0 else ""
    return f'<ul class="mixed">{items}{more}</ul>'


def _square(truth: str, predicted: str, cell: ConfusionCell | None) -> str:
    if cell is None:
        return '<td class="none"></td>'
    color = "good" if truth == predicted else "bad"
    depth = round(14 + 56 * cell.share)
    title = f"{cell.count} of “{truth}” ({cell.share:.0%}) taken for “{predicted}”"
    return (
        f'<td style="background:color-mix(in srgb, var(--{color}) {depth}%, var(--card))" '
        f'title="{escape(title)}">{cell.count}</td>'
    )


def share(value: float) -> str:
    """Return a share in percent; only what is whole is said to be 100 %."""
    return "100%" if value >= 1 else f"{min(value, 0.999):.1%}"
