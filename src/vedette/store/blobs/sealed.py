"""Files sealed by a key of ours: AES-256-GCM in chunks, so that a range reads no more than its own.

    16 bytes  the head: b"vedette sealed", the form (1), and the chunk's size as a power of two (16)
    …         chunks: 65,536 bytes of the object, the last one fewer, each with a tag of 16 bytes

A chunk's nonce is its number and whether it is the last (STREAM, Hoang et al. 2015), and head and object are
authenticated with it: nothing can be cut, moved or put into another object unnoticed. Each file has a key of
its own, and so has each part of an upload; what is joined from parts is one sealed file behind the other.
Sizes in the index are the object's; `file_size` says how long its file is.
"""

import hmac
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from vedette.store.blobs.values import About, Blob, Bucket

FORM, CHUNK_BITS = 1, 16
CHUNK, TAG = 1 << CHUNK_BITS, 16
HEAD = b"vedette sealed" + bytes([FORM, CHUNK_BITS])
NAME = b"vedette sealed file 1"
# Of an object's encryption: its data key, sealed by a key of the installation, and what tells its file's key
# apart from those of other files under the same data key.
SEALED, SALT = "sealed-key", "sealed-salt"
# That its ETag is the MD5 of what the client sent, and not of the file.
PLAIN_ETAG = "sealed-plain-etag"


class DamagedSeal(OSError):
    """A sealed file was changed, cut, or is another object's."""


class ObjectKeys(Protocol):
    """Gives the data keys of sealed objects; who may have them was asked before."""

    def open(self, blob: Blob) -> bytes:
        """Return the data key of a version."""

    def for_new(self, bucket: Bucket, key: str) -> dict[str, str]:
        """Return the encryption of an object that is written without saying anything about it."""

    def default_key(self, bucket: Bucket) -> str:
        """Return the id of the key that a bucket has for all that is put into it; empty for none."""

    def for_named(self, bucket: str, key: str, encryption_key: str) -> dict[str, str]:
        """Return the encryption of an object that a service writes by the key of an ARN."""

    def data_key(self, bucket: str, key: str, encryption: dict[str, str]) -> bytes:
        """Return the data key of an object's encryption."""


def is_sealed(about: About) -> bool:
    """Return whether an object's file is sealed."""
    return SEALED in about.encryption


def hashes_file(about: About) -> bool:
    """Return whether the ETag of a sealed object is of its file."""
    return PLAIN_ETAG not in about.encryption


def sealed_size(size: int) -> int:
    """Return how long the sealed file of so many bytes is."""
    return len(HEAD) + size + TAG * max(1, -(-size // CHUNK))


def file_size(size: int, about: About) -> int:
    """Return how long the file of an object is."""
    if not is_sealed(about):
        return size
    return sum(sealed_size(part.size) for part in about.parts) if about.parts else sealed_size(size)


def derive_file_key(data_key: bytes, salt: str, nonce: str = "") -> bytes:
    """Return the key of one file, or of one part by its nonce."""
    return hmac.digest(data_key, b"\0".join([NAME, salt.encode(), nonce.encode()]), "sha256")


def place_of(bucket: str, key: str) -> bytes:
    """Return what a file is bound to: the object that it is of."""
    return b"\0".join([HEAD, bucket.encode(), key.encode("utf-8", "surrogatepass")])


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _cipher(key: bytes) -> Any:
    # When something is sealed: the light install, which trains and detects in clear, has no such library.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


class Sealer:
    """Seals the bytes of one file, as they come."""

    def __init__(self, key: bytes, place: bytes) -> None:
        self._cipher, self._place = _cipher(key), place
        self._waiting = bytearray()
        self._number = -1

    def update(self, data: bytes) -> list[bytes]:
        """Return what can be written now: a chunk is held back until it is known not to be the last."""
        self._waiting += data
        pieces = self._begin()
        start = 0
        with memoryview(self._waiting) as view:
            while len(view) - start > CHUNK:
                pieces.append(self._seal(view[start : start + CHUNK], is_last=False))
                start += CHUNK
        del self._waiting[:start]
        return pieces

    def finish(self) -> list[bytes]:
        """Return the rest, with the last chunk."""
        return [*self._begin(), self._seal(self._waiting, is_last=True)]

    def _begin(self) -> list[bytes]:
        if self._number >= 0:
            return []
        self._number = 0
        return [HEAD]

    def _seal(self, chunk: memoryview | bytearray, *, is_last: bool) -> bytes:
        sealed: bytes = self._cipher.encrypt(_nonce(self._number, is_last=is_last), chunk, self._place)
        self._number += 1
        return sealed


@dataclass(frozen=True, slots=True)
class SealedStretch:
    """So many bytes of an object that lie behind a head of their own, and the key that sealed them."""

    size: int
    key: bytes


def stretches_of(blob: Blob, data_key: bytes) -> list[SealedStretch]:
    """Return what a version's file is made of."""
    salt = blob.about.encryption[SALT]
    sizes = [(part.size, part.nonce) for part in blob.about.parts] or [(blob.size, "")]
    return [SealedStretch(size, derive_file_key(data_key, salt, nonce)) for size, nonce in sizes]


def read_sealed(
    file: int, stretches: Sequence[SealedStretch], place: bytes, start: int, length: int, *, at: int = 0
) -> Iterator[bytes]:
    """Yield the object's bytes from `start` on, so many, a chunk at a time; only their chunks are read.

    `at` is where the first stretch begins in the file.
    """
    for stretch in stretches:
        if length <= 0:
            return
        if start < stretch.size or stretch.size == 0 == start:
            count = min(length, stretch.size - start)
            yield from _read_stretch(file, stretch, place, at, start, count)
            start, length = 0, length - count
        else:
            start -= stretch.size
        at += sealed_size(stretch.size)


def _read_stretch(
    file: int, stretch: SealedStretch, place: bytes, at: int, start: int, count: int
) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag

    if os.pread(file, len(HEAD), at) != HEAD:
        raise DamagedSeal("it has no head of a sealed file that this program knows")
    cipher, at, last = _cipher(stretch.key), at + len(HEAD), max(0, (stretch.size - 1) // CHUNK)
    numbers = range(start // CHUNK, (start + max(count, 1) - 1) // CHUNK + 1)
    for number in numbers:
        size = stretch.size - last * CHUNK if number == last else CHUNK
        # A chunk at a time: it is opened while it lies in the processor's own memory.
        sealed = os.pread(file, size + TAG, at + number * (CHUNK + TAG))
        try:
            chunk = cipher.decrypt(_nonce(number, is_last=number == last), sealed, place)
        except (InvalidTag, ValueError):
            raise DamagedSeal("it was changed, cut, or is another object's") from None
        offset = number * CHUNK
        if start > offset or start + count < offset + size:
            chunk = chunk[max(0, start - offset) : start + count - offset]
        yield chunk


class _SealedReader(io.RawIOBase):
    """A sealed file as a stream of the object's bytes."""

    def __init__(
        self,
        path: Path,
        stretches: Sequence[SealedStretch],
        place: bytes,
        begin: int,
        blob: Blob | None,
    ) -> None:
        super().__init__()
        self.blob = blob
        self._stretches, self._place, self._begin = stretches, place, begin
        self._size = sum(stretch.size for stretch in stretches)
        self._at = 0
        self._file = os.open(path, os.O_RDONLY)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "io.BytesIO | bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(cast("bytearray", buffer))
        count_asked = min(len(view), self._size - self._at, CHUNK)
        count = 0
        if count_asked > 0:
            for chunk in self._chunks(self._at, count_asked):
                view[count : count + len(chunk)] = chunk
                count += len(chunk)
        self._at += count
        return count

    def readall(self) -> bytes:
        """Read the rest at once: piece by piece a chunk would be opened for every few kilobytes."""
        start, self._at = self._at, self._size
        return b"".join(self._chunks(start, self._size - start))

    def _chunks(self, start: int, count: int) -> Iterator[bytes]:
        return read_sealed(self._file, self._stretches, self._place, start, count, at=self._begin)

    def close(self) -> None:
        if not self.closed:
            os.close(self._file)
        super().close()


def is_sealed_stream(stream: BinaryIO) -> bool:
    """Return whether a stream is of a file that lies sealed."""
    return isinstance(getattr(stream, "raw", None), _SealedReader)


def sealed_blob_of(stream: BinaryIO) -> Blob | None:
    """Return the version that a stream is of, where it is of one that lies sealed in a bucket."""
    raw = getattr(stream, "raw", None)
    return raw.blob if isinstance(raw, _SealedReader) else None


def open_sealed(
    path: Path,
    stretches: Sequence[SealedStretch],
    place: bytes,
    begin: int = 0,
    *,
    blob: Blob | None = None,
) -> io.BufferedReader:
    """Return a sealed file as a stream of the object's bytes; it has no name, and can be linked by nobody.

    `begin` is where it begins in its file; `blob` the version that it is of, where it lies in a bucket.
    """
    return io.BufferedReader(_SealedReader(path, stretches, place, begin, blob), CHUNK)
