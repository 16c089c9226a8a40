"""Making, finding, listing and deleting projects, for both dialects."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select

from vedette.arn import Arn
from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Busy, Missing, Taken
from vedette.projects.policies import ProjectPolicies
from vedette.projects.project import Feature, Project, Scope, read_project_arn
from vedette.projects.tables import projects
from vedette.projects.tags import Tags, drop_tags, put_tags
from vedette.projects.tokens import Answer, ClientToken, once
from vedette.store.db import Database

# Returns what a project still contains, as words for a sentence ("2 datasets"); empty when nothing.
Holding = Callable[[Connection, Project], str]

# Statements are written once: to write one costs SQLAlchemy five times what SQLite takes to answer it.
_IN_SCOPE = and_(
    projects.c.service == bindparam("service"),
    projects.c.account == bindparam("account"),
    projects.c.region == bindparam("region"),
)
BY_ID = select(projects).where(projects.c.id == bindparam("id"))
BY_NAME = select(projects).where(_IN_SCOPE, projects.c.name == bindparam("name"))
PAGE = (
    select(projects)
    .where(
        _IN_SCOPE,
        projects.c.id > bindparam("after"),
        # There are two features; a list that grows with the request costs more than all the rest.
        projects.c.feature.in_([bindparam("feature"), bindparam("or_feature")]),
    )
    .order_by(projects.c.id)
    .limit(bindparam("most"))
)
NAMED_PAGE = PAGE.where(projects.c.name.in_(bindparam("names", expanding=True)))

# What ends by itself is named so by those who hold a project.
UNDER_WAY = "under way"


@dataclass(frozen=True, slots=True)
class NewProject:
    """The properties of a project to create."""

    name: str
    feature: Feature = "CUSTOM_LABELS"
    auto_update: str = ""
    is_feature_named: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


class Projects:
    """The projects of the installation."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.tags = Tags(database)
        self.policies = ProjectPolicies(database, clock)
        self._database = database
        self._clock = clock
        self._holdings: list[Holding] = []
        self.tags.register("rekognition", "project", _exists)

    def one_moment(self) -> AbstractContextManager[None]:
        """Have what this thread reads see one moment: a list, and what belongs to it."""
        return self._database.one_moment()

    def ask_before_deleting(self, holding: Holding) -> None:
        """Ask this room too, within the transaction, what a project to be deleted still holds."""
        self._holdings.append(holding)

    def create(self, scope: Scope, new: NewProject, token: ClientToken | None = None) -> Project:
        """Make a project; its name must be new in the scope."""
        with self._database.write() as connection:
            now = milliseconds(self._clock())
            answer = once(
                connection,
                token,
                now,
                do=lambda: {"id": _create(connection, scope, new, now)},
                stands=lambda first: by_id(connection, first["id"]) is not None,
            )
            project = by_id(connection, answer["id"])
        assert project is not None
        return project

    def find(self, scope: Scope, name: str) -> Project:
        """Return the project of that name."""
        with self._database.read() as connection:
            return _require(connection, scope, name)

    def find_by_arn(self, arn: str, region: str) -> Project:
        """Return the project that an ARN names, in the region that was called."""
        with self._database.read() as connection:
            return _require_arn(connection, arn, region)

    def find_by_id(self, number: int) -> Project:
        """Return the project of that number."""
        with self._database.read() as connection:
            project = by_id(connection, number)
        if project is None:
            name = str(number)
            raise Missing(f"The project {name} was deleted.", kind="project", name=name)
        return project

    def list(
        self,
        scope: Scope,
        *,
        names: Sequence[str] = (),
        features: Sequence[Feature] = ("CUSTOM_LABELS",),
        after: int = 0,
        most: int = 100,
    ) -> tuple[list[Project], bool]:
        """Return a page of projects in the order of creation, and whether there are more.

        `after` is the id of the last one seen: what is made or deleted between two
        pages neither hides nor repeats another.
        """
        query = NAMED_PAGE if names else PAGE
        parameters: dict[str, Any] = {
            "after": after,
            "feature": features[0],
            "or_feature": features[-1],
            "most": most + 1,
        }
        if names:
            parameters["names"] = list(names)
        with self._database.read() as connection:
            rows = connection.execute(query, {**_in(scope), **parameters}).all()
        return [_project(row) for row in rows[:most]], len(rows) > most

    def of_account(self, account: str) -> Sequence[Project]:
        """Return all projects of an account, of both services and in every region."""
        query = select(projects).where(projects.c.account == account).order_by(projects.c.id)
        with self._database.read() as connection:
            return [_project(row) for row in connection.execute(query)]

    def regions(self, account: str) -> Sequence[str]:
        """Return the regions in which an account has projects."""
        query = select(projects.c.region).where(projects.c.account == account).distinct()
        with self._database.read() as connection:
            return connection.execute(query.order_by(projects.c.region)).scalars().all()

    def delete(self, scope: Scope, name: str, token: ClientToken | None = None) -> str:
        """Delete the project of that name, which must be empty; return its ARN."""
        with self._database.write() as connection:
            answer = once(
                connection,
                token,
                milliseconds(self._clock()),
                do=lambda: self._delete(connection, _require(connection, scope, name)),
                stands=lambda _: by_name(connection, scope, name) is None,
            )
        return str(answer["arn"])

    def delete_by_arn(self, arn: str, region: str) -> str:
        """Delete the project that an ARN names, which must be empty; return its ARN."""
        with self._database.write() as connection:
            return str(self._delete(connection, _require_arn(connection, arn, region))["arn"])

    def _delete(self, connection: Connection, project: Project) -> Answer:
        parts = [words for holding in self._holdings if (words := holding(connection, project))]
        contents = " and ".join(parts)
        if parts and all(words.endswith(UNDER_WAY) for words in parts):
            raise Busy(
                f"Project {project.name} still has {contents}; cancel that, or wait for its end.",
                kind="project",
                name=project.name,
            )
        if contents:
            raise Busy(
                f"Project {project.name} still has {contents}; delete them first.",
                kind="project",
                name=project.name,
            )
        drop_tags(connection, str(project.arn))
        connection.execute(delete(projects).where(projects.c.id == project.id))
        return {"arn": str(project.arn)}


def _create(connection: Connection, scope: Scope, new: NewProject, now: int) -> int:
    if by_name(connection, scope, new.name) is not None:
        raise Taken(
            f"A project named {new.name} exists already in {scope.region}.",
            kind="project",
            name=new.name,
        )
    row = {
        "service": scope.service,
        "account": scope.account,
        "region": scope.region,
        "name": new.name,
        "created_ms": now,
        "feature": new.feature,
        "auto_update": new.auto_update,
        "is_feature_named": new.is_feature_named,
        "status": "CREATED",
    }
    inserted = connection.execute(insert(projects).values(row).returning(projects)).one()
    put_tags(connection, str(_project(inserted).arn), new.tags)
    return int(inserted.id)


def _exists(connection: Connection, arn: Arn) -> bool:
    try:
        _require_arn(connection, str(arn), arn.region)
    except Missing:
        return False
    return True


def _require(connection: Connection, scope: Scope, name: str) -> Project:
    project = by_name(connection, scope, name)
    if project is None:
        raise Missing(f"There is no project named {name} in {scope.region}.", kind="project", name=name)
    return project


def _require_arn(connection: Connection, text: str, region: str) -> Project:
    names = read_project_arn(text)
    if names is not None:
        scope, name = names
        project = by_name(connection, scope, name)
        # The whole text must agree: the moment of creation too, and no zeros before it.
        if project is not None and scope.region == region and str(project.arn) == text:
            return project
    raise Missing(f"There is no project {text}.", kind="project", name=text)


def by_name(connection: Connection, scope: Scope, name: str) -> Project | None:
    """Return the project of that name, within a transaction of this room."""
    row = connection.execute(BY_NAME, {**_in(scope), "name": name}).first()
    return _project(row) if row else None


def by_id(connection: Connection, number: int) -> Project | None:
    """Return the project of that number, within a transaction of this room."""
    row = connection.execute(BY_ID, {"id": number}).first()
    return _project(row) if row else None


def _in(scope: Scope) -> dict[str, Any]:
    return {"service": scope.service, "account": scope.account, "region": scope.region}


def _project(row: Row[Any]) -> Project:
    return Project(
        id=row.id,
        scope=Scope(row.service, row.account, row.region),
        name=row.name,
        created=from_milliseconds(row.created_ms),
        created_ms=row.created_ms,
        feature=row.feature,
        auto_update=row.auto_update,
        is_feature_named=row.is_feature_named,
        status=row.status,
    )
