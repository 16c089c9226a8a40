"""Figures, labels and confusion of a report, as HTML."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from vedette.report.card import FIGURES

Document = Mapping[str, Any]

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


def figures(document: Document) -> str:
    """Return the aggregates, each on a card of its own."""
    several = len(document["labels"]) > 1 and "auroc" not in document
    cells = []
    for key, said in FIGURES.items():
        if isinstance(document.get(key), float):
            word = said if several else said.split(",")[0]
            cells.append(
                f'<div class="card"><span>{word}</span><b>{share(document[key])}</b>'
                f"<small>{MEANS[key]}</small></div>"
            )
    return f'<section class="figures">{"".join(cells)}</section>'


def label_table(document: Document) -> str:
    """Return a row a label; a script, where one runs, sorts by the column that is asked for."""
    rows = document["labels"]
    shown = {key: said for key, said in _COLUMNS.items() if any(row.get(key) is not None for row in rows)}
    head = "".join(f'<th class="n" scope="col">{said}</th>' for said in shown.values())
    body = "".join(
        f'<tr><th scope="row">{escape(row["label"])}</th>'
        + "".join(_cell(key, row.get(key)) for key in shown)
        + "</tr>"
        for row in rows
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
    said = f"{value:.3f}" if isinstance(value, float) else str(value)
    return f'<td class="n">{said}</td>'


def matrix(document: Document) -> str:
    """Return what was taken for what; readable for three labels and for forty."""
    cells = {(cell["truth"], cell["predicted"]): cell for cell in document.get("confusion", [])}
    if not cells:
        return ""
    labels = sorted((row["label"] for row in document["labels"]), key=_as_read)
    head = "".join(
        f'<th scope="col" title="{escape(label)}"><span>{_short(label)}</span></th>' for label in labels
    )
    rows = ""
    for truth in labels:
        row = "".join(_square(truth, said, cells.get((truth, said))) for said in labels)
        rows += f'<tr><th scope="row" title="{escape(truth)}"><span>{_short(truth)}</span></th>{row}</tr>'
    size = "matrix many" if len(labels) > 8 else "matrix"
    return (
        '<section><h2>What was taken for what</h2><div class="card">'
        '<p class="soft">A row is what pictures show, a column what the model thinks likeliest. '
        f"The diagonal is right.</p>{_mixed(cells)}"
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


def _mixed(cells: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """Return the most frequent confusions in words: the eye finds them late among forty labels."""
    wrong = sorted(
        ((cell["count"], *pair) for pair, cell in cells.items() if pair[0] != pair[1]),
        key=lambda found: (-found[0], found[1:]),
    )
    if not wrong:
        return ""
    items = "".join(
        f"<li><b>{count}×</b> {escape(truth)} taken for {escape(said)}</li>"
        for count, truth, said in wrong[:_MOST_MIXED]
    )
    rest = len(wrong) - _MOST_MIXED
    more = f'<li class="soft">and {rest} other mix-ups</li>' if rest > 0 else ""
    return f'<ul class="mixed">{items}{more}</ul>'


def _square(truth: str, said: str, cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return '<td class="none"></td>'
    color = "good" if truth == said else "bad"
    depth = round(14 + 56 * cell["share"])
    title = f"{cell['count']} of “{truth}” ({cell['share']:.0%}) taken for “{said}”"
    return (
        f'<td style="background:color-mix(in srgb, var(--{color}) {depth}%, var(--card))" '
        f'title="{escape(title)}">{cell["count"]}</td>'
    )


def share(value: float) -> str:
    """Return a share in percent; only what is whole is said to be 100 %."""
    return "100%" if value >= 1 else f"{min(value, 0.999):.1%}"
