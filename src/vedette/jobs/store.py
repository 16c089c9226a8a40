"""Every statement on the table `jobs`. A lease is kept by the database's own clock where it has one.

A job is free where nobody owns it, or where its owner has let the lease pass; whoever asks says what it
runs itself, since a server that could not renew a lease for a while still runs its job.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, or_, select, text, update

from vedette.clock import Clock, milliseconds
from vedette.jobs.kind import NewJob
from vedette.jobs.orders import dump_order
from vedette.jobs.tables import jobs

# As long as a server may be silent before others take its jobs: five of its beats, so that one that
# waits for a slow disk keeps them. A crashed server's jobs wait as long on PostgreSQL.
LEASE_MS = 15_000
DATABASE_MS = text("select extract(epoch from clock_timestamp()) * 1000")

Progress = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it was written down."""

    id: int
    kind: str
    subject: str
    account: str
    order: str
    body: bytes | None
    tries: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """An account's place in a queue: its oldest free job, how many there are, and how many run."""

    account: str
    first: int
    free: int
    running: int


@dataclass(frozen=True, slots=True)
class JobPlace:
    """Where a job is: `owner` is the server that runs it, and empty while it waits."""

    id: int
    subject: str
    account: str
    owner: str
    progress: Progress


def _none() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class JobTable:
    """The table as one server sees it."""

    owner: str
    clock: Clock
    # How much longer than its lease another server's job is left alone (`runner.py`).
    patience_ms: Callable[[], int] = _none

    def now_ms(self, connection: Connection) -> int:
        """Return this moment by the one clock that all servers share, or by ours where we are alone."""
        if connection.dialect.name == "postgresql":
            return int(connection.execute(DATABASE_MS).scalar_one())
        return milliseconds(self.clock())

    def add(self, connection: Connection, job: NewJob, *, owned: bool) -> int:
        """Write a job down and return its number; a subject that has one of this kind keeps that."""
        standing = self.number(connection, job.kind, job.subject)
        if standing is not None:
            return standing
        order, body = dump_order(job.order)
        values = {
            "kind": job.kind,
            "subject": job.subject,
            "account": job.account,
            "order": order,
            "body": body,
            "tries": 0,
            "cancelled": False,
            "owner": self.owner if owned else "",
            "lease_ms": self.now_ms(connection) + LEASE_MS if owned else 0,
            "progress": "",
        }
        return int(connection.execute(insert(jobs).values(values).returning(jobs.c.id)).scalar_one())

    def number(self, connection: Connection, kind: str, subject: str) -> int | None:
        """Return the number of the job of this kind that a subject has, if it has one."""
        query = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.subject == subject)
        return connection.execute(query).scalar()

    def owned(self, connection: Connection, number: int) -> JobRow | None:
        """Return a job that is ours; nothing where it has ended or another server has it."""
        query = select(*_COLUMNS).where(jobs.c.id == number, jobs.c.owner == self.owner)
        row = connection.execute(query).first()
        return None if row is None else JobRow(*row)

    def exists(self, connection: Connection, number: int) -> bool:
        """Say whether a job has not ended yet."""
        return connection.execute(select(jobs.c.id).where(jobs.c.id == number)).first() is not None

    def turns(self, connection: Connection, kinds: Collection[str], running: Collection[int]) -> list[Turn]:
        """Return the accounts that have free jobs of these kinds."""
        free = self._is_free(connection, running)
        query = (
            select(
                jobs.c.account,
                func.min(case((free, jobs.c.id))),
                func.sum(case((free, 1), else_=0)),
                func.sum(case((free, 0), else_=1)),
            )
            .where(jobs.c.kind.in_(kinds))
            .group_by(jobs.c.account)
        )
        return [Turn(*row) for row in connection.execute(query) if row[1] is not None]

    def under_way(self, connection: Connection, kinds: Collection[str], running: Collection[int]) -> int:
        """Return how many jobs of these kinds some server runs."""
        held = ~self._is_free(connection, running)
        query = select(func.count()).select_from(jobs).where(jobs.c.kind.in_(kinds), held)
        return int(connection.execute(query).scalar_one())

    def claim(self, connection: Connection, number: int) -> JobRow:
        """Make a free job ours; the one write transaction keeps others from doing so at once."""
        values = {"owner": self.owner, "lease_ms": self.now_ms(connection) + LEASE_MS}
        row = connection.execute(
            update(jobs).where(jobs.c.id == number).values(values).returning(*_COLUMNS)
        ).one()
        return JobRow(*row)

    def give_back(self, connection: Connection, number: int) -> None:
        """Let a job of ours be anybody's again, as if it had not begun."""
        own = (jobs.c.id == number, jobs.c.owner == self.owner)
        connection.execute(update(jobs).where(*own).values(owner="", lease_ms=0, progress=""))

    def listed(self, connection: Connection, kind: str, running: Collection[int]) -> list[JobPlace]:
        """Return every job of a kind in the order of adding: whose it is, and where."""
        free = case((self._is_free(connection, running), True), else_=False)
        columns = (jobs.c.id, jobs.c.subject, jobs.c.account, jobs.c.owner, free, jobs.c.progress)
        rows = connection.execute(select(*columns).where(jobs.c.kind == kind).order_by(jobs.c.id))
        return [
            JobPlace(row[0], row[1], row[2], "" if row[4] else row[3], orjson.loads(row[5] or "{}"))
            for row in rows
        ]

    def count_try(self, connection: Connection, number: int, tries: int) -> None:
        """Note how often a job was begun."""
        connection.execute(update(jobs).where(jobs.c.id == number).values(tries=tries))

    def end(self, connection: Connection, number: int) -> bool:
        """Remove a job of ours; false where it is not ours any more."""
        removal = delete(jobs).where(jobs.c.id == number, jobs.c.owner == self.owner)
        return connection.execute(removal).rowcount == 1

    def withdraw(self, connection: Connection, number: int, running: Collection[int]) -> bool:
        """Remove a job that nobody has begun, or whose server died; false where it runs or has ended."""
        free = self._is_free(connection, running)
        return connection.execute(delete(jobs).where(jobs.c.id == number, free)).rowcount == 1

    def cancel(self, connection: Connection, number: int) -> None:
        """Ask the run of a job to leave off, wherever it is."""
        connection.execute(update(jobs).where(jobs.c.id == number).values(cancelled=True))

    def renew(
        self, connection: Connection, progress: Mapping[int, Mapping[str, Any] | None]
    ) -> dict[int, bool]:
        """Renew the leases of the jobs that run here, with their progress.

        Returns which of them are still ours, and of each whether it was cancelled.
        """
        until = self.now_ms(connection) + LEASE_MS
        for number, facts in progress.items():
            values = {"lease_ms": until} | ({"progress": orjson.dumps(facts).decode()} if facts else {})
            owned_job = (jobs.c.id == number, jobs.c.owner == self.owner)
            connection.execute(update(jobs).where(*owned_job).values(values))
        query = select(jobs.c.id, jobs.c.cancelled).where(jobs.c.owner == self.owner, jobs.c.id.in_(progress))
        return {row.id: bool(row.cancelled) for row in connection.execute(query)}

    def release(self, connection: Connection, *, everybodys: bool = False) -> None:
        """Give up what is ours, or what everybody else has, where no other server can be."""
        owners = jobs.c.owner != self.owner if everybodys else jobs.c.owner == self.owner
        connection.execute(update(jobs).where(owners).values(owner="", lease_ms=0))

    def free_kinds(self, connection: Connection, running: Collection[int]) -> list[str]:
        """Return of which kinds there are free jobs."""
        query = select(jobs.c.kind).where(self._is_free(connection, running)).distinct()
        return list(connection.execute(query).scalars())

    def progress(self, connection: Connection, kind: str, subject: str) -> Progress | None:
        """Return what a job last reported, as far as it was written down."""
        query = select(jobs.c.progress).where(jobs.c.kind == kind, jobs.c.subject == subject)
        document = connection.execute(query).scalar()
        return orjson.loads(document) if document else None

    def _is_free(self, connection: Connection, running: Collection[int]) -> ColumnElement[bool]:
        late = jobs.c.lease_ms < self.now_ms(connection) - self.patience_ms()
        return or_(jobs.c.owner == "", late) & jobs.c.id.not_in(running)


_COLUMNS = (
    jobs.c.id,
    jobs.c.kind,
    jobs.c.subject,
    jobs.c.account,
    jobs.c.order,
    jobs.c.body,
    jobs.c.tries,
    jobs.c.cancelled,
)
