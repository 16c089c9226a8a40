"""A manifest in a bucket becomes a dataset: fetched as its caller may, read, and shown in one step."""

import contextlib
import io
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from vedette.datasets import changes
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
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.orders import ImportOrder
from vedette.datasets.reading import Spoilt
from vedette.datasets.staging import rules_for
from vedette.dialects.registry import dialect_of
from vedette.errors import Missing
from vedette.jobs.context import JobContext

log = logging.getLogger(__name__)

IMPORTED = "The dataset was successfully created from the manifest file."


def import_manifest(tools: Tools, context: JobContext, order: ImportOrder) -> None:
    """Fill a new dataset; nobody sees an entry before the last one is in."""
    with tools.database.read() as connection:
        dataset = require_dataset(connection, order.dataset)
    rules = replace(rules_for(dialect_of(order.dialect), dataset.kind), caller=number_caller(tools, order))
    refuse_bucket(tools, dataset, order.bucket)
    with _fetched(tools, context, order) as file, new_part(tools) as part:
        reading = tools.read(file, rules, context)
        with contextlib.closing(reading.blocks()) as row_blocks:
            fill(tools, context, part, row_blocks, dataset.id)
        refuse_bucket(tools, dataset, reading.bucket)
        with tools.database.write() as connection:
            outcome = changes.UpdateOutcome("created", part, reading.bucket, IMPORTED)
            origin = origin_of("import", order.caller, f"s3://{order.bucket}/{order.key}")
            recorder = ChangeRecorder(connection, dataset.id, origin, tools.now_ms())
            changes.finish_whole(recorder, require_dataset(connection, dataset.id), outcome)
            context.end(connection)
    log.info("imported s3://%s/%s into dataset %d", order.bucket, order.key, dataset.id)
    tools.tell(Changed(dataset.id, part))


@contextlib.contextmanager
def _fetched(tools: Tools, context: JobContext, order: ImportOrder) -> Iterator[Path]:
    """Yield the manifest as a file that nobody replaces while it is read."""
    bucket, key, version = order.bucket, order.key, order.version
    file = tools.folder / f"work-{context.id}.manifest"
    file.unlink(missing_ok=True)
    try:
        _fetch(tools, order, file)
        yield file
    except Missing:
        dialect_of(order.dialect).refuse_missing_manifest(f"s3://{bucket}/{key}", version)
        raise
    finally:
        file.unlink(missing_ok=True)


def _fetch(tools: Tools, order: ImportOrder, file: Path) -> None:
    bucket, key, version = order.bucket, order.key, order.version
    manifest_object = tools.blobs.find(bucket, key, version)
    caller = order.principal
    if sentence := tools.absence(caller):
        raise Spoilt(sentence)
    # Both services read a dataset's manifest in a bucket of the caller's own account alone.
    own = tools.blobs.owner(bucket) == caller.account
    is_readable = own and tools.may_read(caller, bucket, key, version)
    address = f"s3://{bucket}/{key}"
    dialect_of(order.dialect).refuse_manifest(address, is_readable=is_readable, size=manifest_object.size)
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
