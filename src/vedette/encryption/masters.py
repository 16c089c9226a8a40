"""The master key of the installation: it wraps the material of every other key, and nothing else.

Where it comes from says the setting `master_key`: nothing there, the installation's own key file; a secret of
64 hexadecimal digits; `file:` and the path of a file with such a secret; `kms:` and the ARN of a key in
another KMS, or `pkcs11:` and what names a key in a token (`tokens.py`), neither of which gives it out. The
database holds a probe for each master that wrapped something, so that a wrong one is noticed at the start,
before anything is written.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vedette.arn import parse_arn
from vedette.encryption.tokens import TokenAddress, TokenKey, UnfitToken, read_token_address
from vedette.errors import Busy, Wrong
from vedette.identity.seal import BadSeal, Seal
from vedette.settings import Settings

SECRET = re.compile(r"[0-9a-fA-F]{64}")
PURPOSE = "encryption master"
# The name of the one that the data folder holds.
OWN_MASTER = "installation"
# KMS at another place: wrapping is rare, and nobody is to wait for minutes.
CONNECT_S, READ_S = 5, 10


class UnfitMaster(Exception):
    """What is to be unwrapped was not wrapped by this master, or was changed."""


class MasterKey(Protocol):
    """Wraps and unwraps material of keys. `place` binds what is wrapped to the key and version it is of."""

    @property
    def name(self) -> str:
        """What the database knows it by; another master has another name."""

    def wrap(self, material: bytes, place: str) -> bytes:
        """Return the material wrapped."""

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the material; UnfitMaster where it was not wrapped so, Busy where it cannot be told now."""


@dataclass(frozen=True, slots=True)
class InstallationMaster:
    """A master derived from the installation's own key file."""

    seal: Seal
    name: str = OWN_MASTER

    def wrap(self, material: bytes, place: str) -> bytes:
        """Return the material sealed."""
        return self.seal.seal(material, f"{PURPOSE}:{place}")

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the material."""
        try:
            return self.seal.open(wrapped, f"{PURPOSE}:{place}")
        except BadSeal:
            raise UnfitMaster from None


class SecretMaster:
    """A secret from outside of the data folder, so that the folder alone opens nothing."""

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(secret)
        # Of a key of its own, so that the name tells nothing of the secret.
        print_ = hashlib.sha256(self._seal.derive("name of a master")).hexdigest()[:16]
        self.name = f"secret {print_}"

    def wrap(self, material: bytes, place: str) -> bytes:
        """Return the material sealed."""
        return InstallationMaster(self._seal).wrap(material, place)

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the material."""
        return InstallationMaster(self._seal).unwrap(wrapped, place)


@dataclass(frozen=True, slots=True)
class KmsAddress:
    """A key of another KMS, and who asks for it there."""

    arn: str
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = ""


class KmsMaster:
    """A key in another KMS (AWS's, or another Vedette's), asked over the network each time."""

    def __init__(self, address: KmsAddress) -> None:
        self._address = address
        self._client: Any = None
        # The database's column is short; an ARN may be longer.
        self.name = f"kms {hashlib.sha256(address.arn.encode()).hexdigest()[:16]}"

    def wrap(self, material: bytes, place: str) -> bytes:
        """Return the material as the other KMS encrypts it."""
        answer = self._ask("encrypt", Plaintext=material, KeyId=self._address.arn, **self._bound(place))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the material."""
        answer = self._ask("decrypt", CiphertextBlob=wrapped, KeyId=self._address.arn, **self._bound(place))
        return bytes(answer["Plaintext"])

    def _bound(self, place: str) -> dict[str, Any]:
        return {"EncryptionContext": {"vedette": place}}

    def _ask(self, operation: str, **members: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._connected(), operation)(**members)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("InvalidCiphertextException", "IncorrectKeyException"):
                raise UnfitMaster from None
            raise Busy(f"The master key {self._address.arn} refuses: {error}", kind="master key") from None
        except BotoCoreError as error:
            raise Busy(
                f"The master key {self._address.arn} cannot be reached: {error}", kind="master key"
            ) from None
        return answer

    def _connected(self) -> Any:
        if self._client is None:
            import botocore.session
            from botocore.config import Config

            self._client = botocore.session.get_session().create_client(
                "kms",
                endpoint_url=self._address.endpoint or None,
                region_name=parse_arn(self._address.arn).region,
                aws_access_key_id=self._address.access_key or None,
                aws_secret_access_key=self._address.secret_key or None,
                config=Config(
                    connect_timeout=CONNECT_S,
                    read_timeout=READ_S,
                    retries={"mode": "standard", "total_max_attempts": 2},
                ),
            )
        return self._client


class TokenMaster:
    """A key of AES in a token, which wraps and unwraps by itself."""

    def __init__(self, address: TokenAddress) -> None:
        self._key = TokenKey(address)
        self.name = f"pkcs11 {address.name}"

    def wrap(self, material: bytes, place: str) -> bytes:
        """Return the material as the token encrypts it."""
        return self._key.encrypt(material, f"{PURPOSE}:{place}".encode())

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """Return the material."""
        try:
            return self._key.decrypt(wrapped, f"{PURPOSE}:{place}".encode())
        except UnfitToken:
            raise UnfitMaster from None


def open_master(text: str, settings: Settings, seal: Seal) -> MasterKey:
    """Return the master that a setting names; refuse one that says nothing of the kind."""
    if not text:
        return InstallationMaster(seal)
    kind, _, rest = text.partition(":")
    if kind == "kms" and rest.startswith("arn:"):
        return KmsMaster(
            KmsAddress(
                rest,
                settings.master_kms_endpoint,
                settings.master_kms_access_key,
                settings.master_kms_secret_key.get_secret_value(),
            )
        )
    if kind == "pkcs11":
        return TokenMaster(read_token_address(text))
    if kind == "file" and rest:
        return SecretMaster(_read_secret(Path(rest)))
    if SECRET.fullmatch(text):
        return SecretMaster(bytes.fromhex(text))
    raise Wrong(
        "VEDETTE_MASTER_KEY is nothing that is known: leave it empty for the installation's own key, or "
        "write 64 hexadecimal digits, file:PATH, kms:ARN, or pkcs11: and a key in a token."
    )


def _read_secret(path: Path) -> bytes:
    try:
        text = path.read_text("ascii", "replace").strip()
    except OSError as error:
        raise Wrong(f"The master key's file {path} cannot be read: {error.strerror}.") from None
    if not SECRET.fullmatch(text):
        raise Wrong(f"The master key's file {path} does not hold 64 hexadecimal digits.")
    return bytes.fromhex(text)
