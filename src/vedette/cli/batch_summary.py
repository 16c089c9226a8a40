"""What came of a batch: how often each label or verdict was found, how sure, and the doubtful pictures."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vedette.batches.tallies import BatchTally
from vedette.cli.batch_results import FAILED, Result

BAR = 40
# Pictures that a person should look at first.
DOUBTFUL = 10


class BatchSummary:
    """Counts results as they come."""

    def __init__(self) -> None:
        self._tally = BatchTally(DOUBTFUL)

    @property
    def pictures(self) -> int:
        """How many pictures have been counted."""
        return self._tally.pictures

    def add(self, name: str, result: Result) -> None:
        """Count a picture's result."""
        if FAILED in result:
            self._tally.add_failure(str(result[FAILED]).partition(":")[0])
        else:
            self._tally.add(name, *verdict_of(result["response"]))

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        return summary_lines(self._tally.document())

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        facts = self._tally.document()
        counts = facts.pop("bins")
        return {**facts, "confidence": {"from": 0.0, "to": 1.0, "counts": counts}}


def summary_lines(facts: Mapping[str, Any]) -> list[str]:
    """Return a tally's document as lines for a person."""
    bins, failed = facts["bins"], Counter(facts["failed"])
    most = max(*bins, 1) if bins else 1
    lines = [f"{facts['pictures']} pictures, {sum(failed.values())} of them without an answer."]
    lines += [f"  {count} {reason}" for reason, count in failed.most_common()]
    lines += [f"  {count:>8}  {verdict}" for verdict, count in Counter(facts["verdicts"]).most_common()]
    if any(bins):
        lines.append("How sure:")
        for number, count in enumerate(bins):
            bar = "━" * round(BAR * count / most)
            lines.append(f"  {number * 10:>3} to {number * 10 + 10:>3} %  {count:>8}  {bar}".rstrip())
    if facts["doubtful"]:
        lines.append("Least sure:")
    doubtful = facts["doubtful"][:DOUBTFUL]
    return lines + [f"  {item['confidence']:4.0%}  {item['source']}  {item['verdict']}" for item in doubtful]


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
