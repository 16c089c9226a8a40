"""What validation finds in a line, and how much of it that spoils; which code means what is a dialect's.

Scopes, from the smallest:

    mark        a warning; nothing is spoilt
    annotation  that box, or that attribute, is left out; the rest of the line is used
    line        the line is left out
    silent      the line is dropped without a word, by dataset operations
    manifest    the whole operation fails
"""

from dataclasses import dataclass, replace
from typing import Literal

Scope = Literal["mark", "annotation", "line", "silent", "manifest"]
Spot = Literal["line", "value", "metadata", "annotation"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong in a line, and the place in the line where the validation manifest says so."""

    code: str
    message: str
    # How much this spoils.
    scope: Scope = "line"
    spot: Spot = "line"
    attribute: str = ""
    index: int = -1

    def at_line(self, number: int) -> "Flaw":
        """Return the flaw with the number of its line in its message."""
        return replace(self, message=f"Line {number}: {self.message}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a manifest, for a person: which line, which picture, what."""

    line: int
    source: str
    code: str
    message: str

    def __str__(self) -> str:
        if self.message.startswith(f"Line {self.line} "):
            return self.message[0].lower() + self.message[1:]
        about = f" ({self.source})" if self.source else ""
        return f"line {self.line}{about}: {self.message}"
