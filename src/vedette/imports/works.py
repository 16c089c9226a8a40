"""The kinds of jobs on imports: reading, mending, taking in. After a crash each goes on or begins anew."""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from vedette.errors import Refusal, Wrong
from vedette.identity.principal import load_principal
from vedette.imports import records
from vedette.imports.blocks import block_of, read_summaries
from vedette.imports.checking import PictureCheck
from vedette.imports.import_tools import ImportTools, count, read_again, require_import
from vedette.imports.mends import Mending
from vedette.imports.running import ImportRun
from vedette.imports.source_reading import putting_masks, read_source
from vedette.imports.values import ImportState, MendOrder
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.manifest.attributes import Stamp
from vedette.projects.project import Project
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

IMPORTS = WorkQueue("imports", 2)
READ, MEND, RUN = "import-read", "import-mend", "import-run"
UNFORESEEN = "The service failed; its log tells why. Try again later."


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read an import's source."""

    import_id: str


@dataclass(frozen=True, slots=True)
class RunOrder:
    """Take an import's lines into its datasets."""

    import_id: str


@dataclass(frozen=True, slots=True)
class MendAllOrder:
    """Mend all lines that have a code."""

    import_id: str
    kind: str
    code: str
    value: str = ""


WorkOrder = ReadOrder | RunOrder | MendAllOrder


def kinds(tools: ImportTools) -> list[JobKind[Any]]:
    """Return every kind of job on imports, with these tools."""

    def fail(context: JobContext, order: WorkOrder, problem: Exception) -> None:
        _fail(tools, context, order, problem)

    return [
        JobKind(
            READ,
            ReadOrder,
            IMPORTS,
            lambda context, order: read_source(tools, context, order.import_id),
            fail,
        ),
        JobKind(MEND, MendAllOrder, IMPORTS, lambda context, order: _mend(tools, context, order), fail),
        JobKind(RUN, RunOrder, IMPORTS, lambda context, order: _run(tools, context, order), fail),
    ]


def _read(tools: ImportTools, context: JobContext, order: ReadOrder) -> None:
    read_source(tools, context, order.import_id)


def _mend(tools: ImportTools, context: JobContext, order: MendAllOrder) -> None:
    state, project = require_import(tools, order.import_id)
    wish = MendOrder(order.kind, (), order.code, order.value)
    check = tools.check(state, project)
    mended, problems = 0, []
    with tools.database.read() as connection:
        summaries = read_summaries(connection, state.id)
    for block, summary in summaries:
        if order.code not in summary["codes"]:
            continue
        if context.should_leave():
            raise JobInterrupted
        with tools.database.write() as connection:
            part, sentences = mending(tools, connection, state, project, check).mend(block, wish)
            records.say_progress(connection, state.id, block + 1, len(summaries), tools.now_ms())
        mended += part
        problems += sentences[:1]
    with tools.database.write() as connection:
        count(connection, read_again(connection, state.id))
        records.settle(connection, state.id, "ready", problems[0] if problems else "", tools.now_ms())
        context.end(connection)


def mending(
    tools: ImportTools, connection: Connection, state: ImportState, project: Project, check: PictureCheck
) -> Mending:
    """Return what mends an import's lines in a transaction."""
    stamp = Stamp(tools.clock(), "labeling-job/mended")
    bucket = state.totals.get("bucket", "")
    return Mending(connection, state.id, project.dialect, bucket, check, stamp)


def mend_lines(
    tools: ImportTools, connection: Connection, state: ImportState, project: Project, order: MendOrder
) -> list[str]:
    """Mend single lines; return why some could not be."""
    by_block: dict[int, list[int]] = {}
    for number in order.numbers:
        by_block.setdefault(block_of(number), []).append(number)
    mender = mending(tools, connection, state, project, tools.check(state, project))
    problems: list[str] = []
    for block, numbers in by_block.items():
        problems += mender.mend(block, order, numbers)[1]
    count(connection, state)
    return problems


def _run(tools: ImportTools, context: JobContext, order: RunOrder) -> None:
    state, project = require_import(tools, order.import_id)
    caller = load_principal({"caller": state.caller})
    if sentence := tools.missing_caller(caller):
        raise Wrong(sentence, kind="import")
    total = state.totals.get("usable", 0)

    def report(through: int, result: dict[str, int]) -> None:
        with tools.database.write() as connection:
            records.say_progress(connection, state.id, through, total, tools.now_ms())
            records.keep_result(connection, state.id, result)

    with putting_masks(tools, context, state, project) as put_masks:
        run = ImportRun(tools.database, tools.datasets, context, project, caller, state, put_masks, report)
        result = run.run()
    with tools.database.write() as connection:
        records.keep_result(connection, state.id, result)
        records.settle(connection, state.id, "done", "", tools.now_ms())
        records.drop_contents(connection, state.id)
        context.end(connection)


def _fail(tools: ImportTools, context: JobContext, order: WorkOrder, problem: Exception) -> None:
    """Write down why work failed; what was read or taken in before stays."""
    refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
    if isinstance(problem, JobCancelled):
        sentence = ""
    elif refusal is None:
        log.error("job %d on import %s failed", context.id, order.import_id, exc_info=problem)
        sentence = UNFORESEEN
    else:
        sentence = refusal.sentence
    is_run = not isinstance(order, ReadOrder)
    with tools.database.write() as connection:
        if isinstance(problem, JobCancelled):
            records.settle(
                connection, order.import_id, "ready" if is_run else "cancelled", "", tools.now_ms()
            )
        else:
            status = records.READY if is_run else records.FAILED
            records.settle(connection, order.import_id, status, sentence, tools.now_ms())
        context.end(connection)
