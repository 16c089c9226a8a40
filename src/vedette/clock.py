"""Time as a value that is passed in, so that tests can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  (this is the clock that everyone else takes)


def milliseconds(moment: datetime) -> int:
    """Return the moment as whole milliseconds since 1970, the number at the end of an ARN."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(count: int) -> datetime:
    """Return the moment that so many milliseconds after 1970 was."""
    return datetime.fromtimestamp(count / 1000, UTC)
