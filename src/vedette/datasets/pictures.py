"""The pictures of datasets, looked at in the background by other processes.

    note      entries are new or changed: their pictures wait to be looked at
    looking.py  objects found, and looked at by other processes
    looks.py  what was found, kept by object version, so that no object is decoded twice
    twins.py  the same picture in two datasets
    thumbnails.py  small pictures, made when they are asked for

What is wrong with a picture goes beside its entry, where listings and counts find it. What is to be
looked at is not kept in a list: it is every entry that has no look yet, so that a restart finds it.
A bucket that is not there, or is not the account's, is a training's matter and says nothing of a line.
"""

import base64
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.looking import NOTHING, Begun, Looking, Object
from vedette.datasets.looks import (
    Subject,
    find_first_size,
    find_orphan,
    forget_some,
    keep_entries,
    look_id,
    read_named,
    read_subjects,
)
from vedette.datasets.staging import read_flaws, write_flaws
from vedette.datasets.tables import datasets
from vedette.datasets.thumbnails import Thumbnails
from vedette.datasets.twins import Twins, find_twins
from vedette.datasets.works import Changed, MayRead, anybody
from vedette.engines.pool import Pool
from vedette.errors import Missing, Wrong
from vedette.identity.principal import root_of
from vedette.manifest.lines import Line, read_line
from vedette.manifest.lookout import judge_line
from vedette.manifest.pictures import judge_lookout, judge_rekognition
from vedette.manifest.places import is_s3, split_s3
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.projects.projects import by_id
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.vision.images import BrokenPicture
from vedette.vision.inspect import Look
from vedette.vision.thumbnails import SIDES

log = logging.getLogger(__name__)

# Entries looked at between two writes; few at first, so that the processes soon have something to do.
FIRST_BATCH, BATCH = 16, 128
# How often pictures that were not there are looked for again, and how many at a time.
AGAIN_S, AGAIN_MOST = 60.0, 1000
Size = tuple[int, int]


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
class Batch:
    """Entries whose pictures are being looked at."""

    subjects: Sequence[Subject]
    lines: Mapping[int, Line]
    masks: Mapping[int, MaskRef | None]
    begun: Begun


@dataclass(frozen=True, slots=True)
class Keepers:
    """The rooms and stores that pictures are looked at in."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    may_read: MayRead = anybody


class Pictures:
    """The pictures of all datasets."""

    def __init__(self, keepers: Keepers, pool: Pool, folder: Path, *, one_size: bool = True) -> None:
        self._database = keepers.database
        self._datasets = keepers.datasets
        self._blobs = keepers.blobs
        self._may_read = keepers.may_read
        self._looking = Looking(keepers.database, keepers.blobs, pool, folder / "fetched")
        self._one_size = one_size
        self._thumbnails = Thumbnails(folder / "thumbnails")
        self._tasks: queue.Queue[Task | None] = queue.Queue()
        self._missing: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        keepers.datasets.watch(self.note)

    def start(self) -> None:
        """Take up what a stop left undone, and go on with what comes."""
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
        self._looking.close()
        if self._thread.is_alive():
            self._thread.join()

    # Asked for

    def find_twins(self, train: Dataset, test: Dataset, *, most: int = 1000) -> list[Twins]:
        """Return pictures that both datasets have, as far as they were looked at."""
        with self._database.read() as connection:
            return find_twins(connection, train.part, test.part, most=most)

    def thumbnail(self, account: str, ref: str, side: int = 256) -> bytes:
        """Return a small WebP of the object, for an account that may read it.

        Raises:
            Missing: where there is no such object for this account.
            BrokenPicture: where it is no picture.
        """
        if side not in SIDES:
            raise Wrong(f"A thumbnail has {', '.join(map(str, SIDES))} pixels, not {side}.")
        if not is_s3(ref):
            raise Wrong(f"{ref} is not an address of the form s3://bucket/key.")
        bucket, key = split_s3(ref)
        if not self._may_read(root_of(account), bucket, key, ""):
            raise Missing(f"There is no {ref} for this account.", kind="key", name=key)
        stored = self._blobs.find(bucket, key)
        name = look_id(stored, (f"{side} pixels",)).hex()
        kept = self._thumbnails.read(name)
        if kept is not None:
            return kept
        event = self._looking.draw(stored, side)
        if not event.facts.get("webp"):
            raise BrokenPicture(ref, event.facts.get("why") or "could not be looked at.")
        data = base64.b64decode(event.facts["webp"])
        self._thumbnails.keep(name, data)
        return data

    # The thread that leads

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                task = self._tasks.get(timeout=AGAIN_S)
            except queue.Empty:
                self._attempt(self._look_for_missing)
                continue
            if task is not None:
                self._attempt(self._look_over, task)
            self._tasks.task_done()

    def _attempt(self, step: Callable[..., None], *arguments: Task) -> None:
        """Do one thing; this is the edge of a thread, which goes on whatever happens."""
        try:
            step(*arguments)
        except Exception:
            if not self._stopping.is_set():
                log.exception("pictures were not looked at: %s", arguments)

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
        if place is not None and self._is_there(place):
            before = self._first_size(place)
            self._look_at(task, place, before)
            self._tell_others(task, place, before)
        self._forget()

    def _look_at(self, task: Task, place: Place, first: Size | None) -> None:
        """Look at a task's entries; one batch is begun before the last is finished, so that none waits."""
        begun: Batch | None = None
        for subjects in self._batches(task):
            if self._stopping.is_set():
                return
            since = time.thread_time()
            following = self._begin(place, subjects)
            if begun:
                first = self._finish(place, begun, first)
            begun = following
            # What is done here is taken from requests: so never more than half of the time.
            self._stopping.wait(time.thread_time() - since)
        if begun:
            self._finish(place, begun, first)

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
        """Forget the entries of deleted datasets, a few at a time, so that no other write waits."""
        while not self._stopping.is_set():
            with self._database.read() as connection:
                part = find_orphan(connection)
            if part is None:
                return
            more = True
            while more and not self._stopping.wait(0.005):
                with self._database.write() as connection:
                    more = forget_some(connection, part)

    def _is_there(self, place: Place) -> bool:
        return bool(place.dataset.bucket) and self._blobs.has_bucket(place.dataset.bucket)

    def _is_readable(self, account: str, ref: str) -> bool:
        """Say whether a project's account may read an object; nobody who asks is known here."""
        return is_s3(ref) and self._may_read(root_of(account), *split_s3(ref), "")

    def _first_size(self, place: Place) -> Size | None:
        if not (place.is_lookout and self._one_size):
            return None
        with self._database.read() as connection:
            sizes = (find_first_size(connection, part) for part in place.parts)
            return next((size for size in sizes if size), None)

    def _batches(self, task: Task) -> Iterator[list[Subject]]:
        """Yield a task's entries in their order."""
        after, most = -1, FIRST_BATCH
        named = sorted(task.seqs or ())
        while True:
            with self._database.read() as connection:
                if task.seqs is not None:
                    some, named = named[:most], named[most:]
                    found = read_named(connection, task.part, some)
                else:
                    found = read_subjects(
                        connection, task.part, after=after, most=most, only_new=task.only_new
                    )
            if found:
                yield found
                after = found[-1].seq
            elif not named:
                return
            most = BATCH

    # One batch

    def _begin(self, place: Place, subjects: Sequence[Subject]) -> Batch:
        lines = {subject.seq: read_line(subject.text) for subject in subjects}
        masks = {seq: _mask_of(line) if place.is_lookout else None for seq, line in lines.items()}
        wanted = [Object(line.source) for line in lines.values()]
        wanted += [_mask_object(mask) for mask in masks.values() if mask]
        wanted = [each for each in wanted if self._is_readable(place.account, each.ref)]
        begun = self._looking.begin(place.dataset.bucket, list(dict.fromkeys(wanted)))
        return Batch(subjects, lines, masks, begun)

    def _finish(self, place: Place, batch: Batch, first: Size | None) -> Size | None:
        """Judge a batch's pictures, and keep what is wrong; return the size they are held to."""
        seen = self._looking.finish(batch.begun)
        findings: dict[int, list[Flaw]] = {}
        found: dict[int, tuple[bytes | None, bool]] = {}
        for subject in batch.subjects:
            line, mask = batch.lines[subject.seq], batch.masks[subject.seq]
            picture = seen.get(Object(line.source), NOTHING)
            if place.is_lookout and self._one_size:
                first = first or _sound_size(picture.look)
            masks = [(mask, seen.get(_mask_object(mask), NOTHING).look)] if mask else []
            flaws = (
                judge_lookout(line, picture.look, masks, same_as=first)
                if place.is_lookout
                else judge_rekognition(line, picture.look)
            )
            # The line may have told of its picture's size already.
            told = {flaw.code for flaw in read_flaws(subject.own)}
            flaws = [flaw for flaw in flaws if flaw.code not in told]
            found[subject.seq] = (picture.id, bool(flaws))
            if write_flaws(flaws) != subject.said:
                findings[subject.seq] = flaws
        self._keep(place.dataset.part, findings, found)
        return first

    def _keep(
        self,
        part: int,
        findings: Mapping[int, Sequence[Flaw]],
        found: Mapping[int, tuple[bytes | None, bool]],
    ) -> None:
        if findings:
            self._datasets.say_of_pictures(part, findings)
        with self._database.write() as connection:
            keep_entries(connection, part, found)
        if any(look is None for look, _ in found.values()):
            self._missing.setdefault(part, -1)


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
