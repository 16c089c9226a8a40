"""Functions that call themselves by what they do, found by the keys that they are called with.

A request that is signed with a function's keys comes from the call that its process is in. So the events that
it causes (of objects that it writes, of functions that it calls) know which functions were called on the way,
and how often; nothing that a handler sends, or leaves out, changes that. AWS Lambda finds such loops by a
header that its SDKs pass on (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html).

A chain is JSON: the number of each function, and how often it was called.
"""

import threading
import time
from collections.abc import Callable

import orjson

# AWS Lambda's: about so many calls of one function in one chain.
MOST_ROUNDS = 16
# No key of a function is good for longer.
KEY_S = 3600.0


def rounds_of(chain: str, function: int) -> int:
    """Return how often a function was called in a chain."""
    return int(orjson.loads(chain).get(str(function), 0)) if chain else 0


def lengthened(chain: str, function: int) -> str:
    """Return a chain with one more call of a function."""
    rounds = orjson.loads(chain) if chain else {}
    return orjson.dumps({**rounds, str(function): rounds.get(str(function), 0) + 1}).decode()


class CallChains:
    """In which chain each key of a function is now. Threads may share it."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._chains: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def enter(self, key: str, chain: str) -> None:
        """Note that a process is in a chain until its next call: what it does afterwards is, too."""
        with self._lock:
            self._chains[key] = chain, self._ticks()

    def of(self, key: str) -> str:
        """Return the chain of a request that was signed with a key; empty for keys of people."""
        return self._chains.get(key, ("", 0.0))[0]

    def sweep(self) -> None:
        """Forget keys that are good no more."""
        oldest = self._ticks() - KEY_S
        with self._lock:
            self._chains = {key: entry for key, entry in self._chains.items() if entry[1] > oldest}
