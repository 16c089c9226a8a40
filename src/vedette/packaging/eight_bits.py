"""A job's model in 8 bits: its training's pictures brought together again, and a process that tries it.

Calibrated on training pictures and judged on the test part, both read with the rights of who ordered. A
version whose training's lines are not here (a copy of another's) is packaged as it is, and it says why.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Wrong
from vedette.file_access import copy_file, is_sealed_place
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.packaging.choice import ChosenModel, read_choice
from vedette.packaging.values import PackagingJob
from vedette.projects.project import Project
from vedette.store.blobs.port import Blobs
from vedette.training.folder import Folder
from vedette.training.gather import Gatherer
from vedette.training.run import SEED
from vedette.training.worker_order import TrainOrder

QUANTIZE = "quantize-version"
UNKNOWN = (
    "An 8-bit model was asked for; the pictures of its training are not known here, so it stays as it is."
)
SEALED = (
    "An 8-bit model was asked for; making one writes files in clear, which a model under a key may not have, "
    "so it stays as it is."
)
FAILED = "The 8-bit model could not be made; the server's log tells why."


@dataclass(frozen=True, slots=True)
class EightBitMaker:
    """What makes 8-bit models."""

    blobs: Blobs
    access: ObjectAccess
    engine: Engine

    def choose(self, context: JobContext, job: PackagingJob, project: Project, place: Path) -> ChosenModel:
        """Return the model in 8 bits where that was asked for and did well enough, else as it is."""
        package = place / "package"
        if job.wish.precision != "int8":
            return ChosenModel(package)
        if is_sealed_place(package / "any"):
            return ChosenModel(package, note=SEALED)
        training = Folder(place / "training")
        if not training.manifest("train").is_file():
            return ChosenModel(package, note=UNKNOWN)
        order = {
            "training": self._gather(context, job, project, training).dump(),
            "package": str(package),
            "out": str(place / "eight"),
        }
        result = self._run(context, order)
        shutil.rmtree(training.pictures, ignore_errors=True)
        return read_choice(package, result, place / "eight")

    def _gather(
        self, context: JobContext, job: PackagingJob, project: Project, training: Folder
    ) -> TrainOrder:
        caller = load_principal({"caller": job.caller})
        gatherer = Gatherer(project.dialect, self.blobs, self.access, caller, context.pause)
        parts = [part for part in ("train", "test") if training.manifest(part).is_file()]
        links = [gatherer.link(training, part) for part in parts]
        every = frozenset().union(*(link.every for link in links))
        denied = every - frozenset().union(*(link.open for link in links))
        return TrainOrder(
            folder=str(training.root.absolute()),
            dialect=project.scope.service,
            arn=job.model_arn,
            project=project.name,
            version=job.version_name,
            masks="",
            has_test="test" in parts,
            divides=False,
            budget="",
            # The same as the training's, so that a dataset that is alone is divided as it was then.
            seed=SEED,
            cache="",
            denied=sorted(denied),
        )

    def _run(self, context: JobContext, order: Mapping[str, Any]) -> Mapping[str, Any]:
        run = self.engine.submit(Job(QUANTIZE, order))
        with context.calling(partial(self.engine.cancel, run)):
            for event in self.engine.events(run):
                if event.kind == "progress":
                    context.report(event.facts)
                elif event.kind == "done":
                    return event.facts
                elif event.kind in LAST:
                    if context.should_leave():
                        raise JobInterrupted
                    raise Wrong(str(event.facts.get("sentence") or FAILED), kind="packaging job")
        raise JobInterrupted


def link_training(source: Folder, place: Path) -> None:
    """Put the frozen lines of a version's training into a job's folder, where they are here."""
    training = Folder(place / "training")
    training.root.mkdir(parents=True, exist_ok=True)
    for part in ("train", "test"):
        if source.manifest(part).is_file():
            copy_file(source.manifest(part), training.manifest(part))
