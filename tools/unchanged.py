"""How tests go without any change: a failure says something of a change only beside that.

A test may fail on this machine anyway, because a package is missing; and tests that take as long as they may
without a change have not caught an endless loop.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from tools.copies import Copy, Suite, Trial
from tools.forked_runs import PASSED, ForkedRun

# Tests that are ended late have caught a change if they need less than this share of their time without it.
IN_TIME = 0.5


@dataclass(frozen=True, slots=True)
class Baseline:
    """How some tests go as they are."""

    passed: bool
    seconds: float


class Unchanged:
    """Runs tests without any change, each choice of them once."""

    def __init__(
        self,
        run: Callable[[Copy, Suite], ForkedRun],
        longest_s: float,
        uncollected: Collection[str] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._longest_s = longest_s
        self._uncollected = uncollected
        self._now = now
        self._known: dict[str, Baseline] = {}

    def doubt(self, trial: Trial[Any]) -> str:
        """Return why a trial decides nothing; where it does, an empty string."""
        if trial.caught_by is None:
            return self._doubt_of_survival(trial)
        suite = trial.caught_by
        if trial.failing:
            suite = Suite([trial.failing.partition("::")[0]], [trial.failing])
        baseline = self._baseline(trial.copy, suite)
        subject = trial.failing or str(suite)
        if not baseline.passed:
            return f"{subject}: fails without any change"
        if trial.is_late and baseline.seconds > IN_TIME * self._longest_s:
            return f"{subject}: {baseline.seconds:.0f} s without any change"
        return ""

    def _doubt_of_survival(self, trial: Trial[Any]) -> str:
        files = {file for suite in trial.passed for file in suite.files}
        missing = sorted(
            place for place in self._uncollected if any(f"{place}/".startswith(f"{file}/") for file in files)
        )
        return f"{', '.join(missing)}: cannot be imported here" if missing else ""

    def _baseline(self, copy: Copy, suite: Suite) -> Baseline:
        key = " ".join(suite.tests if suite.tests is not None else suite.files)
        if key not in self._known:
            began = self._now()
            status = self._run(copy, suite).wait()
            self._known[key] = Baseline(status == PASSED, self._now() - began)
        return self._known[key]
