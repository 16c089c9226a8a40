"""The states of a version that goes into service or out of it: its row is moved, or the move is refused.

It holds no units (`hosting.py`), and writes the database, so that it is called in threads.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from vedette.errors import Refusal, TooMuch, Wrong
from vedette.projects.in_service import units_in_service
from vedette.projects.tokens import ClientToken
from vedette.projects.version import State, Version
from vedette.projects.versions import Versions
from vedette.runtime.package_files import FACTS
from vedette.serving.following import IN_SERVICE
from vedette.serving.plan import HostingBounds
from vedette.store.sealed_folders import keys_for

log = logging.getLogger("vedette.serving")

# The status messages of versions.
STARTING, RUNNING = "The model is being started.", "The model is running."
STOPPING, STOPPED = "The model is being stopped.", "The model has stopped running."
# States in which a start or stop with the same token is a replay.
HOSTED: frozenset[State] = frozenset({"running"})
DONE: frozenset[State] = frozenset({"stopped"})


class ServiceStates:
    """Moves the rows of versions that are started and stopped."""

    def __init__(
        self, versions: Versions, package_of: Callable[[Version], Path], bounds: HostingBounds
    ) -> None:
        self._versions = versions
        self._package_of = package_of
        self._bounds = bounds

    def hosted(self) -> Sequence[Version]:
        """Return the versions that are in service or being stopped, by their rows."""
        return self._versions.in_state(*IN_SERVICE, "stopping")

    def start(self, version: Version, *, least: int, most: int | None, token: ClientToken | None) -> Version:
        """Return a version that starts from now on; refuse more units than it or its account may have."""
        top = least if most is None else most
        if top < least:
            raise Wrong(f"At most {top} units are fewer than at least {least}.", kind="units")
        if top > self._bounds.most_units:
            raise TooMuch(
                f"A model can have {self._bounds.most_units} units here, not {top}.",
                kind="units",
                name=version.path,
            )
        # Of a version whose key is not to be had now that is said at once, and not by its state later.
        keys_for(self._package_of(version) / FACTS)
        # A replay has the answer of the first call, though the version may run by now.
        return self._versions.move(
            version,
            "starting",
            STARTING,
            token=token,
            standing=HOSTED,
            least_units=least,
            most_units=most,
            also=partial(self._refuse_beyond_quota, version.project.scope.account),
        )

    def _refuse_beyond_quota(self, account: str, connection: Connection) -> None:
        """Refuse a start that gives an account more units than it may have, within its transaction."""
        most = self._bounds.quota.of(account)
        if most and (units := units_in_service(connection, account)) > most:
            raise TooMuch(
                f"The account {account} may have {most} units, and with this start it would have {units}.",
                kind="units",
                name=account,
            )

    def stop(self, version: Version, token: ClientToken | None) -> Version:
        """Return a version that is to stop from now on."""
        return self._versions.move(version, "stopping", STOPPING, token=token, standing=DONE)

    def reach(self, version: Version, state: State, message: str) -> None:
        """Note that a version has got as far as this."""
        try:
            self._versions.move(version, state, message)
        except Refusal as refusal:
            # It was asked to stop meanwhile: that move stands, and this one comes too late.
            log.info("%s: %s", version.arn, refusal)
