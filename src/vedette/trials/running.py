"""The job of a trial: its pictures looked at by a process of their own, written down ten by ten.

A run after a crash goes on with the pictures that have no answer, so none is looked at twice but those that
were in hand. A picture that cannot be read is said to be so, and the others go on. On a full disk a trial
waits until there is room, and says so (decisions/0284).
"""

import base64
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import orjson

from vedette.clock import Clock, milliseconds
from vedette.dialects.guesses import mask_place, write_guess
from vedette.engines.port import LAST, Engine, Event, Job
from vedette.errors import Missing, NoSpace, Refusal, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, WorkQueue
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import SOURCE, write_line
from vedette.manifest.places import split_s3
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.runtime.package_files import FACTS
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.disk import disk_refusal
from vedette.store.sealed_folders import keys_for
from vedette.store.working_copies import WorkingCopies, working_copies
from vedette.trials import records
from vedette.trials.values import Trial, TrialPicture

log = logging.getLogger(__name__)

RUN = "trial"
# Each takes a core while it runs.
TRIALS = WorkQueue("trials", 1)
BATCH = 100
JOB_NAME = "labeling-job/trial"
FAILED = "The service failed; its log tells why. Try again later."
GONE = "The version was deleted before all pictures were looked at."
NO_ROOM = "The server's disk is full. The trial goes on by itself once there is room."
# How soon it is tried again, twice as long every time: each try loads the model anew.
AGAIN_S, LONGEST_S = 2.0, 30.0
# What a job reports of why it waits; nothing where it does not.
WAITS = "waits"


@dataclass(frozen=True, slots=True)
class RunTrial:
    """Look at the pictures of a trial that have no answer yet."""

    trial: str


@dataclass(frozen=True, slots=True)
class TrialTools:
    """What trials work with."""

    database: Database
    versions: Versions
    blobs: Blobs
    access: ObjectAccess
    engine: Engine
    root: Path
    package_of: Callable[[Version], Path]
    clock: Clock
    # Whether pictures must have the size that a version was trained with.
    one_size: bool = True
    # Held while pictures are verified, added to datasets or removed, so that none of these meets another.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now_ms(self) -> int:
        """Return this moment."""
        return milliseconds(self.clock())


def trial_kind(tools: TrialTools) -> JobKind[RunTrial]:
    """Return the kind of job, with these tools."""
    return JobKind(
        RUN,
        RunTrial,
        TRIALS,
        lambda context, order: _TrialRun(tools, context, order.trial).run(),
        lambda context, order, problem: _fail(tools, context, order, problem),
    )


@dataclass(frozen=True, slots=True)
class _PictureFile:
    """Where a picture lies for the process that looks, and which object it was."""

    file: str
    etag: str


class _TrialRun:
    """One run of a trial, from its beginning or after a crash."""

    def __init__(self, tools: TrialTools, context: JobContext, trial: str) -> None:
        self._tools = tools
        self._context = context
        self._folder = tools.root / f"trial-{trial}"
        self._trial, self._project = require_trial(tools.database, trial)
        self._caller = load_principal({"caller": self._trial.caller})
        self._pause_s = AGAIN_S

    def run(self) -> None:
        while True:
            try:
                return self._look_at_all()
            except Exception as error:
                if not _is_full(error):
                    raise
                log.warning("trial %s waits: the disk is full", self._trial.id)
            self._wait_for_room()

    def _wait_for_room(self) -> None:
        # The database may have no room for it either: who asks this server hears of it from the job.
        self._context.report({WAITS: NO_ROOM})
        if self._context.pause(self._pause_s):
            self._leave()
        self._pause_s = min(2 * self._pause_s, LONGEST_S)

    def _leave(self) -> NoReturn:
        raise JobCancelled if self._context.is_cancelled() else JobInterrupted

    def _look_at_all(self) -> None:
        while pictures := self._waiting():
            if self._context.should_leave():
                self._leave()
            # What is left is for deleting.
            self._tools.database.require_room()
            # Every time: whoever was deleted meanwhile ends the trial, and the rest still waits.
            if sentence := self._tools.access.missing_caller(self._caller):
                raise Wrong(sentence, kind="trial")
            self._look_at(pictures)
        with self._tools.database.write() as connection:
            records.change(connection, self._trial.id, status="done", changed_ms=self._tools.now_ms())
            self._context.end(connection)

    def _waiting(self) -> list[TrialPicture]:
        with self._tools.database.read() as connection:
            return records.waiting(connection, self._trial.id, BATCH)

    def _look_at(self, pictures: Sequence[TrialPicture]) -> None:
        version = self._version()
        with working_copies(self._folder) as copies:
            files = self._bring(copies, pictures)
            if files:
                self._guess(version, {picture.number: picture for picture in pictures}, files, copies)

    def _version(self) -> Version:
        try:
            version = self._tools.versions.find_by_id(self._trial.version)
        except Missing:
            raise Wrong(GONE, kind="version", name=self._trial.version_name) from None
        if version.state not in WITH_PACKAGE:
            raise Wrong(GONE, kind="version", name=version.name)
        return version

    def _bring(self, copies: WorkingCopies, pictures: Sequence[TrialPicture]) -> dict[int, _PictureFile]:
        """Bring pictures into the folder; return those that came. Others are noted as not to be read."""
        files: dict[int, _PictureFile] = {}
        problems: dict[int, str] = {}
        for picture in pictures:
            try:
                files[picture.number] = self._bring_one(copies, picture)
            except NoSpace:
                raise
            except Refusal as refusal:
                problems[picture.number] = refusal.sentence
        self._note_problems(problems)
        return files

    def _bring_one(self, copies: WorkingCopies, picture: TrialPicture) -> _PictureFile:
        bucket, key = split_s3(picture.address)
        if not self._tools.blobs.has_bucket(bucket):
            raise Missing("The bucket of the picture was deleted.")
        if not self._tools.access.may_read(self._caller, bucket, key):
            raise Wrong("The picture may not be read by who began the trial.")
        refusal = Missing("The picture is not in its bucket any more.")
        try:
            item = self._tools.blobs.find(bucket, key)
        except Missing:
            raise refusal from None
        most = self._project.dialect.pictures.most_bytes
        if item.size > most:
            raise Wrong(f"The picture has {item.size:,} bytes; {most:,} are the most.")
        file = copies.bring(self._tools.blobs, bucket, key, str(picture.number))
        if file is None:
            raise refusal
        return _PictureFile(str(file), item.etag)

    def _note_problems(self, problems: Mapping[int, str]) -> None:
        with self._tools.database.write() as connection:
            for number, sentence in problems.items():
                values = {"state": "unreadable", "message": sentence}
                records.change_picture(connection, self._trial.id, number, values)

    def _guess(
        self,
        version: Version,
        pictures: Mapping[int, TrialPicture],
        files: Mapping[int, _PictureFile],
        copies: WorkingCopies,
    ) -> None:
        package = self._tools.package_of(version)
        items = [{"id": number, "file": picture.file} for number, picture in files.items()]
        order, keys = {"package": str(package), "items": items}, keys_for(package / FACTS) | copies.keys()
        run = self._tools.engine.submit(Job("draft", order, keys=keys))
        size = version.results.get("size")
        with self._context.calling(partial(self._tools.engine.cancel, run)):
            for event in self._tools.engine.events(run):
                if event.kind == "progress":
                    answers = [
                        (pictures[guess["id"]], self._values(pictures[guess["id"]], guess, size))
                        for guess in event.facts["guesses"]
                    ]
                    self._store(answers, files)
                elif event.kind in LAST:
                    self._end_of_look(event)

    def _values(self, picture: TrialPicture, guess: Mapping[str, Any], size: Any) -> dict[str, Any]:
        if guess.get("is_broken"):
            return {"state": "unreadable", "message": "The picture is damaged, or is none."}
        if sentence := self._project.dialect.pictures.sides_problem(*guess["size"]):
            return {"state": "unreadable", "message": sentence}
        if self._has_other_size(guess["size"], size):
            actual, trained = (f"{pair[0]} × {pair[1]}" for pair in (guess["size"], size))
            sentence = f"The picture has {actual} pixels; the model was trained with {trained}."
            return {"state": "unreadable", "message": sentence}
        return {"state": "answered", **answer_values(self._project, picture.address, guess, self._stamp())}

    def _has_other_size(self, size: Sequence[int], trained: Any) -> bool:
        # As it is stored; a picture that is turned has its sides the other way round.
        is_asked = self._tools.one_size and self._project.dialect.has_one_size and trained
        return bool(is_asked) and sorted(size) != sorted(trained)

    def _stamp(self) -> Stamp:
        return Stamp(moment=self._tools.clock(), job=JOB_NAME)

    def _store(
        self,
        answers: Sequence[tuple[TrialPicture, dict[str, Any]]],
        files: Mapping[int, _PictureFile],
    ) -> None:
        now = self._tools.now_ms()
        with self._tools.database.write() as connection:
            for picture, values in answers:
                values = {**values, "etag": files[picture.number].etag}
                records.change_picture(connection, self._trial.id, picture.number, values)
            records.change(connection, self._trial.id, changed_ms=now)
        self._pause_s = AGAIN_S
        self._context.report({WAITS: ""})

    def _end_of_look(self, event: Event) -> None:
        if event.kind == "done" and not self._context.should_leave():
            return
        if self._context.should_leave():
            self._leave()
        # Its package may have gone with the version.
        self._version()
        if event.facts.get("refusal") == NoSpace.__name__:
            raise NoSpace(event.facts["sentence"])
        if event.facts.get("refusal"):
            raise Wrong(event.facts["sentence"])
        raise RuntimeError(event.facts.get("traceback") or event.facts.get("sentence") or event.kind)


def answer_values(project: Project, address: str, guess: Mapping[str, Any], stamp: Stamp) -> dict[str, Any]:
    """Return what a picture's record says of a guess: the guess, and the line that says the same."""
    document = {key: guess.get(key) for key in ("labels", "boxes", "size", "is_anomalous", "colors")}
    mask = base64.b64decode(guess["mask"]) if guess.get("mask") else None
    place = "" if mask is None else "s3://{}/{}".format(*mask_place(project.name, address, mask))
    line = write_guess(project.dialect, write_line({SOURCE: address}), guess, stamp, place)
    return {
        "guess": orjson.dumps(document).decode(),
        "mask": mask,
        "line": line.text,
        "confidence": guess["confidence"],
        "doubt": guess["doubt"],
    }


def require_trial(database: Database, trial: str) -> tuple[Trial, Project]:
    """Return a trial and its project, as they are now."""
    with database.read() as connection:
        current = records.find(connection, trial)
        project = None if current is None else by_id(connection, current.project)
    if current is None or project is None:
        raise Missing("The trial was deleted.", kind="trial", name=trial)
    return current, project


def _is_full(error: BaseException) -> bool:
    """Say whether it is for want of room that something failed."""
    return isinstance(error if isinstance(error, Refusal) else disk_refusal(error), NoSpace)


def _fail(tools: TrialTools, context: JobContext, order: RunTrial, problem: Exception) -> None:
    """Write down why a trial ended; what it was answered stays."""
    is_cancelled = isinstance(problem, JobCancelled)
    refusal = problem if isinstance(problem, Refusal) else disk_refusal(problem)
    if not is_cancelled and refusal is None:
        log.error("job %d on trial %s failed", context.id, order.trial, exc_info=problem)
    sentence = "" if is_cancelled else FAILED if refusal is None else refusal.sentence
    values = {"status": "cancelled" if is_cancelled else "failed", "message": sentence}
    with tools.database.write() as connection:
        records.change(connection, order.trial, **values, changed_ms=tools.now_ms())
        context.end(connection)
