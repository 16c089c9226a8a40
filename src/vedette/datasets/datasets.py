"""The room's front: datasets of both dialects made, changed, listed and deleted.

Whatever reads a manifest is written down and done in the background; the caller sees the
dataset's state at once, and its end by asking again.
"""

import logging
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from vedette.arn import Arn
from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets import changes
from vedette.datasets.comparing import SnapshotComparisons
from vedette.datasets.contents import DatasetContents
from vedette.datasets.dataset import (
    Dataset,
    Kind,
    NewDataset,
    NewLines,
    read_dataset_arn,
)
from vedette.datasets.division import DatasetDivision, add_job
from vedette.datasets.editing import EntryEditor
from vedette.datasets.filling import Changed, MayRead, Tools, anybody, everybody_stays
from vedette.datasets.forgetting import is_anything_late
from vedette.datasets.history import DatasetHistory
from vedette.datasets.label_settings import LabelSettings
from vedette.datasets.many import EntryChanges
from vedette.datasets.orders import (
    SweepOrder,
    UpdateOrder,
)
from vedette.datasets.parts import drop_orphans, drop_unused, make_part
from vedette.datasets.queries import EntryQueries
from vedette.datasets.reading import SMALL
from vedette.datasets.requests import order_for
from vedette.datasets.restoring import DatasetRestorations
from vedette.datasets.snapshots import DatasetSnapshots
from vedette.datasets.tables import datasets, restorations, snapshots
from vedette.datasets.works import CREATED, DATASETS, SWEEP, SWEEPS, has_dropped, kinds
from vedette.dialects.registry import DIALECTS
from vedette.engines.port import Engine
from vedette.errors import Busy, Missing, Taken
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.projects import Projects, by_id
from vedette.projects.tags import drop_tags, put_tags
from vedette.projects.tokens import Answer, ClientToken, once
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database

log = logging.getLogger(__name__)

SWEEPING = NewJob(SWEEP, "parts", "", SweepOrder())
# Written once: every DescribeProjects asks it, and building it anew costs more than the answer.
OF_PROJECTS = (
    select(datasets)
    .where(datasets.c.project.in_(bindparam("projects", expanding=True)))
    .order_by(datasets.c.kind.desc())
)


class Datasets:
    """The datasets of the installation."""

    def __init__(  # noqa: PLR0913  (the rooms below, each of which a test may replace)
        self,
        database: Database,
        projects: Projects,
        blobs: Blobs,
        engine: Engine,
        folder: Path,
        *,
        jobs: JobRunner,
        clock: Clock = system_clock,
        may_read: MayRead = anybody,
        absence: Callable[[Principal], str] = everybody_stays,
        small: int = SMALL,
    ) -> None:
        self._database = database
        self._projects = projects
        self._clock = clock
        self._folder = folder
        self._jobs = jobs
        self._listeners: list[Callable[[Changed], None]] = []
        self._holdings: list[Callable[[Connection, Dataset], str]] = []
        self.editor = EntryEditor(database, self._tell, clock)
        self.queries = EntryQueries(database)
        self.contents = DatasetContents(database, clock, self.queries.addresses)
        self.label_settings = LabelSettings(database)
        self.many = EntryChanges(database, self.queries, jobs, self._tell, clock)
        self.snapshots = DatasetSnapshots(database, clock)
        self.comparisons = SnapshotComparisons(database)
        self.restorations = DatasetRestorations(database, jobs, self._tell, clock)
        self.history = DatasetHistory(database)
        self.division = DatasetDivision(database, jobs, clock)
        self._tools = Tools(
            database=database,
            blobs=blobs,
            engine=engine,
            clock=clock,
            folder=folder,
            may_read=may_read,
            absence=absence,
            tell=self._tell,
            passed=jobs.passed,
            small=small,
        )
        for kind in kinds(self._tools):
            jobs.register(kind)
        folder.mkdir(parents=True, exist_ok=True)
        projects.ask_before_deleting(_held)
        for dialect in DIALECTS.values():
            if dialect.names.dataset:
                projects.tags.register(dialect.name, "dataset", self._exists)

    def start(self, *, is_alone: bool = True) -> None:
        """Clear what a stop or a crash left half made. The server calls this before its jobs start.

        Beside another server, parts that no dataset points at may be what that one writes, and stay.
        """
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        if is_alone:
            with self._database.write() as connection:
                drop_orphans(connection)
        self._sweep()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is under way; return whether that is so."""
        return self._jobs.wait(timeout_s, DATASETS, SWEEPS)

    def watch(self, listener: Callable[[Changed], None]) -> None:
        """Tell this listener, in a thread of ours, of entries that are new or changed and can be seen."""
        self._listeners.append(listener)

    def ask_before_deleting(self, holding: Callable[[Connection, Dataset], str]) -> None:
        """Ask this room too, within the transaction, why a dataset cannot be deleted yet: in a sentence."""
        self._holdings.append(holding)

    def announce(self, changed: Changed) -> None:
        """Tell the listeners of entries that a room above has changed, after its transaction."""
        self._tell(changed)

    # Finding

    def find(self, project: Project, kind: Kind) -> Dataset:
        """Return the project's dataset of that kind."""
        with self._database.read() as connection:
            return changes.require_kind(connection, project, kind)

    def find_by_arn(self, text: str, region: str) -> tuple[Project, Dataset]:
        """Return the dataset that an ARN names, in the region that was called, and its project."""
        parts = read_dataset_arn(text)
        if parts is not None and parts[0].region == region:
            scope, name, kind, created = parts
            try:
                project = self._projects.find(scope, name)
                dataset = self.find(project, kind)
            except Missing:
                raise _unknown(text) from None
            # The whole text must agree, no zeros before the moment: policies were asked about the text.
            if dataset.created_ms == created and str(dataset.arn(project)) == text:
                return project, dataset
        raise _unknown(text)

    def of_projects(self, projects: Sequence[Project]) -> Mapping[int, list[Dataset]]:
        """Return the datasets of each project, by its id, the training one first."""
        by_project: dict[int, list[Dataset]] = defaultdict(list)
        with self._database.read() as connection:
            parameters = {"projects": [project.id for project in projects]}
            for row in connection.execute(OF_PROJECTS, parameters):
                by_project[row.project].append(changes.read_dataset(row))
        return by_project

    def with_project(self, number: int) -> tuple[Project, Dataset]:
        """Return the dataset of that number and its project; jobs remember datasets so."""
        with self._database.read() as connection:
            dataset = changes.find_by_id(connection, number)
            project = None if dataset is None else by_id(connection, dataset.project)
        if dataset is None or project is None:
            raise Missing("The dataset was deleted.", kind="dataset", name=str(number))
        return project, dataset

    # Making and changing

    def create(self, project: Project, new: NewDataset, token: ClientToken | None = None) -> Dataset:
        """Make a dataset. Without a source it is empty and made at once."""
        try:
            with self._database.write() as connection:
                now = milliseconds(self._clock())
                answer = once(
                    connection,
                    token,
                    now,
                    do=lambda: self._create(connection, project, new, now),
                    stands=lambda previous: changes.find_by_id(connection, previous["id"]) is not None,
                )
                dataset = changes.find_by_id(connection, answer["id"])
        except IntegrityError:
            raise Missing(
                f"The project {project.name} was deleted.", kind="project", name=project.name
            ) from None
        assert dataset is not None
        self._begin(answer)
        return dataset

    def update(
        self, project: Project, dataset: Dataset, lines: NewLines, token: ClientToken | None = None
    ) -> Dataset:
        """Put lines in, each in the place of the one with its address, or behind the last."""
        with self._database.write() as connection:
            now = milliseconds(self._clock())
            answer = once(
                connection,
                token,
                now,
                do=lambda: self._update(connection, project, dataset, lines, now),
                stands=lambda previous: changes.find_by_id(connection, previous["id"]) is not None,
            )
            current = changes.require(connection, dataset)
        self._begin(answer)
        return current

    def delete(self, project: Project, dataset: Dataset) -> None:
        """Delete a dataset. It is gone at once; its rows go in the background."""
        with self._database.write() as connection:
            self._delete(connection, project, changes.require(connection, dataset))
            job = self._jobs.add(connection, SWEEPING)
        self._jobs.begin(SWEEP, job)

    def delete_kind(self, project: Project, kind: Kind, token: ClientToken | None = None) -> None:
        """Delete the project's dataset of that kind; the same request sent twice does it once."""
        with self._database.write() as connection:
            once(
                connection,
                token,
                milliseconds(self._clock()),
                do=lambda: self._delete(connection, project, changes.require_kind(connection, project, kind)),
                stands=lambda _: changes.find_of_project(connection, project.id, kind) is None,
            )
            job = self._jobs.add(connection, SWEEPING)
        self._jobs.begin(SWEEP, job)

    # Inside

    def _create(self, connection: Connection, project: Project, new: NewDataset, now: int) -> Answer:
        if changes.find_of_project(connection, project.id, new.kind) is not None:
            raise Taken(
                f"The project {project.name} has a {new.kind} dataset already.",
                kind="dataset",
                name=new.kind,
            )
        dataset = changes.add_dataset(
            connection,
            project.id,
            new.kind,
            part=make_part(connection),
            status="creating" if new.source else "created",
            message="The dataset is being created." if new.source else CREATED,
            now_ms=now,
        )
        if new.tags:
            put_tags(connection, str(dataset.arn(project)), new.tags)
        order = order_for(connection, project, dataset, new)
        return {
            "id": dataset.id,
            "job": order and add_job(connection, self._jobs, project.scope.account, order),
        }

    def _update(
        self, connection: Connection, project: Project, dataset: Dataset, lines: NewLines, now: int
    ) -> Answer:
        current = changes.require(connection, dataset)
        changes.require_state(current, "updated")
        changes.set_status(connection, current.id, "updating", now, "The dataset is being updated.")
        order = UpdateOrder(current.id, project.scope.service, dump_principal(lines.caller), lines.body)
        return {"id": current.id, "job": add_job(connection, self._jobs, project.scope.account, order)}

    def _delete(self, connection: Connection, project: Project, dataset: Dataset) -> Answer:
        changes.require_state(dataset, "deleted")
        for holding in self._holdings:
            if sentence := holding(connection, dataset):
                raise Busy(sentence, kind="dataset", name=dataset.kind)
        if project.dialect.names.dataset:
            drop_tags(connection, str(dataset.arn(project)))
        used = connection.execute(select(snapshots.c.part).where(snapshots.c.dataset == dataset.id)).scalars()
        numbers = {dataset.part, *used}
        connection.execute(delete(snapshots).where(snapshots.c.dataset == dataset.id))
        connection.execute(delete(restorations).where(restorations.c.dataset == dataset.id))
        connection.execute(delete(datasets).where(datasets.c.id == dataset.id))
        drop_unused(connection, numbers)
        return {}

    def _begin(self, answer: Answer) -> None:
        """Begin the job that a request promised; a replay's was begun before."""
        if answer.get("job"):
            self._jobs.begin(*answer["job"])

    def _exists(self, connection: Connection, arn: Arn) -> bool:
        del connection
        try:
            self.find_by_arn(str(arn), arn.region)
        except Missing:
            return False
        return True

    def _sweep(self) -> None:
        """Have the rows that nobody points at removed, if there are any."""
        self._jobs.passed.look()
        with self._database.read() as connection:
            if not has_dropped(connection) and not is_anything_late(connection, self._jobs.passed):
                return
        with self._database.write() as connection:
            job = self._jobs.add(connection, SWEEPING)
        self._jobs.begin(SWEEP, job)

    def _tell(self, changed: Changed) -> None:
        self._sweep()
        for listener in self._listeners:
            try:
                listener(changed)
            except Exception:
                log.exception("a listener failed on dataset %d", changed.dataset)


def _unknown(text: str) -> Missing:
    return Missing(f"There is no dataset {text}.", kind="dataset", name=text)


def _held(connection: Connection, project: Project) -> str:
    query = select(datasets.c.id).where(datasets.c.project == project.id)
    count = len(connection.execute(query).all())
    return f"{count} dataset{'s' if count > 1 else ''}" if count else ""
