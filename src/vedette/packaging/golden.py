"""Golden pictures for a component: a dozen of the version's own, answered by a process, a few taken.

They are of the test part of its training, or of the training part where there is none, read with the rights
of whoever ordered the package. A version whose lines are not here (a copy of another's), or whose pictures
are gone, is packaged without.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Missing
from vedette.file_access import write_file
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.packaging.golden_files import (
    ANSWER,
    CANDIDATES,
    MOST_BYTES,
    GoldenFiles,
    read_golden_files,
    spread,
)
from vedette.packaging.values import PackagingJob
from vedette.runtime.golden import GOLDEN
from vedette.store.blobs.port import Blobs
from vedette.store.sealed_folders import keys_for
from vedette.training.folder import Folder
from vedette.training.gather import picture_places


@dataclass(frozen=True, slots=True)
class GoldenMaker:
    """What makes golden pictures."""

    blobs: Blobs
    access: ObjectAccess
    engine: Engine

    def make(self, context: JobContext, job: PackagingJob, place: Path, package: Path) -> GoldenFiles:
        """Return golden pictures of the model in a package; none where none of its own can be read."""
        out, pictures = place / GOLDEN, place / "candidates"
        shutil.rmtree(out, ignore_errors=True)
        files = self._candidates(job, Folder(place / "training"), pictures)
        if not files:
            return GoldenFiles()
        order = {
            "package": str(package),
            "thresholds": dict(job.wish.thresholds),
            "pictures": files,
            "out": str(out),
        }
        result = self._run(context, order, keys_for(out))
        shutil.rmtree(pictures, ignore_errors=True)
        return read_golden_files(result, out)

    def _candidates(self, job: PackagingJob, training: Folder, to: Path) -> list[str]:
        part = next((part for part in ("test", "train") if training.manifest(part).is_file()), "")
        caller = load_principal({"caller": job.caller})
        places = list(picture_places(training.manifest(part))) if part else []
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(parents=True)
        files = []
        for number, (bucket, key) in enumerate(spread(places, CANDIDATES)):
            if not self.access.may_read(caller, bucket, key):
                continue
            try:
                content = self._read(bucket, key)
            except Missing:
                continue
            file = to / str(number)
            write_file(file, content)
            files.append(str(file))
        return files

    def _read(self, bucket: str, key: str) -> bytes:
        with self.blobs.open(bucket, key) as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Missing(f"{key} is too large for a golden picture.")
        return content

    def _run(
        self, context: JobContext, order: Mapping[str, Any], keys: Mapping[str, str]
    ) -> Mapping[str, Any]:
        run = self.engine.submit(Job(ANSWER, order, keys=keys))
        with context.calling(partial(self.engine.cancel, run)):
            for event in self.engine.events(run):
                if event.kind == "done":
                    return event.facts
                if event.kind in LAST:
                    if context.should_leave():
                        raise JobInterrupted
                    return {"files": [], "size": None, "shows_colors": False}
        raise JobInterrupted
