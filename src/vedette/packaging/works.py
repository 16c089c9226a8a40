"""The job that writes an edge package: built beside, then put into the bucket with its caller's rights.

What it packages was linked to its own folder when it was ordered: a version may be deleted meanwhile. A run
after a crash builds anew and writes the same keys; nothing but the last transaction says that it is done.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.encryption.folder_keys import read_folder_mark
from vedette.engines.port import Engine
from vedette.errors import Denied, Missing, Refusal, Wrong
from vedette.file_access import link_file, open_file
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.identity.signing_keys import SigningKeys
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.packaging import records
from vedette.packaging.building import EdgeFiles, build_component, write_files
from vedette.packaging.choice import ChosenModel
from vedette.packaging.eight_bits import EightBitMaker, link_training
from vedette.packaging.golden import GoldenMaker
from vedette.packaging.values import PackagedModel, PackagingJob
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.projects.version import Version
from vedette.projects.versions import Versions
from vedette.runtime.component_signatures import ComponentSignature, signed_content, write_signature
from vedette.runtime.components import Component, ComponentFacts
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal
from vedette.store.sealed_folders import mark_folder, read_mark
from vedette.training.folder import Folder

log = logging.getLogger(__name__)

# Building copies and hashes some hundred megabytes; two at once keep a disk busy.
PACKAGINGS = WorkQueue("packagings", 2)
PACKAGE = "package"
UNFORESEEN = "The service failed while it packaged the model; its log tells why. Try again later."
BEING_PACKAGED = "The model is being packaged."
PACKAGED = "The model was packaged."
TYPES = {".json": "application/json", ".yaml": "application/yaml", ".zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class WritePackage:
    """Write an edge package."""

    number: int


@dataclass(frozen=True, slots=True)
class PackagingTools:
    """What packaging needs. `folder_of` says where a version's files lie."""

    database: Database
    versions: Versions
    blobs: Blobs
    access: ObjectAccess
    folder: Path
    folder_of: Callable[[Version], Folder]
    engine: Engine
    clock: Clock
    keys: SigningKeys

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())

    def place(self, number: int) -> Path:
        """Return the folder of a job, for as long as it is under way."""
        return self.folder / str(number)


def packaging_kind(tools: PackagingTools) -> JobKind[WritePackage]:
    """Return the kind of job, with these tools."""
    return JobKind(
        PACKAGE,
        WritePackage,
        PACKAGINGS,
        lambda context, order: PackagingRun(tools, context, order.number).run(),
        lambda context, order, problem: _fail(tools, context, order, problem),
    )


def link_version(source: Folder, place: Path) -> None:
    """Put a version's package into a job's folder by links: a package is never written again.

    The lines of its training go with it: golden pictures are of them, and 8-bit models calibrated on them.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    # Of a sealed version all of it is sealed, by the same key.
    if (mark := read_mark(source.root)) is not None:
        mark_folder(place, mark)
    (place / "package").mkdir()
    for file in sorted(source.package.iterdir()):
        link_file(file, place / "package" / file.name)
    link_training(source, place)


def key_of(project: Project, job: PackagingJob, name: str) -> str:
    """Return the key of one of a job's files: below its prefix, in a folder a component's version."""
    wish = job.wish
    return project.dialect.result_key(wish.prefix, f"{wish.component}/{wish.component_version}/{name}")


@dataclass(slots=True)
class PackagingRun:
    """One run of a job, from its beginning or after a crash."""

    tools: PackagingTools
    context: JobContext
    number: int

    def run(self) -> None:
        """Build and write everything, and end the job in the transaction that says so."""
        tools = self.tools
        job, project = self._begin()
        place = tools.place(job.id)
        self._link_again(job, place)
        maker = EightBitMaker(tools.blobs, tools.access, tools.engine)
        model = maker.choose(self.context, job, project, place)
        golden = GoldenMaker(tools.blobs, tools.access, tools.engine)
        golden_files = golden.make(self.context, job, place, model.package)
        shutil.rmtree(place / "out", ignore_errors=True)
        shutil.rmtree(place / "component", ignore_errors=True)
        component = build_component(
            model.package,
            component_facts(job, model, golden_files.size),
            place / "component",
            thresholds=job.wish.thresholds,
            more={**model.more, **golden_files.files},
        )
        self._sign(component, project)
        edge_files = write_files(
            component,
            place / "out",
            lambda name: f"s3://{job.wish.bucket}/{key_of(project, job, name)}",
            self._leave_if_asked,
        )
        keys = self._deliver(job, project, edge_files)
        message = " ".join(filter(None, (PACKAGED, model.note)))
        with tools.database.write() as connection:
            packaged = PackagedModel(keys, model.precision, message)
            records.finish_job(connection, job.id, packaged, tools.now_ms())
            self.context.end(connection)
        shutil.rmtree(place, ignore_errors=True)

    def _begin(self) -> tuple[PackagingJob, Project]:
        with self.tools.database.write() as connection:
            job = records.find_job(connection, self.number)
            project = None if job is None else by_id(connection, job.project)
            if job is None or project is None:
                raise Missing("The project was deleted.", kind="packaging job", name=str(self.number))
            records.move_job(connection, job.id, "running", BEING_PACKAGED, self.tools.now_ms())
        return job, project

    def _link_again(self, job: PackagingJob, place: Path) -> None:
        """Link the version where that is lost: after a restore from a backup, which has no jobs' folders."""
        if not (place / "package").is_dir():
            version = self.tools.versions.find_by_id(job.version)
            link_version(self.tools.folder_of(version), place)

    def _deliver(self, job: PackagingJob, project: Project, edge_files: EdgeFiles) -> dict[str, str]:
        """Write the files to the bucket; nothing is written where the caller may not write all (any more)."""
        tools, wish = self.tools, job.wish
        caller = load_principal({"caller": job.caller})
        if sentence := tools.access.missing_caller(caller):
            raise Wrong(sentence, kind="packaging job", name=wish.name)
        keys = {kind: key_of(project, job, place.name) for kind, place in edge_files.files.items()}
        for key in keys.values():
            if not tools.access.may_write(caller, wish.bucket, key, wish.encryption_key):
                raise Denied(
                    f"User: {caller.arn} is not authorized to perform: s3:PutObject on "
                    f"{wish.bucket}/{key}{_under(wish.encryption_key)}",
                    kind="bucket",
                    name=wish.bucket,
                )
        for kind, place in edge_files.files.items():
            self._leave_if_asked()
            with open_file(place) as stream:
                content_type = TYPES.get(place.suffix, "application/octet-stream")
                by_key = self._key_of(job)
                tools.blobs.put(
                    wish.bucket, keys[kind], stream, content_type=content_type, encryption_key=by_key
                )
        return keys

    def _key_of(self, job: PackagingJob) -> str:
        """Return the key that was asked for, or a sealed version's: its package is never clear there."""
        if job.wish.encryption_key:
            return job.wish.encryption_key
        mark = read_mark(self.tools.place(job.id))
        return "" if mark is None else read_folder_mark(mark).key

    def _sign(self, component: Component, project: Project) -> None:
        """Sign the component for its account's devices; the job's number is the one that only grows."""
        account, keys = project.scope.account, self.tools.keys
        content = signed_content(component.digest, self.number)
        signature = ComponentSignature(
            keys.public_key(account), self.number, keys.sign(account, "component", content)
        )
        write_signature(component.folder, signature)

    def _leave_if_asked(self) -> None:
        if self.context.is_cancelled():
            raise JobCancelled
        if self.context.should_leave():
            raise JobInterrupted


def _under(encryption_key: str) -> str:
    return f" under the key {encryption_key}, or it is disabled" if encryption_key else ""


def component_facts(
    job: PackagingJob, model: ChosenModel, picture_size: tuple[int, int] | None = None
) -> ComponentFacts:
    """Return what the component says of itself."""
    wish = job.wish
    return ComponentFacts(
        name=wish.component,
        version=wish.component_version,
        model_arn=job.model_arn,
        description=wish.component_description,
        target=wish.target,
        options=wish.options,
        precision=model.precision,
        precision_note=model.note,
        tags=wish.tags,
        created=from_milliseconds(job.created_ms).isoformat(),
        picture_size=picture_size,
    )


def _fail(tools: PackagingTools, context: JobContext, order: WritePackage, problem: Exception) -> None:
    """Write down why a job came to nothing; what lies in the bucket by now stays there."""
    refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
    if refusal is None:
        log.error("packaging job %d failed", order.number, exc_info=problem)
    sentence = UNFORESEEN if refusal is None else refusal.sentence
    with tools.database.write() as connection:
        records.move_job(connection, order.number, "failed", sentence, tools.now_ms())
        context.end(connection)
    shutil.rmtree(tools.place(order.number), ignore_errors=True)
