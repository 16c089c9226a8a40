"""How much a service takes, as values: a dialect has one of each, and rooms ask no further."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

LINE_BYTES = 4096
"""What a line of a larger dataset may take: Custom Labels' gigabyte leaves 4,295 to each of 250,000."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture may be: its bytes, its sides in pixels, one side over the other (0: no limit).

    `instead` is a sentence on what can be done with one of more bytes.
    """

    most_bytes: int
    least_side: int
    most_side: int
    most_ratio: float = 0
    instead: str = ""

    def allow_sides(self, width: int, height: int) -> bool:
        """Say whether both sides are within the bounds, whatever their ratio."""
        least, most = self.least_side, self.most_side
        return least <= width <= most and least <= height <= most

    def sides_problem(self, width: int, height: int) -> str:
        """Return what is wrong with a picture of these sides; nothing where they are allowed."""
        short, long, least, most = *sorted((width, height)), self.least_side, self.most_side
        sides = f"{width} × {height}"
        if most and long > most:
            return f"The picture has {sides} pixels; {most} a side are the most."
        if short < least:
            return f"The picture has {sides} pixels; {least} a side are the least."
        if not self.allow_ratio(width, height):
            times = f"{self.most_ratio:g}"
            return f"The picture has {sides} pixels; one side may be {times} times the other at most."
        return ""

    def allow_ratio(self, width: int, height: int) -> bool:
        """Say whether the longer side is not too many times the shorter one."""
        return not self.most_ratio or max(width, height) <= self.most_ratio * min(width, height)


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How long a text may be, and of which characters; `characters` names them for a person."""

    most: int
    pattern: re.Pattern[str]
    characters: str

    def allow(self, text: str) -> bool:
        """Say whether a text is short enough and has no other character."""
        return len(text) <= self.most and self.pattern.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class DatasetLimits:
    """What a dataset may hold: entries by its kind (train, test), labels, bytes of a manifest."""

    entries: Mapping[str, int]
    labels: int
    manifest_bytes: int

    def with_room_for(self, entries: int) -> "DatasetLimits":
        """Return limits that let a dataset of either kind have so many entries, and never fewer than these.

        A manifest of them may be larger too: `LINE_BYTES` an entry.
        """
        return replace(
            self,
            entries={kind: max(most, entries) for kind, most in self.entries.items()},
            manifest_bytes=max(self.manifest_bytes, entries * LINE_BYTES),
        )
