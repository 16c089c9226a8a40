"""Small charts as inline SVG: no script, colours from the page, a sentence for those who do not see them."""

from collections.abc import Sequence
from html import escape

from vedette.evaluation.document import AnomalyOutcome, LabelFigures
from vedette.evaluation.metrics import Reliability

_SIDE, _LEFT, _BOTTOM, _TOP, _RIGHT = 200, 44, 32, 16, 10
_WIDE = 420


def precision_recall(row: LabelFigures) -> str:
    """Return a label's curve, with a dot where its threshold stands."""
    points = list(zip(row.curve.recall, row.curve.precision, strict=True))
    if points:
        points = [(0.0, points[0][1]), *points]
    line = " ".join(f"{'L' if n else 'M'}{_x(r):.1f},{_y(p):.1f}" for n, (r, p) in enumerate(points))
    area = f"{line} L{_x(points[-1][0]):.1f},{_y(0):.1f} L{_x(0):.1f},{_y(0):.1f} Z" if points else ""
    dot = (
        f'<circle class="dot" cx="{_x(row.recall):.1f}" cy="{_y(row.precision):.1f}" r="4.5">'
        f"<title>threshold {row.threshold:.3f}: precision {row.precision:.3f}, "
        f"recall {row.recall:.3f}</title></circle>"
    )
    return _chart(
        f"Precision and recall of {row.label}",
        _axes("recall", "precision") + f'<path class="area" d="{area}"/><path class="line" d="{line}"/>{dot}',
    )


def reliability_diagram(reliability: Reliability) -> str:
    """Return how often predictions of each confidence were right; on the diagonal they are honest."""
    most = max((part.count for part in reliability.bins), default=1)
    parts = [f'<path class="ideal" d="M{_x(0)},{_y(0)} L{_x(1)},{_y(1)}"/>']
    for part in reliability.bins:
        left, right = _x(part.low), _x(part.high)
        top = _y(part.right)
        share = 0.25 + 0.75 * part.count / most
        title = f"{part.count} predictions of {part.low:.0%}–{part.high:.0%}: {part.right:.0%} right"
        parts.append(
            f'<rect class="bar" x="{left + 1:.1f}" y="{top:.1f}" width="{right - left - 2:.1f}" '
            f'height="{max(1.0, _y(0) - top):.1f}" opacity="{share:.2f}"><title>{title}</title></rect>'
            f'<text class="small" x="{(left + right) / 2:.1f}" y="{_TOP - 4}" text-anchor="middle">'
            f"{part.count}</text>"
        )
    return _chart(
        "How often predictions of each confidence were right",
        _axes("confidence", "were right") + "".join(parts),
    )


def score_histogram(outcomes: Sequence[AnomalyOutcome], threshold: float) -> str:
    """Return the scores of normal and anomalous pictures, and the threshold between them."""
    bins = 20
    heights: dict[bool, list[int]] = {kind: [0] * bins for kind in (False, True)}
    for outcome in outcomes:
        heights[outcome.truth][min(bins - 1, int(outcome.score * bins))] += 1
    most = max(1, *heights[False], *heights[True])
    base, top = _y(0), _TOP + 6
    wide = (_WIDE - _LEFT - _RIGHT) / bins
    parts = [f'<path class="axis" d="M{_LEFT},{base} H{_WIDE - _RIGHT}"/>']
    for kind, name in ((False, "normal"), (True, "anomalous")):
        kind_of = "is" if kind else "not"
        for number, count in enumerate(heights[kind]):
            high = (base - top) * count / most
            x = _LEFT + number * wide + (wide / 2 if kind else 0)
            title = f"{count} {name} of {number / bins:.2f}–{(number + 1) / bins:.2f}"
            if count:
                parts.append(
                    f'<rect class="{kind_of}" x="{x + 0.5:.1f}" y="{base - high:.1f}" height="{high:.1f}" '
                    f'width="{wide / 2 - 1:.1f}"><title>{title}</title></rect>'
                )
    at = _LEFT + threshold * (_WIDE - _LEFT - _RIGHT)
    side = "end" if threshold > 0.7 else "start"
    shift = -5 if threshold > 0.7 else 5
    parts.append(
        f'<path class="limit" d="M{at:.1f},{_TOP - 4} V{base}"/>'
        f'<text x="{at + shift:.1f}" y="{_TOP + 6}" text-anchor="{side}">threshold {threshold:.2f}</text>'
        f'<text x="{_LEFT}" y="{base + 14}">0</text>'
        f'<text x="{_WIDE - _RIGHT}" y="{base + 14}" text-anchor="end">1</text>'
        f'<text x="{(_LEFT + _WIDE - _RIGHT) / 2}" y="{base + 22}" text-anchor="middle">score</text>'
    )
    return _chart("Scores of normal and anomalous pictures", "".join(parts), width=_WIDE)


def _chart(label: str, inner: str, *, width: int = _SIDE + _LEFT + _RIGHT) -> str:
    height = _SIDE + _TOP + _BOTTOM
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{inner}</svg>'
    )


def _axes(across: str, up: str) -> str:
    parts = []
    for step in (0.0, 0.25, 0.5, 0.75, 1.0):
        kind = "axis" if step == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{_x(0)},{_y(step)} H{_x(1)} M{_x(step)},{_y(0)} V{_y(1)}"/>')
    for step in (0.0, 0.5, 1.0):
        parts.append(f'<text x="{_x(step)}" y="{_y(0) + 13}" text-anchor="middle">{step:g}</text>')
        parts.append(f'<text x="{_x(0) - 5}" y="{_y(step) + 4}" text-anchor="end">{step:g}</text>')
    parts.append(f'<text x="{_x(0.5)}" y="{_y(0) + 26}" text-anchor="middle">{across}</text>')
    parts.append(
        f'<text transform="translate({_LEFT - 30},{_y(0.5)}) rotate(-90)" text-anchor="middle">{up}</text>'
    )
    return "".join(parts)


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
