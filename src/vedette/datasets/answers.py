"""Answers to queries, kept for as long as pages of them may be asked for: those that were asked for last."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_ANSWERS = 64
"""So many answers are kept; who scrolls an older one is answered anew."""
MOST_BYTES = 64 << 20
"""And no more bytes: of 250,000 entries an answer has one megabyte, of a million four."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The places of the entries that pass, in the order that was asked for."""

    snapshot: str
    places: NDArray[np.int32]
    is_pending: bool


class KeptAnswers:
    """The answers of all datasets. Threads may share it."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, QueryAnswer] = OrderedDict()
        self._bytes = 0

    def recall(self, snapshot: str) -> QueryAnswer | None:
        """Return an answer that is kept."""
        with self._lock:
            answer = self._answers.get(snapshot)
            if answer is not None:
                self._answers.move_to_end(snapshot)
            return answer

    def remember(self, answer: QueryAnswer) -> None:
        """Keep an answer, and let those go that were not asked for the longest."""
        if answer.is_pending:
            return
        with self._lock:
            before = self._answers.pop(answer.snapshot, None)
            self._bytes += answer.places.nbytes - (before.places.nbytes if before else 0)
            self._answers[answer.snapshot] = answer
            # The newest stays, however large it is: its pages are asked for next.
            while len(self._answers) > 1 and self._is_full():
                self._bytes -= self._answers.popitem(last=False)[1].places.nbytes

    def _is_full(self) -> bool:
        return len(self._answers) > self._most or self._bytes > self._most_bytes
