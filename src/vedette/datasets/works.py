"""What is done in the background: imports, copies, updates, distributions.

A work is a row, written in the transaction that promised it and removed in the one that shows its
result; so a killed server finds it again, and does it from its start. Until the last transaction
everything that a work writes lies in a part that no dataset points at.
"""

import contextlib
import io
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import Sheet, find_places, ones, read_bits
from vedette.datasets.buckets import bucket_problem
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset, Fault
from vedette.datasets.parts import drop_part, make_part, read_rows
from vedette.datasets.reading import SMALL, Reading, Spoilt, Stopping
from vedette.datasets.staging import BLOCK, Row, Rules, put_by, rules_for
from vedette.datasets.tables import blocks, label_blocks, works
from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import ManifestRefused
from vedette.dialects.registry import dialect_of
from vedette.engines.port import Engine
from vedette.errors import Missing, NoSpace
from vedette.identity.principal import Principal, load_principal
from vedette.manifest.problems import CODES
from vedette.manifest.split import TooFew, choose_test
from vedette.projects.projects import by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

IMPORTED = "The dataset was successfully created from the manifest file."
CREATED = "The dataset was successfully created."
UPDATED = "The dataset was successfully updated."
DIVIDED = "The dataset was successfully created from the training dataset."
UNFORESEEN = "The service failed; its log tells why. Try again later."
# How soon it is tried again to write down an end that could not be written.
AGAIN_S = 2.0
# The same entries always go to the test part.
SEED = 20

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
    gone: Callable[[Principal], str]
    is_stopping: Callable[[], bool]
    tell: Callable[[Changed], None]
    # Sleeps, and says whether the server stops meanwhile.
    pause: Callable[[float], bool]
    small: int = SMALL

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def read(self, file: Path, rules: Rules) -> Reading:
        """Return the reading of a manifest that lies in a file."""
        return Reading(file, rules, engine=self.engine, is_stopping=self.is_stopping, small=self.small)


@dataclass(frozen=True, slots=True)
class Work:
    """A work as it was written down."""

    id: int
    dataset: int
    kind: str
    order: dict[str, Any]
    body: bytes | None

    @property
    def dialect(self) -> Dialect:
        """The dialect of the dataset's project."""
        return dialect_of(self.order["dialect"])


def run(tools: Tools, number: int) -> None:
    """Do a work to its end, whatever that is; this is the edge of a thread."""
    work = _find(tools, number)
    if work is None:
        return
    try:
        DOERS[work.kind](tools, work)
    except Stopping:
        log.info("work %d on dataset %d waits for the next start", work.id, work.dataset)
    except (Spoilt, ManifestRefused) as why:
        _fail(tools, work, message=why.message, fault="client")
    except Exception as why:
        log.exception("work %d on dataset %d failed", work.id, work.dataset)
        _fail_when_there_is_room(tools, work, _sentence(why))


def _sentence(why: Exception) -> str:
    refusal = why if isinstance(why, NoSpace) else disk_refusal(why)
    return UNFORESEEN if refusal is None else refusal.sentence


def _fail_when_there_is_room(tools: Tools, work: Work, sentence: str) -> None:
    """Write down that we failed; on a full disk that may take until there is room again."""
    while True:
        try:
            _fail(tools, work, message=sentence, fault="service")
        except Exception:
            log.exception("the end of work %d is not written down yet", work.id)
            if tools.pause(AGAIN_S):
                return
        else:
            return


def _find(tools: Tools, number: int) -> Work | None:
    with tools.database.read() as connection:
        row = connection.execute(select(works).where(works.c.id == number)).first()
    return None if row is None else Work(row.id, row.dataset, row.kind, orjson.loads(row.order), row.body)


def _fail(tools: Tools, work: Work, *, message: str, fault: Fault) -> None:
    with tools.database.write() as connection:
        for number in (work.dataset, work.order.get("test")):
            found = changes.find_by_id(connection, number) if number else None
            if found is not None:
                changes.fail(connection, found, tools.now_ms(), message=message, fault=fault)
        changes.end_work(connection, work.id)


def _dataset(connection: Connection, number: int) -> Dataset:
    found = changes.find_by_id(connection, number)
    if found is None:
        raise Spoilt("The dataset was deleted.")
    return found


@contextlib.contextmanager
def _new_part(tools: Tools) -> Iterator[int]:
    """Yield a part to write to, which is dropped again unless all goes well."""
    with tools.database.write() as connection:
        part = make_part(connection)
    try:
        yield part
    except BaseException:
        with tools.database.write() as connection:
            drop_part(connection, part)
        raise


def _fill(tools: Tools, part: int, found: Iterable[Sequence[Row]], dataset: int = 0) -> None:
    """Write blocks behind one another, each in a transaction of its own; say how far it is."""
    done = 0
    for rows in _whole_blocks(found):
        if tools.is_stopping():
            raise Stopping
        tools.database.require_room()
        done += len(rows)
        with tools.database.write() as connection:
            sheet = Sheet(connection, part, tools.now_ms())
            sheet.append(rows)
            sheet.save()
            if dataset:
                changes.say_progress(connection, dataset, f"{done:,} images so far.")


def _whole_blocks(found: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """Yield the same rows 1,024 at a time, since a block that grows is written again each time."""
    waiting: list[Row] = []
    for rows in found:
        waiting += rows
        while len(waiting) >= BLOCK:
            yield waiting[:BLOCK]
            waiting = waiting[BLOCK:]
    if waiting:
        yield waiting


def _import(tools: Tools, work: Work) -> None:
    order = work.order
    with tools.database.read() as connection:
        dataset = _dataset(connection, work.dataset)
    rules = rules_for(work.dialect, dataset.kind)
    _refuse_bucket(tools, dataset, order["bucket"])
    with _fetched(tools, work) as file, _new_part(tools) as part:
        reading = tools.read(file, rules)
        with contextlib.closing(reading.blocks()) as found:
            caller = _caller(tools, work)
            _fill(tools, part, (put_by(caller, rows) for rows in found), dataset.id)
        _refuse_bucket(tools, dataset, reading.bucket)
        with tools.database.write() as connection:
            outcome = changes.Outcome("created", part, reading.bucket, IMPORTED)
            changes.finish(connection, _dataset(connection, dataset.id), outcome, tools.now_ms())
            changes.end_work(connection, work.id)
    log.info("imported s3://%s/%s into dataset %d", order["bucket"], order["key"], dataset.id)
    tools.tell(Changed(dataset.id, part))


def _caller(tools: Tools, work: Work) -> int | None:
    """Return the number of the caller who asked; None where the work was written down without one."""
    if not work.order.get("caller"):
        return None
    with tools.database.write() as connection:
        return keep_caller(connection, load_principal(work.order))


def _refuse_bucket(tools: Tools, dataset: Dataset, bucket: str) -> None:
    """Refuse a bucket that the dataset's project may not use."""
    with tools.database.read() as connection:
        project = by_id(connection, dataset.project)
    if project and (sentence := bucket_problem(tools.blobs, bucket, project.scope)):
        raise Spoilt(sentence)


@contextlib.contextmanager
def _fetched(tools: Tools, work: Work) -> Iterator[Path]:
    """Yield the manifest as a file that nobody replaces while it is read."""
    bucket, key, version = (work.order[name] for name in ("bucket", "key", "version"))
    file = tools.folder / f"work-{work.id}.manifest"
    file.unlink(missing_ok=True)
    try:
        _fetch(tools, work, file)
        yield file
    except Missing:
        work.dialect.refuse_missing_manifest(f"s3://{bucket}/{key}", version)
        raise
    finally:
        file.unlink(missing_ok=True)


def _fetch(tools: Tools, work: Work, file: Path) -> None:
    bucket, key, version = (work.order[name] for name in ("bucket", "key", "version"))
    stored = tools.blobs.find(bucket, key, version)
    caller = load_principal(work.order)
    if sentence := tools.gone(caller):
        raise Spoilt(sentence)
    # Both services read a dataset's manifest in a bucket of the caller's own account alone.
    own = tools.blobs.owner(bucket) == caller.account
    is_readable = own and tools.may_read(caller, bucket, key, version)
    work.dialect.refuse_manifest(f"s3://{bucket}/{key}", is_readable=is_readable, size=stored.size)
    with tools.blobs.open(bucket, key, version) as source:
        if not _link(source, file):
            with file.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def _link(source: Any, file: Path) -> bool:
    """Give an open file a second name, which costs nothing; false where that cannot be."""
    try:
        os.link(source.name, file)
        if os.path.samestat(os.fstat(source.fileno()), file.stat()):
            return True
    except (OSError, AttributeError, TypeError, io.UnsupportedOperation):
        return False
    file.unlink()
    return False


def _copy(tools: Tools, work: Work) -> None:
    with tools.database.read() as reader:
        source = changes.find_by_id(reader, work.order["source"])
        if source is None:
            raise Spoilt("The dataset to copy was deleted.")
        with _new_part(tools) as part:
            _fill(tools, part, read_rows(reader, source.part), work.dataset)
            with tools.database.write() as connection:
                outcome = changes.Outcome("created", part, source.bucket, CREATED)
                changes.finish(connection, _dataset(connection, work.dataset), outcome, tools.now_ms())
                changes.end_work(connection, work.id)
    tools.tell(Changed(work.dataset, part))


def _update(tools: Tools, work: Work) -> None:
    with tools.database.read() as connection:
        dataset = _dataset(connection, work.dataset)
    rules = rules_for(work.dialect, dataset.kind, dataset.bucket)
    file = tools.folder / f"work-{work.id}.manifest"
    try:
        file.write_bytes(work.body or b"")
        reading = tools.read(file, rules)
        rows = put_by(_caller(tools, work), (row for block in reading.blocks() for row in block))
        _refuse_bucket(tools, dataset, reading.bucket)
    finally:
        file.unlink(missing_ok=True)
    with tools.database.write() as connection:
        now = tools.now_ms()
        places = changes.apply_rows(connection, dataset, work.dialect, rows, now)
        outcome = changes.Outcome("updated", dataset.part, reading.bucket, UPDATED)
        changes.finish(connection, dataset, outcome, now)
        changes.end_work(connection, work.id)
    tools.tell(Changed(dataset.id, dataset.part, places))


def _distribute(tools: Tools, work: Work) -> None:
    with tools.database.read() as reader:
        train = _dataset(reader, work.dataset)
        test = _dataset(reader, work.order["test"])
        chosen = _choose(reader, train)
        with _new_part(tools) as part:
            _fill(tools, part, read_rows(reader, train.part, chosen))
            with tools.database.write() as connection:
                now = tools.now_ms()
                sheet = Sheet(connection, train.part, now)
                sheet.remove(chosen)
                sheet.save()
                for dataset, its in ((train, train.part), (test, part)):
                    outcome = changes.Outcome("updated", its, train.bucket, UPDATED)
                    changes.finish(connection, dataset, outcome, now)
                changes.end_work(connection, work.id)
    tools.tell(Changed(test.id, part))


def _divide(tools: Tools, work: Work) -> None:
    """Move named pictures' entries into a test dataset that nobody sees before they are in it."""
    named = orjson.loads(work.body or b"[]")
    with tools.database.read() as reader:
        train = _dataset(reader, work.dataset)
        chosen = set(find_places(reader, train.part, named).values())
        with _new_part(tools) as part:
            _fill(tools, part, read_rows(reader, train.part, chosen))
            with tools.database.write() as connection:
                made = _move_out(connection, train, chosen, part, tools.now_ms())
                changes.end_work(connection, work.id)
    if made:
        tools.tell(Changed(made.id, part))


def _move_out(
    connection: Connection, train: Dataset, chosen: set[int], part: int, now_ms: int
) -> Dataset | None:
    """Show both datasets; where somebody made a test dataset meanwhile, all stays as it was."""
    test = None
    if chosen and changes.find_of_project(connection, train.project, "test") is None:
        sheet = Sheet(connection, train.part, now_ms)
        sheet.remove(chosen)
        sheet.save()
        test = changes.add_dataset(
            connection, train.project, "test", part=part, status="created", message=CREATED, now_ms=now_ms
        )
        outcome = changes.Outcome("created", part, train.bucket, DIVIDED)
        changes.finish(connection, test, outcome, now_ms)
    else:
        drop_part(connection, part)
    outcome = changes.Outcome("updated", train.part, train.bucket, UPDATED)
    changes.finish(connection, train, outcome, now_ms)
    return test


def _choose(connection: Connection, train: Dataset) -> set[int]:
    """Return the places of the entries that move: a fifth of every label."""
    if not train.counts.labelled:
        raise Spoilt(CODES[TooFew.code].message)
    seqs, names = _read_labels(connection, train.part)
    try:
        return {seqs[position] for position in choose_test(names, seed=SEED)}
    except TooFew as why:
        raise Spoilt(str(why)) from None


def _read_labels(connection: Connection, part: int) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return every entry's place and the numbers of its labels."""
    seqs: list[int] = []
    names: list[tuple[int, ...]] = []
    query = select(blocks.c.block, blocks.c.present).where(blocks.c.part == part).order_by(blocks.c.block)
    for block in connection.execute(query).all():
        found: list[list[int]] = [[] for _ in range(BLOCK)]
        places = select(label_blocks.c.label, label_blocks.c.pictures).where(
            label_blocks.c.part == part, label_blocks.c.block == block.block
        )
        for label, pictures in connection.execute(places.order_by(label_blocks.c.label)):
            for place in ones(read_bits(pictures)):
                found[place].append(label)
        for place in ones(read_bits(block.present)):
            seqs.append(block.block * BLOCK + place)
            names.append(tuple(found[place]))
    return seqs, names


DOERS: dict[str, Callable[[Tools, Work], None]] = {
    "import": _import,
    "copy": _copy,
    "update": _update,
    "distribute": _distribute,
    "divide": _divide,
}
