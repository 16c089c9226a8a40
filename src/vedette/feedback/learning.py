"""The job that measures the pictures of a version's training, once: what production is held against.

They are the frozen ones, as far as they still lie in their buckets; of many a part is taken, in even steps.
The model looks at them too: the mixture of its answers is needed, and its doubt about test pictures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Refusal, Wrong
from vedette.feedback import records
from vedette.feedback.drift import LEAST_REFERENCE, LookedAtPicture
from vedette.feedback.watching import DriftWatch
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.manifest.lines import BadLine, Manifest
from vedette.manifest.places import is_s3, split_s3
from vedette.projects.version import Version
from vedette.projects.versions import Versions
from vedette.runtime.package_files import FACTS
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.sealed_folders import keys_for
from vedette.store.working_copies import WorkingCopies, working_copies

LEARN = "drift-reference"
REFERENCES = WorkQueue("drift-references", 1)
# Of each part so many: more hardly make the test sharper, and each takes a tenth of a second.
MOST = 300
FAILED = "The service failed; its log tells why."


@dataclass(frozen=True, slots=True)
class LearnReference:
    """Measure the pictures of a version's training, with the rights of a caller."""

    version: int
    caller: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReferenceTools:
    """What measuring a training works with."""

    database: Database
    versions: Versions
    blobs: Blobs
    access: ObjectAccess
    engine: Engine
    root: Path
    package_of: Callable[[Version], Path]
    # The frozen lines of a part of a version's training; nothing where there are none.
    lines_of: Callable[[Version, str], Manifest | None]
    watch: DriftWatch


def reference_kind(tools: ReferenceTools) -> JobKind[LearnReference]:
    """Return the kind of job, with these tools."""
    return JobKind(
        LEARN,
        LearnReference,
        REFERENCES,
        lambda context, order: _Measuring(tools, context, order).run(),
        lambda context, order, problem: _fail(tools, context, order, problem),
    )


class _Measuring:
    """One measuring of a training."""

    def __init__(self, tools: ReferenceTools, context: JobContext, order: LearnReference) -> None:
        self._tools = tools
        self._context = context
        self._version = tools.versions.find_by_id(order.version)
        self._caller = load_principal({"caller": order.caller})
        self._folder = tools.root / f"reference-{order.version}"

    def run(self) -> None:
        tools, version = self._tools, self._version
        trained = self._measure("train")
        tested = self._measure("test")
        pictures = [*trained, *tested]
        if len(pictures) < LEAST_REFERENCE:
            raise Wrong(
                f"{len(pictures)} pictures of the training are still in their bucket; drift is told from "
                f"{LEAST_REFERENCE} on."
            )
        body = records.pack_pictures(pictures, [picture.doubt for picture in tested])
        with tools.database.write() as connection:
            values = {"status": "ready", "message": "", "reference": body}
            records.put_drift(connection, version.id, version.project.id, **values)
            self._context.end(connection)
        tools.watch.forget(version.id)

    def _measure(self, part: str) -> list[LookedAtPicture]:
        addresses = _even(list(self._addresses(part)), MOST)
        with working_copies(self._folder) as copies:
            items = list(self._bring(copies, addresses))
            return self._ask(items, copies.keys()) if items else []

    def _addresses(self, part: str) -> Iterator[str]:
        lines = self._tools.lines_of(self._version, part)
        for line in lines() if lines is not None else ():
            if not isinstance(line, BadLine) and is_s3(line.source):
                yield line.source

    def _bring(self, copies: WorkingCopies, addresses: Sequence[str]) -> Iterator[dict[str, Any]]:
        for number, address in enumerate(addresses):
            bucket, key = split_s3(address)
            if not self._tools.access.may_read(self._caller, bucket, key):
                continue
            if (file := copies.bring(self._tools.blobs, bucket, key, str(number))) is not None:
                yield {"id": number, "file": str(file)}

    def _ask(self, items: Sequence[Mapping[str, Any]], copy_keys: Mapping[str, str]) -> list[LookedAtPicture]:
        package = self._tools.package_of(self._version)
        order, keys = {"package": str(package), "items": items}, {**keys_for(package / FACTS), **copy_keys}
        run = self._tools.engine.submit(Job("measure", order, keys=keys))
        pictures: list[LookedAtPicture] = []
        with self._context.calling(partial(self._tools.engine.cancel, run)):
            for event in self._tools.engine.events(run):
                if event.kind == "progress":
                    pictures += [
                        LookedAtPicture(item["features"], item["answer"], item["doubt"])
                        for item in event.facts["pictures"]
                    ]
                elif event.kind in LAST and event.kind != "done":
                    self._leave(event.facts)
        if self._context.should_leave():
            self._leave({})
        return pictures

    def _leave(self, facts: Mapping[str, Any]) -> None:
        if self._context.should_leave():
            raise JobCancelled if self._context.is_cancelled() else JobInterrupted
        if facts.get("refusal"):
            raise Wrong(facts["sentence"])
        raise RuntimeError(facts.get("traceback") or facts.get("sentence") or "measuring failed")


def _even(items: Sequence[str], most: int) -> Sequence[str]:
    if len(items) <= most:
        return items
    return [items[place * len(items) // most] for place in range(most)]


def _fail(tools: ReferenceTools, context: JobContext, order: LearnReference, problem: Exception) -> None:
    sentence = problem.sentence if isinstance(problem, Refusal) else FAILED
    version = tools.versions.find_by_id(order.version)
    with tools.database.write() as connection:
        records.put_drift(connection, version.id, version.project.id, status="failed", message=sentence)
        context.end(connection)
