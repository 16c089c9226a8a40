"""What all jobs on datasets share: their tools, and parts that are filled before anybody sees them."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.buckets import bucket_problem
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset
from vedette.datasets.journal import ChangeOrigin, OriginKind
from vedette.datasets.orders import ImportOrder, UpdateOrder
from vedette.datasets.part_writer import PartWriter
from vedette.datasets.parts import drop_part, make_part
from vedette.datasets.reading import SMALL, ManifestReading, Spoilt
from vedette.datasets.staging import BLOCK, EntryRow, ManifestRules
from vedette.engines.port import Engine
from vedette.identity.principal import Principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.jobs.passed import PassedTime
from vedette.projects.projects import by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database

# Whether a caller may read an object: bucket, key, version.
MayRead = Callable[[Principal, str, str, str], bool]


def anybody(caller: Principal, bucket: str, key: str, version: str) -> bool:
    """Let everybody read everything, where there is one account alone."""
    del caller, bucket, key, version
    return True


def everybody_stays(caller: Principal) -> str:
    """Take whoever asked for a work to be there still."""
    del caller
    return ""


@dataclass(frozen=True, slots=True)
class Changed:
    """Entries that are new or say something new: the places of a part, or all of it."""

    dataset: int
    part: int
    seqs: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What a work needs."""

    database: Database
    blobs: Blobs
    engine: Engine
    clock: Clock
    folder: Path
    may_read: MayRead
    # Says in a sentence that a caller is there no more; nothing where it is.
    absence: Callable[[Principal], str]
    tell: Callable[[Changed], None]
    passed: PassedTime
    small: int = SMALL

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def read(self, file: Path, rules: ManifestRules, context: JobContext) -> ManifestReading:
        """Return the reading of a manifest that lies in a file."""
        return ManifestReading(
            file, rules, engine=self.engine, is_stopping=context.should_leave, small=self.small
        )


def require_dataset(connection: Connection, number: int) -> Dataset:
    dataset = changes.find_by_id(connection, number)
    if dataset is None:
        raise Spoilt("The dataset was deleted.")
    return dataset


@contextlib.contextmanager
def new_part(tools: Tools) -> Iterator[int]:
    """Yield a part to write to, which is dropped again unless all goes well."""
    with tools.database.write() as connection:
        part = make_part(connection)
    try:
        yield part
    except BaseException:
        with tools.database.write() as connection:
            drop_part(connection, part)
        raise


def fill(
    tools: Tools, context: JobContext, part: int, blocks: Iterable[Sequence[EntryRow]], dataset: int = 0
) -> None:
    """Write blocks into an empty part, each in a transaction of its own; say how far it is."""
    count, writer = 0, PartWriter(part)
    for rows in _whole_blocks(blocks):
        if context.should_leave():
            raise JobInterrupted
        tools.database.require_room()
        count += len(rows)
        with tools.database.write() as connection:
            writer.write(connection, rows, tools.now_ms())
            if dataset:
                changes.say_progress(connection, dataset, f"{count:,} images so far.")
    for places in writer.places():
        if context.should_leave():
            raise JobInterrupted
        with tools.database.write() as connection:
            writer.write_places(connection, places)
    with tools.database.write() as connection:
        writer.finish(connection)


def _whole_blocks(blocks: Iterable[Sequence[EntryRow]]) -> Iterator[Sequence[EntryRow]]:
    """Yield the same rows 1,024 at a time, since a block that grows is written again each time."""
    waiting: list[EntryRow] = []
    for rows in blocks:
        waiting += rows
        while len(waiting) >= BLOCK:
            yield waiting[:BLOCK]
            waiting = waiting[BLOCK:]
    if waiting:
        yield waiting


def origin_of(kind: OriginKind, caller: Mapping[str, Any], note: str = "") -> ChangeOrigin:
    """Return what the journal says of a job that this caller asked for; nobody, where it is not known."""
    return ChangeOrigin(kind, load_principal({"caller": caller}) if caller else None, note=note)


def number_caller(tools: Tools, order: ImportOrder | UpdateOrder) -> int | None:
    """Return the number of the caller who asked; None where the job was written down without one."""
    if not order.caller:
        return None
    with tools.database.write() as connection:
        return keep_caller(connection, load_principal({"caller": order.caller}))


def refuse_bucket(tools: Tools, dataset: Dataset, bucket: str) -> None:
    """Refuse a bucket that the dataset's project may not use."""
    with tools.database.read() as connection:
        project = by_id(connection, dataset.project)
    if project and (sentence := bucket_problem(tools.blobs, bucket, project.scope)):
        raise Spoilt(sentence)
