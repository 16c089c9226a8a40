"""Finds the objects that packages of devices were taken of, to seal the copies of those that lie sealed."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from vedette.devices.values import WantedModel
from vedette.errors import Missing
from vedette.file_access import PIECE
from vedette.packaging.packagings import Packagings
from vedette.packaging.values import PackagedPlace
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.sealed_copies import SealedOrigin, origin_of

COMPONENT = "component"


@dataclass(frozen=True, slots=True)
class PackageOrigins:
    """Looks where a package came from, and by which key it lies there."""

    packagings: Packagings
    blobs: Blobs

    def find(self, wish: WantedModel) -> SealedOrigin | None:
        """Return the sealed object that a package was taken of; None where nothing says that it was sealed.

        One that was deleted or written over since had the key that its job was given; without that, the
        bucket says by what it seals now. Neither needs the object, and the first not the bucket either.
        """
        if not isinstance(self.blobs, FolderBlobs) or self.blobs.keys is None:
            return None  # another S3 does not say how it keeps what it hands out
        try:
            place = self._place(wish)
        except Missing:
            return None
        try:
            with self.blobs.open(place.bucket, place.key) as stream:
                origin = origin_of(stream)
                if origin is None and not place.encryption_key:
                    return None  # whatever it is: nothing here was sealed
                if _digest(stream) == wish.model.archive:
                    return origin
        except Missing as refusal:
            if refusal.kind not in ("bucket", "key"):
                raise
        encryption = self._encryption(place)
        return SealedOrigin(place.bucket, place.key, encryption) if encryption else None

    def _encryption(self, place: PackagedPlace) -> dict[str, str]:
        """Return the encryption of an object that is there no more; nothing where nobody knows."""
        if not isinstance(self.blobs, FolderBlobs) or self.blobs.keys is None:
            return {}
        keys = self.blobs.keys
        if place.encryption_key:
            return keys.for_named(place.bucket, place.key, place.encryption_key)
        try:
            return keys.for_new(self.blobs.buckets.find(place.bucket), place.key)
        except Missing:
            return {}

    def _place(self, wish: WantedModel) -> PackagedPlace:
        if wish.address:
            bucket, _, key = wish.address.partition("://")[2].partition("/")
            return PackagedPlace(bucket, key, "")
        return self.packagings.place_of(wish.project_arn, wish.job, COMPONENT)


def _digest(stream: BinaryIO) -> str:
    sums = hashlib.sha256()
    while piece := stream.read(PIECE):
        sums.update(piece)
    return sums.hexdigest()
