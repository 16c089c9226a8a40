"""What functions need of others: promises that doors and rooms keep. Nothing here knows of any service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from vedette.functions.store import Function, FunctionPlace


class FunctionActor(Protocol):
    """Lends a function the rights of its role."""

    def authority(self) -> bytes:
        """Return the certificates that clients must trust to find this server, where they would not."""

    def variables(self, function: Function) -> Mapping[str, str]:
        """Return what a function's clients find this server and are let in with, for an hour at least.

        Raises what refuses it: the role is gone, or does not trust functions any more.
        """

    def may(self, function: Function, action: str, resource: str) -> bool:
        """Say whether a function's role may do something."""

    def put(self, function: Function, target: str, record: tuple[str, bytes], chain: str) -> None:
        """Write an object (its name and its bytes) into the bucket of an ARN, as the function's role may.

        Who hears of the bucket is in the chain of the function's event. Raises what refuses it.
        """


@dataclass(frozen=True, slots=True)
class ResultMessage:
    """What a topic is to be told of an event's end. `attributes` are types and values; a record has none."""

    function: Function
    body: str = field(repr=False)
    is_success: bool
    moment_ms: int
    attributes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class ResultTopics(Protocol):
    """Topics and buses, as targets of what is told of an event's end."""

    def refusal(self, target: str, place: FunctionPlace) -> str:
        """Return why a target cannot be told by functions of a place; nothing where it can."""

    def note(self, connection: Connection, target: str, message: ResultMessage) -> None:
        """Write down what a target is to be told, in the transaction of the event's end."""
