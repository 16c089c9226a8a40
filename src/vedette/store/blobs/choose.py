"""Which store of buckets an installation has: the folder, unless a foreign S3 is set."""

import time
from pathlib import Path

from vedette.settings import Settings
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs


def open_blobs(settings: Settings) -> Blobs:
    """Open the buckets. Leftovers of a crash are swept in the background."""
    if settings.s3_endpoint:
        # Only then is its client worth the memory and the start that it costs.
        from vedette.store.blobs.foreign import ForeignBlobs, ForeignS3

        secret = settings.s3_secret_key.get_secret_value()
        return ForeignBlobs(
            ForeignS3(settings.s3_endpoint, settings.s3_access_key, secret, settings.s3_region),
            settings.account,
        )
    folder = FolderBlobs(buckets_folder(settings))
    folder.sweep_later(older_than=time.time())
    return folder


def buckets_folder(settings: Settings) -> Path:
    """Return where the folder's buckets lie."""
    return settings.data / "buckets"
