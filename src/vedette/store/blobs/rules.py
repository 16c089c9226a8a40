"""Lifecycle rules as values: which versions a rule applies to, and when it is due.

Nothing is removed here (expiry.py does), and nothing is read: what a rule says was checked by whoever
made it. Times are milliseconds since 1970.
"""

from dataclasses import dataclass
from datetime import datetime

from vedette.clock import milliseconds
from vedette.store.blobs.values import About, Blob

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Days:
    """The length of a rule's day. Real days end at midnight UTC, as S3 counts; others are for trying out."""

    length_s: float = DAY_S

    @property
    def are_real(self) -> bool:
        """Return whether a day has its real length."""
        return self.length_s == DAY_S

    def after(self, moment_ms: int, days: int) -> int:
        """Return when so many days have passed: the midnight that follows, where days are real."""
        due = moment_ms + int(days * self.length_s * 1000)
        return due if not self.are_real else (due // (DAY_S * 1000) + 1) * DAY_S * 1000


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """The filter of a rule; all conditions must hold. A delete marker has no tags and no size."""

    prefix: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    larger_than: int | None = None
    smaller_than: int | None = None

    @property
    def asks_content(self) -> bool:
        """Return whether it tests more than the key."""
        return bool(self.tags) or self.larger_than is not None or self.smaller_than is not None

    def admits_size(self, key: str, size: int, *, marker: bool) -> bool:
        """Return whether it may admit a version of this key and size, before its tags are tested."""
        if not key.startswith(self.prefix) or (marker and self.asks_content):
            return False
        large = self.larger_than is None or size > self.larger_than
        return large and (self.smaller_than is None or size < self.smaller_than)

    def admits(self, blob: Blob) -> bool:
        """Return whether it admits this version."""
        tagged = all(blob.about.tags.get(name) == value for name, value in self.tags)
        return tagged and self.admits_size(blob.key, blob.size, marker=blob.marker)


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """One rule; an action that it does not have is None."""

    id: str
    filter: RuleFilter = RuleFilter()
    days: int | None = None
    date_ms: int | None = None
    lone_markers: bool = False
    noncurrent_days: int | None = None
    kept_noncurrent: int = 0
    upload_days: int | None = None

    def current_due(self, modified_ms: int, days: Days) -> int | None:
        """Return when a current object of this age goes."""
        return self.date_ms if self.days is None else days.after(modified_ms, self.days)

    def marker_due(self, modified_ms: int, days: Days) -> int | None:
        """Return when a delete marker goes that covers nothing any more."""
        if self.lone_markers:
            return modified_ms
        return None if self.days is None else days.after(modified_ms, self.days)

    def noncurrent_due(self, since_ms: int, newer: int, days: Days) -> int | None:
        """Return when a version goes that was replaced then, with so many newer replaced ones."""
        if self.noncurrent_days is None or newer < self.kept_noncurrent:
            return None
        return days.after(since_ms, self.noncurrent_days)

    def upload_due(self, key: str, started_ms: int, days: Days) -> int | None:
        """Return when an upload goes that was never completed."""
        if self.upload_days is None or self.filter.asks_content or not key.startswith(self.filter.prefix):
            return None
        return days.after(started_ms, self.upload_days)


def is_held(about: About, now_ms: int) -> bool:
    """Return whether a version is locked; a lock that cannot be parsed counts as locked."""
    if about.legal_hold == "ON":
        return True
    if not about.retention:
        return False
    try:
        until = datetime.fromisoformat(about.retention["until"])
        return milliseconds(until) > now_ms
    except (KeyError, ValueError, TypeError):
        return True
