"""What came of a batch: how often each label or verdict was found, how sure, and the doubtful pictures."""

import heapq
from collections import Counter
from typing import Any

from vedette.cli.batch_results import FAILED, Result

BINS = 10
BAR = 40
# Pictures that a person should look at first.
DOUBTFUL = 10


class BatchSummary:
    """Counts results as they come; holds the names of few pictures only."""

    def __init__(self) -> None:
        self.pictures = 0
        self.failed: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._bins = [0] * BINS
        # The least sure, the surest of them first to go.
        self._doubtful: list[tuple[float, str, str]] = []

    def add(self, name: str, result: Result) -> None:
        """Count a picture's result."""
        self.pictures += 1
        if FAILED in result:
            self.failed[str(result[FAILED]).partition(":")[0]] += 1
            return
        verdicts, confidence = verdict_of(result["response"])
        self._verdicts.update(verdicts)
        self._bins[min(BINS - 1, int(confidence * BINS))] += 1
        entry = (-confidence, name, ", ".join(verdicts))
        (heapq.heappush if len(self._doubtful) < DOUBTFUL else heapq.heappushpop)(self._doubtful, entry)

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        most = max(*self._bins, 1)
        lines = [f"{self.pictures} pictures, {sum(self.failed.values())} of them without an answer."]
        lines += [f"  {count} {reason}" for reason, count in self.failed.most_common()]
        lines += [f"  {count:>8}  {verdict}" for verdict, count in self._verdicts.most_common()]
        if any(self._bins):
            lines.append("How sure:")
        for number, count in enumerate(self._bins):
            if any(self._bins):
                bar = "━" * round(BAR * count / most)
                lines.append(f"  {number * 10:>3} to {number * 10 + 10:>3} %  {count:>8}  {bar}".rstrip())
        doubtful = sorted(self._doubtful, reverse=True)
        if doubtful:
            lines.append("Least sure:")
        return lines + [f"  {-less:4.0%}  {name}  {verdict}" for less, name, verdict in doubtful]

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        doubtful = [
            {"source": name, "confidence": -less, "verdict": verdict}
            for less, name, verdict in sorted(self._doubtful, reverse=True)
        ]
        return {
            "pictures": self.pictures,
            "failed": dict(self.failed),
            "verdicts": dict(self._verdicts),
            "confidence": {"from": 0.0, "to": 1.0, "counts": self._bins},
            "doubtful": doubtful,
        }


def verdict_of(response: dict[str, Any]) -> tuple[list[str], float]:
    """Return what a response says, and how sure it is: of the surest label, or of the verdict."""
    if "DetectAnomalyResult" in response:
        result = response["DetectAnomalyResult"]
        kinds = [kind["Name"] for kind in result.get("Anomalies", []) if kind["Name"] != "background"]
        return (kinds or ["anomaly"] if result["IsAnomalous"] else ["normal"]), float(result["Confidence"])
    labels = response["CustomLabels"]
    if not labels:
        return ["nothing"], 0.0
    names = sorted({label["Name"] for label in labels})
    return names, max(float(label["Confidence"]) for label in labels) / 100
