"""The pictures of datasets, looked at in the background by other processes.

    note      entries are new or changed: their pictures wait to be looked at
    looks.py  what was found, kept by object version, so that no object is decoded twice
    twins.py  the same picture in two datasets
    thumbnails.py  small pictures, made when they are asked for

What is wrong with a picture goes beside its entry, where listings and counts find it. What is to be
looked at is not kept in a list: it is every entry that has no look yet, so that a restart finds it.
A bucket that is not there, or is not the account's, is a training's matter and says nothing of a line.
"""

import contextlib
import logging
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.looks import (
    Subject,
    find_first_size,
    forget_some,
    keep_entries,
    keep_looks,
    look_id,
    read_looks,
    read_named,
    read_subjects,
)
from vedette.datasets.staging import read_flaws, write_flaws
from vedette.datasets.tables import datasets
from vedette.datasets.works import Changed, MayRead
from vedette.engines.pool import Lost, Pool
from vedette.errors import Missing
from vedette.manifest.lines import Line, read_line
from vedette.manifest.lookout import judge_line
from vedette.manifest.pictures import REKOGNITION_BYTES, judge_lookout, judge_rekognition
from vedette.manifest.places import split_s3
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.projects.projects import by_id
from vedette.store.blobs.port import Blobs, Stored
from vedette.store.db import Database
from vedette.vision.inspect import Look

log = logging.getLogger(__name__)

# Entries looked at between two writes.
BATCH = 256
# How often pictures that were not there are looked for again, and how many at a time.
AGAIN_S, AGAIN_MOST = 60.0, 1000
Size = tuple[int, int]
Mask = tuple[MaskRef, Look | None]


@dataclass(frozen=True, slots=True)
class Task:
    """Entries to look at: those at these places, all, or those that nothing is known of."""

    part: int
    seqs: Sequence[int] | None = None
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The dataset that a part belongs to, and its project's other one."""

    dataset: Dataset
    account: str
    is_lookout: bool
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """An object to be looked at: a picture, or a mask with its colours."""

    ref: str
    colors: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found under an address: nothing, or a look and what it is kept under."""

    id: bytes | None = None
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Keepers:
    """The rooms and stores that pictures are looked at in."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    may_read: MayRead = lambda account, bucket: True


class Pictures:
    """The pictures of all datasets."""

    def __init__(self, keepers: Keepers, pool: Pool, folder: Path, *, one_size: bool = True) -> None:
        self._database = keepers.database
        self._datasets = keepers.datasets
        self._blobs = keepers.blobs
        self._may_read = keepers.may_read
        self._pool = pool
        self._folder = folder
        self._one_size = one_size
        self._tasks: queue.Queue[Task | None] = queue.Queue()
        self._missing: dict[int, int] = {}
        self._stopping = threading.Event()
        # Twice as many as processes, so that a process never waits for an object to be found.
        self._threads = ThreadPoolExecutor(2 * pool.size, thread_name_prefix="looks")
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        keepers.datasets.watch(self.note)

    def start(self) -> None:
        """Take up what a stop left undone, and go on with what comes."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with self._database.read() as connection:
            for part in connection.execute(select(datasets.c.part)).scalars():
                self._tasks.put(Task(part, only_new=True))
        self._thread.start()

    def note(self, changed: Changed) -> None:
        """Look at entries that are new or say something new."""
        self._tasks.put(Task(changed.part, changed.seqs))

    def check_again(self, dataset: Dataset) -> None:
        """Look at every entry of a dataset; only objects that are new under their address are decoded."""
        self._tasks.put(Task(dataset.part))

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing waits to be looked at; return whether that is so."""
        deadline = time.monotonic() + timeout_s
        with self._tasks.all_tasks_done:
            while self._tasks.unfinished_tasks:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._tasks.all_tasks_done.wait(left)
        return True

    def close(self) -> None:
        """Leave off; what is left is found at the next start."""
        self._stopping.set()
        self._tasks.put(None)
        self._pool.close()
        if self._thread.is_alive():
            self._thread.join()
        self._threads.shutdown(cancel_futures=True)

    # The thread that leads

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                task = self._tasks.get(timeout=AGAIN_S)
            except queue.Empty:
                self._look_for_missing()
                continue
            try:
                if task is not None:
                    self._look_over(task)
            except Exception:
                if not self._stopping.is_set():
                    log.exception("the pictures of part %d were not looked at", task.part if task else 0)
            finally:
                self._tasks.task_done()

    def _look_for_missing(self) -> None:
        for part, after in list(self._missing.items()):
            with self._database.read() as connection:
                some = read_subjects(connection, part, after=after, most=AGAIN_MOST, only_new=True)
            if some:
                self._missing[part] = some[-1].seq
                self._tasks.put(Task(part, [subject.seq for subject in some]))
            elif after >= 0:
                self._missing[part] = -1
            else:
                del self._missing[part]

    def _look_over(self, task: Task) -> None:
        with self._database.read() as connection:
            place = _find_place(connection, task.part)
        if place is not None and self._is_open(place):
            before = first = self._first_size(place)
            for batch in self._batches(task):
                if self._stopping.is_set():
                    return
                began = time.thread_time()
                first = self._look_at_batch(place, batch, first)
                # What is done here is taken from requests: so never more than half of the time.
                self._stopping.wait(time.thread_time() - began)
            self._tell_others(task, place, before)
        self._forget()

    def _tell_others(self, task: Task, place: Place, before: Size | None) -> None:
        """Hold every picture of a project to its first one, where that is another now."""
        now = self._first_size(place)
        if now == before:
            return
        for part in place.parts:
            # This part was judged by the new size already where it was judged as a whole from nothing.
            if part != task.part or before is not None:
                self._tasks.put(Task(part))

    def _forget(self) -> None:
        more = True
        while more and not self._stopping.wait(0.005):
            with self._database.write() as connection:
                more = forget_some(connection)

    def _is_open(self, place: Place) -> bool:
        try:
            return bool(place.dataset.bucket) and self._may_read(place.account, place.dataset.bucket)
        except Missing:
            return False

    def _first_size(self, place: Place) -> Size | None:
        if not (place.is_lookout and self._one_size):
            return None
        with self._database.read() as connection:
            sizes = (find_first_size(connection, part) for part in place.parts)
            return next((size for size in sizes if size), None)

    def _batches(self, task: Task) -> Iterator[list[Subject]]:
        if task.seqs is not None:
            for start in range(0, len(task.seqs), BATCH):
                with self._database.read() as connection:
                    yield read_named(connection, task.part, task.seqs[start : start + BATCH])
            return
        after = -1
        while True:
            with self._database.read() as connection:
                found = read_subjects(connection, task.part, after=after, most=BATCH, only_new=task.only_new)
            if not found:
                return
            yield found
            after = found[-1].seq

    # One batch

    def _look_at_batch(self, place: Place, batch: Sequence[Subject], first: Size | None) -> Size | None:
        lines = {subject.seq: read_line(subject.text) for subject in batch}
        masks = {seq: _mask_of(line) if place.is_lookout else None for seq, line in lines.items()}
        wanted = [Object(line.source) for line in lines.values()]
        wanted += [_mask_object(mask) for mask in masks.values() if mask]
        seen = self._look_at_all(place.dataset.bucket, list(dict.fromkeys(wanted)))
        findings: dict[int, list[Flaw]] = {}
        found: dict[int, tuple[bytes | None, bool]] = {}
        for subject in batch:
            line, mask = lines[subject.seq], masks[subject.seq]
            picture = seen[Object(line.source)]
            if place.is_lookout and self._one_size:
                first = first or _sound_size(picture.look)
            its_masks = [(mask, seen[_mask_object(mask)].look)] if mask else []
            flaws = (
                judge_lookout(line, picture.look, its_masks, same_as=first)
                if place.is_lookout
                else judge_rekognition(line, picture.look)
            )
            # The line may have told of its picture's size already.
            told = {flaw.code for flaw in read_flaws(subject.own)}
            flaws = [flaw for flaw in flaws if flaw.code not in told]
            found[subject.seq] = (picture.id, bool(flaws))
            if write_flaws(flaws) != subject.said:
                findings[subject.seq] = flaws
        if findings:
            self._datasets.say_of_pictures(place.dataset.part, findings)
        with self._database.write() as connection:
            keep_entries(connection, place.dataset.part, found)
        if any(look is None for look, _ in found.values()):
            self._missing.setdefault(place.dataset.part, -1)
        return first

    def _look_at_all(self, bucket: str, wanted: Sequence[Object]) -> dict[Object, Seen]:
        """Find every object, and look at those that nobody looked at yet."""
        stored = dict(
            zip(wanted, self._threads.map(lambda each: self._find(bucket, each), wanted), strict=True)
        )
        ids = {each: look_id(its, each.colors or ()) for each, its in stored.items() if its}
        with self._database.read() as connection:
            known = read_looks(connection, ids.values())
        unknown = {key: each for each, key in ids.items() if key not in known}
        look = lambda each: self._look(each, stored[each])  # noqa: E731  (one line, twice the same)
        fresh = dict(zip(unknown, self._threads.map(look, unknown.values()), strict=True))
        taken = {key: its for key, its in fresh.items() if its}
        if taken:
            with self._database.write() as connection:
                keep_looks(connection, taken)
        known |= taken
        return {
            each: Seen(ids[each], known[ids[each]]) if ids.get(each) in known else Seen() for each in wanted
        }

    def _find(self, bucket: str, wanted: Object) -> Stored | None:
        """Return the object, if it is there and in the dataset's own bucket."""
        try:
            its, key = split_s3(wanted.ref)
            return self._blobs.find(its, key) if its == bucket else None
        except (Missing, ValueError):
            return None

    def _look(self, wanted: Object, stored: Stored | None) -> Look | None:
        """Have an object looked at; None where it has gone meanwhile."""
        assert stored is not None
        if stored.size > REKOGNITION_BYTES:
            return Look(bytes=stored.size, why="It is too large.")
        order: dict[str, Any] = {
            "do": "picture" if wanted.colors is None else "mask",
            "colors": wanted.colors,
        }
        try:
            with self._file_of(stored) as file:
                return self._ask({**order, "file": str(file)}, wanted.ref, stored)
        except (Missing, FileNotFoundError):
            return None

    def _ask(self, order: dict[str, Any], ref: str, stored: Stored) -> Look | None:
        for is_last in (False, True):
            try:
                event = self._pool.ask(order)
            except Lost as lost:
                if self._stopping.is_set():
                    raise
                log.warning("%s could not be looked at: %s", ref, lost)
                # A process may be lost for the machine's reasons: so a picture is blamed the second time.
                if is_last:
                    return Look(bytes=stored.size, why=f"It could not be looked at: {lost}.")
                continue
            if event.kind != "done":
                log.warning("%s could not be looked at: %s", ref, event.facts.get("sentence"))
                return Look(bytes=stored.size, why="It could not be looked at.")
            return None if event.facts.get("gone") else Look(**event.facts)
        return None

    @contextlib.contextmanager
    def _file_of(self, stored: Stored) -> Iterator[Path]:
        """Yield the object as a file that another process can read."""
        with self._blobs.open(stored.bucket, stored.key, stored.version) as source:
            name = getattr(source, "name", None)
            if isinstance(name, str) and Path(name).is_file():
                yield Path(name)
                return
            with tempfile.NamedTemporaryFile(dir=self._folder) as file:
                shutil.copyfileobj(source, file)
                file.flush()
                yield Path(file.name)


def _find_place(connection: Connection, part: int) -> Place | None:
    row = connection.execute(select(datasets).where(datasets.c.part == part)).first()
    project = by_id(connection, row.project) if row else None
    if row is None or project is None:
        return None
    its = select(datasets.c.part).where(datasets.c.project == project.id).order_by(datasets.c.kind.desc())
    parts = tuple(connection.execute(its).scalars())
    scope = project.scope
    return Place(changes.read_dataset(row), scope.account, scope.service == "lookoutvision", parts)


def _mask_of(line: Line) -> MaskRef | None:
    return judge_line(line, strict=False).mask


def _mask_object(mask: MaskRef) -> Object:
    return Object(mask.ref, tuple(sorted(mask.colors)))


def _sound_size(look: Look | None) -> Size | None:
    sound = look and look.format and not look.why and look.is_allowed
    return (look.width, look.height) if look and sound else None
