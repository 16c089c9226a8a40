"""Objects found in their bucket and looked at by other processes, each version of each once."""

import contextlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.datasets.looks import keep_looks, look_id, read_looks
from vedette.engines.pool import Lost, Pool
from vedette.engines.port import Event
from vedette.errors import Missing
from vedette.manifest.pictures import REKOGNITION_BYTES
from vedette.manifest.places import split_s3
from vedette.store.blobs.port import Blobs, Stored
from vedette.store.db import Database
from vedette.vision.images import BrokenPicture
from vedette.vision.inspect import Look

log = logging.getLogger(__name__)

# The largest object that either service takes; what is larger is not read at all.
MOST_BYTES = REKOGNITION_BYTES


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


NOTHING = Seen()


class Looking:
    """Finds objects and has them looked at. Threads may share it."""

    def __init__(self, database: Database, blobs: Blobs, pool: Pool, folder: Path) -> None:
        self._database = database
        self._blobs = blobs
        self._pool = pool
        self._folder = folder
        self._stopping = threading.Event()
        # Twice as many as processes, so that a process never waits for an object to be found.
        self._threads = ThreadPoolExecutor(2 * pool.size, thread_name_prefix="looks")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def close(self) -> None:
        """End the processes, and whoever waits for one."""
        self._stopping.set()
        self._pool.close()
        self._threads.shutdown(cancel_futures=True)

    def look_at_all(self, bucket: str, wanted: Sequence[Object]) -> Mapping[Object, Seen]:
        """Return what the objects are, those of other buckets aside; look at what nobody has looked at."""
        found = self._threads.map(lambda each: self._find(bucket, each), wanted)
        stored = {each: its for each, its in zip(wanted, found, strict=True) if its}
        ids = {each: look_id(its, each.colors or ()) for each, its in stored.items()}
        with self._database.read() as connection:
            known = read_looks(connection, ids.values())
        unknown = {key: each for each, key in ids.items() if key not in known}
        fresh = self._threads.map(lambda each: self._look(each, stored[each]), unknown.values())
        taken = {key: its for key, its in zip(unknown, fresh, strict=True) if its}
        if taken:
            with self._database.write() as connection:
                keep_looks(connection, taken)
        known |= taken
        return {each: Seen(key, known[key]) for each, key in ids.items() if key in known}

    def draw(self, stored: Stored, side: int) -> Event:
        """Have a thumbnail drawn.

        Raises:
            BrokenPicture: where the object is too large, or costs its process.
        """
        if stored.size > MOST_BYTES:
            raise BrokenPicture(stored.key, "is too large.")
        try:
            with self._file_of(stored) as file:
                return self._pool.ask({"do": "thumbnail", "file": str(file), "side": side})
        except Lost as lost:
            raise BrokenPicture(stored.key, f"could not be looked at: {lost}.") from lost

    def _find(self, bucket: str, wanted: Object) -> Stored | None:
        """Return the object, if it is there and in the dataset's own bucket."""
        try:
            its, key = split_s3(wanted.ref)
            return self._blobs.find(its, key) if its == bucket else None
        except (Missing, ValueError):
            return None

    def _look(self, wanted: Object, stored: Stored) -> Look | None:
        """Have an object looked at; None where it has gone meanwhile."""
        if stored.size > MOST_BYTES:
            return Look(bytes=stored.size, why="It is too large.")
        do = "picture" if wanted.colors is None else "mask"
        try:
            with self._file_of(stored) as file:
                order = {"do": do, "file": str(file), "colors": wanted.colors}
                return self._ask(order, wanted.ref, stored)
        except (Missing, FileNotFoundError):
            return None

    def _ask(self, order: dict[str, Any], ref: str, stored: Stored) -> Look | None:
        try:
            event = self._ask_twice(order)
        except Lost as lost:
            if self._stopping.is_set():
                raise
            log.warning("%s could not be looked at: %s", ref, lost)
            return Look(bytes=stored.size, why=f"It could not be looked at: {lost}.")
        if event.kind != "done":
            log.warning("%s could not be looked at: %s", ref, event.facts.get("sentence"))
            return Look(bytes=stored.size, why="It could not be looked at.")
        return None if event.facts.get("gone") else Look(**event.facts)

    def _ask_twice(self, order: dict[str, Any]) -> Event:
        """A process may be lost for the machine's reasons: so a picture is blamed the second time."""
        try:
            return self._pool.ask(order)
        except Lost:
            return self._pool.ask(order)

    @contextlib.contextmanager
    def _file_of(self, stored: Stored) -> Iterator[Path]:
        """Yield the object as a file that another process can read."""
        with self._blobs.open(stored.bucket, stored.key, stored.version) as source:
            name = getattr(source, "name", None)
            if isinstance(name, str | Path) and Path(name).is_file():
                yield Path(name)
                return
            with tempfile.NamedTemporaryFile(dir=self._folder) as file:
                shutil.copyfileobj(source, file)
                file.flush()
                yield Path(file.name)
