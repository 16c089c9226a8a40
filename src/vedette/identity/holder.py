"""The holder of a policy: a user, a group or a role, by name, whether it exists or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class HolderLook:
    """What a new user or role has beside its name and its rights; the last two are a role's alone."""

    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    # The policy that bounds its rights, as attachments name one.
    boundary: str = ""
    description: str = ""
    longest_s: int = 43_200


PLAIN = HolderLook()
