"""The front of the room: encrypts and decrypts by keys, and has all that belongs to them."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.clock import Clock, system_clock
from vedette.encryption.aliases import KeyAliases
from vedette.encryption.authority import KeyAuthority
from vedette.encryption.cipher import (
    CiphertextHead,
    bad_ciphertext,
    decrypt,
    encrypt,
    read_head,
    write_context,
)
from vedette.encryption.grants import KeyGrants
from vedette.encryption.keys import EncryptionKeys, require_enabled
from vedette.encryption.masters import MasterKey, open_master
from vedette.encryption.material import Materials
from vedette.encryption.values import EncryptionContext, EncryptionKey
from vedette.identity.seal import Seal
from vedette.settings import Settings
from vedette.store.db import Database

# What encrypts a file: AES-256.
DATA_KEY = 32


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key to encrypt with outside of the room, and its ciphertext, which is what one keeps."""

    plaintext: bytes
    ciphertext: bytes


class Encryption:
    """Keys, and what they encrypt. Threads may share it. Who may, is asked of `authority` before."""

    def __init__(
        self,
        database: Database,
        master: MasterKey,
        secret: bytes,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.materials = Materials(database, master, clock, ticks)
        self.keys = EncryptionKeys(database, self.materials, clock, ticks)
        self.aliases = KeyAliases(database, clock)
        self.grants = KeyGrants(database, secret, clock)
        self.authority = KeyAuthority(self.grants, self.aliases)

    def encrypt(self, key: EncryptionKey, plaintext: bytes, context: EncryptionContext) -> bytes:
        """Return a ciphertext by the newest version of a key that is enabled."""
        require_enabled(key)
        material = self._material(key.id, key.version)
        return encrypt(material, CiphertextHead(key.id, key.version), plaintext, context)

    def key_of(self, ciphertext: bytes) -> EncryptionKey:
        """Return the key that encrypted this; Missing where there is none (any more)."""
        return self.keys.by_id(read_head(ciphertext).key)

    def decrypt(self, key: EncryptionKey, ciphertext: bytes, context: EncryptionContext) -> bytes:
        """Return the plaintext of what an enabled key encrypted."""
        require_enabled(key)
        head = read_head(ciphertext)
        if head.key != key.id:
            raise bad_ciphertext()
        return decrypt(self._material(key.id, head.version), ciphertext, context)

    def open_data_key(self, ciphertext: bytes, context: EncryptionContext) -> bytes:
        """Return a data key, as `decrypt` does. One that was opened a while ago is remembered.

        Whether its key is there and enabled is asked each time; it is remembered no longer than the key's
        own material, and forgotten with it.
        """
        head = read_head(ciphertext)
        require_enabled(self.keys.by_id(head.key))
        place = ciphertext + write_context(context)
        data_key = self.materials.opened(head.key, head.version, place)
        if data_key is None:
            data_key = decrypt(self._material(head.key, head.version), ciphertext, context)
            self.materials.keep_opened(head.key, head.version, place, data_key)
        return data_key

    def data_key(self, key: EncryptionKey, context: EncryptionContext, size: int = DATA_KEY) -> DataKey:
        """Make a key to encrypt with elsewhere."""
        plaintext = os.urandom(size)
        return DataKey(plaintext, self.encrypt(key, plaintext, context))

    def is_ready(self, ciphertext: bytes) -> bool:
        """Return whether decrypting this asks neither the database nor another KMS."""
        head = read_head(ciphertext)
        return self.keys.remembers(head.key) and self.materials.remembers(head.key, head.version)

    def _material(self, key: str, version: int) -> bytes:
        material = self.materials.of(key, version)
        if material is None:
            raise bad_ciphertext()
        return material


def open_encryption(
    database: Database, seal: Seal, settings: Settings, *, clock: Clock = system_clock
) -> Encryption:
    """Return the room with the master key that the settings name, once it is known to be the right one."""
    master = open_master(settings.master_key.get_secret_value(), settings, seal)
    encryption = Encryption(database, master, seal.derive("grant tokens"), clock)
    encryption.materials.check(_masters_before(settings, seal, master))
    return encryption


def _masters_before(settings: Settings, seal: Seal, master: MasterKey) -> Sequence[MasterKey]:
    text = settings.master_key_before.get_secret_value()
    if not text:
        return ()
    before = open_master("" if text == "installation" else text, settings, seal)
    return () if before.name == master.name else (before,)
