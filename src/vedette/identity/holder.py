"""The holder of a policy: a user, a group or a role, by name, whether it exists or not."""

from dataclasses import dataclass
from typing import Literal

HolderKind = Literal["user", "group", "role"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, a group or a role of an account."""

    kind: HolderKind
    account: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
