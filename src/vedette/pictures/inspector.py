"""Objects found in their bucket and looked at by other processes, each version of each once."""

import base64
import contextlib
import logging
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from vedette.datasets.turns import FairThreads
from vedette.dialects.registry import MOST_PICTURE_BYTES
from vedette.engines.pool import Pool, WorkerLost
from vedette.errors import Missing
from vedette.manifest.places import split_s3
from vedette.pictures.inspections import inspection_key, read_inspections, store_inspections
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.store.blobs.sealed import is_sealed_stream
from vedette.store.db import Database
from vedette.store.sealed_folders import FOLDERS, keys_for
from vedette.store.working_copies import DATA_KEY
from vedette.vision.inspect import Inspection

log = logging.getLogger(__name__)

TOO_LARGE = "It is too large."
# Threads that ask where an object is, which takes long in a foreign S3; pictures of one order.
FINDERS, FEW = 8, 4


@dataclass(frozen=True, slots=True)
class ImageObject:
    """An object to be looked at: a picture, or a mask with its colours."""

    ref: str
    colors: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ObjectInspection:
    """What was found under an address: nothing, or a look and what it is kept under."""

    id: bytes | None = None
    inspection: Inspection | None = None


ABSENT = ObjectInspection()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A thumbnail to be drawn: of what object, how large, and whether it is a mask."""

    location: StoredObject
    side: int
    is_mask: bool = False

    @property
    def is_too_large(self) -> bool:
        """Whether the object is none that is opened."""
        return self.location.size > MOST_PICTURE_BYTES


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A thumbnail, or why there is none."""

    webp: bytes = b""
    problem: str = ""
    # Whether its picture lies sealed, as it has to itself then.
    is_sealed: bool = False


# An object to be looked at, what its look is kept under, and where it is.
UninspectedObject = tuple[bytes, ImageObject, StoredObject]


@dataclass(frozen=True, slots=True)
class PendingBatch:
    """Inspections under way: those that were stored before, and those to come."""

    ids: Mapping[ImageObject, bytes]
    finished: Mapping[bytes, Inspection]
    futures: Sequence["Future[dict[bytes, Inspection]]"]

    @property
    def is_done(self) -> bool:
        """Whether nothing has to be waited for."""
        return all(future.done() for future in self.futures)

    def when_done(self, ready: Callable[[], None]) -> None:
        """Have this called whenever a part of the batch was looked at."""
        for future in self.futures:
            future.add_done_callback(lambda _: ready())
        if not self.futures:
            ready()


class Inspector:
    """Finds image objects and has other processes inspect them. Threads may share it."""

    def __init__(self, database: Database, blobs: Blobs, pool: Pool, folder: Path) -> None:
        self._database = database
        self._blobs = blobs
        self._pool = pool
        self._folder = folder
        self._stopping = threading.Event()
        self._finders = ThreadPoolExecutor(FINDERS, thread_name_prefix="finds")
        # Twice as many as processes, so that a process never waits for its next order.
        self._threads = FairThreads(2 * pool.size, "looks")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # Copies of what lies sealed in its bucket, by a key that is in memory alone (decisions/0438).
        self._sealed = folder / "sealed"
        FOLDERS.unlock(self._sealed, secrets.token_bytes(DATA_KEY))

    def close(self) -> None:
        """End the processes, and whoever waits for one."""
        self._stopping.set()
        self._pool.close()
        self._finders.shutdown(cancel_futures=True)
        self._threads.close()
        FOLDERS.forget(self._sealed)

    def begin(self, account: str, bucket: str, objects: Sequence[ImageObject]) -> PendingBatch:
        """Find the objects, those of other buckets aside, and begin to look at those that are new.

        Accounts take turns, a few pictures each.
        """
        locations = self._finders.map(lambda image: self._find(bucket, image), objects)
        located = {image: location for image, location in zip(objects, locations, strict=True) if location}
        ids = {image: inspection_key(location, image.colors or ()) for image, location in located.items()}
        with self._database.read() as connection:
            finished = read_inspections(connection, ids.values())
        unknown = [(key, image, located[image]) for image, key in ids.items() if key not in finished]
        orders = [unknown[start : start + FEW] for start in range(0, len(unknown), FEW)]
        return PendingBatch(
            ids,
            finished,
            [self._threads.submit(account, partial(self._look_at_few, image)) for image in orders],
        )

    def finish(self, pending: PendingBatch) -> Mapping[ImageObject, ObjectInspection]:
        """Wait for the looks, keep them, and return what each object is; those that are not there aside."""
        results: dict[bytes, Inspection] = {}
        for future in pending.futures:
            results.update(future.result())
        if results:
            with self._database.write() as connection:
                store_inspections(connection, results)
        finished = {**pending.finished, **results}
        return {
            image: ObjectInspection(key, finished[key])
            for image, key in pending.ids.items()
            if key in finished
        }

    def draw(self, drawings: Sequence[Drawing]) -> list[Thumbnail]:
        """Have thumbnails drawn, all by one process; singly where that process was lost."""
        results = {
            place: Thumbnail(problem="is too large.")
            for place, new in enumerate(drawings)
            if new.is_too_large
        }
        with contextlib.ExitStack() as closing:
            files = {
                place: self._open(new.location, closing)
                for place, new in enumerate(drawings)
                if place not in results
            }
            orders = {
                place: {"file": str(file), "side": drawings[place].side, "is_mask": drawings[place].is_mask}
                for place, file in files.items()
                if file
            }
            try:
                answers = self._ask_for_thumbnails(list(orders.values()))
            except WorkerLost:
                answers = [self._draw_alone(order) for order in orders.values()]
        results |= {
            place: replace(answer, is_sealed=self._is_sealed(order))
            for (place, order), answer in zip(orders.items(), answers, strict=True)
        }
        absent = Thumbnail(problem="has gone.")
        return [results.get(place, absent) for place in range(len(drawings))]

    def _ask_for_thumbnails(self, orders: Sequence[Mapping[str, Any]]) -> list[Thumbnail]:
        if not orders:
            return []
        facts = self._pool.ask({"thumbnails": orders, "keys": self._keys_of(orders)}).facts
        if "thumbnails" not in facts:
            raise WorkerLost(str(facts.get("sentence")))
        return [Thumbnail(base64.b64decode(item["webp"]), item["why"]) for item in facts["thumbnails"]]

    def _draw_alone(self, order: Mapping[str, Any]) -> Thumbnail:
        try:
            return self._ask_for_thumbnails([order])[0]
        except WorkerLost as error:
            return Thumbnail(problem=f"could not be looked at: {error}.")

    def _find(self, bucket: str, image: ImageObject) -> StoredObject | None:
        """Return the object, if it is there and in the dataset's own bucket."""
        try:
            its_bucket, key = split_s3(image.ref)
            return self._blobs.find(its_bucket, key) if its_bucket == bucket else None
        except (Missing, ValueError):
            return None

    def _look_at_few(self, objects: Sequence[UninspectedObject]) -> dict[bytes, Inspection]:
        """Return the looks of some objects, without those that have gone meanwhile.

        They go to a process together, since each way there and back waits for the machine to switch;
        singly where that process was lost, so that the one which cost it is known.
        """
        too_large = {
            key: Inspection(bytes=location.size, problem=TOO_LARGE)
            for key, _, location in objects
            if location.size > MOST_PICTURE_BYTES
        }
        remaining = [image for image in objects if image[0] not in too_large]
        with contextlib.ExitStack() as closing:
            files = [self._open(image[2], closing) for image in remaining]
            orders = [
                (new, {"file": str(file), "colors": new[1].colors})
                for new, file in zip(remaining, files, strict=True)
                if file
            ]
            try:
                inspections = self._ask([order for _, order in orders])
            except WorkerLost:
                inspections = [self._ask_alone(new, order) for new, order in orders]
        results = {
            new[0]: inspection for (new, _), inspection in zip(orders, inspections, strict=True) if inspection
        }
        return too_large | results

    def _ask_alone(self, new: UninspectedObject, order: Mapping[str, Any]) -> Inspection | None:
        try:
            return self._ask([order])[0]
        except WorkerLost as error:
            if self._stopping.is_set():
                raise
            log.warning("%s could not be looked at: %s", new[1].ref, error)
            return Inspection(bytes=new[2].size, problem=f"It could not be looked at: {error}.")

    def _ask(self, orders: Sequence[Mapping[str, Any]]) -> list[Inspection | None]:
        event = self._pool.ask({"looks": orders, "keys": self._keys_of(orders)})
        if event.kind != "done":
            raise WorkerLost(str(event.facts.get("sentence")))
        return [None if facts is None else Inspection(**facts) for facts in event.facts["looks"]]

    def _keys_of(self, orders: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return what a process needs to read the files of its orders; nothing where all lie in clear."""
        return keys_for(self._sealed / "any") if any(map(self._is_sealed, orders)) else {}

    def _is_sealed(self, order: Mapping[str, Any]) -> bool:
        return str(order["file"]).startswith(f"{self._sealed}{os.sep}")

    def _open(self, location: StoredObject, closing: contextlib.ExitStack) -> Path | None:
        try:
            return closing.enter_context(self._file_of(location))
        except (Missing, FileNotFoundError):
            return None

    @contextlib.contextmanager
    def _file_of(self, location: StoredObject) -> Iterator[Path]:
        """Yield the object as a file that another process can read."""
        with self._blobs.open(location.bucket, location.key, location.version) as source:
            name = getattr(source, "name", None)
            if isinstance(name, str | Path) and Path(name).is_file():
                yield Path(name)
                return
            if is_sealed_stream(source):
                with self._sealed_copy(source) as copy:
                    yield copy
                return
            with tempfile.NamedTemporaryFile(dir=self._folder) as file:
                shutil.copyfileobj(source, file)
                file.flush()
                yield Path(file.name)

    @contextlib.contextmanager
    def _sealed_copy(self, source: BinaryIO) -> Iterator[Path]:
        self._sealed.mkdir(exist_ok=True)
        file = self._sealed / secrets.token_hex(8)
        try:
            with FOLDERS.create(file) as out:
                shutil.copyfileobj(source, out)
            yield file
        finally:
            file.unlink(missing_ok=True)
