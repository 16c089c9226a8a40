"""An installation's objects copied from its folder to an S3, or back (decision 0426).

Nothing is taken away where they lie: the installation goes on from there until its settings name the other
place. A copy that broke off goes on where it was: what is there already, with the same ETag or the same
bytes, is passed over. What differs there is somebody's, and is left unless the caller says otherwise.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from vedette.clock import system_clock
from vedette.errors import Missing, Refusal, Wrong
from vedette.server.holding import locked
from vedette.server.installation import check_folder, in_a_sentence, open_installation
from vedette.settings import Settings
from vedette.store.blobs.choose import buckets_folder
from vedette.store.blobs.ends import CarriedBucket, FolderEnd, ObjectEnd, counted
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.foreign import ForeignBlobs, ForeignS3, examine_s3
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.s3_end import S3End
from vedette.store.blobs.standing import repair_command
from vedette.store.modes import private

# How one names the folder.
FOLDER = "folder"
# Small objects wait for the network, or for the disk: so many at once.
HANDS = 8
# What is on its way or waits for it: as many facts of objects are held.
MOST_WAITING = 64

Progress = Callable[[str, int], None]
"""Told which bucket is copied, and how many objects have been looked at in all."""


@dataclass(slots=True)
class ObjectMove:
    """What was copied. `troubles` are objects that were not, `notes` what else stays where it is."""

    source: str
    target: str
    buckets: int = 0
    copied: int = 0
    size: int = 0
    present: int = 0
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def looked_at(self) -> int:
        """How many objects were looked at."""
        return self.copied + self.present + len(self.troubles)


def move_objects(settings: Settings, to: str, *, progress: Progress, replaces: bool = False) -> ObjectMove:
    """Copy every bucket of the installation to an S3, or into its folder; no server may run on it."""
    check_folder(settings.data, makes=False)
    _check_way(settings, to)
    with private(), locked(settings.data), open_installation(settings) as installation:
        account = installation.settings.account
        with _in_words(settings, to), ExitStack() as closing:
            source, target = _open(settings, to, account, closing)
            result = ObjectMove(*_names(settings, to))
            buckets = source.buckets()
            _check_owners(buckets, account)
            for bucket in buckets:
                target.make(bucket)
                _note(bucket, result)
                _Copying(source, target, bucket.name, result, progress, replaces).run()
                result.buckets += 1
            return result


def _check_way(settings: Settings, to: str) -> None:
    """Refuse a place that is none, and a way that leads nowhere."""
    if to == FOLDER:
        if not settings.s3_endpoint:
            raise Wrong(f"The objects lie in {buckets_folder(settings)} already.")
        return
    address = urlsplit(to)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise Wrong(f"{to} is no place for objects: write `{FOLDER}`, or the address of an S3.")
    if settings.s3_endpoint:
        raise Wrong(
            f"The objects lie on {settings.s3_endpoint}: they go to another S3 by way of the folder, or by a "
            "client that speaks to both."
        )
    if not (settings.s3_access_key and settings.s3_secret_key.get_secret_value()):
        raise Wrong(f"Set VEDETTE_S3_ACCESS_KEY and VEDETTE_S3_SECRET_KEY to the key that {to} knows.")
    if not buckets_folder(settings).is_dir():
        raise Missing(f"There are no buckets in {settings.data}; --data names another folder.")


def _names(settings: Settings, to: str) -> tuple[str, str]:
    folder = str(buckets_folder(settings))
    return (settings.s3_endpoint, folder) if to == FOLDER else (folder, to)


@contextmanager
def _in_words(settings: Settings, to: str) -> Iterator[None]:
    """Say what an S3 refused or a disk lacked, and that the same command goes on."""
    goes_on = "What was copied stays; type the command again to go on."
    try:
        with in_a_sentence(settings.data):
            yield
    except Refusal as refusal:
        raise type(refusal)(f"{refusal.sentence.rstrip('.')}. {goes_on}") from refusal
    except (ClientError, BotoCoreError) as error:
        endpoint = settings.s3_endpoint or to
        raise Wrong(f"The S3 {endpoint} failed: {_reason(error).rstrip('.')}. {goes_on}") from error


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _open(settings: Settings, to: str, account: str, closing: ExitStack) -> tuple[ObjectEnd, ObjectEnd]:
    """Return where objects are read and where they are written."""
    key = settings.s3_access_key, settings.s3_secret_key.get_secret_value()
    address = ForeignS3(settings.s3_endpoint or to, *key, settings.s3_region)
    # Asked briefly first: a wrong address or key is known before a bucket is made.
    examine_s3(address, system_clock())
    foreign = ForeignBlobs(address, account)
    closing.callback(foreign.close)
    folder = FolderBlobs(buckets_folder(settings))
    closing.callback(folder.close)
    if folder.standing.troubles:
        # An index that is older than its folder does not know all of its objects.
        raise Wrong(
            f"{folder.standing.troubles[0].rstrip('.')}. {repair_command(folder.root)} mends that first"
        )
    ends = FolderEnd(folder, account), S3End(foreign)
    return (ends[1], ends[0]) if to == FOLDER else ends


def _check_owners(buckets: Sequence[CarriedBucket], account: str) -> None:
    """Refuse buckets of other accounts: on an S3 all that its key reaches is the installation's own."""
    foreign = [bucket for bucket in buckets if bucket.account not in ("", account)]
    if foreign:
        first = foreign[0]
        raise Wrong(
            f"{len(foreign)} of the buckets, such as {first.name} of the account {first.account}, belong to "
            f"other accounts: on an S3 every bucket is the account {account}'s, which would read them"
        )


def _note(bucket: CarriedBucket, result: ObjectMove) -> None:
    if bucket.staying:
        result.notes.append(f"{bucket.name}: {', '.join(bucket.staying)}")


@dataclass(slots=True)
class _Copying:
    """One bucket on its way: both lists are read side by side, in the order of their keys."""

    source: ObjectEnd
    target: ObjectEnd
    bucket: str
    result: ObjectMove
    progress: Progress
    replaces: bool
    _waiting: dict[Future[int | None], str] = field(default_factory=dict)

    def run(self) -> None:
        """Copy what is not there yet."""
        with ThreadPoolExecutor(HANDS, thread_name_prefix="objects") as hands:
            try:
                for item, twin in self._pairs():
                    if len(self._waiting) >= MOST_WAITING:
                        self._settle()
                    self._waiting[hands.submit(self._carry, item, twin)] = item.key
                while self._waiting:
                    self._settle()
            except BaseException:
                hands.shutdown(cancel_futures=True)
                raise

    def _pairs(self) -> Iterator[tuple[StoredObject, StoredObject | None]]:
        """Yield each object with the one that has its key on the other side, where there is one."""
        present = _in_order(self.target.list(self.bucket))
        twin = next(present, None)
        extra = 0
        for item in self.source.list(self.bucket):
            while twin is not None and twin.key < item.key:
                twin, extra = next(present, None), extra + 1
            is_there = twin is not None and twin.key == item.key
            yield item, twin if is_there else None
            if is_there:
                twin = next(present, None)
        extra += sum(1 for _ in itertools.chain([] if twin is None else [twin], present))
        if extra:
            objects = counted(extra, "object", "objects")
            self.result.notes.append(f"{self.bucket}: {objects} only in {self.result.target}, which stays")

    def _carry(self, item: StoredObject, twin: StoredObject | None) -> int | None:
        """Copy an object; return its size, or nothing where it was there already."""
        if twin is not None:
            if self._is_same(item, twin):
                return None
            if not self.replaces:
                raise Wrong(f"is another object in {self.result.target}, which was left as it is")
        carried = self.source.read(self.bucket, item.key)
        self.target.write(self.bucket, item.key, carried)
        return carried.size

    def _is_same(self, item: StoredObject, twin: StoredObject) -> bool:
        if item.size != twin.size:
            return False
        if item.etag == twin.etag:
            return True
        return self.source.digest(self.bucket, item.key) == self.target.digest(self.bucket, item.key)

    def _settle(self) -> None:
        """Count what has ended. An object that cannot be copied stops no other; a disk or an S3 does."""
        ended, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
        for future in ended:
            key = self._waiting.pop(future)
            try:
                size = future.result()
            except (Refusal, FileNotFoundError) as error:
                self.result.troubles.append(f"{self.bucket}/{key}: {_sentence(error)}")
            else:
                self.result.copied += size is not None
                self.result.present += size is None
                self.result.size += size or 0
        self.progress(self.bucket, self.result.looked_at)


def _sentence(error: Refusal | OSError) -> str:
    return error.sentence if isinstance(error, Refusal) else "its file is gone; `vedette repair` says more"


def _in_order(items: Iterator[StoredObject]) -> Iterator[StoredObject]:
    """Yield objects as they come, and refuse a list that is in no order: something there could be missed."""
    last = ""
    for item in items:
        if item.key < last:
            raise Wrong(f"The objects of the bucket {item.bucket} are listed in no order")
        last = item.key
        yield item
