"""What work on imports needs, and what it asks first and writes last."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.datasets.dataset import Kind
from vedette.datasets.datasets import Datasets
from vedette.engines.port import Engine
from vedette.errors import Missing
from vedette.identity.principal import Principal, load_principal
from vedette.imports import records
from vedette.imports.blocks import add_up, read_summaries
from vedette.imports.buckets import MayRead
from vedette.imports.checking import PictureCheck
from vedette.imports.counting import preview_split
from vedette.imports.drawn_masks import MayWrite
from vedette.imports.values import ImportState
from vedette.projects.project import Project
from vedette.projects.projects import Projects, by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database

# What a thread reads in about a tenth of a second; a process is not started sooner than that.
SMALL = 1 << 20
GONE = "The import was deleted."


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


def require_import(tools: ImportTools, import_id: str) -> tuple[ImportState, Project]:
    """Return an import and its project; an import that was deleted is missing."""
    with tools.database.read() as connection:
        state = read_again(connection, import_id)
        project = by_id(connection, state.project)
    if project is None:
        raise Missing(GONE, kind="import", name=import_id)
    return state, project


def read_again(connection: Connection, import_id: str) -> ImportState:
    """Return an import as it is now."""
    state = records.find(connection, import_id)
    if state is None:
        raise Missing(GONE, kind="import", name=import_id)
    return state


def count(connection: Connection, state: ImportState, *, bucket: str | None = None) -> None:
    """Write down what the lines come to."""
    totals = add_up([summary for _, summary in read_summaries(connection, state.id)])
    totals["bucket"] = state.totals.get("bucket", "") if bucket is None else bucket
    totals["split"] = preview_split(connection, state.id, state.options)
    records.keep_totals(connection, state.id, totals)
