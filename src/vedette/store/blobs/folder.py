"""Buckets as folders: `<root>/<bucket>/<key, readable>`, and an index beside them.

<root>/.index.db            what exists (index.py)
<root>/.incoming/           bytes on their way in (files.py)
<root>/.uploads/            parts of multipart uploads (uploads.py)
<root>/.quarantine/         files that nobody can account for (quarantine.py)
<root>/<bucket>/…           one plain file a version (names.py)
<root>/<bucket>/%journal    what a lost index is rebuilt from (journal.py)
"""

import builtins
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from vedette.clock import Clock, from_milliseconds, system_clock
from vedette.errors import Missing, Taken, Wrong
from vedette.store.blobs.buckets import Buckets
from vedette.store.blobs.caution import pause_lifecycle
from vedette.store.blobs.events import (
    EventSubscriber,
    NotedEvent,
    claim_events,
    end_events,
    has_events,
    keep_heard,
)
from vedette.store.blobs.expiry import Expiry
from vedette.store.blobs.files import BUFFER, INCOMING, Draft, RetiredFiles, make_folder
from vedette.store.blobs.index import INDEX, Index
from vedette.store.blobs.journals import Journals
from vedette.store.blobs.listing import Listing
from vedette.store.blobs.objects import Objects, missing_key
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.quarantine import QUARANTINE
from vedette.store.blobs.sealed import (
    SALT,
    ObjectKeys,
    SealedStretch,
    Sealer,
    derive_file_key,
    hashes_file,
    is_sealed,
    open_sealed,
    place_of,
    stretches_of,
)
from vedette.store.blobs.standing import check_index, repair_command, require_index, require_rows
from vedette.store.blobs.sweep import PAUSE_S, clear_folder, forget_ended, sweep
from vedette.store.blobs.uploads import Uploads
from vedette.store.blobs.values import About, Blob

log = logging.getLogger("vedette.blobs")


def unguessable() -> str:
    """Return 32 characters that a URL may hold, as S3's version ids are."""
    return secrets.token_urlsafe(24)


class FolderBlobs:
    """The store in folders; implements `port.Blobs`, and what S3 needs in addition."""

    seals_by_key = True

    def __init__(
        self, root: Path, *, clock: Clock = system_clock, new_id: Callable[[], str] = unguessable
    ) -> None:
        make_folder(root)
        self.root = root.resolve()
        self._root_text = str(self.root)
        self.new_id = new_id
        require_index(self.root)
        self._journals = Journals(self.root, clock)
        self._index = Index(self.root / INDEX, self._journals.append, clock)
        self._retired = RetiredFiles(self.root, self._forget_files)
        self.buckets = Buckets(self.root, self._index, clock)
        self.objects = Objects(self.root, self._index, self._retired, clock, new_id)
        self.uploads = Uploads(self.root, self._index, self._retired, clock, self.objects)
        self.listing = Listing(self._index)
        self.expiry = Expiry(self._index, self.objects, self.uploads)
        # Whose keys seal objects; whoever opens the store brings it, and without it none is read or sealed.
        self.keys: ObjectKeys | None = None
        # Who hears of objects, by the service of the ARNs that name them (events.py).
        self.subscribers: dict[str, EventSubscriber] = {}
        try:
            require_rows(self.root, self._index)
            self.standing = check_index(self.root, self._index.reader(), self._index.generation)
            self._journals.follow(self._index, self.standing)
        except BaseException:
            self._index.close()
            raise
        if self.standing.is_older:
            pause_lifecycle(self.root, "the index of the buckets is older than their folders", clock)
        for trouble in self.standing.troubles:
            log.warning("%s", trouble)

    def draft(self) -> Draft:
        """Begin the bytes of one object or part."""
        return Draft(self.root / INCOMING, secrets.token_hex(6))

    def remove_bucket(self, bucket: str) -> None:
        """Delete an empty bucket, and its folder; files that no object names are quarantined."""
        self._retired.add(self.buckets.delete(bucket))
        self._retired.reap(below=f"{bucket}/")
        self._clear_folder(bucket)

    @property
    def generation(self) -> str:
        """Return the id of the index, which makes the numbers of its events unique."""
        return self._index.generation

    def claim_events(self, now_ms: int, most: int) -> builtins.list[NotedEvent]:
        """Return what happened to objects that nobody hands on now, and let no other server do so."""
        if not has_events(self._index.reader()):
            return []
        with self._index.still() as db:
            return claim_events(db, now_ms, most)

    def settle_events(self, ended: Sequence[int], hearers: Mapping[int, Sequence[str]]) -> None:
        """Forget events that everybody has heard, and note who has heard the others."""
        with self._index.still() as db:
            end_events(db, ended)
            for seq, targets in hearers.items():
                keep_heard(db, seq, targets)

    def sweep(self, *, older_than: float, pause_s: float = PAUSE_S) -> int:
        """Quarantine files that no version names and that are older than this moment (`time.time()`).

        Nothing is swept while index and folders do not belong together. Return the number.
        """
        if self.standing.troubles:
            return 0
        return sweep(self.root, self._index, older_than, pause_s=pause_s)

    def sweep_later(self, *, older_than: float) -> None:
        """Clean up after earlier processes, in the background."""
        threading.Thread(target=self._clear_up, args=(older_than,), name="sweep", daemon=True).start()

    def wait_for_journals(self) -> None:
        """Return once the journals are up to date."""
        self._journals.wait()

    def _clear_up(self, older_than: float) -> None:
        try:
            self._clear_retired()
            aside = self.sweep(older_than=older_than)
            forget_ended(self._index, time.time())
        except sqlite3.ProgrammingError:
            return  # The store was closed meanwhile; the next start clears up.
        except (OSError, sqlite3.Error) as error:
            log.warning("What processes before left in %s could not be cleared up: %s", self.root, error)
            return
        if aside:
            log.warning(
                "Put %d files that a crash had left into %s; %s lists them.",
                aside,
                self.root / QUARANTINE,
                repair_command(self.root, "--dry-run"),
            )

    def _clear_retired(self) -> None:
        """Remove the retired files that earlier processes had not removed yet."""
        if self.standing.leading:
            return  # An older index may be mistaken about that.
        db = self._index.reader()
        self._retired.add([row[0] for row in db.execute("SELECT path FROM retired")])
        for (bucket,) in db.execute("SELECT bucket FROM journals WHERE gone = 1").fetchall():
            self._clear_folder(bucket)

    def _clear_folder(self, bucket: str) -> None:
        """Remove the folder of a deleted bucket, unless it was created again."""
        with self._index.still() as db:
            if db.execute("SELECT 1 FROM journals WHERE bucket = ? AND gone = 1", (bucket,)).fetchone():
                clear_folder(self.root, bucket)
                db.execute("DELETE FROM journals WHERE bucket = ?", (bucket,))

    def _forget_files(self, paths: Iterable[str]) -> None:
        with self._index.still() as db:
            db.executemany("DELETE FROM retired WHERE path = ?", [(path,) for path in paths])

    def has_bucket(self, bucket: str) -> bool:
        """Return whether the bucket exists."""
        try:
            self.buckets.find(bucket)
        except Missing:
            return False
        return True

    def owner(self, bucket: str) -> str:
        """Return the account that the bucket belongs to."""
        return self.buckets.find(bucket).account

    def region(self, bucket: str) -> str:
        """Return the region that the bucket was created in."""
        return self.buckets.find(bucket).region

    def make_bucket(self, bucket: str, *, account: str, region: str = "us-east-1") -> None:
        """Create a bucket; a no-op where the account has it already."""
        try:
            self.buckets.create(bucket, account=account, region=region)
        except Taken as refusal:
            if refusal.name != account:
                raise

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        encryption_key: str = "",
    ) -> StoredObject:
        """Write an object atomically; encrypted by the key of that ARN, or as its bucket has it for all."""
        place = self.buckets.find(bucket)
        if encryption_key:
            encryption = self._object_keys().for_named(bucket, key, encryption_key)
        else:
            encryption = {} if self.keys is None else self.keys.for_new(place, key)
        about = About(
            content_type=content_type or "binary/octet-stream",
            metadata=dict(metadata or {}),
            encryption=encryption,
        )
        draft = self.draft()
        self.seal_draft(draft, bucket, key, about)
        try:
            for chunk in _chunks(data):
                if draft.add(chunk):
                    draft.flush()
            blob = self.objects.put(bucket, key, draft, owner=place.account, about=about)
        finally:
            draft.discard()
        return _stored(blob)

    def find(self, bucket: str, key: str, version: str = "") -> StoredObject:
        """Return an object's facts, without its bytes."""
        return _stored(self._find(bucket, key, version))

    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether an object is there."""
        try:
            self._find(bucket, key, "")
        except Missing:
            return False
        return True

    def read(self, bucket: str, key: str, version: str = "") -> bytes:
        """Return an object's bytes."""
        with self.open(bucket, key, version) as stream:
            return stream.read()

    def open(self, bucket: str, key: str, version: str = "") -> BinaryIO:
        """Return an object's bytes as a stream; the caller closes it."""
        blob = self._find(bucket, key, version)
        if not is_sealed(blob.about):
            return self.path_of(blob).open("rb")
        place = place_of(blob.bucket, blob.key)
        return open_sealed(self.path_of(blob), self.stretches(blob), place, blob=blob)

    def stretches(self, blob: Blob) -> builtins.list[SealedStretch]:
        """Return what a sealed version's file is made of, with its keys."""
        return stretches_of(blob, self._object_keys().open(blob))

    def seal_draft(self, draft: Draft, bucket: str, key: str, about: About, nonce: str = "") -> None:
        """Have a draft sealed, where its object is to be; a part has its nonce."""
        if is_sealed(about):
            data_key = self._object_keys().data_key(bucket, key, about.encryption)
            file_key = derive_file_key(data_key, about.encryption[SALT], nonce)
            draft.seal(Sealer(file_key, place_of(bucket, key)), hashes_plain=not hashes_file(about))

    def _object_keys(self) -> ObjectKeys:
        if self.keys is None:
            raise Wrong("The object is encrypted by a key, which is not to be had here.", kind="key")
        return self.keys

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with the prefix."""
        self.buckets.find(bucket)
        after: tuple[str, str] | None = None
        while True:
            page = self.listing.objects(bucket, prefix=prefix, after=after, most=1000)
            yield from map(_stored, page.blobs)
            after = page.after
            if after is None:
                return

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; deleting a missing one is a no-op."""
        owner = self.buckets.find(bucket).account
        self.objects.delete(bucket, key, owner=owner)

    def path_of(self, blob: Blob) -> Path:
        """Return where a version's file lies."""
        return self.root / blob.path

    def file_of(self, blob: Blob) -> str:
        """Return the same as text, for who asks for it with each request: a `Path` takes 10 µs to make."""
        return f"{self._root_text}/{blob.path}"

    def close(self) -> None:
        """Remove retired files and close the index."""
        self._journals.close()
        self._retired.close()
        self._index.close()

    def _find(self, bucket: str, key: str, version: str) -> Blob:
        blob = self.objects.find(bucket, key, version)
        if blob is None or blob.marker:
            self.buckets.find(bucket)
            raise missing_key(key)
        return blob


def _chunks(data: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    while chunk := data.read(BUFFER):
        yield chunk


def _stored(blob: Blob) -> StoredObject:
    modified = from_milliseconds(blob.modified_ms)
    return StoredObject(
        blob.bucket, blob.key, blob.version, blob.size, blob.etag, modified, blob.about.content_type
    )
