"""How trainings and copies end: results delivered, the version moved on, and its job ended with that."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.clock import Clock, milliseconds
from vedette.dialects.intake import ManifestRefused
from vedette.errors import Denied, Missing, Refusal
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, Retry
from vedette.projects.version import State, Version
from vedette.projects.versions import Versions
from vedette.store.blobs.port import Blobs
from vedette.training.folder import Folder, disk_sentence
from vedette.training.gather import Unfit
from vedette.training.results import deliver
from vedette.training.worker_order import TrainingResult

log = logging.getLogger(__name__)

STOPPED = "The training was stopped on request before it ended."
UNFORESEEN = "The service failed while it trained the model; its log tells why. Try again later."
UNCOPIED = "The service failed while it copied the model; its log tells why. Try again later."


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends of jobs on versions. Each is one transaction with the end of the job."""

    versions: Versions
    blobs: Blobs
    access: ObjectAccess
    clock: Clock
    root: Path

    def finish(self, context: JobContext, version: Version, result: TrainingResult, folder: Folder) -> None:
        """Deliver a training's results and move its version on."""
        caller = load_principal(version.inputs)
        try:
            files = deliver(
                self.blobs, partial(self.access.may_write, caller, version.bucket), version, folder.out
            )
        except (Missing, Denied):
            unwritable = version.project.dialect.unwritable_output
            self._fail(context, version, self.access.missing_caller(caller) or unwritable, folder)
            return
        if result.refusal:
            self._move(context, version, "failed", result.refusal, results={"files": files})
        else:
            results, seconds = {**result.facts, "files": files}, max(1, math.ceil(result.seconds))
            self._move(context, version, "trained", results=results, billable_s=seconds)
        folder.tidy()

    def fail_training(
        self, context: JobContext, version: Version, problem: Exception, folder: Folder
    ) -> None:
        """Say why a training failed, and whether its data are to blame or we are."""
        if isinstance(problem, Unfit | ManifestRefused):
            self._fail(context, version, str(problem), folder)
        elif isinstance(problem, JobCancelled):
            self._fail(context, version, STOPPED, folder)
        elif isinstance(problem, Retry):
            self._fail(context, version, str(problem), folder, is_ours=True)
        elif isinstance(problem, Refusal):
            self._fail(context, version, problem.sentence, folder)
        else:
            log.error("the training of version %d failed", version.id, exc_info=problem)
            sentence = disk_sentence(problem, self.root) or UNFORESEEN
            self._fail(context, version, sentence, folder, is_ours=True)

    def finish_copy(self, context: JobContext, version: Version, results: Mapping[str, Any]) -> None:
        """Move a copied version on."""
        self._move(context, version, "copied", results=results)

    def fail_copy(self, context: JobContext, version: Version, problem: Exception) -> None:
        """Say why a copy failed."""
        if isinstance(problem, Refusal):
            sentence = self.access.missing_caller(load_principal(version.inputs)) or problem.sentence
        else:
            log.error("the copy to version %d failed", version.id, exc_info=problem)
            sentence = disk_sentence(problem, self.root) or UNCOPIED
        self.versions.move(version, "copy-failed", sentence, also=context.end)

    def _fail(
        self, context: JobContext, version: Version, sentence: str, folder: Folder, *, is_ours: bool = False
    ) -> None:
        folder.tidy()
        self._move(context, version, "failed", sentence, results={"fault": "service"} if is_ours else {})

    def _move(
        self, context: JobContext, version: Version, state: State, sentence: str = "", **values: Any
    ) -> None:
        values["ended_ms"] = milliseconds(self.clock())
        self.versions.move(version, state, sentence, also=context.end, **values)
