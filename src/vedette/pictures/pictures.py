"""The room's front: pictures of all datasets, looked at in the background by other processes.

What is wrong with a picture goes beside its entry, where listings and counts find it. What is to be
looked at is not kept in a list: it is every entry that has no look yet, so that a restart finds it.
A bucket that is not there, or is not the account's, is a training's matter and says nothing of a line.
"""

import contextlib
import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.filling import Changed, MayRead, anybody
from vedette.datasets.turns import Turns
from vedette.datasets.view import list_parts
from vedette.engines.pool import Pool
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal
from vedette.manifest.places import is_s3, split_s3
from vedette.pictures.inspections import find_orphan, forget_some, inspection_key, read_subjects
from vedette.pictures.inspector import Drawing, Inspector, Thumbnail
from vedette.pictures.orientation import read_orientation
from vedette.pictures.thumbnails import Thumbnails
from vedette.pictures.twins import TwinPictures, find_twins
from vedette.pictures.walk import DatasetScope, EntryWalk, InspectionTask, WalkContext, find_scope
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.store.db import Database
from vedette.vision.images import BrokenPicture
from vedette.vision.thumbnails import SIDES

log = logging.getLogger(__name__)

# Of one account so many batches are looked at side by side, whatever datasets they are of.
MOST_BATCHES = 4
# How often pictures that were not there are looked for again, and how many at a time.
AGAIN_S, AGAIN_MOST = 60.0, 1000
# How often a full disk is asked whether there is room again.
SHORT_S = 1.0


@dataclass(frozen=True, slots=True)
class ThumbnailQuery:
    """An object that is to be seen small: a picture, or a mask without its background."""

    ref: str
    is_mask: bool = False


@dataclass(frozen=True, slots=True)
class PictureStores:
    """The rooms and stores that pictures are looked at in."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    may_read: MayRead = anybody


class DatasetPictures:
    """The pictures of all datasets."""

    def __init__(self, stores: PictureStores, pool: Pool, folder: Path, *, one_size: bool = True) -> None:
        self._database = stores.database
        self._datasets = stores.datasets
        self._blobs = stores.blobs
        self._may_read = stores.may_read
        self._inspector = Inspector(stores.database, stores.blobs, pool, folder / "fetched")
        self._thumbnails = Thumbnails(folder / "thumbnails")
        self._context = WalkContext(
            stores.database, stores.datasets, self._inspector, stores.may_read, self._miss, one_size
        )
        self._tasks: queue.Queue[InspectionTask] = queue.Queue()
        # An account's tasks by dataset; accounts take turns, and so do an account's datasets.
        self._walks: dict[str, Turns[tuple[InspectionTask, DatasetScope]]] = {}
        self._pending: dict[tuple[str, Hashable], EntryWalk] = {}
        self._batches: Counter[str] = Counter()
        self._woken = threading.Event()
        self._missing: dict[int, int] = {}
        self._orphans = True
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        stores.datasets.watch(self.note)

    def start(self) -> None:
        """Take up what a stop left undone, and go on with what comes."""
        self.take_up()
        self._thread.start()

    def take_up(self) -> None:
        """Look at whatever has not been looked at: what a stop left, or a server that died."""
        with self._database.read() as connection:
            for part in list_parts(connection):
                self._put(InspectionTask(part, only_new=True))

    def note(self, changed: Changed) -> None:
        """Look at entries that are new or say something new."""
        self._put(InspectionTask(changed.part, changed.seqs))

    def check_again(self, dataset: Dataset) -> None:
        """Look at every entry of a dataset; only objects that are new under their address are decoded."""
        self._put(InspectionTask(dataset.part))

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing waits to be looked at; return whether that is so."""
        deadline = time.monotonic() + timeout_s
        with self._tasks.all_tasks_done:
            while self._tasks.unfinished_tasks:
                remaining_s = deadline - time.monotonic()
                if remaining_s <= 0:
                    return False
                self._tasks.all_tasks_done.wait(remaining_s)
        while self._orphans and time.monotonic() < deadline:
            time.sleep(0.005)
        return not self._orphans

    def close(self) -> None:
        """Leave off; what is left is found at the next start."""
        self._stopping.set()
        self._woken.set()
        self._inspector.close()
        self._thumbnails.close()
        if self._thread.is_alive():
            self._thread.join()

    # Asked for

    def find_twins(self, train: Dataset, test: Dataset, *, most: int = 1000) -> list[TwinPictures]:
        """Return pictures that both datasets have, as far as they were looked at."""
        with self._database.read() as connection:
            return find_twins(connection, train.part, test.part, most=most)

    def thumbnail(self, caller: Principal, ref: str, side: int = 256, *, is_mask: bool = False) -> bytes:
        """Return a small WebP of the object, for a caller who may read it; a mask without its background.

        Raises:
            Missing: where there is no such object for this caller.
            BrokenPicture: where it is no picture.
        """
        (thumbnail,) = self._draw([self._locate(caller, ref, side, is_mask=is_mask)])
        if not thumbnail.webp:
            raise BrokenPicture(ref, thumbnail.problem or "could not be looked at.")
        return thumbnail.webp

    def thumbnails(self, caller: Principal, queries: Sequence[ThumbnailQuery], side: int) -> list[bytes]:
        """Return small WebPs of several objects, drawn together.

        Nothing stands for what this caller may not read, and for what is no picture.
        """
        drawings: dict[int, Drawing] = {}
        for place, query in enumerate(queries):
            with contextlib.suppress(Missing, Wrong):
                drawings[place] = self._locate(caller, query.ref, side, is_mask=query.is_mask)
        thumbnails = dict(zip(drawings, self._draw(list(drawings.values())), strict=True))
        return [thumbnails[place].webp if place in thumbnails else b"" for place in range(len(queries))]

    def orientation(self, caller: Principal, ref: str) -> int:
        """Return how an object lies by its EXIF, 1 for upright; 0 of what is no picture of the caller's."""
        try:
            return read_orientation(self._blobs, self._find(caller, ref))
        except (Missing, Wrong, FileNotFoundError):
            return 0

    def _locate(self, caller: Principal, ref: str, side: int, *, is_mask: bool) -> Drawing:
        if side not in SIDES:
            raise Wrong(f"A thumbnail has {', '.join(map(str, SIDES))} pixels, not {side}.")
        return Drawing(self._find(caller, ref), side, is_mask)

    def _find(self, caller: Principal, ref: str) -> StoredObject:
        if not is_s3(ref):
            raise Wrong(f"{ref} is not an address of the form s3://bucket/key.")
        bucket, key = split_s3(ref)
        if not self._may_read(caller, bucket, key, ""):
            raise Missing(f"There is no {ref} for this caller.", kind="key", name=key)
        return self._blobs.find(bucket, key)

    def _draw(self, drawings: Sequence[Drawing]) -> list[Thumbnail]:
        """Return thumbnails that are here, and have the others drawn and kept."""
        names = [_thumbnail_name(drawing) for drawing in drawings]
        results = [Thumbnail(self._thumbnails.read(name) or b"") for name in names]
        new = [place for place, thumbnail in enumerate(results) if not thumbnail.webp]
        fresh = self._inspector.draw([drawings[place] for place in new])
        for place, thumbnail in zip(new, fresh, strict=True):
            results[place] = thumbnail
            if thumbnail.webp:
                self._thumbnails.keep(names[place], thumbnail.webp, is_sealed=thumbnail.is_sealed)
        return results

    # The thread that leads

    def _put(self, task: InspectionTask) -> None:
        self._tasks.put(task)
        self._woken.set()

    def _run(self) -> None:
        looked_again = time.monotonic()
        while not self._stopping.is_set():
            if self._database.is_short_of_room():
                # What is left on the disk is for deleting; pictures can be looked at later.
                self._stopping.wait(SHORT_S)
                continue
            self._woken.clear()
            since = time.thread_time()
            is_busy = self._take_tasks() | self._take_turns() | self._forget_some()
            if time.monotonic() - looked_again >= AGAIN_S:
                looked_again = time.monotonic()
                self._attempt(self._look_for_missing)
            if is_busy:
                # What is done here is taken from requests: so never more than half of the time.
                self._stopping.wait(time.thread_time() - since)
            else:
                self._woken.wait(AGAIN_S)

    def _attempt(self, step: Callable[..., bool | None], *arguments: Any) -> bool:
        """Do one thing; this is the edge of a thread, which goes on whatever happens."""
        try:
            step(*arguments)
        except Exception:
            if not self._stopping.is_set():
                log.exception("pictures were not looked at: %s", arguments)
            return False
        return True

    def _take_tasks(self) -> bool:
        """Put new tasks in their account's row, behind those of the same dataset."""
        has_some = False
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                has_some = True
                if not self._attempt(self._line_up, task):
                    self._tasks.task_done()
        return has_some

    def _line_up(self, task: InspectionTask) -> None:
        with self._database.read() as connection:
            place = find_scope(connection, task.part)
        if place is None or not self._is_there(place):
            self._orphans = True
            self._tasks.task_done()
            return
        # Lookout holds the pictures of both datasets to one size, so these wait for each other.
        key = ("project", place.project) if place.dialect.has_one_size else ("part", task.part)
        self._walks.setdefault(place.account, Turns()).put(key, (task, place))

    def _take_turns(self) -> bool:
        """Let every account take a step with each of its datasets; say whether one was taken."""
        is_busy = False
        for account, turns in list(self._walks.items()):
            for key, (task, place) in turns.firsts():
                if self._stopping.is_set():
                    return False
                is_busy |= self._step(account, key, task, place)
            if not turns:
                del self._walks[account]
        return is_busy

    def _step(self, account: str, key: Hashable, task: InspectionTask, place: DatasetScope) -> bool:
        """Begin or finish a batch, if that can be done without waiting, and the walk with the last."""
        account_key = (account, key)
        went = self._attempt(self._go_on, account_key, task, place)
        walk = self._pending.get(account_key)
        if went and (walk is None or not walk.is_over):
            return walk is not None and walk.has_moved
        if walk is not None:
            self._batches[account] -= walk.batches
            del self._pending[account_key]
        self._walks[account].drop(key)
        self._orphans = True
        self._tasks.task_done()
        return True

    def _go_on(self, account_key: tuple[str, Hashable], task: InspectionTask, place: DatasetScope) -> None:
        account, key = account_key
        may_begin = self._batches[account] < MOST_BATCHES
        if may_begin and account_key not in self._pending:
            self._pending[account_key] = EntryWalk(self._context, task, place)
        walk = self._pending.get(account_key)
        if walk is None:
            return
        before = walk.batches
        try:
            walk.step(self._woken.set, may_begin=may_begin)
        finally:
            self._batches[account] += walk.batches - before
        if walk.has_moved:
            self._walks[account].serve(key)
        if walk.is_over:
            self._tell_others(walk)

    def _tell_others(self, walk: EntryWalk) -> None:
        """Hold every picture of a project to its first one, where that is another now."""
        now = walk.first_size()
        if now == walk.before:
            return
        for part in walk.place.parts:
            # This part was judged by the new size already where it was judged as a whole from nothing.
            if part != walk.task.part or walk.before is not None:
                self._put(InspectionTask(part))

    def _look_for_missing(self) -> None:
        for part, after in list(self._missing.items()):
            with self._database.read() as connection:
                subjects = read_subjects(connection, part, after=after, most=AGAIN_MOST, only_new=True)
            if subjects:
                self._missing[part] = subjects[-1].seq
                self._put(InspectionTask(part, [subject.seq for subject in subjects]))
            elif after >= 0:
                self._missing[part] = -1
            else:
                del self._missing[part]

    def _miss(self, part: int) -> None:
        self._missing.setdefault(part, -1)

    def _forget_some(self) -> bool:
        """Forget some entries of a deleted dataset, so that no other write waits; say whether there were."""
        if self._orphans and not self._attempt(self._forget):
            self._orphans = False
        return self._orphans

    def _forget(self) -> None:
        with self._database.read() as connection:
            part = find_orphan(connection)
        if part is None:
            self._orphans = False
            return
        with self._database.write() as connection:
            forget_some(connection, part)

    def _is_there(self, place: DatasetScope) -> bool:
        return bool(place.dataset.bucket) and self._blobs.has_bucket(place.dataset.bucket)


def _thumbnail_name(drawing: Drawing) -> str:
    kind = f"{drawing.side} pixels{' of a mask' if drawing.is_mask else ''}"
    return inspection_key(drawing.location, (kind,)).hex()
