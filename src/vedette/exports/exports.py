"""The room's front: exports into buckets, made, found, cancelled and forgotten."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.exchange.packing import require_pictures
from vedette.exports import records
from vedette.exports.values import ExportState, ExportWish
from vedette.exports.works import EXPORT, ExportTools, WriteExport, export_kind
from vedette.exports.writing import LONGEST_KEY
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project

# Of a project at once; of those that are over as many are remembered.
MOST_UNDER_WAY = 5
MOST_REMEMBERED = 20
KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""An export that is over is forgotten after a month; what it has written stays."""


class Exports:
    """The exports of the installation. Threads may share it."""

    def __init__(self, tools: ExportTools, jobs: JobRunner) -> None:
        self._tools = tools
        self._database = tools.database
        self._jobs = jobs
        jobs.register(export_kind(tools))

    def start(self) -> None:
        """Clear what a stop or a crash left half written on the disk. The server calls this first."""
        shutil.rmtree(self._tools.folder, ignore_errors=True)
        self._tools.folder.mkdir(parents=True)

    def create(self, project: Project, wish: ExportWish, caller: Principal) -> ExportState:
        """Write an export down and begin it; refuse at once a place that it may not go to."""
        require_pictures(wish.form, with_pictures=wish.with_pictures)
        state = self._state(project, replace(wish, address=folder_address(wish.address)), caller)
        self._tools.datasets.find(project, wish.dataset)
        writer = self._tools.writer(project, state.wish, caller)
        # With the rights of the request; those of the stored caller are asked when it is written.
        writer.require_rights()
        with self._database.read() as connection:
            _require_alone(connection, state.wish.address)
        writer.require_usable()
        with self._database.write() as connection:
            # Again: only here does nobody else write one down.
            _require_alone(connection, state.wish.address)
            self._make_room(connection, project, state.created_ms)
            records.add(connection, state)
            job = NewJob(EXPORT, state.id, project.scope.account, WriteExport(state.id))
            number = self._jobs.add(connection, job)
        self._jobs.begin(EXPORT, number)
        return self.describe(project, state.id)

    def describe(self, project: Project, export_id: str) -> ExportState:
        """Return an export of a project."""
        with self._database.read() as connection:
            return _require(connection, project, export_id)

    def of_projects(self, projects: Sequence[int]) -> Sequence[ExportState]:
        """Return the exports of these projects, the newest first."""
        with self._database.read() as connection:
            return records.of_projects(connection, list(projects))

    def cancel(self, project: Project, export_id: str) -> ExportState:
        """Leave an export; what is in the bucket by now stays there."""
        state = self.describe(project, export_id)
        number = self._jobs.number(EXPORT, export_id) if state.status == "running" else None
        if number is not None and self._jobs.cancel(number):
            with self._database.write() as connection:
                records.settle(connection, export_id, "cancelled", "", self._tools.now_ms())
        return self.describe(project, export_id)

    def delete(self, project: Project, export_id: str) -> None:
        """Forget an export that is over; what is in the bucket stays there."""
        with self._database.write() as connection:
            state = _require(connection, project, export_id)
            if state.status == "running":
                raise Busy("The export is under way; cancel it first.", kind="export", name=export_id)
            records.drop(connection, export_id)

    def hold_project(self, connection: Connection, project: Project) -> str:
        """Return what of a project is being written: after a stop nobody would write the rest of it."""
        present = records.of_projects(connection, [project.id])
        count = sum(state.status == "running" for state in present)
        return f"{count} export{'s' if count > 1 else ''} under way" if count else ""

    def _state(self, project: Project, wish: ExportWish, caller: Principal) -> ExportState:
        now = self._tools.now_ms()
        return ExportState(
            id=secrets.token_hex(16),
            project=project.id,
            wish=wish,
            status="running",
            message="",
            is_frozen=False,
            completed=0,
            total=0,
            files=0,
            size=0,
            left_out=0,
            caller=dump_principal(caller),
            created_ms=now,
            changed_ms=now,
        )

    def _make_room(self, connection: Connection, project: Project, now_ms: int) -> None:
        present = records.of_projects(connection, [project.id])
        under_way = [state for state in present if state.status == "running"]
        if len(under_way) >= MOST_UNDER_WAY:
            raise TooMuch(
                f"{MOST_UNDER_WAY} exports of this project are under way; wait for one, or cancel it.",
                kind="export",
            )
        over = [state for state in present if state.status != "running"]
        for place, state in enumerate(over):
            if place >= MOST_REMEMBERED - 1 or state.changed_ms < now_ms - KEPT_MS:
                records.drop(connection, state.id)


def _require_alone(connection: Connection, address: str) -> None:
    """Refuse a folder that another export is being written into: readers would find files of both."""
    if any(state.wish.address == address for state in records.under_way(connection)):
        raise Busy(
            f"Another export is being written into {address}; wait for its end, or choose another folder.",
            kind="export",
        )


def folder_address(address: str) -> str:
    """Return s3://bucket/folder/ as it is kept; refuse what is no folder in a bucket."""
    head, _, rest = address.strip().partition("://")
    bucket, _, prefix = rest.partition("/")
    if head.lower() != "s3" or not bucket:
        raise Wrong(
            f"{address[:100]!r} is no folder in a bucket: it has the form s3://bucket/folder.",
            kind="bucket",
            name=address[:100],
        )
    if any(not letter.isprintable() for letter in prefix):
        raise Wrong("The folder's name has a character that cannot be shown.", kind="bucket", name=bucket)
    # Room for the names below it, which come from keys that may be long themselves.
    if len(prefix.encode("utf-8", "replace")) > LONGEST_KEY // 2:
        raise Wrong(f"The folder's name has more than {LONGEST_KEY // 2} bytes.", kind="bucket", name=bucket)
    return f"s3://{bucket}/{prefix.rstrip('/')}/" if prefix.strip("/") else f"s3://{bucket}/"


def _require(connection: Connection, project: Project, export_id: str) -> ExportState:
    state = records.find(connection, export_id)
    if state is None or state.project != project.id:
        raise Missing(f"There is no export {export_id}.", kind="export", name=export_id)
    return state
