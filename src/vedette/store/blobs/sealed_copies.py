"""Copies of sealed objects outside of their buckets: each opens for as long as the object's own key does.

    20 bytes  what it is
    4 bytes   how long what follows is
    JSON      the object's bucket, key and encryption, its data key among it, encrypted as it is there
    …         a sealed file (sealed.py) under a key of its own, derived from that data key and a new salt

Who reads an object may keep such a copy without any right more: nothing is encrypted anew by the key.
"""

import io
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vedette.errors import Wrong
from vedette.file_access import PIECE, sync_file
from vedette.store.blobs.sealed import (
    CHUNK,
    HEAD,
    SALT,
    TAG,
    DamagedSeal,
    ObjectKeys,
    SealedStretch,
    Sealer,
    derive_file_key,
    open_sealed,
    sealed_blob_of,
)

START = b"vedette sealed copy\1"
COUNT_BYTES = 4
# A head has an encryption context in it, which S3 holds to far less.
MOST_HEAD = 1 << 20
PLACE = b"vedette sealed copy 1"


@dataclass(frozen=True, slots=True)
class SealedOrigin:
    """The object that a copy is of, and how it is encrypted."""

    bucket: str
    key: str
    encryption: Mapping[str, str]


def origin_of(stream: BinaryIO) -> SealedOrigin | None:
    """Return which object a stream is of, where that lies sealed."""
    blob = sealed_blob_of(stream)
    return None if blob is None else SealedOrigin(blob.bucket, blob.key, blob.about.encryption)


class SealedCopies:
    """Writes and opens copies. `keys` are those that seal the objects, None where there are none."""

    def __init__(self, keys: Callable[[], ObjectKeys | None]) -> None:
        self._keys = keys

    def write(self, source: BinaryIO, origin: SealedOrigin, file: Path) -> None:
        """Write a copy into a new file, and have it on the disk; refuse where its key is not to be had."""
        origin = SealedOrigin(origin.bucket, origin.key, {**origin.encryption, SALT: secrets.token_hex(16)})
        sealer = Sealer(self._file_key(origin), PLACE)
        head = json.dumps(
            {"bucket": origin.bucket, "key": origin.key, "encryption": dict(origin.encryption)}
        ).encode()
        with file.open("wb") as target:
            target.write(START + len(head).to_bytes(COUNT_BYTES, "big") + head)
            while piece := source.read(PIECE):
                target.writelines(sealer.update(piece))
            target.writelines(sealer.finish())
        sync_file(file)

    def open(self, file: Path) -> io.BufferedReader:
        """Return what a copy holds as a stream; refuse where its key is not to be had now."""
        origin, begin = _head(file)
        stretch = SealedStretch(_size(file, begin), self._file_key(origin))
        return open_sealed(file, [stretch], PLACE, begin)

    def _file_key(self, origin: SealedOrigin) -> bytes:
        keys = self._keys()
        if keys is None:
            raise Wrong("It is encrypted by a key, which is not to be had here.", kind="key")
        data_key = keys.data_key(origin.bucket, origin.key, dict(origin.encryption))
        return derive_file_key(data_key, origin.encryption[SALT])


def read_origin(file: Path) -> SealedOrigin:
    """Return the object that a copy is of, which nobody needs a key for."""
    return _head(file)[0]


def size_of_copy(file: Path) -> int:
    """Return how many bytes a copy holds."""
    return _size(file, _head(file)[1])


def _head(file: Path) -> tuple[SealedOrigin, int]:
    """Return what a copy says of its origin, and where its sealed file begins."""
    begin = len(START) + COUNT_BYTES
    try:
        with file.open("rb") as stream:
            start = stream.read(begin)
            count = int.from_bytes(start[len(START) :], "big")
            values = json.loads(stream.read(min(count, MOST_HEAD)))
        origin = SealedOrigin(values["bucket"], values["key"], dict(values["encryption"]))
    except (ValueError, KeyError, TypeError):
        raise DamagedSeal("it does not say what it is a copy of") from None
    if not start.startswith(START) or SALT not in origin.encryption:
        raise DamagedSeal("it is no copy of a sealed object that this program knows")
    return origin, begin + count


def _size(file: Path, begin: int) -> int:
    sealed = file.stat().st_size - begin - len(HEAD)
    if sealed < TAG:
        raise DamagedSeal("it is too short to be a sealed file")
    return sealed - TAG * -(-sealed // (CHUNK + TAG))
