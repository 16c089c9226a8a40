"""The room's front: a training or a copy asked for, with the job that does it; a version deleted.

A version and its job are written in one transaction. So many trainings run at once; the others wait,
accounts taking turns, each account's in the order in which they were asked for. What a stop or a crash
left in a first state is taken up again from the lines that were frozen when it was asked for.
"""

import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.snapshots import LONGEST_NAME, DatasetMoment, NewSnapshot
from vedette.encryption.folder_keys import NewFolderKey
from vedette.engines.port import Engine
from vedette.errors import Busy, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.jobs.guard import Gate
from vedette.jobs.kind import JobBegun, NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.tokens import ClientToken
from vedette.projects.version import FIRST, WORDS, Version
from vedette.projects.version_rows import under_training
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.store.blobs.port import Blobs
from vedette.store.sealed_folders import read_mark
from vedette.training.admission import parts_of, refuse_output, refuse_unready
from vedette.training.bringing import PastModels
from vedette.training.comparisons import VersionComparisons
from vedette.training.copying import VersionCopies, refuse_copied, refuse_uncopyable
from vedette.training.evaluations import EvaluationFiles
from vedette.training.facts import TrainingFacts
from vedette.training.finish import STOPPED
from vedette.training.folder import Folder, warn_of_strangers
from vedette.training.follow import Stages
from vedette.training.gather import FROZEN_AT_ONCE, MOMENTS, freeze
from vedette.training.order import PAST_TAG, SEALED_BY, NewTraining, VersionOrder, backbone_of
from vedette.training.queueing import TrainingQueue
from vedette.training.rooms import TrainingRooms, TrainingRules
from vedette.training.run import CHECK, COPY, TRAIN, VersionJobs, subject_of
from vedette.training.seals import VersionSeals
from vedette.training.sources import TrainingSources

BEING_TRAINED = "The model is being trained."
ELSEWHERE = (
    "The buckets lie on another S3, which does not know the keys of this installation: results cannot be "
    "encrypted there. Train without a KmsKeyId."
)
BY_DEFAULT = TrainingRules()


class Trainings:
    """The trainings of the installation."""

    def __init__(  # noqa: PLR0913  (the rooms below, each of which a test may replace)
        self,
        versions: Versions,
        datasets: Datasets,
        blobs: Blobs,
        engine: Engine,
        data: Path,
        *,
        access: ObjectAccess,
        jobs: JobRunner,
        rules: TrainingRules = BY_DEFAULT,
        clock: Clock = system_clock,
        gate: Gate | None = None,
        seals: VersionSeals | None = None,
    ) -> None:
        self.versions = versions
        self.stages = Stages()
        self.evaluations = EvaluationFiles()
        self.comparisons = VersionComparisons(self.evaluations)
        self._rooms = TrainingRooms(
            versions=versions,
            datasets=datasets,
            blobs=blobs,
            engine=engine,
            access=access,
            jobs=jobs,
            rules=rules,
            clock=clock,
            seals=seals,
            root=data / "versions",
            cache=data / "cache" / "features",
        )
        self.backbones = self._rooms.backbones
        self._sources = TrainingSources(datasets)
        self.facts = TrainingFacts(self._rooms, self.stages, self._sources)
        self._copies = VersionCopies(self._rooms, partial(self._add, COPY))
        self._past_models = PastModels(versions, blobs, access, self.folder)
        for kind in VersionJobs(self._rooms, self.stages).kinds():
            jobs.register(kind)
        self.queue = TrainingQueue(jobs, rules, gate)
        self._rooms.root.mkdir(parents=True, exist_ok=True)
        datasets.ask_before_deleting(self._unfrozen)

    def start(self, *, is_alone: bool = True) -> None:
        """Clear what a stop or a crash left half made. The server calls this before its jobs start.

        Beside another server it may be what that one makes; jobs are taken over by their leases.
        """
        if not is_alone:
            return
        for leftover in self._rooms.root.glob(".new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._tidy()
        self.backbones.start()
        self.end_deletions()
        # A release before there were jobs left the state alone to say what is to be done.
        for version in self.versions.in_state(*FIRST):
            kind = COPY if version.state == "copying" else TRAIN
            self.versions.touch(version, partial(self._add, kind))
            self._begin(version)

    def end_deletions(self) -> None:
        """Remove what a server that died was removing; that one that lives may be at it too hurts nobody."""
        for version in self.versions.in_state("deleting"):
            self._remove(version)

    # What callers ask for

    def order(self, project: Project, request: NewTraining, token: ClientToken | None = None) -> Version:
        """Begin a training: freeze what it learns from, write the version down, and queue it."""
        if PAST_TAG in request.tags:
            return self._past_models.bring(project, request, token)
        sources = self._sources.of(project, request)
        refuse_output(self._rooms.blobs, self._rooms.access, project, request)
        folder_key = self._folder_key(project, request)
        new = NewVersion(
            name=request.name,
            message=BEING_TRAINED,
            description=request.description,
            bucket=request.bucket,
            prefix=request.prefix,
            inputs=request.inputs(self._rooms.rules.budget)
            | parts_of(project, request, sources)
            | ({} if folder_key is None else {SEALED_BY: str(folder_key.key.arn)}),
            tags=request.tags,
        )
        # A large dataset's lines are written out by the job; what they are is settled by a snapshot, at once.
        is_large = sum(dataset.counts.total for dataset in sources.values()) > FROZEN_AT_ONCE
        if is_large:
            new = replace(new, inputs={**new.inputs, MOMENTS: {part: sources[part].id for part in sources}})
        weights = backbone_of(request.tags)
        with self._beside(folder_key) as beside:
            if weights:
                lent = self.backbones.lend(project.scope.account, weights, beside)
                new = replace(new, inputs={**new.inputs, **lent})
            moments = {} if is_large else freeze(self._rooms.datasets, beside, sources)
            later = tuple(sources.values()) if is_large else ()
            also = partial(self._place, beside, folder_key, moments.values(), later, request.caller)
            version, is_new = self.versions.create(project, new, token, also=also)
        if is_new:
            self._begin(version)
        return version

    def _folder_key(self, project: Project, request: NewTraining) -> NewFolderKey | None:
        """Return the data key of a version that is to be; None where no key is asked for."""
        seals, key = self._rooms.seals, request.encryption_key
        if seals is None or key is None:
            return None
        if project.dialect.seals_results and not self._rooms.blobs.seals_by_key:
            raise Wrong(ELSEWHERE, kind="encryption key", name=str(key.arn))
        return seals.prepare(key, project.scope)

    def copy(self, source: Version, project: Project, request: NewTraining) -> Version:
        """Begin to copy a version, trained or copied itself, with its results."""
        refuse_output(self._rooms.blobs, self._rooms.access, project, request)
        refuse_uncopyable(source)
        folder_key = self._folder_key(project, request)
        if folder_key is None and self._rooms.seals and read_mark(self.folder(source).root) is not None:
            folder_key = self._rooms.seals.prepare_own(project.scope)
        version = self._copies.add(source, project, request, folder_key)
        self._begin(version)
        return version

    def delete(self, version: Version, token: ClientToken | None = None) -> None:
        """Delete a version with its files, when nothing of it is under way."""
        also = partial(refuse_copied, version)
        self._remove(
            self.versions.move(version, "deleting", "The model is being deleted.", token=token, also=also)
        )

    def stop(self, version: Version) -> None:
        """End a training that is not over; the version has failed then, and says that it was stopped."""
        if version.state != "training":
            sentence = f"The version {version.name} {WORDS[version.state]}: there is no training to stop."
            raise Busy(sentence, kind="version", name=version.path)
        jobs, subject = self._rooms.jobs, subject_of(version)
        if (check := jobs.number(CHECK, subject)) is not None:
            jobs.cancel(check)
        number = jobs.number(TRAIN, subject)
        if number is None or not self._end_waiting(version, number):
            # Its thread ends it, here or on another server; one without a job has just ended.
            jobs.cancel(number or 0)

    def _end_waiting(self, version: Version, number: int) -> bool:
        """End a training that waits for its turn, in one transaction with its job; False where it runs."""
        ended_ms = milliseconds(self._rooms.clock())
        try:
            also = partial(self._rooms.jobs.drop, number)
            self.versions.move(version, "failed", STOPPED, also=also, ended_ms=ended_ms)
        except JobBegun:
            return False
        self.folder(version).tidy()
        return True

    def folder(self, version: Version) -> Folder:
        """Return where a version's files lie; its model is in `package` there."""
        return self._rooms.folder(version)

    def wait(self, version: Version, timeout_s: float = 60.0) -> Version:
        """Return the version when its training has ended."""
        waiting = threading.Event()
        passed = 0.0
        while (current := self.versions.find_by_id(version.id)).state in FIRST and passed < timeout_s:
            waiting.wait(0.05)
            passed += 0.05
        return current

    # Inside

    @contextmanager
    def _beside(self, folder_key: NewFolderKey | None) -> Iterator[Folder]:
        """A folder that becomes the version's own, or goes away again; sealed from its first file on."""
        beside = self._rooms.root / f".new-{secrets.token_hex(8)}"
        beside.mkdir()
        try:
            with self._sealing(Folder(beside), folder_key):
                yield Folder(beside)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _sealing(self, folder: Folder, folder_key: NewFolderKey | None) -> AbstractContextManager[None]:
        seals = self._rooms.seals
        return nullcontext() if seals is None else seals.sealing(folder, folder_key)

    def _place(  # noqa: PLR0913  (what a version begins with)
        self,
        beside: Folder,
        folder_key: NewFolderKey | None,
        moments: Iterable[DatasetMoment],
        later: Iterable[Dataset],
        caller: Principal,
        connection: Connection,
        version: Version,
    ) -> None:
        """Give a version its frozen lines, snapshots beside them, and its job, before anybody sees it.

        Of datasets whose lines are written `later` the snapshots are made now, in this transaction.
        """
        name = f"Trained: {version.name}"[:LONGEST_NAME]
        new = NewSnapshot(name, caller, reason="training", version=version.id)
        for moment in moments:
            self._rooms.datasets.snapshots.keep(connection, moment, new)
        for dataset in later:
            refuse_unready(version.project, self._rooms.datasets.snapshots.keep_now(connection, dataset, new))
        if self._rooms.seals is not None:
            self._rooms.seals.settle(connection, beside, folder_key, version)
        folder = self.folder(version)
        folder.put_aside()
        beside.root.rename(folder.root)
        self._add_training(connection, version)

    def _unfrozen(self, connection: Connection, dataset: Dataset) -> str:
        """Say that a training's lines are still to be written out of a dataset."""
        for version in under_training(connection, dataset.project):
            for part, number in version.inputs.get(MOMENTS, {}).items():
                if number == dataset.id and not self.folder(version).manifest(part).exists():
                    return (
                        f"The training of {version.path} is still reading the {dataset.kind} dataset; "
                        "delete it when that is done."
                    )
        return ""

    def _add_training(self, connection: Connection, version: Version) -> None:
        """Add a version's training; where that may wait long, its data are checked first (decisions/0205)."""
        if self._rooms.jobs.is_busy(self._rooms.rules.queue):
            self._add(CHECK, connection, version)
        self._add(TRAIN, connection, version)

    def _add(self, kind: str, connection: Connection, version: Version) -> None:
        account = version.project.scope.account
        self._rooms.jobs.add(connection, NewJob(kind, subject_of(version), account, VersionOrder(version.id)))

    def _begin(self, version: Version) -> None:
        for kind in (CHECK, TRAIN, COPY):
            if (number := self._rooms.jobs.number(kind, subject_of(version))) is not None:
                self._rooms.jobs.begin(kind, number)

    def _tidy(self) -> None:
        """Take away what a crash left beside versions that are over; the others take it up again."""
        for beside in self._rooms.cache.glob("*/*.part"):
            beside.unlink(missing_ok=True)
        states = self.versions.folders()
        for name, state in states.items():
            if state not in FIRST:
                Folder(self._rooms.root / name).tidy()
        warn_of_strangers(self._rooms.root, states)

    def _remove(self, version: Version) -> None:
        if self._rooms.seals is not None:
            self._rooms.seals.retire(self.folder(version))
        shutil.rmtree(self.folder(version).root, ignore_errors=True)
        self._rooms.datasets.snapshots.forget_version(version.id)
        self.versions.remove(version)
