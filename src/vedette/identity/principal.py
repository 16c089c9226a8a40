"""Who is calling, as the rest of the house sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["root", "user", "role"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a verified access key.

    `expires` is set for temporary keys alone; `tags` are the session's own.
    """

    account: str
    arn: str
    user_id: str
    name: str
    key_id: str
    kind: Kind = "user"
    expires: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
