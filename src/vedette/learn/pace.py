"""How a loop of steps ends in time: where steps are slow, each stands for more than one of the schedule.

The whole schedule is walked through either way, to its low rates at the end, so that a network that learnt in
half the steps is finished and not broken off. Without a limit every step is one step, and nothing of a
training depends on a clock.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Where a loop of `steps` stands that may take `seconds`."""

    steps: int
    seconds: float = math.inf
    now: Callable[[], float] = time.monotonic
    done: int = 0
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.now()

    @property
    def is_over(self) -> bool:
        """Whether the schedule is walked through."""
        return self.done >= self.steps

    def step(self) -> int:
        """Return for how many steps of the schedule the step just taken stands."""
        passed = self.now() - self._began
        due = self.steps if passed >= self.seconds else math.ceil(self.steps * (passed / self.seconds))
        advance = min(max(1, due - self.done), self.steps - self.done)
        self.done += advance
        return advance
