"""The room's front: a training asked for, queued, followed and ended; a version deleted.

So many trainings run at once, the others wait in the order in which they were asked for. A
version in the state `training` is the whole of the queue's memory: what a stop or a crash left in
that state is taken up again at the next start, from the lines that were frozen when it was asked for.
"""

import errno
import logging
import math
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets.buckets import bucket_problem
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.dialects.intake import ManifestRefused
from vedette.engines.port import LAST, Engine, Event, Job
from vedette.errors import Busy, Denied, Missing, NoSpace, Refusal, TooMuch, Unwritable, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import dump_principal, load_principal
from vedette.projects.project import Project
from vedette.projects.tokens import ClientToken
from vedette.projects.version import FIRST, MOVES, USABLE, WORDS, State, Version
from vedette.projects.versions import NewVersion, Versions
from vedette.store.blobs.port import Blobs
from vedette.training.admission import (
    NO_DATASET,
    parts_of,
    refuse_output,
    refuse_sources,
    refuse_unready,
)
from vedette.training.copying import copy_package, copy_results
from vedette.training.folder import Folder, disk_sentence, warn_of_strangers
from vedette.training.follow import Stages
from vedette.training.gather import Gatherer, Stopping, Unfit, freeze
from vedette.training.order import NewTraining, source_of
from vedette.training.results import deliver, mask_folder_of

log = logging.getLogger(__name__)

BEING_COPIED = "The model is being copied."
BEING_TRAINED = "The model is being trained."
UNFORESEEN = "The service failed while it trained the model; its log tells why. Try again later."
UNCOPIED = "The service failed while it copied the model; its log tells why. Try again later."
# A process may be killed for want of memory, or by hand; more often than this is no accident.
TRIES = 3
# What the service allows a destination.
MOST_COPIES = 5
# They wait for one disk, and so do those who look at the data of trainings that wait.
COPIERS = CHECKERS = 2
# How often a dataset that is being changed is asked whether it can be divided now.
AGAIN_S = 0.2
# What a version keeps of what its worker said.
FACTS = ("task", "metrics", "pictures", "size", "left_out", "base_model")
# The same pictures and labels give the same split and the same model.
SEED = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """What the installation sets for its trainings."""

    budget: str = "balanced"
    at_once: int = 2
    one_size: bool = True
    # How soon it is tried again to write down an end that could not be written.
    later_s: float = 2.0


class Died(Exception):
    """The process of a training ended without a word."""


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
        rules: Rules = Rules(),
        clock: Clock = system_clock,
    ) -> None:
        self.versions = versions
        self._datasets = datasets
        self._blobs = blobs
        self._access = access
        self._engine = engine
        self._root = data / "versions"
        self._cache = data / "cache" / "features"
        self._rules = rules
        self._clock = clock
        self._pool = ThreadPoolExecutor(rules.at_once, thread_name_prefix="training")
        # A copy takes seconds, and must not wait for the hours of a training.
        self._copiers = ThreadPoolExecutor(COPIERS, thread_name_prefix="copying")
        # Nor must a training that cannot begin wait for others to be told so (decisions/0205).
        self._checkers = ThreadPoolExecutor(CHECKERS, thread_name_prefix="checking")
        self._queued: set[int] = set()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._runs: dict[int, str] = {}
        self.stages = Stages()
        self._divided: set[int] = set()
        self._root.mkdir(parents=True, exist_ok=True)

    # The server's life

    def start(self) -> None:
        """Take up again what a stop or a crash left undone. The server calls this once, and nobody else."""
        for leftover in self._root.glob(".new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._tidy()
        for version in self.versions.in_state("deleting"):
            self._remove(version)
        for version in self.versions.in_state("copying"):
            self._copiers.submit(self._copy, version)
        for version in self.versions.in_state("training"):
            self._queue(version)

    def close(self) -> None:
        """Leave off; what is under way goes on at the next start."""
        with self._lock:
            self._stopping.set()
            runs = list(self._runs.values())
        for run in runs:
            self._engine.cancel(run)
        self._pool.shutdown(cancel_futures=True)
        self._copiers.shutdown(cancel_futures=True)
        self._checkers.shutdown(cancel_futures=True)

    # What callers ask for

    def order(self, project: Project, wanted: NewTraining, token: ClientToken | None = None) -> Version:
        """Begin a training: freeze what it learns from, write the version down, and queue it."""
        held = self._held(project, wanted)
        refuse_output(self._blobs, self._access, project, wanted)
        new = NewVersion(
            name=wanted.name,
            message=BEING_TRAINED,
            description=wanted.description,
            bucket=wanted.bucket,
            prefix=wanted.prefix,
            inputs=wanted.inputs() | parts_of(project, wanted, held),
            tags=wanted.tags,
        )
        with self._beside() as beside:
            freeze(self._datasets, beside, held)
            version, is_new = self.versions.create(project, new, token)
            if is_new:
                self.folder(version).put_aside()
                beside.root.rename(self.folder(version).root)
        if is_new:
            self._queue(version)
        return version

    def copy(self, source: Version, project: Project, wanted: NewTraining) -> Version:
        """Begin to copy a version, trained or copied itself, with its results."""
        refuse_output(self._blobs, self._access, project, wanted)
        if source.state not in USABLE | {"starting", "running", "stopping"}:
            raise Busy(f"The version {source.name} {WORDS[source.state]}.", kind="version", name=source.name)
        under_way = [each for each in self.versions.in_state("copying") if each.project.id == project.id]
        if len(under_way) >= MOST_COPIES:
            raise TooMuch(f"{MOST_COPIES} copies into {project.name} are under way.", kind="version")
        new = NewVersion(
            name=wanted.name,
            state="copying",
            message=BEING_COPIED,
            description=source.description,
            bucket=wanted.bucket,
            prefix=wanted.prefix,
            source=str(source.arn),
            inputs={
                **source.inputs,
                "account": wanted.caller.account,
                "caller": dump_principal(wanted.caller),
                "copy_of": source.id,
                "kms_key": wanted.kms_key,
            },
            tags=wanted.tags,
        )
        version, _ = self.versions.create(project, new)
        self.folder(version).put_aside()
        self._copiers.submit(self._copy, version)
        return version

    def delete(self, version: Version, token: ClientToken | None = None) -> None:
        """Delete a version with its files, when nothing of it is under way."""
        for copy in self.versions.in_state("copying"):
            if copy.inputs.get("copy_of") == version.id:
                said = f"The version {version.name} is being copied to {copy.project.name}."
                raise Busy(said, kind="version", name=version.path)
        self._remove(self.versions.move(version, "deleting", "The model is being deleted.", token=token))

    def folder(self, version: Version) -> Folder:
        """Return where a version's files lie; its model is in `package` there."""
        return Folder(self._root / version.folder)

    def wait(self, version: Version, timeout_s: float = 60.0) -> Version:
        """Return the version when its training has ended."""
        waiting = threading.Event()
        passed = 0.0
        while (found := self.versions.find_by_id(version.id)).state in FIRST and passed < timeout_s:
            waiting.wait(0.05)
            passed += 0.05
        return found

    # Inside

    def _held(self, project: Project, wanted: NewTraining) -> dict[str, Dataset]:
        """Return the datasets to learn from, by part; none where the caller named manifests."""
        found = self._datasets.of_projects([project]).get(project.id, [])
        held = {dataset.kind: dataset for dataset in found}
        if wanted.train or wanted.test:
            refuse_sources(project, wanted, has_datasets=bool(held))
            return {}
        if "train" not in held:
            raise Busy(f"The project {project.name} has no training dataset.", kind=NO_DATASET, name="train")
        for dataset in held.values():
            refuse_unready(project, dataset)
        if wanted.auto_create:
            held.pop("test", None)
        return {part: held[part] for part in ("train", "test") if part in held}

    @contextmanager
    def _beside(self) -> Iterator[Folder]:
        """A folder that becomes the version's own, or goes away again."""
        beside = self._root / f".new-{secrets.token_hex(8)}"
        beside.mkdir()
        try:
            yield Folder(beside)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _queue(self, version: Version) -> None:
        """Let a version be trained in its turn; where that may take long, its data are looked at first."""
        with self._lock:
            waits = len(self._queued) >= self._rules.at_once
            self._queued.add(version.id)
        check = self._checkers.submit(self._check, version) if waits else None
        self._pool.submit(self._train, version, check)

    def _check(self, version: Version) -> Mapping[str, Any] | None:
        """Fail a training whose data forbid it, or return the worker's order; a thread's edge."""
        folder = self.folder(version)
        try:
            if folder.read_result() is not None:
                return None
            order = self._gather(version, folder)
            self._run(version, Job("check-version", order))
            if (result := folder.read_result()) is None:
                return order
            self._finish(version, result)
        except (Unfit, ManifestRefused) as why:
            self._fail(version, why.message)
        except Stopping:
            pass
        except Exception:
            # It is tried again in its turn, and then its failure is told.
            log.warning("the data of version %d were not checked yet", version.id, exc_info=True)
        finally:
            self.stages.end(version)
        return None

    def _train(self, version: Version, check: "Future[Mapping[str, Any] | None] | None" = None) -> None:
        """See a training through to its end; this is the edge of a thread."""
        try:
            order = None if check is None or check.cancel() else check.result()
            if not self._is_in_training(version):
                return
            result = self._gather_and_run(version, order)
            self._divide(version)
            self._finish(version, result)
        except (Stopping, CancelledError):
            log.info("the training of version %d waits for the next start", version.id)
        except (Unfit, ManifestRefused) as why:
            self._fail(version, why.message)
        except Died as why:
            self._fail(version, str(why), is_ours=True)
        except Refusal as why:
            self._fail(version, why.sentence)
        except Exception as why:
            log.exception("the training of version %d failed", version.id)
            self._fail(version, disk_sentence(why, self._root) or UNFORESEEN, is_ours=True)
        finally:
            self.stages.end(version)
            self._divided.discard(version.id)
            with self._lock:
                self._queued.discard(version.id)

    def _is_in_training(self, version: Version) -> bool:
        """Say whether there is something left to do: a check may have ended it, and its owner deleted it."""
        try:
            return self.versions.find_by_id(version.id).state == "training"
        except Missing:
            return False

    def _copy(self, version: Version) -> None:
        """See a copy through to its end; this is the edge of a thread."""
        try:
            source = self.versions.find_by_id(version.inputs["copy_of"])
            folder = self.folder(version)
            folder.root.mkdir(exist_ok=True)
            copy_package(self.folder(source), folder)
            may_write = partial(self._access.may_write, load_principal(version.inputs), version.bucket)
            results = copy_results(self._blobs, may_write, source, version)
            self.versions.move(version, "copied", results=results, ended_ms=milliseconds(self._clock()))
        except Refusal as why:
            sentence = self._access.missing_caller(load_principal(version.inputs)) or why.sentence
            self.versions.move(version, "copy-failed", sentence)
        except Exception as why:
            log.exception("the copy to version %d failed", version.id)
            self._end(version, "copy-failed", disk_sentence(why, self._root) or UNCOPIED)

    def _gather_and_run(self, version: Version, order: Mapping[str, Any] | None) -> dict[str, Any]:
        folder = self.folder(version)
        if (result := folder.read_result()) is not None:
            return result  # it was over, and the server died before it could say so
        order = order or self._gather(version, folder)
        for tried in range(1, TRIES + 1):
            try:
                self._run(version, Job("train-version", order))
                break
            except Died as why:
                log.warning("the training of version %d died (%d of %d): %s", version.id, tried, TRIES, why)
                if tried == TRIES:
                    raise
        result = folder.read_result()
        assert result is not None, "a job that is done leaves its result"
        return result

    def _gather(self, version: Version, folder: Folder) -> dict[str, Any]:
        """Bring together what the worker needs, and return its order."""
        self.stages.say(version, {"stage": "gathering the pictures", "done": 0, "of": 1})
        folder.root.mkdir(exist_ok=True)
        inputs, project, caller = version.inputs, version.project, load_principal(version.inputs)
        gatherer = Gatherer(project.dialect, self._blobs, self._access, caller, self._stopping.wait)
        parts = ("train", "test") if inputs["has_test"] else ("train",)
        if source_of(inputs, "train") is None:
            self._freeze_again(version, folder, parts)
        for part in parts:
            if source := source_of(inputs, part):
                gatherer.fetch(folder, part, source)
            gatherer.check(folder, part)
        named = {part: gatherer.link(folder, part) for part in parts}
        every = frozenset().union(*(each.every for each in named.values()))
        if problems := [it for b in sorted(every) if (it := bucket_problem(self._blobs, b, project.scope))]:
            raise Unfit(" ".join(problems))
        denied = every - frozenset().union(*(each.open for each in named.values()))
        foreign: set[str] = set()
        for part in parts:
            if source := source_of(inputs, part):
                foreign |= gatherer.foreign(source, named[part])
        return {
            "folder": str(folder.root.absolute()),
            "dialect": project.scope.service,
            "has_test": inputs["has_test"],
            "divides": inputs.get("divides") is not None,
            "arn": str(version.arn),
            "project": project.name,
            "version": version.name,
            "masks": f"s3://{version.bucket}/{mask_folder_of(version)}",
            "budget": self._rules.budget,
            "seed": SEED,
            "cache": str(self._cache.absolute()),
            "denied": sorted(denied),
            "foreign": sorted(foreign),
            "one_size": self._rules.one_size,
        }

    def _freeze_again(self, version: Version, folder: Folder, parts: tuple[str, ...]) -> None:
        """Freeze the datasets where a crash came before their frozen lines had their place."""
        if all(folder.manifest(part).exists() for part in parts):
            return
        found = self._datasets.of_projects([version.project]).get(version.project.id, [])
        held: dict[str, Dataset] = {dataset.kind: dataset for dataset in found if dataset.kind in parts}
        if set(held) != set(parts):
            raise Missing("The datasets of the training were deleted before it began.", kind="dataset")
        freeze(self._datasets, folder, held)

    def _run(self, version: Version, job: Job) -> None:
        """Run the job once, to its end; what it made is in the folder."""
        with self._lock:
            if self._stopping.is_set():
                raise Stopping
            run = self._runs[version.id] = self._engine.submit(job)
        try:
            for event in self._engine.events(run):
                if event.kind == "progress":
                    self.stages.say(version, event.facts)
                    self._divide(version)
                elif event.kind in LAST:
                    self._judge_end(event)
        finally:
            with self._lock:
                del self._runs[version.id]

    def _divide(self, version: Version) -> None:
        """Make a test dataset of the pictures kept for testing, once the worker has said which."""
        number = version.inputs.get("divides")
        if number is None or version.id in self._divided:
            return
        tested = self.folder(version).divided()
        if not tested:
            return
        while not self._datasets.divide(number, tested):
            if self._stopping.wait(AGAIN_S):
                raise Stopping
        self._divided.add(version.id)

    def _judge_end(self, event: Event) -> None:
        if self._stopping.is_set() and event.kind != "done":
            raise Stopping
        if event.kind == "done":
            return
        if event.facts.get("traceback"):
            raise RuntimeError(event.facts["traceback"])
        if event.facts.get("refusal") in (NoSpace.__name__, TooMuch.__name__):
            # All that a worker can want too much of is room; where it wanted it is for the log.
            raise OSError(errno.ENOSPC, event.facts["sentence"])
        if event.facts.get("refusal") == Unwritable.__name__:
            raise OSError(errno.EIO, event.facts["sentence"])
        if event.facts.get("refusal"):
            raise Wrong(event.facts["sentence"])
        raise Died(event.facts.get("sentence", "The training was stopped from outside."))

    def _finish(self, version: Version, result: Mapping[str, Any]) -> None:
        """Deliver the results and move the version on."""
        folder = self.folder(version)
        caller = load_principal(version.inputs)
        may_write = partial(self._access.may_write, caller, version.bucket)
        try:
            files = deliver(self._blobs, may_write, version, folder.out)
        except (Missing, Denied):
            unwritable = version.project.dialect.unwritable_output
            self._fail(version, self._access.missing_caller(caller) or unwritable)
            return
        facts = {name: result[name] for name in FACTS if name in result}
        ended = milliseconds(self._clock())
        if result["refused"]:
            self.versions.move(version, "failed", result["refused"], results={"files": files}, ended_ms=ended)
        else:
            self.versions.move(
                version,
                "trained",
                results={**facts, "files": files},
                ended_ms=ended,
                billable_s=max(1, math.ceil(result["seconds"])),
            )
        folder.tidy()

    def _fail(self, version: Version, sentence: str, *, is_ours: bool = False) -> None:
        """Say why a training failed, and whether its data are to blame or we are."""
        self.folder(version).tidy()
        results = {"fault": "service"} if is_ours else {}
        self._end(version, "failed", sentence, ended_ms=milliseconds(self._clock()), results=results)

    def _end(self, version: Version, state: State, sentence: str, **values: Any) -> None:
        """Write down how it ended. On a full disk that may take until there is room again."""
        while True:
            try:
                self.versions.move(version, state, sentence, **values)
            except Refusal:
                raise
            except Exception:
                log.exception("the end of version %d is not written down yet", version.id)
                if self._stopping.wait(self._rules.later_s):
                    return
            else:
                return

    def _tidy(self) -> None:
        """Take away what a crash left beside versions that are over; the others take it up again."""
        for beside in self._cache.glob("*/*.part"):
            beside.unlink(missing_ok=True)
        known = {each.folder: each.state for each in self.versions.in_state(*MOVES)}
        for name, state in known.items():
            if state not in FIRST:
                Folder(self._root / name).tidy()
        warn_of_strangers(self._root, known)

    def _remove(self, version: Version) -> None:
        shutil.rmtree(self.folder(version).root, ignore_errors=True)
        self.versions.remove(version)
