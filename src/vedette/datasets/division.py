"""A test dataset made from entries of the training dataset: a fifth of each label's, or those of a training.

Both are written down as jobs; what moves the entries is in `works.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import find_places
from vedette.datasets.dataset import MOVES, Dataset
from vedette.datasets.orders import PLACES, DatasetOrder, DistributeOrder, DivideOrder, pack_places
from vedette.datasets.requests import account_of
from vedette.datasets.works import kind_of, subject_of
from vedette.errors import Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.store.db import Database


class DatasetDivision:
    """Divides training datasets. Threads may share it."""

    def __init__(self, database: Database, jobs: JobRunner, clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock

    def distribute(self, train: Dataset, test: Dataset, caller: Principal) -> None:
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
            order = DistributeOrder(train.id, test.id, dump_principal(caller))
            job = add_job(connection, self._jobs, account_of(connection, train), order)
        self._jobs.begin(*job)

    def divide(self, train: int, tested: Sequence[str], caller: Mapping[str, Any]) -> bool:
        """Move the entries of these pictures into a new test dataset, and wait for it.

        Returns False while something else is done to the training dataset: then it is to be asked for
        again. Where there is a test dataset already, or no such training dataset any more, there is
        nothing to do, so that this may be asked for any number of times. `caller` is whose training it
        is, as `dump_principal` writes it.
        """
        with self._database.read() as connection:
            before = changes.find_by_id(connection, train)
            places = find_places(connection, before.part, tested) if before else {}
        with self._database.write() as connection:
            dataset = changes.find_by_id(connection, train)
            if dataset is None or changes.find_of_project(connection, dataset.project, "test") is not None:
                return True
            if dataset.status not in MOVES["distributed"] or before is None or before.part != dataset.part:
                return False
            now = milliseconds(self._clock())
            changes.set_status(connection, train, "updating", now, "The dataset is being divided.")
            order = DivideOrder(train, pack_places(places.values()), caller, form=PLACES)
            _, job = add_job(connection, self._jobs, account_of(connection, dataset), order, runs_here=True)
        self._jobs.run_here(job)
        return True


def add_job(
    connection: Connection, jobs: JobRunner, account: str, order: DatasetOrder, *, runs_here: bool = False
) -> tuple[str, int]:
    """Write down what is to be done to a dataset; return what `begin` takes."""
    job = NewJob(kind_of(order), subject_of(order.dataset), account, order)
    return job.kind, jobs.add(connection, job, runs_here=runs_here)
