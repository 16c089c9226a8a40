"""Data keys of folders: one for each version that is trained with a key, granted to the service.

A data key is encrypted by the key that the caller named and bound to the version's ARN; a grant lets the
service decrypt it, and nothing else. A mark, which lies in the folder, has both. Whoever disables the key,
lets it end or takes the grant away closes the folder; enabling it opens the folder again.
"""

import base64
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from vedette.encryption.encryption import DATA_KEY, Encryption
from vedette.encryption.grants import NewGrant
from vedette.encryption.keys import CACHE_S, require_enabled
from vedette.encryption.policies import via_service
from vedette.encryption.values import EncryptionKey, KeyPlace
from vedette.errors import Busy, Missing, Refusal, Wrong

FORM = 1
CONTEXT = "vedette:version"
# What the grant lets the service do.
OPERATIONS = ("Decrypt", "DescribeKey", "GenerateDataKey", "RetireGrant")
# A folder whose key is not to be had now; it opens again when the key is.
SEALED = "sealed folder"


@dataclass(frozen=True, slots=True)
class NewFolderKey:
    """A data key for a folder that is being made. `service` is whose grant it will be."""

    key: EncryptionKey
    service: str
    plaintext: bytes = field(repr=False)

    @property
    def grantee(self) -> str:
        """The service, as grants name it."""
        return via_service(self.service, self.key.region)


@dataclass(frozen=True, slots=True)
class FolderMark:
    """What a sealed folder says of its key."""

    key: str
    arn: str
    grant: str
    ciphertext: bytes

    def dump(self) -> bytes:
        """Return the mark as it lies in its folder."""
        values = {"form": FORM, "key": self.key, "version": self.arn, "grant": self.grant}
        return json.dumps({**values, "data_key": base64.b64encode(self.ciphertext).decode()}).encode()


def read_folder_mark(content: bytes) -> FolderMark:
    """Return the mark of a folder; refuse a damaged one."""
    damaged = Wrong("The mark of a sealed folder is damaged, or of a later release.", kind="key")
    try:
        values = json.loads(content)
        ciphertext = base64.b64decode(values["data_key"], validate=True)
        mark = FolderMark(values["key"], values["version"], values["grant"], ciphertext)
        form = values["form"]
    except (ValueError, KeyError, TypeError):
        raise damaged from None
    if form != FORM:
        raise damaged
    return mark


class FolderKeys:
    """Makes data keys of folders, and opens their marks. Threads may share it."""

    def __init__(self, encryption: Encryption, ticks: Callable[[], float] = time.monotonic) -> None:
        self._encryption = encryption
        self._ticks = ticks
        self._opened: dict[bytes, tuple[bytes, float]] = {}
        self._lock = threading.Lock()

    def prepare(self, key: EncryptionKey, service: str) -> NewFolderKey:
        """Make a data key, once it is known that the key encrypts; refuse where it does not."""
        require_enabled(key)
        new = NewFolderKey(key, service, os.urandom(DATA_KEY))
        # What follows is within a transaction, which must not wait for another KMS.
        self._encryption.encrypt(key, new.plaintext, {})
        return new

    def bind(self, connection: Connection, new: NewFolderKey, arn: str) -> FolderMark:
        """Return the mark of a version's folder, with its grant, in the transaction of the version."""
        context = {CONTEXT: arn}
        ciphertext = self._encryption.encrypt(new.key, new.plaintext, context)
        if new.key.service:  # the service's own, which needs nobody's leave
            return FolderMark(str(new.key.arn), arn, "", ciphertext)
        wish = NewGrant(
            new.grantee, OPERATIONS, new.key.account, retiring=new.grantee, name=f"version-{arn}"[-256:]
        )
        grant = self._encryption.grants.add(connection, new.key, replace(wish, equals=context))
        return FolderMark(str(new.key.arn), arn, grant.id, ciphertext)

    def grant(self, new: NewFolderKey, arn: str) -> FolderMark:
        """Return the same in a transaction of its own, for a version that is there."""
        with self._encryption.database.write() as connection:
            return self.bind(connection, new, arn)

    def of_service(self, place: KeyPlace, service: str) -> EncryptionKey:
        """Return the key that a service keeps for an account."""
        return self._encryption.keys.of_service(place, service)

    def open(self, content: bytes) -> bytes:
        """Return the data key of a mark; Busy where the key is not to be had now, with the reason."""
        mark = read_folder_mark(content)
        with self._lock:
            entry = self._opened.get(content)
        try:
            key = self._encryption.key_of(mark.ciphertext)
            require_enabled(key)
            if entry is not None and entry[1] > self._ticks():
                return entry[0]
            plaintext = self._open(mark, key)
        except Refusal as refusal:
            raise _closed(mark, refusal) from refusal
        with self._lock:
            now = self._ticks()
            self._opened = {text: opened for text, opened in self._opened.items() if opened[1] > now}
            # As long as a change of a key needs to be seen by other servers.
            self._opened[content] = plaintext, now + CACHE_S
        return plaintext

    def _open(self, mark: FolderMark, key: EncryptionKey) -> bytes:
        context = {CONTEXT: mark.arn}
        if str(key.arn) != mark.key:
            raise Wrong("The mark names another key than its data key.", kind="key")
        if key.service:
            return self._encryption.decrypt(key, mark.ciphertext, context)
        grant = self._encryption.grants.find(key, mark.grant)
        if "Decrypt" not in grant.operations or not grant.fits(context):
            raise Missing("The grant does not allow it.", kind="grant")
        return self._encryption.decrypt(key, mark.ciphertext, context)

    def retire(self, content: bytes) -> None:
        """Give back the grant of a folder that goes, where there is one."""
        try:
            mark = read_folder_mark(content)
            key = self._encryption.key_of(mark.ciphertext)
            self._encryption.grants.delete(self._encryption.grants.find(key, mark.grant))
        except (Missing, Wrong):
            return  # taken away before, with its key or alone; a folder that goes must go


def _closed(mark: FolderMark, refusal: Refusal) -> Busy:
    if refusal.kind == "grant":
        reason = f"the grant by which the service uses the key {mark.key} was retired or revoked."
    else:
        reason = refusal.sentence
    sentence = f"The files of {mark.arn} are encrypted and cannot be opened: {reason}"
    return Busy(sentence, kind=SEALED, name=mark.arn)
