"""Versions whose folders are sealed: what is written there from the first line on, and the key that opens it.

A version that is trained with its caller's key has a data key of its own. One that is not, but copies what
is sealed (a sealed version, or pictures that lie sealed in their bucket), has one by the key that the service
keeps for the account: a copy is never clearer than what it is of.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.encryption.folder_keys import SEALED, FolderKeys, NewFolderKey
from vedette.encryption.values import EncryptionKey, KeyPlace
from vedette.errors import Busy
from vedette.projects.project import Scope
from vedette.projects.version import Version
from vedette.store.sealed_folders import FOLDERS, mark_folder, read_mark
from vedette.training.folder import Folder
from vedette.training.order import SEALED_BY

# Of what is of no region and of no project: the key that the service keeps for an account as a whole.
NOWHERE = ""
SERVICE = "vedette"


@dataclass(frozen=True, slots=True)
class VersionSeals:
    """Seals the folders of versions."""

    keys: FolderKeys

    def prepare(self, key: EncryptionKey | None, scope: Scope) -> NewFolderKey | None:
        """Return a data key for a version that is to be; None where no key is asked for."""
        return None if key is None else self.keys.prepare(key, scope.service)

    def prepare_own(self, scope: Scope) -> NewFolderKey:
        """Return a data key by the key that the service keeps for the account."""
        own = self.keys.of_service(KeyPlace(scope.account, scope.region), scope.service)
        return self.keys.prepare(own, scope.service)

    def mark_for_account(self, account: str, name: str) -> bytes:
        """Return the mark of a folder that is an account's and no version's, wherever its projects are."""
        own = self.keys.of_service(KeyPlace(account, NOWHERE), SERVICE)
        return self.keys.grant(self.keys.prepare(own, SERVICE), name).dump()

    @contextmanager
    def sealing(self, folder: Folder, new: NewFolderKey | None) -> Iterator[None]:
        """Have a folder sealed by a data key before it has its mark."""
        if new is not None:
            FOLDERS.unlock(folder.root, new.plaintext)
        try:
            yield
        finally:
            FOLDERS.forget(folder.root)

    def settle(
        self, connection: Connection, folder: Folder, new: NewFolderKey | None, version: Version
    ) -> None:
        """Mark a version's folder, with the grant that opens it, in the transaction of the version."""
        if new is not None:
            folder.root.mkdir(exist_ok=True)
            mark_folder(folder.root, self.keys.bind(connection, new, str(version.arn)).dump())

    def seal_pictures(self, folder: Folder, version: Version) -> None:
        """Seal a training's copies of pictures, of one whose own files lie in clear, by the service's key.

        What was linked there before goes: a folder is sealed whole.
        """
        mark = self.keys.grant(self.prepare_own(version.project.scope), str(version.arn))
        shutil.rmtree(folder.pictures)
        folder.pictures.mkdir()
        mark_folder(folder.pictures, mark.dump())

    def require_mark(self, folder: Folder, version: Version) -> None:
        """Refuse to go on with a version that is to be sealed, and whose folder lost what it is sealed by."""
        if version.inputs.get(SEALED_BY) and read_mark(folder.root) is None:
            sentence = (
                f"The folder of {version.path} has lost the mark of its key; nothing is written in clear."
            )
            raise Busy(sentence, kind=SEALED, name=version.path)

    def retire(self, folder: Folder) -> None:
        """Give back the grants of a version that goes, before its folder does."""
        if (mark := read_mark(folder.root)) is not None:
            self.keys.retire(mark)
