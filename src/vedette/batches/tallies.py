"""What came of many pictures: how often each label or verdict, how sure, and which to look at first.

Plain values, so that a command, a server and a test count alike; tallies of parts are merged.
"""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

BINS = 10


class BatchTally:
    """Counts pictures as they come; holds the addresses of few of them only."""

    def __init__(self, most_doubtful: int) -> None:
        self.pictures = 0
        self.failed: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.bins = [0] * BINS
        self._most = most_doubtful
        # The least sure, the surest of them first to go.
        self._doubtful: list[tuple[float, str, str]] = []

    def add(self, source: str, verdicts: Sequence[str], confidence: float) -> None:
        """Count a picture that has an answer."""
        self.pictures += 1
        self.verdicts.update(verdicts)
        self.bins[min(BINS - 1, int(confidence * BINS))] += 1
        self._consider(-confidence, source, ", ".join(verdicts))

    def add_failure(self, reason: str) -> None:
        """Count a picture without an answer."""
        self.pictures += 1
        self.failed[reason] += 1

    def merge(self, document: Mapping[str, Any]) -> None:
        """Count what another tally has counted, by its document."""
        if not document:
            return
        self.pictures += document["pictures"]
        self.failed.update(document["failed"])
        self.verdicts.update(document["verdicts"])
        self.bins = [sum(counts) for counts in zip(self.bins, document["bins"], strict=True)]
        for item in document["doubtful"]:
            self._consider(-item["confidence"], item["source"], item["verdict"])

    def doubtful(self) -> list[tuple[float, str, str]]:
        """Return (confidence, source, verdict) of the least sure, those first."""
        return [(-less, source, verdict) for less, source, verdict in sorted(self._doubtful, reverse=True)]

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "pictures": self.pictures,
            "failed": dict(self.failed),
            "verdicts": dict(self.verdicts),
            "bins": list(self.bins),
            "doubtful": [
                {"source": source, "confidence": confidence, "verdict": verdict}
                for confidence, source, verdict in self.doubtful()
            ],
        }

    def _consider(self, less: float, source: str, verdict: str) -> None:
        entry = (less, source, verdict)
        (heapq.heappush if len(self._doubtful) < self._most else heapq.heappushpop)(self._doubtful, entry)
