"""What other servers have put into service is served here too, and what they have stopped is ended.

Several servers share the versions' rows, and each holds units of its own of every version in service: any of
them answers any request, and one that dies takes none of the others' units along. A look is one query;
it moves no version that is as it should be.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass

from vedette.projects.version import State, Version

log = logging.getLogger("vedette.serving")

# How soon a version that was put into service elsewhere is here; a request for it does not wait so long.
LOOK_S = 2.0
# A version whose units run elsewhere and not here, for want of memory mostly, is tried again after this.
AGAIN_S = 60.0
IN_SERVICE: tuple[State, ...] = ("starting", "running")


@dataclass(frozen=True, slots=True)
class ServiceChanges:
    """What is to be done after a look: versions to host, to finish stopping, and ids to let go."""

    host: list[Version]
    stop: list[Version]
    let_go: list[int]


def changes(versions: Iterable[Version], before: Collection[int]) -> ServiceChanges:
    """Compare what the rows say with what was hosted here before they were read."""
    rows = {version.id: version for version in versions}
    host = [version for version in rows.values() if version.state in IN_SERVICE]
    stop = [version for version in rows.values() if version.state == "stopping"]
    return ServiceChanges(host, stop, [number for number in before if number not in rows])


class ServiceFollower:
    """Looks again and again, in the loop, until it is closed."""

    def __init__(self, compare: Callable[[], Awaitable[None]], every_s: float = LOOK_S) -> None:
        self._compare = compare
        self._every_s = every_s
        self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Look no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._compare()
            except Exception:
                # The database is away; what is hosted stays so meanwhile.
                log.warning("what is in service could not be looked up", exc_info=True)
