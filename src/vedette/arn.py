"""Amazon Resource Names: how the two services and their clients name a thing.

Syntax only; whether a resource exists, the room that owns it answers.
"""

from dataclasses import dataclass

from vedette.errors import Wrong


@dataclass(frozen=True, slots=True)
class Arn:
    """`arn:aws:<service>:<region>:<account>:<resource>`."""

    service: str
    region: str
    account: str
    resource: str
    partition: str = "aws"

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn:
    """Return the parts of an ARN; the resource keeps its own colons and slashes."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not parts[5]:
        raise Wrong(f"{text!r} is not an ARN (arn:aws:service:region:account:resource).")
    return Arn(partition=parts[1], service=parts[2], region=parts[3], account=parts[4], resource=parts[5])
