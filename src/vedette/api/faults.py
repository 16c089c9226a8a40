"""What every dialect's translation of errors is made of; the tables are each dialect's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a client of one dialect reads it."""

    code: str
    status: int
    message: str
    members: Mapping[str, Any] | None = None


# A refusal of a room, a `Faulty` of the wire, or anything else (which is ours: 500).
Translate = Callable[[Exception], Fault]
