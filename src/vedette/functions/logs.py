"""The logs of functions, read by whoever may: groups, streams, lines, and how long they are kept."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from vedette.clock import Clock
from vedette.errors import Missing
from vedette.functions.log_store import LogGroup, LogLine, LogSelection, LogStore, LogStream, Position
from vedette.functions.store import FunctionPlace
from vedette.store.db import Database

# CloudWatch Logs' limits of one answer; the bytes of a line count 26 more.
MOST_LINES, MOST_BYTES, BESIDE = 10_000, 1 << 20, 26
# As many lines are looked through for one answer: a pattern that fits none must not hold a thread.
MOST_LOOKED_AT = 100_000


class FunctionLogs:
    """The logs of all accounts. Threads may share it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.store = LogStore(clock)
        self._database = database

    def groups(self, place: FunctionPlace, *, after: int, most: int) -> tuple[Sequence[LogGroup], bool]:
        """Return the logs of a place, and whether there are more."""
        with self._database.read() as connection:
            groups = self.store.groups(connection, place, after=after, most=most + 1)
        return groups[:most], len(groups) > most

    def group(self, place: FunctionPlace, name: str) -> LogGroup:
        """Return the log of a function; Missing where it has printed nothing."""
        with self._database.read() as connection:
            group = self.store.group(connection, place, name)
        if group is None:
            raise Missing("The specified log group does not exist.", kind="log group", name=name)
        return group

    def streams(self, group: LogGroup) -> Sequence[LogStream]:
        """Return the streams of a log."""
        with self._database.read() as connection:
            return self.store.streams(connection, group)

    def set_days(self, group: LogGroup, days: int) -> None:
        """Say for how many days a log is kept; 0 for as long as there is room."""
        with self._database.write() as connection:
            self.store.set_days(connection, group.function, days)

    def clear(self, group: LogGroup) -> None:
        """Forget all of a log."""
        with self._database.write() as connection:
            self.store.clear(connection, group.function)

    def page(
        self, group: LogGroup, selection: LogSelection, start: Position | None, most: int
    ) -> Sequence[LogLine]:
        """Return the lines after a place."""
        with self._database.read() as connection:
            return list(_fitting(self.store.lines(connection, group, selection, start), most))

    def page_before(
        self, group: LogGroup, selection: LogSelection, end: Position | None, most: int
    ) -> Sequence[LogLine]:
        """Return the lines before a place, in their order."""
        with self._database.read() as connection:
            return list(_fitting(self.store.lines_before(connection, group, selection, end), most))[::-1]

    def search(
        self,
        group: LogGroup,
        selection: LogSelection,
        start: Position | None,
        *,
        most: int,
        matches: Callable[[str], bool],
    ) -> tuple[Sequence[LogLine], Position | None]:
        """Return the lines after a place that match, and where the next page begins; None at the end.

        A page may have no line although there is a next one: so many are looked through at a time.
        """
        matching: list[LogLine] = []
        last, size = start, 0
        with self._database.read() as connection:
            for looked_at, line in enumerate(self.store.lines(connection, group, selection, start)):
                if looked_at >= MOST_LOOKED_AT or len(matching) >= most or size >= MOST_BYTES:
                    return matching, last
                last = line.place
                if matches(line.text):
                    matching.append(line)
                    size += len(line.text) + BESIDE
        return matching, None


def _fitting(lines: Iterator[LogLine], most: int) -> Iterator[LogLine]:
    size = 0
    for line in islice(lines, most):
        yield line
        size += len(line.text) + BESIDE
        if size >= MOST_BYTES:
            return
