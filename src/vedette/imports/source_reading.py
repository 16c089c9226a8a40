"""An import's source read: written into a folder, looked through, its lines kept in blocks."""

import contextlib
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from vedette.arn import parse_arn
from vedette.engines.port import LAST, Job
from vedette.errors import NoSpace, Wrong
from vedette.file_access import create_file, read_file
from vedette.identity.principal import load_principal
from vedette.imports import records
from vedette.imports.blocks import (
    block_numbers,
    drop_blocks,
    read_block,
    read_summaries,
    source_of,
    write_block,
)
from vedette.imports.buckets import BucketReading
from vedette.imports.drawn_masks import DrawnMasks
from vedette.imports.import_tools import ImportTools, count, read_again, require_import
from vedette.imports.mask_copies import MaskCopies, pixels_in
from vedette.imports.mask_sets import WITH_MASKS
from vedette.imports.pieces import write_folder
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
from vedette.imports.values import ImportState
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted
from vedette.manifest.places import is_s3, split_s3
from vedette.projects.project import Project
from vedette.store.sealed_folders import keys_for
from vedette.store.working_copies import sealed_scratch

# Puts the masks that lines name beside their pictures.
PutMasks = Callable[[Iterable[str]], None]


def read_source(tools: ImportTools, context: JobContext, import_id: str) -> None:
    """Read an import's source, and write its lines with what is wrong with each."""
    state, project = require_import(tools, import_id)
    check = tools.check(state, project)
    bucket = tools.bucket_of(project, state.dataset)
    with tools.database.write() as connection:
        drop_blocks(connection, state.id)
    with _reading(tools, context, state, project) as (wish, masks):
        for number, rows in enumerate(_staged(tools, context, wish)):
            bucket = bucket or _bucket_of_rows(rows)
            tools.database.require_room()
            if wish.masks_from != "none":
                masks.require(row.text for row in rows)
            with tools.database.write() as connection:
                write_block(connection, state.id, number, check.checked(rows))
                records.say_progress(connection, state.id, rows[-1].number, 0, tools.now_ms())
    with tools.database.write() as connection:
        _require_rows(connection, state)
        count(connection, read_again(connection, state.id), bucket=bucket)
        records.settle(connection, state.id, "ready", "", tools.now_ms())
        context.end(connection)


@contextlib.contextmanager
def putting_masks(
    tools: ImportTools, context: JobContext, state: ImportState, project: Project
) -> Iterator[PutMasks]:
    """Yield what puts the masks of lines beside their pictures; if some are missing, all are drawn again."""
    if state.source.masks_from == "none":
        yield lambda texts: None
        return
    caller = load_principal({"caller": state.caller})
    present = DrawnMasks(tools.blobs, tools.may_write, caller, tools.folder)
    with tools.database.read() as connection:
        numbers = block_numbers(connection, state.id)
    if all(present.are_there(_texts_of_block(tools, state, number)) for number in numbers):
        yield present.put
        return
    with _reading(tools, context, state, project) as (wish, masks):
        for _ in _staged(tools, context, wish):
            tools.database.require_room()
        yield masks.put


def _texts_of_block(tools: ImportTools, state: ImportState, number: int) -> list[str]:
    with tools.database.read() as connection:
        return [row.text for row in read_block(connection, state.id, number)]


@contextlib.contextmanager
def _reading(
    tools: ImportTools, context: JobContext, state: ImportState, project: Project
) -> Iterator[tuple[StagingOrder, DrawnMasks]]:
    """Yield what is to be read, out of a folder that holds the source as it is now, and what puts masks."""
    masks_place = tools.folder / f"import-{context.id}-masks"
    with (
        _scratch(tools.folder / f"import-{context.id}", state) as folder,
        sealed_scratch(masks_place) as masks,
    ):
        _write_source(tools, context, state, folder)
        anomalies = bool(project.dialect.class_labels)
        _copy_masks(tools, context, state, folder, masks.folder, anomalies=anomalies)
        bucket = tools.bucket_of(project, state.dataset)
        wish = StagingOrder(
            str(folder), state.source.format, project.dialect.name, bucket, state.source.folder_labels,
            tools.clock().timestamp(), str(masks.folder), state.source.masks_from,
        )  # fmt: skip
        caller = load_principal({"caller": state.caller})
        yield wish, DrawnMasks(tools.blobs, tools.may_write, caller, masks.folder)


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


def _staged(tools: ImportTools, context: JobContext, order: StagingOrder) -> Iterator[list[StagedRow]]:
    folder = Path(order.folder)
    files = sum(path.stat().st_size for path in (folder / FILES).rglob("*") if path.is_file())
    listing = folder / PICTURES
    files += pixels_in(Path(order.masks)) if order.format in WITH_MASKS else 0
    size = files + (listing.stat().st_size if listing.exists() else 0)
    is_small = size <= tools.small and order.masks_from == "none"
    blocks = stage_here(order) if is_small else _stage_elsewhere(tools, context, order, folder)
    with contextlib.closing(blocks):
        for rows in blocks:
            _require_wanted(context)
            yield rows


def _require_wanted(context: JobContext) -> None:
    if context.is_cancelled():
        raise JobCancelled
    if context.should_leave():
        raise JobInterrupted


def stage_here(order: StagingOrder) -> Generator[list[StagedRow], None, None]:
    """Yield the rows in this thread."""
    yield from stage(order)


def _stage_elsewhere(
    tools: ImportTools, context: JobContext, order: StagingOrder, folder: Path
) -> Generator[list[StagedRow], None, None]:
    """Yield the rows out of a process: a quarter of a million lines are half a minute of Python."""
    out = folder / "rows"
    out.mkdir(mode=0o700)
    keys = keys_for(out) | keys_for(Path(order.masks) / "any")
    run = tools.engine.submit(Job("read-import", {"blocks": str(out), **asdict(order)}, keys=keys))
    events = tools.engine.events(run)
    try:
        # A block of masks may take minutes, for which neither a stop nor a person waits.
        with context.calling(partial(tools.engine.cancel, run)):
            for event in events:
                if event.kind == "progress":
                    block = block_file(out, event.facts["blocks"])
                    yield read_rows(read_file(block))
                    block.unlink()
                elif event.kind in LAST:
                    _require_wanted(context)
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
