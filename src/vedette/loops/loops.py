"""The room's front: loops begun, found, gone on with, stopped and forgotten."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection

from vedette.errors import Busy, Missing, Taken, TooEarly, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.loops import records
from vedette.loops.running import LoopRunning, LoopTools
from vedette.loops.steps import asks
from vedette.loops.values import MOST_PICTURES, LoopState, LoopWish
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version

LONGEST_NAME = 40
"""It stands in the names of the rounds that a loop makes."""
MOST_UNDER_WAY = 5
MOST_LOOPS = 100


class Loops:
    """The feedback loops of the installation. Threads may share it."""

    def __init__(self, tools: LoopTools) -> None:
        self.tools = tools
        self._database = tools.database
        self._running = LoopRunning(tools)
        tools.jobs.on_beat(self._running.beat)

    def begin(self, version: Version, wish: LoopWish, caller: Principal) -> LoopState:
        """Write a loop down and begin it."""
        _check(wish)
        if version.state not in WITH_PACKAGE:
            sentence = f"The version {version.name} of {version.project.name} {WORDS[version.state]}"
            raise TooEarly(f"{sentence}: there is no model to ask.", kind="version", name=version.path)
        now = self.tools.now_ms()
        state = LoopState(
            id=secrets.token_hex(16),
            project=version.project.id,
            version=version.id,
            version_name=version.name,
            wish=wish,
            step="begin",
            status="running",
            message="",
            caller=dump_principal(caller),
            created_ms=now,
            changed_ms=now,
        )
        with self._database.write() as connection:
            _refuse_beyond_limits(records.of_project(connection, state.project), wish)
            records.add(connection, state)
            number = self._running.add_job(connection, state.id, version.project.scope.account)
        self._running.begin(number)
        return self.find(version.project, state.id)

    def find(self, project: Project, loop: str) -> LoopState:
        """Return a loop of a project."""
        with self._database.read() as connection:
            return _require(connection, project, loop)

    def of_project(self, project: Project) -> Sequence[LoopState]:
        """Return a project's loops, the newest first."""
        with self._database.read() as connection:
            return records.of_project(connection, project.id)

    def waits_for(self, loop: LoopState) -> str:
        """Say what a loop waits for; nothing where it is over, or at work."""
        if loop.status != "running":
            return ""
        return asks(loop) or self.tools.actor.waits_for(loop)

    def go_on(self, project: Project, loop: str, caller: Principal) -> LoopState:
        """Give a person's word for the next step, or begin again where it was stopped or failed.

        From then on the loop acts for whoever said so.
        """
        state = self.find(project, loop)
        if state.status == "done":
            raise Taken("The loop is done.", kind="loop", name=state.wish.name)
        if state.status == "running" and not asks(state):
            waits = self.tools.actor.waits_for(state)
            raise TooEarly(waits or "The loop is at work; nobody is asked yet.", kind="loop", name=loop)
        values = {"status": "running", "message": "", "is_confirmed": True, "changed_ms": self.tools.now_ms()}
        with self._database.write() as connection:
            if not records.change(connection, state, caller=dump_principal(caller), **values):
                raise Busy("Somebody else went on with the loop just now.", kind="loop", name=loop)
        self._running.take_up(state)
        return self.find(project, loop)

    def stop(self, project: Project, loop: str) -> LoopState:
        """Leave off before the next step; a round or a training that was begun goes on by itself."""
        state = self.find(project, loop)
        with self._database.write() as connection:
            while state.status == "running":
                records.change(connection, state, status="stopped", changed_ms=self.tools.now_ms())
                state = _require(connection, project, loop)
        return state

    def delete(self, project: Project, loop: str) -> None:
        """Forget a loop that is over; what it made stays."""
        with self._database.write() as connection:
            if _require(connection, project, loop).status == "running":
                raise Busy("The loop is under way; stop it first.", kind="loop", name=loop)
            records.drop(connection, loop)


def _check(wish: LoopWish) -> None:
    name = wish.name
    is_name = name.isascii() and name[:1].isalnum() and all(sign.isalnum() or sign in "-._" for sign in name)
    if not is_name or len(name) > LONGEST_NAME:
        raise Wrong(
            "A loop has a name of 1 to 40 letters, digits, hyphens, dots and underscores; "
            f"{name[:80]!r} is none.",
            kind="loop",
        )
    if bool(wish.source) == (wish.dataset is not None):
        raise Wrong(
            "A loop looks at the pictures below an Address, or at those without labels of a DatasetType.",
            kind="loop",
        )
    if not 1 <= wish.most <= MOST_PICTURES:
        raise Wrong(f"From 1 to {MOST_PICTURES} pictures are labelled in a loop, not {wish.most}.")
    if not 0 <= wish.test_share <= 0.5:
        raise Wrong("From none to half of the pictures go into the test dataset.", kind="loop")


def _refuse_beyond_limits(present: Sequence[LoopState], wish: LoopWish) -> None:
    under_way = [loop for loop in present if loop.status == "running"]
    if len(under_way) >= MOST_UNDER_WAY:
        raise TooMuch(f"{MOST_UNDER_WAY} loops of this project are under way; end one.", kind="loop")
    if any(loop.wish.name == wish.name for loop in under_way):
        raise Taken(f"A loop called {wish.name} is under way.", kind="loop", name=wish.name)
    if len(present) >= MOST_LOOPS:
        raise TooMuch(f"This project has {MOST_LOOPS} loops; delete one that is over.", kind="loop")


def _require(connection: Connection, project: Project, loop: str) -> LoopState:
    state = records.find(connection, loop)
    if state is None or state.project != project.id:
        raise Missing(f"There is no loop {loop[:40]}.", kind="loop", name=loop[:40])
    return state
