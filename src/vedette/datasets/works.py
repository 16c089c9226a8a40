"""The kinds of jobs on datasets: imports, copies, updates, distributions, divisions, and sweeps.

A job is written down in the transaction that promised it and ended in the one that shows its result; a
killed server's jobs are done again from their start. Until the last transaction everything that a job
writes lies in a part that no dataset points at.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.blocks import find_places, ones, read_bits
from vedette.datasets.dataset import Dataset, Fault
from vedette.datasets.filling import (
    Changed,
    Tools,
    fill,
    new_part,
    number_caller,
    origin_of,
    refuse_bucket,
    require_dataset,
)
from vedette.datasets.forgetting import forget
from vedette.datasets.importing import import_manifest
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.orders import (
    PLACES,
    CopyOrder,
    DatasetOrder,
    DistributeOrder,
    DivideOrder,
    ImportOrder,
    SweepOrder,
    UpdateOrder,
    unpack_places,
)
from vedette.datasets.parts import drop_part, read_rows, sweep
from vedette.datasets.reading import Spoilt
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import BLOCK, put_by, rules_for
from vedette.datasets.tables import blocks, label_blocks, parts
from vedette.dialects.intake import ManifestRefused
from vedette.dialects.registry import dialect_of
from vedette.errors import NoSpace
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, WorkQueue
from vedette.manifest.split import TOO_FEW, TooFew, choose_test
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

CREATED = "The dataset was successfully created."
UPDATED = "The dataset was successfully updated."
DIVIDED = "The dataset was successfully created from the training dataset."
UNFORESEEN = "The service failed; its log tells why. Try again later."
# The same entries always go to the test part.
SEED = 20
# Between two removals in the background, so that whoever waits to write gets a turn.
SWEEP_PAUSE_S = 0.005
# One long import leaves room for somebody else's short update.
DATASETS = WorkQueue("datasets", 3)
# Apart, so that jobs find their threads free.
SWEEPS = WorkQueue("sweeps", 1)
SWEEP = "dataset-sweep"


def subject_of(dataset: int) -> str:
    """Return what a dataset's jobs are about; it has one at a time."""
    return f"dataset:{dataset}"


def kinds(tools: Tools) -> list[JobKind[Any]]:
    """Return every kind of job on datasets, with these tools."""
    runs: dict[str, tuple[type[Any], Callable[..., None]]] = {
        "dataset-import": (ImportOrder, import_manifest),
        "dataset-copy": (CopyOrder, _copy),
        "dataset-update": (UpdateOrder, _update),
        "dataset-distribute": (DistributeOrder, _distribute),
        "dataset-divide": (DivideOrder, _divide),
    }
    failure_writer = partial(fail, tools)
    on_datasets = [
        JobKind(name, order, DATASETS, partial(run, tools), failure_writer)
        for name, (order, run) in runs.items()
    ]
    return [*on_datasets, JobKind(SWEEP, SweepOrder, SWEEPS, partial(_sweep, tools), _left)]


def kind_of(order: DatasetOrder) -> str:
    """Return the kind of job that an order is for."""
    return f"dataset-{type(order).__name__.removesuffix('Order').lower()}"


def fail(tools: Tools, context: JobContext, order: DatasetOrder, problem: Exception) -> None:
    """Write down, where its caller looks, why a job failed, and whose fault that is."""
    message, fault = _sentence(problem)
    if fault == "service":
        log.error("job %d on dataset %d failed", context.id, order.dataset, exc_info=problem)
    with tools.database.write() as connection:
        for number in (order.dataset, order.test if isinstance(order, DistributeOrder) else None):
            dataset = changes.find_by_id(connection, number) if number else None
            if dataset is not None:
                changes.fail(connection, dataset, tools.now_ms(), message=message, fault=fault)
        context.end(connection)


def _sentence(problem: Exception) -> tuple[str, Fault]:
    if isinstance(problem, Spoilt | ManifestRefused):
        return problem.message, "client"
    refusal = problem if isinstance(problem, NoSpace) else disk_refusal(problem)
    return UNFORESEEN if refusal is None else refusal.sentence, "service"


def _sweep(tools: Tools, context: JobContext, order: SweepOrder) -> None:
    """Remove what is nobody's, a block at a time; the last look ends the job, so that nothing slips by."""
    del order
    while True:
        while sweep(tools.database) or forget(tools.database, tools.passed):
            if context.pause(SWEEP_PAUSE_S):
                raise JobInterrupted
        with tools.database.write() as connection:
            if not has_dropped(connection):
                context.end(connection)
                return


def has_dropped(connection: Connection) -> bool:
    """Say whether there are rows that nobody points at."""
    return connection.execute(select(parts.c.id).where(parts.c.dropped).limit(1)).first() is not None


def _left(context: JobContext, order: SweepOrder, problem: Exception) -> None:
    """Leave the rest to the next sweep: they are nobody's rows."""
    del order
    log.error("sweep %d of dropped entries failed", context.id, exc_info=problem)


def _copy(tools: Tools, context: JobContext, order: CopyOrder) -> None:
    with tools.database.read() as reader:
        source = changes.find_by_id(reader, order.source)
        if source is None:
            raise Spoilt("The dataset to copy was deleted.")
        with new_part(tools) as part:
            fill(tools, context, part, read_rows(reader, source.part), order.dataset)
            with tools.database.write() as connection:
                outcome = changes.UpdateOutcome("created", part, source.bucket, CREATED)
                origin = origin_of("copy", order.caller)
                recorder = ChangeRecorder(connection, order.dataset, origin, tools.now_ms())
                changes.finish_whole(recorder, require_dataset(connection, order.dataset), outcome)
                context.end(connection)
    tools.tell(Changed(order.dataset, part))


def _update(tools: Tools, context: JobContext, order: UpdateOrder) -> None:
    with tools.database.read() as connection:
        dataset = require_dataset(connection, order.dataset)
    rules = rules_for(dialect_of(order.dialect), dataset.kind, dataset.bucket)
    file = tools.folder / f"work-{context.id}.manifest"
    try:
        file.write_bytes(order.body)
        reading = tools.read(file, rules, context)
        rows = put_by(number_caller(tools, order), (row for block in reading.blocks() for row in block))
        refuse_bucket(tools, dataset, reading.bucket)
    finally:
        file.unlink(missing_ok=True)
    with tools.database.write() as connection:
        recorder = ChangeRecorder(connection, dataset.id, origin_of("update", order.caller), tools.now_ms())
        places = changes.apply_rows(recorder, dataset, dialect_of(order.dialect), rows)
        outcome = changes.UpdateOutcome("updated", dataset.part, reading.bucket, UPDATED)
        changes.finish(connection, dataset, outcome, recorder.now_ms)
        context.end(connection)
    tools.tell(Changed(dataset.id, dataset.part, places))


def _distribute(tools: Tools, context: JobContext, order: DistributeOrder) -> None:
    with tools.database.read() as reader:
        train = require_dataset(reader, order.dataset)
        test = require_dataset(reader, order.test)
        count = _choose(reader, train)
        with new_part(tools) as part:
            fill(tools, context, part, read_rows(reader, train.part, count))
            with tools.database.write() as connection:
                origin, now = origin_of("distribute", order.caller), tools.now_ms()
                recorder = ChangeRecorder(connection, train.id, origin, now, other=test.id)
                sheet = Sheet(connection, train.part, now, recorder)
                sheet.remove(count)
                sheet.save()
                for dataset, its in ((train, train.part), (test, part)):
                    outcome = changes.UpdateOutcome("updated", its, train.bucket, UPDATED)
                    changes.finish(connection, dataset, outcome, now)
                recorder.write_whole(part, len(count))
                context.end(connection)
    tools.tell(Changed(test.id, part))


def _divide(tools: Tools, context: JobContext, order: DivideOrder) -> None:
    """Move named pictures' entries into a test dataset that nobody sees before they are in it."""
    with tools.database.read() as reader:
        train = require_dataset(reader, order.dataset)
        moved_places = _places_of(reader, train.part, order)
        with new_part(tools) as part:
            fill(tools, context, part, read_rows(reader, train.part, moved_places))
            with tools.database.write() as connection:
                test = _move_out(connection, train, moved_places, part, tools.now_ms(), order.caller)
                context.end(connection)
    if test:
        tools.tell(Changed(test.id, part))


def _places_of(connection: Connection, part: int, order: DivideOrder) -> set[int]:
    """Return where the entries of an order are, those aside that somebody removed before it was written."""
    if order.form != PLACES:
        return set(find_places(connection, part, orjson.loads(order.body)).values())
    query = select(blocks.c.block, blocks.c.present).where(blocks.c.part == part)
    present = {block: read_bits(bits) for block, bits in connection.execute(query)}
    places = unpack_places(order.body)
    return {place for place in places if present.get(place // BLOCK, 0) >> place % BLOCK & 1}


def _move_out(
    connection: Connection,
    train: Dataset,
    moved_places: set[int],
    part: int,
    now_ms: int,
    caller: Mapping[str, Any],
) -> Dataset | None:
    """Show both datasets; where somebody made a test dataset meanwhile, all stays as it was."""
    test = None
    if moved_places and changes.find_of_project(connection, train.project, "test") is None:
        test = changes.add_dataset(
            connection, train.project, "test", part=part, status="created", message=CREATED, now_ms=now_ms
        )
        recorder = ChangeRecorder(connection, train.id, origin_of("divide", caller), now_ms, other=test.id)
        sheet = Sheet(connection, train.part, now_ms, recorder)
        sheet.remove(moved_places)
        sheet.save()
        outcome = changes.UpdateOutcome("created", part, train.bucket, DIVIDED)
        changes.finish_whole(recorder, test, outcome)
    else:
        drop_part(connection, part)
    outcome = changes.UpdateOutcome("updated", train.part, train.bucket, UPDATED)
    changes.finish(connection, train, outcome, now_ms)
    return test


def _choose(connection: Connection, train: Dataset) -> set[int]:
    """Return the places of the entries that move: a fifth of every label."""
    if not train.counts.labelled:
        raise Spoilt(TOO_FEW)
    seqs, names = _read_labels(connection, train.part)
    try:
        return {seqs[position] for position in choose_test(names, seed=SEED)}
    except TooFew as error:
        raise Spoilt(str(error)) from None


def _read_labels(connection: Connection, part: int) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return every entry's place and the numbers of its labels."""
    seqs: list[int] = []
    names: list[tuple[int, ...]] = []
    query = select(blocks.c.block, blocks.c.present).where(blocks.c.part == part).order_by(blocks.c.block)
    for block in connection.execute(query).all():
        labels_of_place: list[list[int]] = [[] for _ in range(BLOCK)]
        places = select(label_blocks.c.label, label_blocks.c.pictures).where(
            label_blocks.c.part == part, label_blocks.c.block == block.block
        )
        for label, pictures in connection.execute(places.order_by(label_blocks.c.label)):
            for place in ones(read_bits(pictures)):
                labels_of_place[place].append(label)
        for place in ones(read_bits(block.present)):
            seqs.append(block.block * BLOCK + place)
            names.append(tuple(labels_of_place[place]))
    return seqs, names
