"""A version's jobs: its check while it waits, its training, its copy. A crash begins each anew.

With `result.json` in its folder a training is over, and only its end is left to be written down.
"""

import errno
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from vedette.datasets.buckets import bucket_problem
from vedette.datasets.dataset import Dataset
from vedette.dialects.intake import ManifestRefused
from vedette.encryption.folder_keys import SEALED
from vedette.engines.port import LAST, Event, Job, JobFiles
from vedette.errors import Busy, Missing, NoSpace, Refusal, TooMuch, Unwritable, Wrong
from vedette.file_access import is_sealed_place
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, JobPostponed, Retry, WorkQueue
from vedette.projects.version import Version
from vedette.store.sealed_folders import keys_for
from vedette.training.copying import copy_package, copy_results
from vedette.training.finish import Ends
from vedette.training.folder import Folder
from vedette.training.follow import Stages
from vedette.training.gather import MOMENTS, Gatherer, Unfit, freeze, freeze_moments
from vedette.training.order import NETWORK, VersionOrder, source_of
from vedette.training.results import mask_folder_of
from vedette.training.rooms import TrainingRooms
from vedette.training.worker_order import TrainingResult, TrainOrder

log = logging.getLogger(__name__)

# A training can run on another machine; its check takes seconds, and needs no more than its folder here.
WORKER_FILES = JobFiles(folder="folder", cache="cache")
TRAIN, CHECK, COPY = "train-version", "check-version", "copy-version"
# A process may be killed for want of memory, or by hand; more often than this is no accident.
TRIES = 3
# A copy takes seconds, and must not wait for the hours of a training; they wait for one disk.
COPIES = WorkQueue("copies", 2)
# Nor must a training that cannot begin wait for others to be told so (decisions/0205).
CHECKS = WorkQueue("checks", 2)
# How often a dataset that is being changed is asked whether it can be divided now.
AGAIN_S = 0.2
# How often a training whose check is under way looks whether it is to leave off.
LOOK_S = 1.0
# The same pictures and labels give the same split and the same model.
SEED = 20


def subject_of(version: Version) -> str:
    """Return what a version's jobs are about."""
    return f"version:{version.id}"


class VersionJobs:
    """The kinds of jobs on versions, and how each is run."""

    def __init__(self, rooms: TrainingRooms, stages: Stages) -> None:
        self._rooms = rooms
        self.stages = stages
        self._ends = Ends(rooms.versions, rooms.blobs, rooms.access, rooms.clock, rooms.root)
        # What a check has brought together, for the training behind it; lost with the server, and made again.
        self._orders: dict[int, TrainOrder] = {}
        self._divided: set[int] = set()

    def kinds(self) -> list[JobKind[VersionOrder]]:
        """Return every kind of job on versions."""
        trainings = self._rooms.rules.queue
        return [
            JobKind(TRAIN, VersionOrder, trainings, self._train, self._fail_training, tries=TRIES),
            JobKind(CHECK, VersionOrder, CHECKS, self._check, _leave_to_training),
            JobKind(COPY, VersionOrder, COPIES, self._copy, self._fail_copy),
        ]

    # Trainings

    def _train(self, context: JobContext, order: VersionOrder) -> None:
        """See a training through to its end."""
        if not self._await_check(context):
            raise JobInterrupted
        version = self._in_state(order, "training")
        if version is None:
            return
        try:
            result = self._gather_and_run(context, version)
            self._divide(context, version)
            self._ends.finish(context, version, result, self._rooms.folder(version))
            self._forget(version)
        finally:
            self.stages.end(version)

    def _await_check(self, context: JobContext) -> bool:
        """Take a check that has not begun away, and wait for one that has; false where there is no time."""
        number = self._rooms.jobs.number(CHECK, context.subject)
        while number is not None and not self._rooms.jobs.withdraw(number):
            if self._rooms.jobs.wait_for(number, LOOK_S):
                return True
            if context.should_leave():
                return False
        return True

    def _in_state(self, order: VersionOrder, state: str) -> Version | None:
        """Return the version if there is something left to do: it may have ended, and been deleted since."""
        try:
            version = self._rooms.versions.find_by_id(order.version)
        except Missing:
            return None
        return version if version.state == state else None

    def _gather_and_run(self, context: JobContext, version: Version) -> TrainingResult:
        folder = self._rooms.folder(version)
        if (document := folder.read_result()) is not None:
            return TrainingResult.read(document)
        order = self._orders.get(version.id) or self._gather(context, version)
        self._orders[version.id] = order
        self._run(context, version, self._job(TRAIN, version, order))
        document = folder.read_result()
        assert document is not None, "a job that is done leaves its result"
        return TrainingResult.read(document)

    def _job(self, name: str, version: Version, order: TrainOrder) -> Job:
        """Return a version's job, with the keys of what is sealed; that stays on this machine.

        A node's disk is another one's, and what lies there is not sealed.
        """
        folder = self._rooms.folder(version)
        keys = keys_for(folder.manifest("train"))
        if not keys:
            # Where its pictures alone are sealed, so is what a recipe makes of them in passing.
            keys = keys_for(folder.place_of("s3://any/picture"))
            keys |= {str(folder.scratch.absolute()): key for key in keys.values()}
            keys |= keys_for(folder.weights / "any")
        return Job(name, order.dump(), None if keys or name == CHECK else WORKER_FILES, keys=keys)

    def _fail_training(self, context: JobContext, order: VersionOrder, problem: Exception) -> None:
        version = self._rooms.versions.find_by_id(order.version)
        self._forget(version)
        self._ends.fail_training(context, version, problem, self._rooms.folder(version))

    def _forget(self, version: Version) -> None:
        self._orders.pop(version.id, None)
        self._divided.discard(version.id)

    # Checks

    def _check(self, context: JobContext, order: VersionOrder) -> None:
        """Fail a training whose data forbid it, or keep the worker's order for its turn."""
        version = self._in_state(order, "training")
        if version is None or self._rooms.folder(version).read_result() is not None:
            return
        folder = self._rooms.folder(version)
        try:
            worker_order = self._gather(context, version)
            self._run(context, version, self._job(CHECK, version, worker_order))
            if (document := folder.read_result()) is None:
                self._orders[version.id] = worker_order
            else:
                self._ends.finish(context, version, TrainingResult.read(document), folder)
        except (Unfit, ManifestRefused) as error:
            self._ends.fail_training(context, version, error, folder)
        finally:
            self.stages.end(version)

    # Copies

    def _copy(self, context: JobContext, order: VersionOrder) -> None:
        """See a copy through to its end."""
        version = self._in_state(order, "copying")
        if version is None:
            return
        source = self._rooms.versions.find_by_id(version.inputs["copy_of"])
        folder = self._rooms.folder(version)
        folder.root.mkdir(exist_ok=True)
        copy_package(self._rooms.folder(source), folder)
        may_write = partial(self._rooms.access.may_write, load_principal(version.inputs), version.bucket)
        results = copy_results(self._rooms.blobs, may_write, source, version)
        self._ends.finish_copy(context, version, results)

    def _fail_copy(self, context: JobContext, order: VersionOrder, problem: Exception) -> None:
        self._ends.fail_copy(context, self._rooms.versions.find_by_id(order.version), problem)

    # Inside

    def _gather(self, context: JobContext, version: Version) -> TrainOrder:
        """Bring together what the worker needs, and return its order."""
        self.stages.say(version, {"stage": "gathering the pictures", "done": 0, "of": 1})
        folder = self._rooms.folder(version)
        folder.root.mkdir(exist_ok=True)
        inputs, project, caller = version.inputs, version.project, load_principal(version.inputs)
        gatherer = Gatherer(
            project.dialect, self._rooms.blobs, self._rooms.access, caller, context.pause
        ).sealing_by(self._seal_of(folder, version))
        parts = ("train", "test") if inputs["has_test"] else ("train",)
        if source_of(inputs, "train") is None:
            self._freeze_again(version, folder, parts)
        for part in parts:
            if source := source_of(inputs, part):
                gatherer.fetch(folder, part, source)
            gatherer.check(folder, part)
        links = gatherer.link_all(folder, parts)
        every = frozenset().union(*(link.every for link in links.values()))
        if problems := [
            sentence
            for bucket in sorted(every)
            if (sentence := bucket_problem(self._rooms.blobs, bucket, project.scope))
        ]:
            raise Unfit(" ".join(problems))
        denied = every - frozenset().union(*(link.open for link in links.values()))
        foreign: set[str] = set()
        for part in parts:
            if source := source_of(inputs, part):
                foreign |= gatherer.foreign(source, links[part])
        is_sealed = is_sealed_place(folder.manifest("train"))
        return TrainOrder(
            folder=str(folder.root.absolute()),
            dialect=project.scope.service,
            arn=str(version.arn),
            project=project.name,
            version=version.name,
            masks=f"s3://{version.bucket}/{mask_folder_of(version)}",
            has_test=inputs["has_test"],
            divides=inputs.get("divides") is not None,
            budget=inputs.get("budget") or self._rooms.rules.budget,
            seed=SEED,
            # Features of what is sealed are sealed with it, and shared with no other training.
            cache=str((folder.cache / "features" if is_sealed else self._rooms.cache).absolute()),
            denied=sorted(denied),
            foreign=sorted(foreign),
            one_size=self._rooms.rules.one_size,
            most_entries=project.dialect.datasets.entries["train"],
            network=gatherer.fetch_network(folder, inputs.get(NETWORK, "")),
            backbone=self._rooms.backbones.restore(project.scope.account, inputs, folder),
        )

    def _seal_of(self, folder: Folder, version: Version) -> Callable[[], None] | None:
        """Return what seals a version's copies of pictures; it refuses a folder that lost its own mark."""
        if (seals := self._rooms.seals) is None:
            return None
        seals.require_mark(folder, version)
        return partial(seals.seal_pictures, folder, version)

    def _freeze_again(self, version: Version, folder: Folder, parts: tuple[str, ...]) -> None:
        """Freeze large datasets, and those whose frozen lines a crash kept from having their place."""
        if all(folder.manifest(part).exists() for part in parts):
            return
        if moments := version.inputs.get(MOMENTS):
            freeze_moments(self._rooms.datasets, folder, version.id, moments)
            return
        datasets = self._rooms.datasets.of_projects([version.project]).get(version.project.id, [])
        sources: dict[str, Dataset] = {item.kind: item for item in datasets if item.kind in parts}
        if set(sources) != set(parts):
            raise Missing("The datasets of the training were deleted before it began.", kind="dataset")
        freeze(self._rooms.datasets, folder, sources)

    def _run(self, context: JobContext, version: Version, job: Job) -> None:
        """Run the worker once, to its end; what it made is in the folder."""
        if context.should_leave():
            raise JobInterrupted
        engine, closed = self._rooms.engine, ""
        run = engine.submit(job)
        with context.calling(partial(engine.cancel, run)):
            for event in engine.events(run):
                if job.keys and not closed and (closed := _closed(job)):
                    engine.cancel(run)
                if closed and event.kind in LAST:
                    raise Busy(closed, kind=SEALED, name=str(version.arn))
                if event.kind == "progress" and not closed:
                    context.report(event.facts)
                    self.stages.say(version, event.facts)
                    self._divide(context, version)
                elif event.kind in LAST:
                    _judge_end(context, event)

    def _divide(self, context: JobContext, version: Version) -> None:
        """Make a test dataset of the pictures kept for testing, once the worker has said which."""
        number = version.inputs.get("divides")
        if number is None or version.id in self._divided:
            return
        tested = self._rooms.folder(version).divided()
        if not tested:
            return
        caller = version.inputs.get("caller", {})
        while not self._rooms.datasets.division.divide(number, tested, caller):
            if context.pause(AGAIN_S):
                raise JobInterrupted
        self._divided.add(version.id)


def _closed(job: Job) -> str:
    """Return why the key of what a job works on is not to be had any more; nothing where it is."""
    try:
        for folder in job.keys:
            keys_for(Path(folder) / "any")
    except Refusal as refusal:
        return refusal.sentence
    return ""


def _judge_end(context: JobContext, event: Event) -> None:
    if context.should_leave() and event.kind != "done":
        raise JobInterrupted
    if event.kind == "done":
        return
    if event.facts.get("waits"):
        raise JobPostponed(event.facts["sentence"])
    if event.facts.get("traceback"):
        raise RuntimeError(event.facts["traceback"])
    if event.facts.get("refusal") in (NoSpace.__name__, TooMuch.__name__):
        # All that a worker can want too much of is room; where it wanted it is for the log.
        raise OSError(errno.ENOSPC, event.facts["sentence"])
    if event.facts.get("refusal") == Unwritable.__name__:
        raise OSError(errno.EIO, event.facts["sentence"])
    if event.facts.get("refusal"):
        raise Wrong(event.facts["sentence"])
    raise Retry(event.facts.get("sentence", "The training was stopped from outside."))


def _leave_to_training(context: JobContext, order: VersionOrder, problem: Exception) -> None:
    """Leave it to the training, which is tried in its turn and then says why it failed."""
    del context
    log.warning("the data of version %d were not checked yet", order.version, exc_info=problem)
