"""What can be wrong with a request before it reaches any room.

    Faulty
    ├── Malformed         it cannot be parsed as this protocol
    ├── Invalid           it can be parsed, but breaks the limits of its shapes
    └── UnknownOperation  the service has no operation of that name or address

`kind` says more, in the protocols' own words; the table from kinds to each dialect's
codes lives in api/. Nothing here knows a status or a code.
"""

from collections.abc import Sequence


class ProtocolFault(Exception):
    """A request that its protocol or its shapes refuse; `kind` is what dialects translate."""

    kind = "syntax"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Malformed(ProtocolFault):
    """The request cannot be read: broken JSON or XML, a member of the wrong type.

    Kinds: "syntax" (the body), "type" (a member), "content-type", "too-deep".
    """

    def __init__(self, sentence: str, kind: str = "syntax") -> None:
        super().__init__(sentence)
        self.kind = kind


class Invalid(ProtocolFault):
    """The request breaks limits that its shapes state.

    Kinds: "constraint"; "page-size" and "large-picture" where nothing is wrong but a page or a picture's
    bytes beyond their maximum.
    """

    def __init__(self, complaints: Sequence[str], kind: str = "constraint") -> None:
        count = len(complaints)
        noun = "error" if count == 1 else "errors"
        # Ten are enough to read; a list of thousands has thousands.
        super().__init__(f"{count} validation {noun} detected: {'; '.join(complaints[:10])}")
        self.complaints = tuple(complaints)
        self.kind = kind


class UnknownOperation(ProtocolFault):
    """The service has no operation of that name or address."""

    kind = "unknown-operation"

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown operation: {name[:200]}")
        self.name = name
