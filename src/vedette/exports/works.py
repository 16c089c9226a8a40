"""The job that writes an export into its bucket: entries frozen first, then file by file.

Nothing lies in the bucket before the entries of one moment are written down; so a run after a crash writes
the same files, and passes over those that are there (`writing.py`).
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.datasets.datasets import Datasets
from vedette.errors import Missing, Refusal, TooEarly, Wrong
from vedette.exchange.packing import Packing
from vedette.exports import records
from vedette.exports.records import ExportProgress
from vedette.exports.values import ExportState, ExportWish
from vedette.exports.writing import ExportPlace, PlaceWriter
from vedette.file_access import create_file, open_file
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal
from vedette.store.working_copies import sealed_scratch

log = logging.getLogger(__name__)

EXPORTS = WorkQueue("exports", 2)
EXPORT = "export"
UNFORESEEN = "The service failed; its log tells why. Try again later."
GONE = "The export was deleted."
# Progress is shown so often: each time is a transaction.
NOTED_MS = 500
# While something else is done to the dataset, its entries cannot be listed.
WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class WriteExport:
    """Write an export."""

    export_id: str


@dataclass(frozen=True, slots=True)
class ExportTools:
    """What exports need."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    access: ObjectAccess
    folder: Path
    clock: Clock

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def writer(self, project: Project, wish: ExportWish, caller: Principal) -> PlaceWriter:
        """Return what writes an export with a caller's rights."""
        place = ExportPlace(*split_place(wish.address))
        content = f"{wish.dataset} of {project.arn} as {wish.form}"
        return PlaceWriter(self.blobs, self.access, caller, place, wish.existing, content)


def split_place(address: str) -> tuple[str, str]:
    """Return the bucket of s3://bucket/folder/, and its prefix."""
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return bucket, prefix


def export_kind(tools: ExportTools) -> JobKind[WriteExport]:
    """Return the kind of job, with these tools."""
    return JobKind(
        EXPORT,
        WriteExport,
        EXPORTS,
        lambda context, order: ExportRun(tools, context, order.export_id).run(),
        lambda context, order, problem: _fail(tools, context, order, problem),
    )


@dataclass(slots=True)
class ExportRun:
    """One run of an export, from its beginning or after a crash."""

    tools: ExportTools
    context: JobContext
    export_id: str
    noted_ms: int = 0

    def run(self) -> None:
        """Write everything, and end the job in the transaction that says so."""
        tools = self.tools
        state, project = require_export(tools, self.export_id)
        caller = load_principal({"caller": state.caller})
        if sentence := tools.access.missing_caller(caller):
            raise Wrong(sentence, kind="export")
        writer = tools.writer(project, state.wish, caller)
        # Its pictures may lie sealed, and so may the bucket that it goes to (decisions/0412).
        with sealed_scratch(tools.folder / state.id) as scratch:
            packing = self._packing(state, project, writer, scratch.folder)
            writer.mark(state.id)
            progress = self._write(packing, writer)
            writer.unmark(state.id)
        with tools.database.write() as connection:
            records.keep_progress(connection, state.id, progress, tools.now_ms())
            records.settle(connection, state.id, "done", "", tools.now_ms())
            self.context.end(connection)

    def _packing(self, state: ExportState, project: Project, writer: PlaceWriter, folder: Path) -> Packing:
        wish = state.wish
        packing = Packing(
            wish.form,
            folder / "frozen.manifest",
            folder,
            from_milliseconds(state.created_ms),
            writer.open_picture,
            wish.with_pictures,
            wish.address,
            wish.dataset,
        )
        if state.is_frozen:
            self._thaw(packing.manifest)
        else:
            # Again: what was empty when it was asked for may hold something by now.
            writer.require_usable()
            self._freeze(state, project, packing)
        return packing

    def _freeze(self, state: ExportState, project: Project, packing: Packing) -> None:
        """Write down the entries of this moment, and refuse what the format cannot hold."""
        tools = self.tools
        with create_file(packing.manifest) as stream:
            self._write_entries(state, project, stream)
        total = packing.check()
        with tools.database.write() as connection:
            records.drop_blocks(connection, state.id)
        with open_file(packing.manifest) as manifest:
            for number, text in enumerate(records.blocks_of(manifest)):
                self._leave_if_asked()
                tools.database.require_room()
                with tools.database.write() as connection:
                    records.write_block(connection, state.id, number, text)
        with tools.database.write() as connection:
            records.keep_frozen(connection, state.id, total)

    def _write_entries(self, state: ExportState, project: Project, stream: BinaryIO) -> None:
        while True:
            self._leave_if_asked()
            dataset = self.tools.datasets.find(project, state.wish.dataset)
            try:
                self.tools.datasets.contents.freeze(dataset, stream)
            except TooEarly:
                if dataset.status == "create-failed":
                    raise
                # An import or a distribution, which ends.
                self.context.pause(WAIT_S)
            else:
                return

    def _thaw(self, manifest: Path) -> None:
        """Write out the entries that an earlier run has written down."""
        number = 0
        with create_file(manifest) as stream:
            while True:
                with self.tools.database.read() as connection:
                    text = records.read_block(connection, self.export_id, number)
                if not text:
                    return
                stream.write(text)
                number += 1

    def _write(self, packing: Packing, writer: PlaceWriter) -> ExportProgress:
        files, size = 0, 0
        for file in packing.files():
            with file.stream:
                self._leave_if_asked()
                size += writer.write(file)
            files += 1
            self._note(ExportProgress(packing.through, files, size, len(packing.left_out)))
        return ExportProgress(packing.through, files, size, len(packing.left_out))

    def _note(self, progress: ExportProgress) -> None:
        now = self.tools.now_ms()
        if now - self.noted_ms >= NOTED_MS:
            self.noted_ms = now
            with self.tools.database.write() as connection:
                records.keep_progress(connection, self.export_id, progress, now)

    def _leave_if_asked(self) -> None:
        if self.context.is_cancelled():
            raise JobCancelled
        if self.context.should_leave():
            raise JobInterrupted


def _fail(tools: ExportTools, context: JobContext, order: WriteExport, problem: Exception) -> None:
    """Write down why an export ended; what it has written stays."""
    refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
    is_cancelled = isinstance(problem, JobCancelled)
    if refusal is None and not is_cancelled:
        log.error("job %d on export %s failed", context.id, order.export_id, exc_info=problem)
    sentence = "" if is_cancelled else UNFORESEEN if refusal is None else refusal.sentence
    with tools.database.write() as connection:
        status = records.CANCELLED if is_cancelled else records.FAILED
        records.settle(connection, order.export_id, status, sentence, tools.now_ms())
        context.end(connection)


def require_export(tools: ExportTools, export_id: str) -> tuple[ExportState, Project]:
    """Return an export and its project, as they are now."""
    with tools.database.read() as connection:
        state = records.find(connection, export_id)
        project = None if state is None else by_id(connection, state.project)
    if state is None or project is None:
        raise Missing(GONE, kind="export", name=export_id)
    return state, project
