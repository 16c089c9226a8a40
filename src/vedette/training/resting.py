"""Answers about states that change often: each is kept, and one that was costly stands in for newer states.

Pages ask every few seconds and people label all the time, so that every question may be about another state.
Where an answer took long, the next one of the same owner waits until a rest is over, and the last is given
meanwhile. One at a time of an owner is worked out; owners do not wait for one another.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

# Answers of so many states are kept.
MOST_KEPT = 32
# An answer that takes a processor so long is not worked out again at each change: a quarter of a million
# lines take some 14 s (docs/experiments.md).
COSTLY_S = 1.0
# So many times as long as it took it rests, which leaves four fifths of a processor to others.
REST = 4


class RestingAnswers(Generic[Value]):
    """The last answers, and how long costly ones are good enough. Threads may share it."""

    def __init__(
        self, *, most: int = MOST_KEPT, costly_s: float = COSTLY_S, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._costly_s = costly_s
        self._now = now
        self._answers: OrderedDict[tuple[int, Hashable], Value] = OrderedDict()
        # The last answer of an owner that took long, and until when it is good enough.
        self._costly: dict[int, tuple[Value, float]] = {}
        self._working: dict[int, threading.Lock] = {}
        self._lock = threading.Lock()

    def answer(self, owner: int, state: Hashable, work_out: Callable[[], Value]) -> Value:
        """Return the answer about an owner's state; a recent one of the owner's while it rests."""
        with self._lock:
            working = self._working.setdefault(owner, threading.Lock())
        with working:
            with self._lock:
                answer = self._recent(owner, state)
            if answer is None:
                answer = self._timed(owner, work_out)
                self._keep((owner, state), answer)
            return answer

    def _recent(self, owner: int, state: Hashable) -> Value | None:
        if (owner, state) in self._answers:
            self._answers.move_to_end((owner, state))
            return self._answers[owner, state]
        answer, until = self._costly.get(owner, (None, 0.0))
        return answer if self._now() < until else None

    def _timed(self, owner: int, work_out: Callable[[], Value]) -> Value:
        began, used = self._now(), time.thread_time()
        answer = work_out()
        with self._lock:
            self._costly.pop(owner, None)
            if time.thread_time() - used >= self._costly_s:
                ended = self._now()
                self._costly[owner] = (answer, ended + REST * (ended - began))
        return answer

    def _keep(self, question: tuple[int, Hashable], answer: Value) -> None:
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
