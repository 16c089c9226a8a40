"""The kinds of jobs on imports: reading, mending, taking in. After a crash each goes on or begins anew."""

import contextlib
import logging
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from vedette.arn import parse_arn
from vedette.clock import Clock, milliseconds
from vedette.datasets.dataset import Kind
from vedette.datasets.datasets import Datasets
from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Missing, NoSpace, Refusal, Wrong
from vedette.file_access import create_file, read_file
from vedette.identity.principal import Principal, load_principal
from vedette.imports import records
from vedette.imports.blocks import add_up, block_of, drop_blocks, read_summaries, source_of, write_block
from vedette.imports.buckets import BucketReading, MayRead
from vedette.imports.checking import PictureCheck
from vedette.imports.counting import preview_split
from vedette.imports.drawn_masks import DrawnMasks, MayWrite
from vedette.imports.mask_copies import MaskCopies, pixels_in
from vedette.imports.mask_sets import WITH_MASKS
from vedette.imports.mends import Mending
from vedette.imports.pieces import write_folder
from vedette.imports.running import ImportRun
from vedette.imports.staging import (
    FILES,
    PICTURES,
    StagedRow,
    StagingOrder,
    block_file,
    read_pictures,
    read_rows,
    stage,
)
from vedette.imports.values import ImportState, MendOrder
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.manifest.attributes import Stamp
from vedette.manifest.places import is_s3, split_s3
from vedette.projects.project import Project
from vedette.projects.projects import Projects, by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal
from vedette.store.sealed_folders import keys_for
from vedette.store.working_copies import sealed_scratch

log = logging.getLogger(__name__)

IMPORTS = WorkQueue("imports", 2)
READ, MEND, RUN = "import-read", "import-mend", "import-run"
# What a thread reads in about a tenth of a second; a process is not started sooner than that.
SMALL = 1 << 20
UNFORESEEN = "The service failed; its log tells why. Try again later."
GONE = "The import was deleted."


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


@dataclass(frozen=True, slots=True)
class ImportTools:
    """What work on imports needs."""

    database: Database
    projects: Projects
    datasets: Datasets
    blobs: Blobs
    engine: Engine
    folder: Path
    clock: Clock
    may_read: MayRead
    may_write: MayWrite
    # Says in a sentence that a caller is there no more; nothing where it is.
    missing_caller: Callable[[Principal], str]
    small: int = SMALL

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def check(self, state: ImportState, project: Project) -> PictureCheck:
        """Return the look for pictures, with the rights of who wish for the import."""
        caller = load_principal({"caller": state.caller})
        return PictureCheck(self.blobs, self.may_read, caller, project.dialect)

    def bucket_of(self, project: Project, kind: Kind) -> str:
        """Return the bucket that the pictures of a dataset lie in; nothing where it has none yet."""
        try:
            return self.datasets.find(project, kind).bucket
        except Missing:
            return ""


def kinds(tools: ImportTools) -> list[JobKind[Any]]:
    """Return every kind of job on imports, with these tools."""

    def fail(context: JobContext, order: WorkOrder, problem: Exception) -> None:
        _fail(tools, context, order, problem)

    return [
        JobKind(READ, ReadOrder, IMPORTS, lambda context, order: _read(tools, context, order), fail),
        JobKind(MEND, MendAllOrder, IMPORTS, lambda context, order: _mend(tools, context, order), fail),
        JobKind(RUN, RunOrder, IMPORTS, lambda context, order: _run(tools, context, order), fail),
    ]


def _read(tools: ImportTools, context: JobContext, order: ReadOrder) -> None:
    state, project = _require(tools, order.import_id)
    check = tools.check(state, project)
    bucket = tools.bucket_of(project, state.dataset)
    with tools.database.write() as connection:
        drop_blocks(connection, state.id)
    masks_place = tools.folder / f"import-{context.id}-masks"
    with (
        _scratch(tools.folder / f"import-{context.id}", state) as folder,
        sealed_scratch(masks_place) as masks,
    ):
        _write_source(tools, context, state, folder)
        anomalies = bool(project.dialect.class_labels)
        _copy_masks(tools, context, state, folder, masks.folder, anomalies=anomalies)
        wish = StagingOrder(
            str(folder), state.source.format, project.dialect.name, bucket, state.source.folder_labels,
            tools.clock().timestamp(), str(masks.folder), state.source.masks_from,
        )  # fmt: skip
        mask_writer = DrawnMasks(
            tools.blobs, tools.may_write, load_principal({"caller": state.caller}), masks.folder
        )
        for number, rows in enumerate(_staged(tools, context, wish, folder)):
            bucket = bucket or _bucket_of_rows(rows)
            tools.database.require_room()
            if wish.masks_from != "none":
                mask_writer.put(rows)
            with tools.database.write() as connection:
                write_block(connection, state.id, number, check.checked(rows))
                records.say_progress(connection, state.id, rows[-1].number, 0, tools.now_ms())
    with tools.database.write() as connection:
        _require_rows(connection, state)
        count(connection, _again(connection, state.id), bucket=bucket)
        records.settle(connection, state.id, "ready", "", tools.now_ms())
        context.end(connection)


@contextlib.contextmanager
def _scratch(folder: Path, state: ImportState) -> Iterator[Path]:
    """Yield an empty folder; what comes from a bucket or a dataset lies sealed in it (decisions/0412).

    What a browser sent is in the database as it came, and is appended to piece by piece.
    """
    if state.source.kind != "files":
        with sealed_scratch(folder) as scratch:
            yield scratch.folder
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_rows(connection: Connection, state: ImportState) -> None:
    if not read_summaries(connection, state.id):
        raise Wrong("There is nothing to import: no picture and no label was found.", kind="import")


def _write_source(tools: ImportTools, context: JobContext, state: ImportState, folder: Path) -> None:
    source, caller = state.source, load_principal({"caller": state.caller})
    if sentence := tools.missing_caller(caller):
        raise Wrong(sentence, kind="import")
    if source.kind == "files":
        with tools.database.read() as connection:
            write_folder(connection, state.id, folder)
    elif source.kind == "bucket":
        BucketReading(tools.blobs, tools.may_read, caller, context.should_leave).write_folder(source, folder)
    else:
        _write_dataset(tools, state, folder)


def _copy_masks(
    tools: ImportTools, context: JobContext, state: ImportState, folder: Path, masks: Path, *, anomalies: bool
) -> None:
    """Copy the masks that are looked at: of MVTec AD and VisA, where anomalies are meant."""
    form = state.source.format
    if state.source.kind != "dataset" and (form == "masks" or (form in WITH_MASKS and anomalies)):
        caller = load_principal({"caller": state.caller})
        copies = MaskCopies(
            tools.blobs, tools.may_read, caller, context.should_leave, tools.database.require_room
        )
        copies.write(form, read_pictures(folder / PICTURES), masks)


def _write_dataset(tools: ImportTools, state: ImportState, folder: Path) -> None:
    """Write out the lines of another dataset, as of this moment."""
    arn = parse_arn(state.source.address)
    project = tools.projects.find_by_arn(str(arn), arn.region)
    dataset = tools.datasets.find(project, state.source.dataset)
    (folder / FILES).mkdir()
    with create_file(folder / FILES / "0.manifest") as out:
        tools.datasets.contents.freeze(dataset, out)


def _staged(
    tools: ImportTools, context: JobContext, order: StagingOrder, folder: Path
) -> Iterator[list[StagedRow]]:
    files = sum(path.stat().st_size for path in (folder / FILES).rglob("*") if path.is_file())
    listing = folder / PICTURES
    files += pixels_in(Path(order.masks)) if order.format in WITH_MASKS else 0
    size = files + (listing.stat().st_size if listing.exists() else 0)
    is_small = size <= tools.small and order.masks_from == "none"
    blocks = stage_here(order) if is_small else _stage_elsewhere(tools, order, folder)
    with contextlib.closing(blocks):
        for rows in blocks:
            if context.is_cancelled():
                raise JobCancelled
            if context.should_leave():
                raise JobInterrupted
            yield rows


def stage_here(order: StagingOrder) -> Generator[list[StagedRow], None, None]:
    """Yield the rows in this thread."""
    yield from stage(order)


def _stage_elsewhere(
    tools: ImportTools, order: StagingOrder, folder: Path
) -> Generator[list[StagedRow], None, None]:
    """Yield the rows out of a process: a quarter of a million lines are half a minute of Python."""
    out = folder / "rows"
    out.mkdir(mode=0o700)
    keys = keys_for(out) | keys_for(Path(order.masks) / "any")
    run = tools.engine.submit(Job("read-import", {"blocks": str(out), **asdict(order)}, keys=keys))
    events = tools.engine.events(run)
    try:
        for event in events:
            if event.kind == "progress":
                block = block_file(out, event.facts["blocks"])
                yield read_rows(read_file(block))
                block.unlink()
            elif event.kind in LAST:
                _end(event.kind, dict(event.facts))
    finally:
        tools.engine.cancel(run)
        for _ in events:
            pass


def _end(kind: str, facts: dict[str, str]) -> None:
    if kind != "done" and facts.get("refusal") == NoSpace.__name__:
        raise NoSpace(facts["sentence"])
    if kind != "done":
        raise RuntimeError(facts.get("traceback") or facts.get("sentence") or kind)
    if facts["refused"]:
        raise Wrong(facts["refused"], kind="import")


def _bucket_of_rows(rows: Sequence[StagedRow]) -> str:
    sources = (source_of(row) for row in rows if row.counts)
    return next((split_s3(source)[0] for source in sources if is_s3(source)), "")


def count(connection: Connection, state: ImportState, *, bucket: str | None = None) -> None:
    """Write down what the lines come to."""
    totals = add_up([summary for _, summary in read_summaries(connection, state.id)])
    totals["bucket"] = state.totals.get("bucket", "") if bucket is None else bucket
    totals["split"] = preview_split(connection, state.id, state.options)
    records.keep_totals(connection, state.id, totals)


def _mend(tools: ImportTools, context: JobContext, order: MendAllOrder) -> None:
    state, project = _require(tools, order.import_id)
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
        count(connection, _again(connection, state.id))
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
    state, project = _require(tools, order.import_id)
    caller = load_principal({"caller": state.caller})
    if sentence := tools.missing_caller(caller):
        raise Wrong(sentence, kind="import")
    total = state.totals.get("usable", 0)

    def report(through: int, result: dict[str, int]) -> None:
        with tools.database.write() as connection:
            records.say_progress(connection, state.id, through, total, tools.now_ms())
            records.keep_result(connection, state.id, result)

    run = ImportRun(tools.database, tools.datasets, context, project, caller, state, report)
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


def _require(tools: ImportTools, import_id: str) -> tuple[ImportState, Project]:
    with tools.database.read() as connection:
        state = _again(connection, import_id)
        project = by_id(connection, state.project)
    if project is None:
        raise Missing(GONE, kind="import", name=import_id)
    return state, project


def _again(connection: Connection, import_id: str) -> ImportState:
    state = records.find(connection, import_id)
    if state is None:
        raise Missing(GONE, kind="import", name=import_id)
    return state
