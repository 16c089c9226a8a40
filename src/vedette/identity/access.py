"""The interface by which rooms ask who may read and write which object; S3's front implements it.

A room that reads a bucket on behalf of a caller whose request has ended (a training, an import) asks
with the stored caller, just before it reads.
"""

from typing import Protocol

from vedette.identity.principal import Principal


class ObjectAccess(Protocol):
    """What a caller may do to objects, by bucket policies, grants and ownership. Never raises."""

    def may_read(self, caller: Principal, bucket: str, key: str, version: str = "") -> bool:
        """Return whether the caller may read an object, also where it does not exist."""

    def may_list(self, caller: Principal, bucket: str) -> bool:
        """Return whether the caller may list a bucket's objects."""

    def may_write(self, caller: Principal, bucket: str, key: str, encryption_key: str = "") -> bool:
        """Return whether the caller may put an object; under the key of an ARN, if one is named."""

    def missing_caller(self, caller: Principal) -> str:
        """Return a sentence where the caller was deleted meanwhile, and nothing where it exists."""
