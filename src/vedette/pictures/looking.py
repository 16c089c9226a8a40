"""Objects found in their bucket and looked at by other processes, each version of each once."""

import contextlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vedette.datasets.turns import FairThreads
from vedette.dialects.registry import MOST_PICTURE_BYTES
from vedette.engines.pool import Pool, WorkerLost
from vedette.engines.port import Event
from vedette.errors import Missing
from vedette.manifest.places import split_s3
from vedette.pictures.looks import keep_looks, look_id, read_looks
from vedette.store.blobs.port import Blobs, Stored
from vedette.store.db import Database
from vedette.vision.images import BrokenPicture
from vedette.vision.inspect import Inspection

log = logging.getLogger(__name__)

TOO_LARGE = "It is too large."
# Threads that ask where an object is, which takes long in a foreign S3; pictures of one order.
FINDERS, FEW = 8, 4


@dataclass(frozen=True, slots=True)
class Object:
    """An object to be looked at: a picture, or a mask with its colours."""

    ref: str
    colors: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found under an address: nothing, or a look and what it is kept under."""

    id: bytes | None = None
    look: Inspection | None = None


NOTHING = Seen()
# An object to be looked at, what its look is kept under, and where it is.
New = tuple[bytes, Object, Stored]


@dataclass(frozen=True, slots=True)
class Begun:
    """A batch that is being looked at: what is known of it, and what will be."""

    ids: Mapping[Object, bytes]
    known: Mapping[bytes, Inspection]
    coming: Sequence["Future[dict[bytes, Inspection]]"]

    @property
    def is_done(self) -> bool:
        """Whether nothing has to be waited for."""
        return all(future.done() for future in self.coming)

    def when_done(self, ready: Callable[[], None]) -> None:
        """Have this called whenever a part of the batch was looked at."""
        for future in self.coming:
            future.add_done_callback(lambda _: ready())
        if not self.coming:
            ready()


class Looking:
    """Finds objects and has them looked at. Threads may share it."""

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

    def close(self) -> None:
        """End the processes, and whoever waits for one."""
        self._stopping.set()
        self._pool.close()
        self._finders.shutdown(cancel_futures=True)
        self._threads.close()

    def begin(self, account: str, bucket: str, wanted: Sequence[Object]) -> Begun:
        """Find the objects, those of other buckets aside, and begin to look at those that are new.

        Accounts take turns, a few pictures each.
        """
        found = self._finders.map(lambda each: self._find(bucket, each), wanted)
        stored = {each: its for each, its in zip(wanted, found, strict=True) if its}
        ids = {each: look_id(its, each.colors or ()) for each, its in stored.items()}
        with self._database.read() as connection:
            known = read_looks(connection, ids.values())
        new = [(key, each, stored[each]) for each, key in ids.items() if key not in known]
        few = [new[start : start + FEW] for start in range(0, len(new), FEW)]
        return Begun(
            ids, known, [self._threads.submit(account, partial(self._look_at_few, each)) for each in few]
        )

    def finish(self, begun: Begun) -> Mapping[Object, Seen]:
        """Wait for the looks, keep them, and return what each object is; those that are not there aside."""
        fresh: dict[bytes, Inspection] = {}
        for future in begun.coming:
            fresh.update(future.result())
        if fresh:
            with self._database.write() as connection:
                keep_looks(connection, fresh)
        known = {**begun.known, **fresh}
        return {each: Seen(key, known[key]) for each, key in begun.ids.items() if key in known}

    def draw(self, stored: Stored, side: int) -> Event:
        """Have a thumbnail drawn.

        Raises:
            BrokenPicture: where the object is too large, or costs its process.
        """
        if stored.size > MOST_PICTURE_BYTES:
            raise BrokenPicture(stored.key, "is too large.")
        try:
            with self._file_of(stored) as file:
                return self._pool.ask({"thumbnail": str(file), "side": side})
        except WorkerLost as lost:
            raise BrokenPicture(stored.key, f"could not be looked at: {lost}.") from lost

    def _find(self, bucket: str, wanted: Object) -> Stored | None:
        """Return the object, if it is there and in the dataset's own bucket."""
        try:
            its, key = split_s3(wanted.ref)
            return self._blobs.find(its, key) if its == bucket else None
        except (Missing, ValueError):
            return None

    def _look_at_few(self, few: Sequence[New]) -> dict[bytes, Inspection]:
        """Return the looks of some objects, without those that have gone meanwhile.

        They go to a process together, since each way there and back waits for the machine to switch;
        singly where that process was lost, so that the one which cost it is known.
        """
        taken = {
            key: Inspection(bytes=its.size, problem=TOO_LARGE)
            for key, _, its in few
            if its.size > MOST_PICTURE_BYTES
        }
        rest = [each for each in few if each[0] not in taken]
        with contextlib.ExitStack() as closing:
            files = [self._open(each[2], closing) for each in rest]
            orders = [
                (new, {"file": str(file), "colors": new[1].colors})
                for new, file in zip(rest, files, strict=True)
                if file
            ]
            try:
                looks = self._ask([order for _, order in orders])
            except WorkerLost:
                looks = [self._ask_alone(new, order) for new, order in orders]
        found = {new[0]: look for (new, _), look in zip(orders, looks, strict=True) if look}
        return taken | found

    def _ask_alone(self, new: New, order: Mapping[str, Any]) -> Inspection | None:
        try:
            return self._ask([order])[0]
        except WorkerLost as lost:
            if self._stopping.is_set():
                raise
            log.warning("%s could not be looked at: %s", new[1].ref, lost)
            return Inspection(bytes=new[2].size, problem=f"It could not be looked at: {lost}.")

    def _ask(self, orders: Sequence[Mapping[str, Any]]) -> list[Inspection | None]:
        event = self._pool.ask({"looks": orders})
        if event.kind != "done":
            raise WorkerLost(str(event.facts.get("sentence")))
        return [None if facts is None else Inspection(**facts) for facts in event.facts["looks"]]

    def _open(self, stored: Stored, closing: contextlib.ExitStack) -> Path | None:
        try:
            return closing.enter_context(self._file_of(stored))
        except (Missing, FileNotFoundError):
            return None

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
