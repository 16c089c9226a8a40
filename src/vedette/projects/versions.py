"""Versions made, found, listed, moved from state to state, and deleted, for both dialects.

Rows are read by `version_rows.py` and written by `version_states.py`; here are the questions and the
transactions around them.
"""

import contextlib
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from vedette.arn import Arn
from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Busy, Missing, Wrong
from vedette.projects.aliases import Aliases, version_behind
from vedette.projects.project import Project, Scope
from vedette.projects.projects import Projects
from vedette.projects.projects import by_id as project_by_id
from vedette.projects.projects import by_name as project_by_name
from vedette.projects.tables import projects, versions
from vedette.projects.tags import drop_tags
from vedette.projects.tokens import Answer, ClientToken, once, stored_answer
from vedette.projects.version import State, Version, folder_of, read_version_arn
from vedette.projects.version_rows import by_id, by_name, require, version_of, with_projects
from vedette.projects.version_states import (
    NewVersion,
    create_row,
    move_row,
    state_sentence,
    still_held,
    write_row,
)
from vedette.store.db import Database
from vedette.store.recent import RecentAnswers

# What another room does with a version in the transaction that writes it.
WithVersion = Callable[[Connection, Version], None]


class Versions:
    """The versions of the installation."""

    def __init__(self, database: Database, projects: Projects, clock: Clock = system_clock) -> None:
        self._database = database
        self._projects = projects
        self._clock = clock
        self.aliases = Aliases(database, clock)
        # Told of each move within its transaction; what raises undoes the move.
        self.on_move: Callable[[Connection, Version, State, str], None] | None = None
        self._recent: RecentAnswers[Version] = RecentAnswers(database)
        projects.ask_before_deleting(still_held)
        projects.tags.register("rekognition", "version", self._exists)
        projects.tags.register("lookoutvision", "model", self._exists)

    def create(
        self,
        project: Project,
        request: NewVersion,
        token: ClientToken | None = None,
        *,
        also: WithVersion | None = None,
    ) -> tuple[Version, bool]:
        """Create a version in its first state; return it, and whether it is new and no replay's.

        `also` is called with a new one in the same transaction.
        """
        is_new = False

        def make() -> Answer:
            nonlocal is_new
            is_new = True
            return {"id": create_row(connection, project, request, now)}

        with self._database.write() as connection:
            now = milliseconds(self._clock())
            if project_by_id(connection, project.id) is None:
                raise Missing(f"The project {project.name} was deleted.", kind="project", name=project.name)
            answer = once(
                connection,
                token,
                now,
                do=make,
                stands=lambda first: by_id(connection, first["id"]) is not None,
            )
            version = require(connection, answer["id"])
            if is_new and also is not None:
                also(connection, version)
            return version, is_new

    # Replays

    def made_by(self, token: ClientToken | None) -> Version | None:
        """Return the version that the first call with this token created, if there is one.

        A caller that validates datasets before it creates a version asks this first: a replay is
        answered as the first call was, however the datasets have changed since.
        """
        if token is None:
            return None
        with self._database.read() as connection:
            answer = stored_answer(connection, token, milliseconds(self._clock()))
            return by_id(connection, answer["id"]) if answer else None

    def is_repeat(self, token: ClientToken | None) -> bool:
        """Return whether this token was used before, also for a version that is deleted by now."""
        if token is None:
            return False
        with self._database.read() as connection:
            return stored_answer(connection, token, milliseconds(self._clock())) is not None

    # Finding

    def find(self, project: Project, name: str, *, with_package: bool = False) -> Version:
        """Return the project's version of that name; `latest` is Lookout's word for the newest.

        With `with_package` it prefers the newest version that has a package.
        """
        with self._database.read() as connection:
            version = by_name(connection, project, name, with_package=with_package)
        if version is None:
            path = f"{project.name}/{name}"
            raise Missing(f"The project {project.name} has no version {name}.", kind="version", name=path)
        return version

    def find_aliased(self, project: Project, name: str, *, with_package: bool = False) -> Version:
        """Return the project's version of that name, or the one that an alias of that name points to."""
        try:
            return self.find(project, name, with_package=with_package)
        except Missing:
            if (version := self._behind(project, name)) is None:
                raise
            return version

    def _behind(self, project: Project, name: str, arn: str = "") -> Version | None:
        """Return the version that an alias points to; with an ARN, only where that is the alias's own."""
        with self._database.read() as connection:
            behind = version_behind(connection, project, name, arn)
            return None if behind is None else by_id(connection, behind)

    def find_by_id(self, number: int) -> Version:
        """Return the version of that number."""
        with self._database.read() as connection:
            return require(connection, number)

    def names_of(self, numbers: Collection[int]) -> dict[int, str]:
        """Return the names of those of these versions that are there."""
        with self._database.read() as connection:
            query = select(versions.c.id, versions.c.name).where(versions.c.id.in_(numbers))
            return {row.id: row.name for row in connection.execute(query)}

    def find_by_arn(self, text: str, region: str) -> Version:
        """Return the version that an ARN names, in the region that was called."""
        names = read_version_arn(text)
        if names is not None and names[0].region == region:
            scope, project_name, name = names
            with self._database.read() as connection:
                project = project_by_name(connection, scope, project_name)
                version = None if project is None else by_name(connection, project, name)
            if version is not None and str(version.arn) == text:
                return version
        raise _unknown(text)

    def _find_named(self, text: str, region: str) -> Version:
        """Return the version that an ARN names, or to which the alias points that it names."""
        with contextlib.suppress(Missing):
            return self.find_by_arn(text, region)
        names, version = read_version_arn(text), None
        if names is not None and names[0].region == region:
            with contextlib.suppress(Missing):
                version = self._behind(self._projects.find(names[0], names[1]), names[2], text)
        if version is None:
            raise _unknown(text)
        return version

    def recent_by_arn(self, text: str, region: str) -> Version:
        """Return the version that an ARN names, or its alias, as it was a moment ago: for detection alone.

        It may be out of date by RECENT_S where another process changed it.
        """
        return self._recent_running((text, region), lambda: self._find_named(text, region))

    def recent_by_name(self, scope: Scope, project_name: str, name: str) -> Version:
        """Return a project's version to use, by names, as it was a moment ago; likewise."""

        def find() -> Version:
            return self.find_aliased(self._projects.find(scope, project_name), name, with_package=True)

        return self._recent_running((scope, project_name, name), find)

    def _recent_running(self, question: Hashable, find: Callable[[], Version]) -> Version:
        """Return a version as it was a moment ago if it ran then, else as it is: others start it too."""
        version = self._recent.get(question, find)
        return version if version.state == "running" else find()

    def list(
        self, project: Project, *, names: Sequence[str] = (), before: int | None = None, most: int = 100
    ) -> tuple[list[Version], bool]:
        """Return versions, the newest first, and whether there are more.

        `before` is the id of the last one seen, so that pages stay right while versions come and go.
        """
        query = select(versions).where(versions.c.project == project.id).order_by(versions.c.id.desc())
        if names:
            query = query.where(versions.c.name.in_(list(names)))
        if before is not None:
            query = query.where(versions.c.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query.limit(most + 1)).all()
        return [version_of(row, project) for row in rows[:most]], len(rows) > most

    def newest_whole(self, project: Project) -> Version | None:
        """Return the newest version of this installation that did not fail, if there is one."""
        query = select(versions).where(
            versions.c.project == project.id, versions.c.state.not_in(("failed", "copy-failed", "archived"))
        )
        return self._first(project, query.order_by(versions.c.id.desc()))

    def learnt_before(self, version: Version) -> Version | None:
        """Return the newest version older than this one that is no copy of another, if there is one."""
        query = select(versions).where(
            versions.c.project == version.project.id,
            versions.c.id < version.id,
            versions.c.source == "",
            versions.c.state != "archived",
        )
        return self._first(version.project, query.order_by(versions.c.id.desc()))

    def _first(self, project: Project, query: Select[Any]) -> Version | None:
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else version_of(row, project)

    def in_state(self, *states: State) -> Sequence[Version]:
        """Return every version of the installation that is in one of these states, the oldest first."""
        query = select(versions).where(versions.c.state.in_(states)).order_by(versions.c.id)
        with self._database.read() as connection:
            return with_projects(connection, connection.execute(query).all())

    def newest_of(self, account: str, *states: State, most: int) -> Sequence[Version]:
        """Return an account's newest versions in these states, the newest first."""
        query = (
            select(versions)
            .join(projects, projects.c.id == versions.c.project)
            .where(projects.c.account == account, versions.c.state.in_(states))
            .order_by(versions.c.id.desc())
            .limit(most)
        )
        with self._database.read() as connection:
            return with_projects(connection, connection.execute(query).all())

    def folders(self) -> dict[str, State]:
        """Return the folder and the state of every version of the installation."""
        with self._database.read() as connection:
            rows = connection.execute(select(versions.c.id, versions.c.state).order_by(versions.c.id))
            return {folder_of(row.id): row.state for row in rows}

    def tally(self, projects: Collection[int]) -> dict[int, tuple[int, int]]:
        """Return by project id how many versions it has, and the id of the newest; none where it has none."""
        query = (
            select(versions.c.project, func.count(), func.max(versions.c.id))
            .where(versions.c.project.in_(projects))
            .group_by(versions.c.project)
        )
        with self._database.read() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(query).all()}

    # Changing

    def move(
        self,
        version: Version,
        to: State,
        message: str = "",
        *,
        token: ClientToken | None = None,
        standing: Collection[State] = (),
        also: Callable[[Connection], None] | None = None,
        **values: Any,
    ) -> Version:
        """Move a version to another state if the table of moves allows it, and write other columns with it.

        A repeated token is a replay while the version is in `to` or in one of the states `standing`. `also`
        is called in the same transaction.
        """
        with self._database.write() as connection:

            def do() -> Answer:
                move_row(connection, require(connection, version.id), to, message, values)
                if self.on_move is not None:
                    self.on_move(connection, version, to, message)
                return {"id": version.id}

            def stands(_: Answer) -> bool:
                now = by_id(connection, version.id)
                return now is not None and now.state in {to, *standing}

            once(connection, token, milliseconds(self._clock()), do=do, stands=stands)
            if also is not None:
                also(connection)
            return require(connection, version.id)

    def touch(self, version: Version, also: WithVersion) -> None:
        """Call this with the version as it is now, in a transaction of its own."""
        with self._database.write() as connection:
            also(connection, require(connection, version.id))

    def describe(self, version: Version, description: str) -> None:
        """Write what a person says of a version; an empty text takes it away."""
        limits = version.project.dialect.descriptions
        if not limits.allow(description):
            raise Wrong(
                f"A description has {limits.most} characters at the most: {limits.characters}.",
                name=version.path,
            )
        self.touch(
            version, lambda connection, _: write_row(connection, version.id, {"description": description})
        )

    def record(self, version: Version, **values: Any) -> None:
        """Write other columns of a version; its state stays."""
        assert "state" not in values, "a state is changed by a move"
        with self._database.write() as connection:
            write_row(connection, version.id, values)

    def remove(self, version: Version) -> None:
        """Delete the row of a version in the state `deleting`; its files are deleted already."""
        with self._database.write() as connection:
            current = by_id(connection, version.id)
            if current is None:
                return
            if current.state != "deleting":
                raise Busy(state_sentence(current), kind="version", name=current.path)
            drop_tags(connection, str(current.arn))
            connection.execute(delete(versions).where(versions.c.id == version.id))

    def _exists(self, connection: Connection, arn: Arn) -> bool:
        del connection
        try:
            self.find_by_arn(str(arn), arn.region)
        except Missing:
            return False
        return True


def _unknown(text: str) -> Missing:
    return Missing(f"There is no version {text}.", kind="version", name=text)
