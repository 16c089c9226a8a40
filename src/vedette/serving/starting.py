"""The starts of one model's units, and what is made of those that fail.

A package that cannot be loaded is given up after a few tries. That no machine has room for a unit is no fault
of the model: a version that is being started says so after a minute, one that has run waits.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from vedette.engines.port import NoPlace, Unit, UnitGone, UnitOrder, Units
from vedette.errors import Busy, Wrong
from vedette.file_access import is_sealed_place
from vedette.runtime.package_files import FACTS
from vedette.serving.plan import HostingPlan
from vedette.serving.scaling import threads_each
from vedette.store.sealed_folders import keys_for

log = logging.getLogger("vedette.serving")

# After this many failed starts in a row the version fails.
MOST_FAILURES = 3
# A cluster's node takes about this long to come back, and a person longer to give a start up.
PLACELESS_S = 60.0
# How often a place is looked for.
AGAIN_S = 1.0


class UnitStarter:
    """Starts units of one model, one or several at a time."""

    def __init__(self, plan: HostingPlan, engine: Units) -> None:
        self.failure = ""
        self.has_run = plan.has_run
        self._plan, self._engine = plan, engine
        self._failures = 0
        self._placeless_since: float | None = None

    @property
    def placeless(self) -> str:
        """Why no machine takes a unit now; nothing where one did, or was not asked."""
        return "" if self._placeless_since is None else self.failure

    @property
    def gives_up(self) -> bool:
        """Whether there is no use in starting another one; `failure` says why."""
        if self._failures >= MOST_FAILURES:
            return True
        if self.has_run or self._placeless_since is None:
            return False
        return asyncio.get_running_loop().time() - self._placeless_since >= PLACELESS_S

    async def start(self, on_death: Callable[[], None]) -> Unit | None:
        """Return a new unit; nothing, after a while, where it did not start."""
        plan = self._plan
        try:
            keys = await keys_of(plan.package)
            order = UnitOrder(plan.package, threads_each(plan.cores, plan.most), keys=keys)
            unit = await self._engine.start(order, on_death=on_death)
        except NoPlace as error:
            await self._wait_for_place(str(error))
            return None
        except (Wrong, Busy, UnitGone, OSError) as error:
            self._failures += 1
            self.failure = failure_sentence(error, plan.package)
            log.warning("a unit of %s did not start: %s", plan.name, str(error) or self.failure)
            # Back off: a broken package must not cost a core.
            await asyncio.sleep(0.2 * self._failures)
            return None
        self._failures = 0
        self._placeless_since = None
        return unit

    async def _wait_for_place(self, sentence: str) -> None:
        if self._placeless_since is None:
            self._placeless_since = asyncio.get_running_loop().time()
            self.failure = ""
        if sentence != self.failure:
            log.warning("a unit of %s waits: %s", self._plan.name, sentence)
        self.failure = sentence
        await asyncio.sleep(AGAIN_S)


async def keys_of(package: Path) -> dict[str, str]:
    """Return what opens a package; of one that lies in clear nothing, at once."""
    place = package / FACTS
    return await asyncio.to_thread(keys_for, place) if is_sealed_place(place) else {}


def failure_sentence(error: Exception, package: Path) -> str:
    """Return the message of a unit that did not start, without paths of the server."""
    if isinstance(error, Wrong):
        reason = error.sentence.replace(f"{package}/", "").replace(str(package), "its folder")
        return f"The model cannot be loaded: {reason}"
    if isinstance(error, Busy):
        return error.sentence
    if isinstance(error, NoPlace):
        return str(error)
    return "A unit of the model did not start; see the server's log."
