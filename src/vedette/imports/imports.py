"""The room's front: imports made, filled, read, looked through, mended, run and left.

Whatever takes long is written down and done in the background; the caller sees the import's state at once,
and its end by asking again.
"""

import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.datasets.dataset import Kind
from vedette.dialects.intake import ManifestRefused
from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.exchange.shape_masks import require_form
from vedette.identity.principal import Principal, dump_principal
from vedette.imports import records
from vedette.imports.blocks import block_numbers, block_of, read_block, read_summaries
from vedette.imports.buckets import split_prefix
from vedette.imports.import_tools import ImportTools, count
from vedette.imports.mends import require_kind
from vedette.imports.pieces import Piece, keep_piece
from vedette.imports.staging import BLOCK, StagedRow
from vedette.imports.values import (
    UNDER_WAY,
    ImportOptions,
    ImportSource,
    ImportState,
    ImportStatus,
    LineQuery,
    MendOrder,
)
from vedette.imports.works import (
    MEND,
    READ,
    RUN,
    MendAllOrder,
    ReadOrder,
    RunOrder,
    WorkOrder,
    kinds,
    mend_lines,
)
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project

MOST_OF_PROJECT = 20
KEPT_MS = 7 * 24 * 60 * 60 * 1000
"""An import that nobody touches is forgotten after a week."""
# So many lines are mended while the caller waits.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some lines, and the number behind which the next ones lie; None where there are no more."""

    rows: Sequence[StagedRow]
    after: int | None


class Imports:
    """The imports of the installation. Threads may share it."""

    def __init__(self, tools: ImportTools, jobs: JobRunner) -> None:
        self._tools = tools
        self._database = tools.database
        self._jobs = jobs
        for kind in kinds(tools):
            jobs.register(kind)

    def start(self) -> None:
        """Clear what a stop or a crash left half written on the disk. The server calls this first."""
        shutil.rmtree(self._tools.folder, ignore_errors=True)
        self._tools.folder.mkdir(parents=True)

    # Making and finding

    def create(self, project: Project, kind: Kind, source: ImportSource, caller: Principal) -> ImportState:
        """Make an import; one from elsewhere than the caller's computer is read at once."""
        if source.kind == "bucket":
            split_prefix(source.address)
        require_masks(project, source)
        now = self._tools.now_ms()
        status: ImportStatus = "open" if source.kind == "files" else "reading"
        state = ImportState(
            id=secrets.token_hex(16),
            project=project.id,
            dataset=kind,
            source=source,
            options=ImportOptions(),
            status=status,
            message="",
            completed=0,
            total=0,
            pieces=0,
            totals={},
            result={},
            caller=dump_principal(caller),
            created_ms=now,
            changed_ms=now,
        )
        job = None
        self._jobs.passed.look()
        with self._database.write() as connection:
            before_ms = self._jobs.passed.moment_before(connection, KEPT_MS)
            for name in () if before_ms is None else records.late(connection, before_ms):
                records.drop(connection, name)
            if len(records.of_project(connection, project.id)) >= MOST_OF_PROJECT:
                raise TooMuch(f"The project has {MOST_OF_PROJECT} imports; delete one first.", kind="import")
            records.add(connection, state)
            if status == "reading":
                job = self._add(connection, project, ReadOrder(state.id))
        self._begin(job)
        return self.describe(project, state.id)

    def describe(self, project: Project, import_id: str) -> ImportState:
        """Return an import of a project."""
        with self._database.read() as connection:
            return _require(connection, project, import_id)

    def of_project(self, project: Project) -> Sequence[ImportState]:
        """Return the imports of a project, the newest first."""
        with self._database.read() as connection:
            return records.of_project(connection, project.id)

    def of_projects(self, projects: Sequence[int]) -> Sequence[ImportState]:
        """Return the imports of these projects."""
        with self._database.read() as connection:
            return records.under_way(connection, list(projects))

    def problem(self, project: Project, state: ImportState) -> str:
        """Return why an import cannot be run as it is, in a sentence; nothing where it can."""
        if not state.totals.get("usable"):
            return "Not one line can be imported."
        if split := state.totals.get("split", {}).get("problem"):
            return str(split)
        names = {state.options.labels.get(name, name) for name in state.totals.get("labels", {})} - {""}
        try:
            project.dialect.refuse_beyond_limits(
                state.dataset, entries=state.totals["usable"], labels=len(names)
            )
        except ManifestRefused as refusal:
            return refusal.message
        return ""

    # Filling and reading

    def add_piece(self, project: Project, import_id: str, number: int, piece: Piece) -> None:
        """Take a part of what the caller's computer has; the same number once more replaces it."""
        self._database.require_room()
        with self._database.write() as connection:
            _require(connection, project, import_id, "open", "failed")
            keep_piece(connection, import_id, number, piece)

    def read(self, project: Project, import_id: str, source: ImportSource | None = None) -> ImportState:
        """Read the source, or read it anew in another way."""
        with self._database.write() as connection:
            state = _require(connection, project, import_id, "open", "ready", "failed", "cancelled")
            if source is not None:
                require_masks(project, source)
                records.keep_source(connection, state.id, source)
            job = self._begin_in(connection, project, ReadOrder(state.id), "reading")
        self._begin(job)
        return self.describe(project, import_id)

    def lines(self, project: Project, import_id: str, query: LineQuery) -> LinePage:
        """Return lines behind a number that have one of the codes, or any problem, or all."""
        rows: list[StagedRow] = []
        with self._database.read() as connection:
            state = _require(connection, project, import_id)
            if state.status == "reading":
                return LinePage([], None)
            for block, summary in read_summaries(connection, import_id):
                if (block + 1) * BLOCK <= query.after or not _may_hold(summary, query):
                    continue
                block_rows = read_block(connection, import_id, block)
                rows += [row for row in block_rows if row.number > query.after and _passes(row, query)]
                if len(rows) > query.most:
                    page = rows[: query.most]
                    return LinePage(page, page[-1].number)
        return LinePage(rows, None)

    def manifest(self, project: Project, import_id: str) -> Iterator[bytes]:
        """Yield the lines as they are now, those that are left out aside."""
        with self._database.read() as connection:
            _require(connection, project, import_id, "ready", "running")
            numbers = block_numbers(connection, import_id)
        for number in numbers:
            with self._database.read() as connection:
                rows = read_block(connection, import_id, number)
            texts = [row.text for row in rows if row.text and not row.is_left_out]
            yield "".join(f"{text}\n" for text in texts).encode("utf-8", "replace")

    # Changing and running

    def mend(self, project: Project, import_id: str, order: MendOrder) -> tuple[ImportState, list[str]]:
        """Mend lines while the caller waits, or all that have a code, in the background where they are many.

        Returns the import, and why lines could not be mended.
        """
        require_kind(order)
        if len(order.numbers) > AT_ONCE:
            raise Wrong(f"Name up to {AT_ONCE} lines, or their code.", kind="mend")
        problems: list[str] = []
        job, is_short = None, False
        with self._database.write() as connection:
            state = _require(connection, project, import_id, "ready")
            if order.numbers:
                problems = mend_lines(self._tools, connection, state, project, order)
            else:
                work = MendAllOrder(import_id, order.kind, order.code, order.value)
                is_short = len(block_numbers(connection, import_id)) <= 2
                job = self._begin_in(connection, project, work, "mending", runs_here=is_short)
        if job is not None and is_short:
            self._jobs.run_here(job[1])
        else:
            self._begin(job)
        return self.describe(project, import_id), problems

    def row(self, project: Project, import_id: str, number: int) -> StagedRow:
        """Return one line."""
        with self._database.read() as connection:
            _require(connection, project, import_id)
            rows = read_block(connection, import_id, block_of(number))
        row = next((row for row in rows if row.number == number), None)
        if row is None:
            raise Missing(f"The import has no line {number}.", kind="line", name=str(number))
        return row

    def configure(self, project: Project, import_id: str, options: ImportOptions) -> ImportState:
        """Say what is to become of the lines, and count them anew."""
        with self._database.write() as connection:
            state = _require(connection, project, import_id, "open", "reading", "ready")
            records.keep_options(connection, import_id, options)
            if state.status == "ready":
                count(connection, _require(connection, project, import_id))
        return self.describe(project, import_id)

    def run(self, project: Project, import_id: str) -> ImportState:
        """Take the lines into the datasets."""
        with self._database.write() as connection:
            state = _require(connection, project, import_id, "ready")
            if problem := self.problem(project, state):
                raise Wrong(problem, kind="import", name=import_id)
            job = self._begin_in(connection, project, RunOrder(import_id), "running")
        self._begin(job)
        return self.describe(project, import_id)

    def cancel(self, project: Project, import_id: str) -> ImportState:
        """Leave what is under way; what is in the datasets by now stays there."""
        state = self.describe(project, import_id)
        kind = {"reading": READ, "mending": MEND, "running": RUN}.get(state.status)
        number = self._jobs.number(kind, import_id) if kind else None
        if number is not None and self._jobs.cancel(number):
            with self._database.write() as connection:
                status: ImportStatus = "cancelled" if kind == READ else "ready"
                records.settle(connection, import_id, status, "", self._tools.now_ms())
        return self.describe(project, import_id)

    def delete(self, project: Project, import_id: str) -> None:
        """Forget an import."""
        with self._database.write() as connection:
            state = _require(connection, project, import_id)
            if state.status in UNDER_WAY:
                raise Busy("The import is under way; cancel it first.", kind="import", name=import_id)
            records.drop(connection, import_id)

    # Inside

    def _begin_in(
        self,
        connection: Connection,
        project: Project,
        order: WorkOrder,
        status: ImportStatus,
        *,
        runs_here: bool = False,
    ) -> tuple[str, int]:
        records.begin(connection, order.import_id, status, self._tools.now_ms())
        return self._add(connection, project, order, runs_here=runs_here)

    def _add(
        self, connection: Connection, project: Project, order: WorkOrder, *, runs_here: bool = False
    ) -> tuple[str, int]:
        kind = {ReadOrder: READ, RunOrder: RUN, MendAllOrder: MEND}[type(order)]
        job = NewJob(kind, order.import_id, project.scope.account, order)
        return kind, self._jobs.add(connection, job, runs_here=runs_here)

    def _begin(self, job: tuple[str, int] | None) -> None:
        if job is not None:
            self._jobs.begin(*job)


def require_masks(project: Project, source: ImportSource) -> None:
    """Refuse masks for a service that has none, and of a format that has no shapes."""
    if source.masks_from == "none":
        return
    if not project.dialect.class_labels:
        raise Wrong("Projects of this service have no masks.", kind="import")
    require_form(source.format)


def _require(
    connection: Connection, project: Project, import_id: str, *statuses: ImportStatus
) -> ImportState:
    state = records.find(connection, import_id)
    if state is None or state.project != project.id:
        raise Missing(f"There is no import {import_id}.", kind="import", name=import_id)
    if statuses and state.status not in statuses:
        raise Busy(f"The import is {state.status}; this cannot be done now.", kind="import", name=import_id)
    return state


def _may_hold(summary: dict[str, object], query: LineQuery) -> bool:
    codes = summary["codes"]
    assert isinstance(codes, dict)
    if query.codes:
        return any(code in codes for code in query.codes) or bool(summary["left_out"])
    return bool(codes) or bool(summary["left_out"]) or bool(summary["mended"]) or not query.has_problems


def _passes(row: StagedRow, query: LineQuery) -> bool:
    if query.codes:
        return not row.is_left_out and any(problem[0] in query.codes for problem in row.problems)
    return not query.has_problems or bool(row.problems) or bool(row.original) or row.is_left_out
