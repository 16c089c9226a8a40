"""Who may read and write which object: asked by the rooms, decided where buckets have their rules.

A room that reads a bucket for somebody who is not on the line any more (a training, an import) asks
here with the caller that it remembers, just before it reads.
"""

from typing import Protocol

from vedette.identity.principal import Principal


class Access(Protocol):
    """What a caller may do to objects, by bucket policies, grants and ownership. Never raises."""

    def may_read(self, caller: Principal, bucket: str, key: str, version: str = "") -> bool:
        """Say whether the caller may read an object; of one that is not there, whether it would."""

    def may_write(self, caller: Principal, bucket: str, key: str) -> bool:
        """Say whether the caller may put an object there."""

    def gone(self, caller: Principal) -> str:
        """Say in a sentence that the caller is there no more; nothing where it is."""
