"""What keeps the jobs of a queue waiting although a thread is idle, and the sentence that says so.

A gate asks whether there is room for one more where jobs run elsewhere; a quota says how many of an account
run at once. Jobs that wait for either are nobody's: when it opens, they are chosen in the order that makes
accounts take turns, on whichever server has a thread.
"""

import time
from collections.abc import Callable, Sequence

from vedette.jobs.store import Turn
from vedette.quotas import Quota

# How soon a job that found no room after all is tried again.
POSTPONED_S = 5.0

# Is told how many jobs of the queue are under way on all servers, and says why no more may begin; nothing
# where one may.
Gate = Callable[[int], str]


def open_gate(under_way: int) -> str:
    """Let everybody in."""
    del under_way
    return ""


class QueueGuard:
    """Holds a queue to a gate and a quota. Threads may share it."""

    def __init__(
        self,
        gate: Gate = open_gate,
        *,
        quota: Quota | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.quota = quota or Quota()
        # Why nothing of the queue begins, as it was last seen; nothing while jobs may.
        self.reason = ""
        self._gate = gate
        self._ticks = ticks
        self._postponed_until = float("-inf")

    def postpone(self, sentence: str) -> None:
        """Let nobody begin for a while: what began last found no room."""
        self.reason = sentence
        self._postponed_until = self._ticks() + POSTPONED_S

    def closes(self, under_way: int) -> bool:
        """Say whether nothing more may begin now; `reason` says why not."""
        if self._ticks() < self._postponed_until:
            return True
        self.reason = self._gate(under_way)
        return bool(self.reason)

    def allowed(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the accounts that have not as many jobs under way as they may."""
        return [turn for turn in turns if not self.quota_sentence(turn.account, turn.running)]

    def quota_sentence(self, account: str, running: int) -> str:
        """Say that an account waits for its own jobs; nothing where it does not."""
        most = self.quota.of(account)
        if not most or running < most:
            return ""
        return f"The account has {running} under way, and may have {most} at once."
