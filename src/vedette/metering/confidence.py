"""How sure a model is of its main answer to a picture, as it is counted."""

from collections.abc import Iterable


def counted_confidence(confidence: float | None, findings: Iterable[float]) -> dict[str, float]:
    """Return the figure of an answer, in percent: of the whole picture, else of the surest finding.

    A picture in which nothing was found has none: that is an answer, and says nothing of how sure it is.
    """
    surest = confidence if confidence is not None else max(findings, default=None)
    return {} if surest is None else {"confidence": 100 * surest}
