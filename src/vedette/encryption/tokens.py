"""A master key in a token: a hardware security module, or a card, spoken to by its PKCS#11 library.

The setting is a URI of RFC 7512. Its path says which key (`token`, `serial`, `object`, `id`), its query how
to come to it (`module-path`, `pin-source`, `pin-value`). What it says besides is refused: a part that is not
understood may have meant another key.

The key is one of AES in the token and never leaves it: the token itself encrypts and decrypts, by AES-GCM
with a random nonce before what it encrypted. A wrong PIN is shown once in a server's life, since a token
locks itself after a few.
"""

import hashlib
import logging
import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from vedette.errors import Busy, Wrong

log = logging.getLogger(__name__)

SCHEME = "pkcs11:"
# RFC 7512, 2.3: what names a key, of what may be said.
NAMES = ("token", "serial", "object", "id")
WAYS = ("module-path", "pin-source", "pin-value")
# An attribute's name and its value; `;` and `&` part them, and both are escaped within values.
ATTRIBUTE = re.compile(r"([a-z][a-z0-9_-]*)=([^;&?=#\s]*)")
NONCE, TAG = 12, 16
# One library is one table of sessions: calls take turns, whichever master makes them.
TURN = threading.RLock()

# What tokens say too shortly.
REASONS = {
    "NoSuchToken": "there is no such token",
    "MultipleTokensReturned": "there are several such tokens: name one by serial= too",
    "NoSuchKey": "there is no AES key of that name, or none without the right PIN",
    "MultipleObjectsReturned": "there are several such keys: name one by id= too",
}


class UnfitToken(Exception):
    """What is to be opened was not encrypted by the token's key, or was changed."""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Which key in which token, and how to come to it. `key_id` is in bytes; an empty value says nothing."""

    token: str
    label: str
    key_id: bytes
    serial: str
    module: str
    pin_source: str = ""
    pin_value: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What names the key, whatever the library's path and the PIN: it stays when those change."""
        parts = [self.token, self.serial, self.label, self.key_id.hex()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def pin(self) -> str | None:
        """Return the PIN; Busy where its file cannot be read now."""
        if not self.pin_source:
            return self.pin_value or None
        try:
            return Path(self.pin_source).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise Busy(
                f"The file of the token's PIN {self.pin_source} cannot be read: {reason}.", kind="master key"
            ) from None


def read_token_address(text: str) -> TokenAddress:
    """Return what a PKCS#11 URI says; refuse one that names no key, or says what is not understood."""
    path, _, query = text.removeprefix(SCHEME).partition("?")
    key = _attributes(path, ";", NAMES, optional=("type",))
    ways = _attributes(query, "&", WAYS)
    if key.pop("type", b"secret-key") != b"secret-key":
        raise _unreadable("its type is not secret-key")
    if not (key["token"] or key["serial"]) or not (key["object"] or key["id"]):
        raise _unreadable("it names no token (token=) and no key in it (object=)")
    if not ways["module-path"].startswith(b"/"):
        raise _unreadable("it has no module-path= with the whole path of the token's library")
    if ways["pin-source"] and ways["pin-value"]:
        raise _unreadable("it has both a pin-source and a pin-value")
    try:
        return TokenAddress(
            token=key["token"].decode(),
            label=key["object"].decode(),
            key_id=key["id"],
            serial=key["serial"].decode(),
            module=ways["module-path"].decode(),
            pin_source=ways["pin-source"].decode().removeprefix("file:"),
            pin_value=ways["pin-value"].decode(),
        )
    except UnicodeDecodeError:
        raise _unreadable("it holds bytes that are no UTF-8") from None


def _attributes(
    text: str, between: str, names: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, bytes]:
    """Return the attributes of one half of a URI, those that are not there empty."""
    attributes: dict[str, bytes] = {}
    for part in text.split(between) if text else ():
        match = ATTRIBUTE.fullmatch(part)
        if match is None:
            raise _unreadable("a part of it is no NAME=VALUE")  # not repeated: it may be the PIN
        if match[1] not in names + optional:
            raise _unreadable(f"{match[1]} is not understood here, and may mean another key")
        if match[1] in attributes:
            raise _unreadable(f"{match[1]} stands there twice")
        attributes[match[1]] = unquote_to_bytes(match[2])
    return {**dict.fromkeys(names, b""), **attributes}


def _unreadable(reason: str) -> Wrong:
    return Wrong(
        f"VEDETTE_MASTER_KEY is no PKCS#11 address that can be used: {reason}. It reads "
        "pkcs11:token=NAME;object=KEY?module-path=/PATH/TO/LIBRARY.so&pin-source=/PATH/TO/PIN."
    )


class TokenKey:
    """The key in its token. Threads may share it; their calls take turns."""

    def __init__(self, address: TokenAddress) -> None:
        self.address = address
        self._key: Any = None
        # Why the token takes our PIN no more: not to be tried again.
        self._refused_pin = ""

    def encrypt(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return the nonce, the ciphertext and its tag."""
        nonce = os.urandom(NONCE)
        return nonce + self._ask("encrypt", plaintext, nonce, bound_to)

    def decrypt(self, ciphertext: bytes, bound_to: bytes) -> bytes:
        """Return the plaintext; UnfitToken where the key did not encrypt it so."""
        if len(ciphertext) < NONCE + TAG:
            raise UnfitToken
        return self._ask("decrypt", ciphertext[NONCE:], ciphertext[:NONCE], bound_to)

    def close(self) -> None:
        """Let the session go; the next call opens another one."""
        with TURN:
            key, self._key = self._key, None
            if key is not None:
                _end_session(_library(), key)

    def _ask(self, operation: str, content: bytes, nonce: bytes, bound_to: bytes) -> bytes:
        """Let the token work; once more with a new session where the one before is gone."""
        pkcs11 = _library()
        with TURN:
            for is_last in (False, True):
                key = self._opened(pkcs11)
                try:
                    return _work(pkcs11, key, operation, content, nonce, bound_to)
                except pkcs11.PKCS11Error as error:
                    if operation == "decrypt" and _tells_of_content(pkcs11, key, error):
                        raise UnfitToken from None
                    self.close()
                    if is_last:
                        raise self._away(error) from None
        raise AssertionError  # the second try answers or refuses

    def _opened(self, pkcs11: Any) -> Any:
        """Return the key in a session of its own, opened before or now."""
        if self._refused_pin:
            raise self._locked_out()
        if self._key is None:
            try:
                self._key = self._open_anew(pkcs11)
            except (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinExpired, pkcs11.PinLenRange) as error:
                self._refused_pin = type(error).__name__
                raise self._locked_out() from None
            except pkcs11.PKCS11Error as error:
                raise self._away(error) from None
        return self._key

    def _open_anew(self, pkcs11: Any) -> Any:
        """Open the key; where that fails, once more with a library that looks at its tokens again."""
        pin = self.address.pin()
        try:
            return self._open(pkcs11, pin)
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned):
            raise
        except pkcs11.PKCS11Error as error:
            if isinstance(error, (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinExpired)):
                raise
            pkcs11.lib(self.address.module).reinitialize()
            return self._open(pkcs11, pin)

    def _open(self, pkcs11: Any, pin: str | None) -> Any:
        address = self.address
        token = pkcs11.lib(address.module).get_token(**_wanted(address))
        try:
            session = token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another master of this process
            session = token.open()
        try:
            return session.get_key(
                object_class=pkcs11.ObjectClass.SECRET_KEY,
                key_type=pkcs11.KeyType.AES,
                label=address.label or None,
                id=address.key_id or None,
            )
        except pkcs11.PKCS11Error:
            session.close()
            raise

    def _locked_out(self) -> Busy:
        return Busy(
            f"The token {self.address.token or self.address.serial} refused its PIN ({self._refused_pin}). "
            "It is not tried again, since a token locks itself: put the right PIN in place and start the "
            "server anew.",
            kind="master key",
        )

    def _away(self, error: Exception) -> Busy:
        name = type(error).__name__
        reason = REASONS.get(name) or (f"{name}: {error}" if str(error) else name)
        return Busy(
            f"The master key {self.address.label or self.address.key_id.hex()} in the token "
            f"{self.address.token or self.address.serial} cannot be used: {reason}.",
            kind="master key",
        )


def _wanted(address: TokenAddress) -> dict[str, Any]:
    """Return what a token is found by."""
    return {"token_label": address.token or None, "token_serial": address.serial.encode() or None}


def find_token(address: TokenAddress) -> str:
    """Return why a token is not there, without showing it the PIN; nothing where it is."""
    try:
        pkcs11 = _library()
        try:
            with TURN:
                tokens = pkcs11.lib(address.module).get_tokens(**_wanted(address))
                return "" if any(True for _ in tokens) else REASONS["NoSuchToken"]
        except pkcs11.PKCS11Error as error:
            return f"{type(error).__name__}: {error}"
    except Busy as refusal:
        return refusal.sentence


def _work(pkcs11: Any, key: Any, operation: str, content: bytes, nonce: bytes, bound_to: bytes) -> bytes:
    parameters = pkcs11.GCMParams(nonce, bound_to, 8 * TAG)
    work = getattr(key, operation)
    return bytes(work(content, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=parameters))


def _tells_of_content(pkcs11: Any, key: Any, error: Exception) -> bool:
    """Say whether what failed was what the token was given, and not the token.

    SoftHSM tells of a wrong tag by a failure of no kind; then the key is tried with what it encrypts itself.
    """
    if isinstance(error, (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange)):
        return True
    nonce, content = os.urandom(NONCE), b"vedette"
    try:
        sample = _work(pkcs11, key, "encrypt", content, nonce, b"")
        return _work(pkcs11, key, "decrypt", sample, nonce, b"") == content
    except pkcs11.PKCS11Error:
        return False


def _end_session(pkcs11: Any, key: Any) -> None:
    try:
        key.session.close()
    except pkcs11.PKCS11Error as error:  # a session that broke need not end well
        log.debug("The session of the token did not end: %s", error)


def _library() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise Busy(
            "A master key in a token needs a part that is not installed. Type: pip install 'vedette[pkcs11]'",
            kind="master key",
        ) from None
    return pkcs11
