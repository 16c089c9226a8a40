"""What the jobs of batches work with, and what each of them asks before it goes on."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.access.request import environment
from vedette.batches import records
from vedette.batches.models import require_model
from vedette.batches.values import BatchState
from vedette.clock import Clock, milliseconds
from vedette.engines.port import Event
from vedette.errors import Denied, Missing, Refusal, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.may import require
from vedette.identity.principal import Principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted
from vedette.metering.meter import Meter
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.projects.tags import Tags
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal

log = logging.getLogger(__name__)

FAILED = "The service failed; its log tells why. What has results keeps them; the batch can go on from there."
GONE = "The version was deleted before all pictures were looked at."
DELETED = "The batch was deleted."


@dataclass(frozen=True, slots=True)
class BatchTools:
    """What batches work with."""

    database: Database
    versions: Versions
    tags: Tags
    blobs: Blobs
    access: ObjectAccess
    # Returns a remembered caller with its present rights; Denied where it was deleted.
    current: Callable[[Principal], Principal]
    meter: Meter
    # Asks a warm process (workers/batch.py).
    ask: Callable[[Mapping[str, Any]], Event]
    # Whether the server stops, which ends those processes too.
    is_closing: Callable[[], bool]
    folder: Path
    package_of: Callable[[Version], Path]
    clock: Clock
    one_size: bool = True

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def find(self, batch: str) -> tuple[BatchState, Project]:
        """Return a batch and its project, as they are now."""
        with self.database.read() as connection:
            state = records.find(connection, batch)
            project = None if state is None else by_id(connection, state.project)
        if state is None or project is None:
            raise Missing(DELETED, kind="batch", name=batch)
        return state, project

    def caller(self, state: BatchState, version: Version) -> Principal:
        """Return who began the batch, once it is seen that it may still ask this version."""
        caller = self.current(load_principal({"caller": state.caller}))
        require_detection(caller, version, self.tags, environment(self.clock(), secure=True))
        return caller

    def version(self, state: BatchState) -> Version:
        """Return the version while it has a model; its deletion ends a batch."""
        try:
            version = self.versions.find_by_id(state.version)
        except Missing:
            raise Wrong(GONE, kind="version", name=state.version_name) from None
        if version.state not in WITH_PACKAGE:
            raise Wrong(GONE, kind="version", name=version.path)
        return version

    def same_model(self, state: BatchState) -> Version:
        """Return the version while its model is the one that the batch began with."""
        version = self.version(state)
        require_model(state.model, self.package_of(version))
        return version

    def leave_if_asked(self, context: JobContext, batch: str) -> None:
        """Raise where the server stops, or somebody stopped the batch, on whichever server."""
        if context.should_leave():
            raise JobCancelled if context.is_cancelled() else JobInterrupted
        with self.database.read() as connection:
            if records.status_of(connection, batch) not in ("listing", "running"):
                raise JobCancelled

    def fail(self, context: JobContext, batch: str, problem: Exception) -> None:
        """Write down why a batch ended; what was written stays."""
        refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
        is_cancelled = isinstance(problem, JobCancelled)
        if refusal is None and not is_cancelled:
            log.error("job %d of batch %s failed", context.id, batch, exc_info=problem)
        sentence = FAILED if refusal is None else refusal.sentence
        with self.database.write() as connection:
            if not is_cancelled:
                records.settle(connection, batch, "failed", sentence, self.now_ms())
            context.end(connection)


def require_detection(caller: Principal, version: Version, tags: Tags, facts: Any, action: str = "") -> None:
    """Refuse who may not ask a version about pictures, as its service's own operation does."""
    dialect = version.project.dialect
    require(
        caller,
        f"{dialect.name}:{action or dialect.metrics.call}",
        version.arn,
        facts,
        tags_of=lambda: tags.peek(str(version.arn)),
    )


def denied(caller: Principal, action: str, resource: str) -> Denied:
    """Return the refusal of a right to a bucket, in S3's words."""
    return Denied(f"User: {caller.arn} is not authorized to perform: {action} on {resource}")
