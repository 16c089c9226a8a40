"""Keys, their versions, aliases and grants, as frozen values. None of them holds material."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from vedette.arn import Arn

KeyState = Literal["enabled", "disabled", "ending"]

# Of what a ciphertext is to be bound to: names and values that are no secret.
EncryptionContext = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A key. `service` is set for the key that a service keeps for an account."""

    number: int
    id: str
    account: str
    region: str
    service: str
    description: str
    state: KeyState
    stored_policy: str
    tags: Mapping[str, str]
    version: int
    rotation_days: int
    created: datetime
    rotates: datetime | None = None
    window_days: int | None = None
    ends: datetime | None = None
    # Where the request named the key by an alias.
    asked_as: str = field(default="", compare=False)

    @property
    def arn(self) -> Arn:
        """Its name everywhere."""
        return Arn("kms", self.region, self.account, f"key/{self.id}")


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of a key's material, without the material."""

    number: int
    created: datetime
    on_demand: bool


@dataclass(frozen=True, slots=True)
class KeyAlias:
    """A name of a key, `alias/…`."""

    name: str
    key: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """An account in a region, where keys and aliases have their names."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """What a principal may do with a key by a grant. `equals` and `subset` bound its encryption context."""

    number: int
    id: str
    key: str
    name: str
    grantee: str
    grantee_id: str
    retiring: str
    retiring_id: str
    issuer: str
    operations: tuple[str, ...]
    created: datetime
    equals: EncryptionContext | None = None
    subset: EncryptionContext | None = None

    def fits(self, context: EncryptionContext) -> bool:
        """Return whether the constraints allow an encryption context."""
        if self.equals is not None and dict(context) != dict(self.equals):
            return False
        return self.subset is None or dict(self.subset).items() <= dict(context).items()
