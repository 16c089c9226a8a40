"""Opens the buckets, and the keys that seal the objects in them."""

import contextlib
from pathlib import Path

from vedette.api.s3.lifecycle_runner import LifecycleRunner
from vedette.api.s3.sealing import ObjectSealing
from vedette.encryption.encryption import Encryption, open_encryption
from vedette.encryption.folder_keys import FolderKeys
from vedette.encryption.keeper import KeyKeeper
from vedette.file_access import use_seals
from vedette.server.installation import Installation, in_a_sentence
from vedette.settings import Settings
from vedette.store.blobs.choose import open_blobs
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.rules import Days
from vedette.store.sealed_folders import FOLDERS


def _open_encryption(installation: Installation, closing: contextlib.ExitStack) -> Encryption:
    """Return the keys of accounts, once their master is known to be the right one; what is due is done."""
    settings = installation.settings
    encryption = open_encryption(installation.database, installation.seal, settings)
    keeper = KeyKeeper(encryption.keys)
    closing.callback(keeper.close)
    keeper.start()
    return encryption


def open_keys_and_buckets(
    installation: Installation, closing: contextlib.ExitStack
) -> tuple[Encryption, Blobs]:
    """Return the keys, and the buckets whose objects they seal."""
    encryption = _open_encryption(installation, closing)
    blobs = _open_buckets(installation.settings, closing)
    if isinstance(blobs, FolderBlobs):
        blobs.keys = ObjectSealing(encryption)
    _serve_sealed_folders(installation.settings.data, encryption, closing)
    return encryption, blobs


def _serve_sealed_folders(data: Path, encryption: Encryption, closing: contextlib.ExitStack) -> None:
    """Have the files of versions with keys opened and sealed, whoever reads and writes them."""
    FOLDERS.serve(data, FolderKeys(encryption).open)
    use_seals(FOLDERS)
    closing.callback(FOLDERS.leave, data)


def _open_buckets(settings: Settings, closing: contextlib.ExitStack) -> Blobs:
    """Return the buckets; where they are ours, their lifecycle rules are carried out."""
    with in_a_sentence(settings.data):
        blobs = open_blobs(settings)
    closing.callback(blobs.close)
    if isinstance(blobs, FolderBlobs):
        runner = LifecycleRunner(blobs, Days(settings.lifecycle_day))
        closing.callback(runner.close)
        runner.start()
    return blobs
