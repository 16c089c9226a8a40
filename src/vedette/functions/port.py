"""What gives functions their keys: the promise that a door keeps. Nothing here knows of any service."""

from collections.abc import Mapping
from typing import Protocol

from vedette.functions.store import Function


class FunctionActor(Protocol):
    """Lends a function the rights of its role."""

    def authority(self) -> bytes:
        """Return the certificate that clients must trust to find this server, where it made one itself."""

    def variables(self, function: Function) -> Mapping[str, str]:
        """Return what a function's clients find this server and are let in with, for an hour at least.

        Raises what refuses it: the role is gone, or does not trust functions any more.
        """
