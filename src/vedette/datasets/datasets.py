"""The room's front: datasets of both dialects made, changed, listed and deleted.

Whatever reads a manifest is written down and done in the background; the caller sees the
dataset's state at once, and its end by asking again.
"""

import logging
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from vedette.arn import Arn
from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets import changes
from vedette.datasets.addresses import Addresses
from vedette.datasets.dataset import (
    MOVES,
    CopySource,
    Dataset,
    Filter,
    Kind,
    Label,
    ManifestSource,
    Source,
    read_dataset_arn,
)
from vedette.datasets.editing import EntryEditor
from vedette.datasets.filling import Changed, MayRead, Tools, anybody, everybody_stays
from vedette.datasets.findings import mark_pictures, relabel
from vedette.datasets.label_settings import LabelSettings
from vedette.datasets.listing import Entry, list_entries, list_labels
from vedette.datasets.orders import (
    CopyOrder,
    DatasetOrder,
    DistributeOrder,
    DivideOrder,
    ImportOrder,
    SweepOrder,
    UpdateOrder,
)
from vedette.datasets.parts import drop_orphans, drop_part, make_part, read_lines_of, read_refs
from vedette.datasets.reading import SMALL
from vedette.datasets.tables import datasets
from vedette.datasets.works import CREATED, DATASETS, SWEEP, SWEEPS, has_dropped, kind_of, kinds, subject_of
from vedette.engines.port import Engine
from vedette.errors import Missing, Taken, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.manifest.problems import Flaw
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


@dataclass(frozen=True, slots=True)
class NewDataset:
    """What a caller wants made."""

    kind: Kind
    source: Source
    caller: Principal
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewLines:
    """Lines to put into a dataset, and who puts them: by whose rights their pictures are read."""

    body: bytes
    caller: Principal


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
        gone: Callable[[Principal], str] = everybody_stays,
        small: int = SMALL,
    ) -> None:
        self._database = database
        self._projects = projects
        self._clock = clock
        self._folder = folder
        self._jobs = jobs
        self._addresses = Addresses()
        self._listeners: list[Callable[[Changed], None]] = []
        self.editor = EntryEditor(database, self._tell, clock)
        self.label_settings = LabelSettings(database)
        self._tools = Tools(
            database=database,
            blobs=blobs,
            engine=engine,
            clock=clock,
            folder=folder,
            may_read=may_read,
            gone=gone,
            tell=self._tell,
            small=small,
        )
        for kind in kinds(self._tools):
            jobs.register(kind)
        folder.mkdir(parents=True, exist_ok=True)
        projects.ask_before_deleting(_held)
        projects.tags.register("rekognition", "dataset", self._exists)

    def start(self) -> None:
        """Clear what a stop or a crash left half made. The server calls this before its jobs start."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with self._database.write() as connection:
            drop_orphans(connection)
        self._sweep()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is under way; return whether that is so."""
        return self._jobs.wait(timeout_s, DATASETS, SWEEPS)

    def watch(self, listener: Callable[[Changed], None]) -> None:
        """Tell this listener, in a thread of ours, of entries that are new or changed and can be seen."""
        self._listeners.append(listener)

    # Finding

    def find(self, project: Project, kind: Kind) -> Dataset:
        """Return the project's dataset of that kind."""
        with self._database.read() as connection:
            return _require(connection, project, kind)

    def find_by_arn(self, text: str, region: str) -> tuple[Project, Dataset]:
        """Return the dataset that an ARN names, in the region that was called, and its project."""
        named = read_dataset_arn(text)
        if named is not None and named[0].region == region:
            scope, name, kind, created = named
            try:
                project = self._projects.find(scope, name)
                found = self.find(project, kind)
            except Missing:
                raise _unknown(text) from None
            # The whole text must agree, no zeros before the moment: policies were asked about the text.
            if found.created_ms == created and str(found.arn(project)) == text:
                return project, found
        raise _unknown(text)

    def of_projects(self, projects: Sequence[Project]) -> Mapping[int, list[Dataset]]:
        """Return the datasets of each project, by its id, the training one first."""
        found: dict[int, list[Dataset]] = defaultdict(list)
        with self._database.read() as connection:
            asked = {"projects": [project.id for project in projects]}
            for row in connection.execute(OF_PROJECTS, asked):
                found[row.project].append(changes.read_dataset(row))
        return found

    # Making and changing

    def create(self, project: Project, wanted: NewDataset, token: ClientToken | None = None) -> Dataset:
        """Make a dataset. Without a source it is empty and made at once."""
        try:
            with self._database.write() as connection:
                now = milliseconds(self._clock())
                answer = once(
                    connection,
                    token,
                    now,
                    do=lambda: self._create(connection, project, wanted, now),
                    stands=lambda was: changes.find_by_id(connection, was["id"]) is not None,
                )
                found = changes.find_by_id(connection, answer["id"])
        except IntegrityError:
            raise Missing(
                f"The project {project.name} was deleted.", kind="project", name=project.name
            ) from None
        assert found is not None
        self._begin(answer)
        return found

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
                stands=lambda was: changes.find_by_id(connection, was["id"]) is not None,
            )
            found = changes.require(connection, dataset)
        self._begin(answer)
        return found

    def distribute(self, train: Dataset, test: Dataset) -> None:
        """Move a fifth of every label's entries into the empty test dataset of the same project."""
        with self._database.write() as connection:
            train, test = changes.require(connection, train), changes.require(connection, test)
            if (train.kind, test.kind) != ("train", "test") or train.project != test.project:
                raise Wrong("A distribution takes the training dataset and the test dataset of one project.")
            for dataset in (train, test):
                changes.require_state(dataset, "distributed")
            if test.counts.total:
                raise Wrong("The test dataset must be empty.", kind="dataset", name="test")
            if not train.counts.total:
                raise Wrong("The training dataset has no entries.", kind="dataset", name="train")
            now = milliseconds(self._clock())
            for dataset in (train, test):
                changes.set_status(
                    connection, dataset.id, "updating", now, "The dataset is being distributed."
                )
            order = DistributeOrder(train.id, test.id)
            job = self._add(connection, _account_of(connection, train), order)
        self._jobs.begin(*job)

    def divide(self, train: int, tested: Sequence[str]) -> bool:
        """Move the entries of these pictures into a new test dataset, and wait for it.

        Returns False while something else is done to the training dataset: then it is to be asked for
        again. Where there is a test dataset already, or no such training dataset any more, there is
        nothing to do, so that this may be asked for any number of times.
        """
        with self._database.write() as connection:
            found = changes.find_by_id(connection, train)
            if found is None or changes.find_of_project(connection, found.project, "test") is not None:
                return True
            if found.status not in MOVES["distributed"]:
                return False
            now = milliseconds(self._clock())
            changes.set_status(connection, train, "updating", now, "The dataset is being divided.")
            order = DivideOrder(train, orjson.dumps(list(tested)))
            _, job = self._add(connection, _account_of(connection, found), order, runs_here=True)
        self._jobs.run_here(job)
        return True

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
                do=lambda: self._delete(connection, project, _require(connection, project, kind)),
                stands=lambda _: changes.find_of_project(connection, project.id, kind) is None,
            )
            job = self._jobs.add(connection, SWEEPING)
        self._jobs.begin(SWEEP, job)

    # Reading

    def page(
        self, dataset: Dataset, wanted: Filter, *, after: int = -1, most: int = 100
    ) -> tuple[list[Entry], bool]:
        """Return the entries behind the place `after` that pass, and whether there are more."""
        with self._database.read() as connection:
            part = _require_listed(connection, dataset)
            return list_entries(connection, part, wanted, self._addresses, after=after, most=most)

    def labels(self, dataset: Dataset, *, after: int = 0, most: int = 100) -> tuple[list[Label], bool]:
        """Return the labels behind the number `after`, as they came, and whether there are more."""
        with self._database.read() as connection:
            return list_labels(connection, _require_listed(connection, dataset), after=after, most=most)

    def freeze(self, dataset: Dataset, out: BinaryIO) -> Dataset:
        """Write every line of one moment, as it was given; return the dataset of that moment."""
        with self._database.read() as connection:
            found = changes.require(connection, dataset)
            changes.require_state(found, "listed")
            for line in read_lines_of(connection, found.part):
                out.write(line.encode("utf-8") + b"\n")
        return found

    def addresses(self, part: int, *, after: int = -1, most: int = 1000) -> list[tuple[int, str]]:
        """Return the places and picture addresses of the next entries of a part."""
        with self._database.read() as connection:
            return [found for found, _ in zip(read_refs(connection, part, after), range(most), strict=False)]

    def say_of_pictures(self, part: int, findings: Mapping[int, Sequence[Flaw]]) -> None:
        """Keep what is wrong with the pictures of these entries, nothing where nothing is (any more)."""
        with self._database.write() as connection:
            mark_pictures(connection, part, findings, milliseconds(self._clock()))

    def say_of_masks(self, part: int, labels: Mapping[int, Sequence[str]]) -> None:
        """Keep which anomaly labels the masks of these entries show, whatever their lines declare."""
        with self._database.write() as connection:
            relabel(connection, part, labels, milliseconds(self._clock()))

    # Inside

    def _create(self, connection: Connection, project: Project, wanted: NewDataset, now: int) -> Answer:
        if changes.find_of_project(connection, project.id, wanted.kind) is not None:
            raise Taken(
                f"The project {project.name} has a {wanted.kind} dataset already.",
                kind="dataset",
                name=wanted.kind,
            )
        made = changes.add_dataset(
            connection,
            project.id,
            wanted.kind,
            part=make_part(connection),
            status="creating" if wanted.source else "created",
            message="The dataset is being created." if wanted.source else CREATED,
            now_ms=now,
        )
        put_tags(connection, str(made.arn(project)), wanted.tags)
        order = _order(connection, project, made, wanted)
        return {"id": made.id, "job": order and self._add(connection, project.scope.account, order)}

    def _update(
        self, connection: Connection, project: Project, dataset: Dataset, lines: NewLines, now: int
    ) -> Answer:
        found = changes.require(connection, dataset)
        changes.require_state(found, "updated")
        changes.set_status(connection, found.id, "updating", now, "The dataset is being updated.")
        order = UpdateOrder(found.id, project.scope.service, dump_principal(lines.caller), lines.body)
        return {"id": found.id, "job": self._add(connection, project.scope.account, order)}

    def _delete(self, connection: Connection, project: Project, found: Dataset) -> Answer:
        changes.require_state(found, "deleted")
        drop_tags(connection, str(found.arn(project)))
        drop_part(connection, found.part)
        connection.execute(delete(datasets).where(datasets.c.id == found.id))
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
        with self._database.read() as connection:
            if not has_dropped(connection):
                return
        with self._database.write() as connection:
            job = self._jobs.add(connection, SWEEPING)
        self._jobs.begin(SWEEP, job)

    def _add(
        self, connection: Connection, account: str, order: DatasetOrder, *, runs_here: bool = False
    ) -> tuple[str, int]:
        """Write down what is to be done to a dataset; return what `begin` takes."""
        job = NewJob(kind_of(order), subject_of(order.dataset), account, order)
        return job.kind, self._jobs.add(connection, job, runs_here=runs_here)

    def _tell(self, changed: Changed) -> None:
        self._sweep()
        for listener in self._listeners:
            try:
                listener(changed)
            except Exception:
                log.exception("a listener failed on dataset %d", changed.dataset)


def _order(
    connection: Connection, project: Project, made: Dataset, wanted: NewDataset
) -> DatasetOrder | None:
    """Return what is to be done to fill a new dataset."""
    dialect = project.scope.service
    if isinstance(wanted.source, ManifestSource):
        source, caller = wanted.source, wanted.caller
        place = (source.bucket, source.key, source.version)
        return ImportOrder(made.id, dialect, *place, caller.account, dump_principal(caller))
    if isinstance(wanted.source, CopySource):
        source_now = changes.require(connection, wanted.source.dataset)
        changes.require_state(source_now, "copied")
        return CopyOrder(made.id, source_now.id)
    return None


def _account_of(connection: Connection, dataset: Dataset) -> str:
    """Return whose turn a dataset's job is."""
    project = by_id(connection, dataset.project)
    return project.scope.account if project else ""


def _require(connection: Connection, project: Project, kind: Kind) -> Dataset:
    found = changes.find_of_project(connection, project.id, kind)
    if found is None:
        raise Missing(f"The project {project.name} has no {kind} dataset.", kind="dataset", name=kind)
    return found


def _require_listed(connection: Connection, dataset: Dataset) -> int:
    """Return the part to list, read in the transaction that lists it, since another may take its place."""
    found = changes.require(connection, dataset)
    changes.require_state(found, "listed")
    return found.part


def _unknown(text: str) -> Missing:
    return Missing(f"There is no dataset {text}.", kind="dataset", name=text)


def _held(connection: Connection, project: Project) -> str:
    query = select(datasets.c.id).where(datasets.c.project == project.id)
    held = len(connection.execute(query).all())
    return f"{held} dataset{'s' if held > 1 else ''}" if held else ""
