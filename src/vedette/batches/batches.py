"""The room's front: batches begun, found, stopped, gone on with, read and forgotten."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from vedette.batches import records
from vedette.batches.listing import LIST, SUM_UP, ListBatch, SumUpBatch, listing_kind, summing_kind
from vedette.batches.models import model_of
from vedette.batches.part_run import PART, PARTS, RunPart, part_kind
from vedette.batches.result_files import part_name
from vedette.batches.tools import BatchTools, denied
from vedette.batches.values import UNDER_WAY, BatchState, BatchWish
from vedette.datasets.buckets import split_folder
from vedette.errors import Busy, Missing, Taken, TooEarly, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.guard import QueueGuard
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version

KINDS = (LIST, PART, SUM_UP)
LONGEST_NAME = 100
# Of a project at once, and at all.
MOST_UNDER_WAY = 5
MOST_BATCHES = 100


class Batches:
    """The batches of the installation. Threads may share it."""

    def __init__(self, tools: BatchTools, jobs: JobRunner) -> None:
        self._tools = tools
        self._database = tools.database
        self._jobs = jobs
        jobs.register(listing_kind(tools, self._add_parts))
        jobs.register(part_kind(tools, jobs))
        jobs.register(summing_kind(tools))
        # A queue with a guard: no part is one server's before it has a thread for it, so all of them share.
        jobs.guard(PARTS, QueueGuard())

    def start(self) -> None:
        """Clear what a stop or a crash left on the disk. The server calls this first."""
        shutil.rmtree(self._tools.folder, ignore_errors=True)
        self._tools.folder.mkdir(parents=True)

    def begin(self, version: Version, wish: BatchWish, caller: Principal) -> BatchState:
        """Write a batch down and begin it; refuse at once what its caller may not read or write."""
        _require_package(version)
        wish = _checked(wish)
        self._require_places(wish, caller)
        state = self._new(version, wish, caller)
        with self._database.write() as connection:
            self._refuse_beyond_limits(connection, state)
            records.add(connection, state)
            number = self._jobs.add(connection, self._listing(version.project, state.id))
        self._jobs.begin(LIST, number)
        return self.find(version.project, state.id)

    def find(self, project: Project, batch: str) -> BatchState:
        """Return a batch of a project."""
        with self._database.read() as connection:
            return _require(connection, project, batch)

    def of_projects(self, projects: Sequence[int]) -> Sequence[BatchState]:
        """Return the batches of these projects, the newest first."""
        with self._database.read() as connection:
            return records.of_projects(connection, list(projects))

    def stop(self, project: Project, batch: str) -> BatchState:
        """Leave off; what has results keeps them. Servers that look at parts see it within some pictures."""
        with self._database.write() as connection:
            _require(connection, project, batch)
            records.settle(connection, batch, "cancelled", "", self._tools.now_ms())
        return self.find(project, batch)

    def resume(self, project: Project, batch: str, caller: Principal) -> BatchState:
        """Go on with what has no results yet, where a batch was stopped or has failed, as its caller."""
        state = self.find(project, batch)
        if caller.arn != state.caller["arn"]:
            raise Wrong(f"Only who began the batch can go on with it: {state.caller['arn']}.", kind="batch")
        _require_package(self._tools.same_model(state))
        if any(place.subject.startswith(batch) for kind in KINDS for place in self._jobs.places(kind)):
            raise Busy("The batch is still being stopped; try again in a moment.", kind="batch", name=batch)
        with self._database.write() as connection:
            state = _require(connection, project, batch)
            if state.status in UNDER_WAY:
                raise Busy("The batch is under way already.", kind="batch", name=batch)
            if state.status == "done":
                raise Taken("The batch is done.", kind="batch", name=batch)
            begin = self._begin_again(connection, project, state)
        begin()
        return self.find(project, batch)

    def delete(self, project: Project, batch: str) -> None:
        """Forget a batch that is over; what lies in the bucket stays."""
        with self._database.write() as connection:
            if _require(connection, project, batch).status in UNDER_WAY:
                raise Busy("The batch is under way; stop it first.", kind="batch", name=batch)
            records.drop(connection, batch)

    def results(self, state: BatchState, caller: Principal, part: int | None = None) -> Iterator[bytes]:
        """Yield the results that are written, of all parts or of one, as this caller may read them."""
        bucket, _, prefix = state.wish.address.removeprefix("s3://").partition("/")
        numbers = range(1, state.parts + 1) if part is None else (part,)
        names = [prefix + part_name(number, state.wish.form) for number in numbers]
        for key in names:
            if not self._tools.access.may_read(caller, bucket, key):
                raise denied(caller, "s3:GetObject", f"{bucket}/{key}")
        for key in names:
            try:
                yield self._tools.blobs.read(bucket, key)
            except Missing:
                continue  # not written yet

    def _add_parts(self, connection: Connection, batch: str, account: str) -> Callable[[], None]:
        """Write down a job for each part without results; the caller begins them after its transaction."""
        numbers = []
        for number in records.undone(connection, batch):
            order = RunPart(batch, number)
            numbers.append(self._jobs.add(connection, NewJob(PART, order.subject, account, order)))

        def begin() -> None:
            for number in numbers[: PARTS.concurrency]:
                self._jobs.begin(PART, number)

        return begin

    def _begin_again(self, connection: Connection, project: Project, state: BatchState) -> Callable[[], None]:
        if records.is_taken(connection, state.wish.address):
            raise Taken("Another batch writes its results there.", kind="batch", name=state.id)
        is_listed = bool(state.parts)
        now = self._tools.now_ms()
        records.begin_again(connection, state.id, "running" if is_listed else "listing", now)
        account = project.scope.account
        if not is_listed:
            listing = self._jobs.add(connection, self._listing(project, state.id))
            return partial(self._jobs.begin, LIST, listing)
        if records.count_undone(connection, state.id):
            return self._add_parts(connection, state.id, account)
        job = NewJob(SUM_UP, state.id, account, SumUpBatch(state.id))
        return partial(self._jobs.begin, SUM_UP, self._jobs.add(connection, job))

    def _listing(self, project: Project, batch: str) -> NewJob:
        return NewJob(LIST, batch, project.scope.account, ListBatch(batch))

    def _require_places(self, wish: BatchWish, caller: Principal) -> None:
        """Refuse what the caller may not read or write, and a folder that holds something."""
        source, _ = split_folder(wish.source)
        if not self._tools.access.may_list(caller, source):
            raise denied(caller, "s3:ListBucket", source)
        bucket, prefix = split_folder(wish.address)
        if not self._tools.access.may_list(caller, bucket):
            raise denied(caller, "s3:ListBucket", bucket)
        key = prefix + part_name(1, wish.form)
        if not self._tools.access.may_write(caller, bucket, key):
            raise denied(caller, "s3:PutObject", f"{bucket}/{key}")
        if next(self._tools.blobs.list(bucket, prefix), None) is not None:
            raise Taken(
                f"There is something in {wish.address} already; results go into an empty folder.",
                kind="bucket",
                name=bucket,
            )

    def _new(self, version: Version, wish: BatchWish, caller: Principal) -> BatchState:
        now = self._tools.now_ms()
        return BatchState(
            id=secrets.token_hex(16),
            project=version.project.id,
            version=version.id,
            version_name=version.name,
            model=model_of(version, self._tools.package_of(version)),
            wish=wish,
            status="listing",
            message="",
            total=0,
            parts=0,
            caller=dump_principal(caller),
            tally={},
            created_ms=now,
            changed_ms=now,
        )

    def _refuse_beyond_limits(self, connection: Connection, state: BatchState) -> None:
        present = records.of_projects(connection, [state.project])
        if sum(other.status in UNDER_WAY for other in present) >= MOST_UNDER_WAY:
            raise TooMuch(
                f"{MOST_UNDER_WAY} batches of this project are under way; wait for one.", kind="batch"
            )
        if len(present) >= MOST_BATCHES:
            raise TooMuch(f"This project has {MOST_BATCHES} batches; delete one that is over.", kind="batch")
        if records.is_taken(connection, state.wish.address):
            raise Taken(f"Another batch writes its results into {state.wish.address}.", kind="batch")


def _checked(wish: BatchWish) -> BatchWish:
    """Return the wish with its addresses as they are kept; refuse what is none."""
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Wrong(f"A batch has a name of up to {LONGEST_NAME} visible characters.", kind="batch")
    source, address = ("s3://{}/{}".format(*split_folder(place)) for place in (wish.source, wish.address))
    return BatchWish(name, source, address, wish.form, wish.least)


def _require_package(version: Version) -> None:
    if version.state not in WITH_PACKAGE:
        sentence = f"The version {version.name} of {version.project.name} {WORDS[version.state]}"
        if version.state in ("training", "copying"):
            raise TooEarly(f"{sentence}; begin when that is done.", kind="version", name=version.path)
        raise Busy(f"{sentence}: there is no model to ask.", kind="version", name=version.path)


def _require(connection: Connection, project: Project, batch: str) -> BatchState:
    state = records.find(connection, batch)
    if state is None or state.project != project.id:
        raise Missing(f"There is no batch {batch[:40]}.", kind="batch", name=batch[:40])
    return state
