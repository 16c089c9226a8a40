"""The client of `vedette dataset`: edits of a dataset by Vedette's own operations.

Every change names the revision of the entry that it was made on. What somebody else changed meanwhile is read
again and changed anew, so that a long run over a dataset at which others work overwrites nobody.
"""

import fnmatch
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from vedette.cli.remote import Server, remote_dataset
from vedette.cli.remote_models import find_project
from vedette.errors import Missing, Wrong
from vedette.manifest.lines import Line, read_line

BATCH = 500
"""Entries of one update: half of what the operation takes, well below a second of the server's time."""

BATCH_BYTES = 4 * 1024 * 1024
"""Of lines in one update; the server takes sixteen in a request, and JSON escapes may double them."""

PAGE = 1000
RETRIES = 20
RETRY_S = 0.25
"""While a dataset is being imported or distributed its entries cannot be edited: five seconds of patience."""

SERVICES = ("rekognition", "lookoutvision")
WILDCARDS = frozenset("*?[")

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from vedette.dialects.dialect import Dialect

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries of a dataset a command selects. Without a pattern: all that pass the filters."""

    patterns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unlabelled: bool = False
    with_errors: bool = False

    def request(self) -> dict[str, Any]:
        """Return the filters that the server can apply."""
        conditions: dict[str, Any] = {}
        if self.labels:
            conditions["Labels"] = list(self.labels)
        if self.unlabelled:
            conditions["Labeled"] = False
        if self.with_errors:
            conditions["HasErrors"] = True
        if len(self.patterns) == 1 and not WILDCARDS.intersection(self.patterns[0]):
            conditions["SourceRefContains"] = self.patterns[0]
        return conditions

    def matches(self, source: str) -> bool:
        """Return whether a picture is selected: by its address, its end, or a pattern with `*`."""
        return not self.patterns or any(_matches(pattern, source) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class RemoteEntry:
    """An entry as the server lists it."""

    source: str
    revision: str
    line: Line
    is_labelled: bool
    problems: tuple[str, ...]


Edit = tuple[RemoteEntry, Line]
"""An entry as it was read, and its new line."""


class DatasetClient:
    """One dataset of one project, of either service."""

    def __init__(self, server: Server, service: str, project: str, arn: str, kind: str) -> None:
        self.own = server.client("vedette")
        self.service = service
        self.project = project
        self.arn = arn
        self.kind = kind
        self.remote = remote_dataset(replace(server, service=service), project, kind)

    @property
    def dialect(self) -> "Dialect":
        """What the service's labels and lines are like."""
        # It brings numpy, a third of the time of `vedette --help`.
        from vedette.dialects.registry import dialect_of

        return dialect_of(self.service)

    def count(self) -> int:
        """Return how many entries there are."""
        facts = self.remote.describe()
        if facts is None:
            raise Missing(f"Project {self.project} has no {self.kind} dataset.")
        stats = facts.get("DatasetStats") or facts.get("ImageStats") or {}
        return int(stats.get("TotalEntries", stats.get("Total", 0)))

    def entries(self, selection: Selection) -> Iterator[RemoteEntry]:
        """Yield the selected entries, in the order of the dataset."""
        pages = self.own.get_paginator("list_entries").paginate(
            **self._names(), **selection.request(), PaginationConfig={"PageSize": PAGE}
        )
        for page in pages:
            for entry in page["Entries"]:
                if selection.matches(entry["SourceRef"]):
                    yield _entry(entry)

    def find(self, source: str) -> RemoteEntry | None:
        """Return the entry of exactly this address."""
        return next((entry for entry in self.entries(Selection((source,))) if entry.source == source), None)

    def add(self, lines: Sequence[Line]) -> None:
        """Append new entries; an existing one is refused."""
        for start in range(0, len(lines), BATCH):
            batch = lines[start : start + BATCH]
            self._send("update_entries", Edits=[{"Line": line.text, "Revision": "none"} for line in batch])

    def apply(self, edits: Sequence[Edit], again: Callable[[Line], Line]) -> None:
        """Send edits; where an entry was changed meanwhile, apply `again` to its present line."""
        from botocore.exceptions import ClientError

        for _ in range(RETRIES):
            try:
                self._send("update_entries", Edits=[_request_of(entry, line) for entry, line in edits])
            except ClientError as fault:
                if fault.response["Error"]["Code"] != "ConflictException":
                    raise
                edits = self._made_again([entry for entry, _ in edits], again)
                if not edits:
                    return
            else:
                return
        raise Wrong(f"Others keep changing the same entries of {self.project}; try again later.")

    def remove(self, entries: Sequence[RemoteEntry]) -> None:
        """Remove entries, each in the revision in which it was read."""
        self._send("remove_entries", Entries=[_name(entry) for entry in entries])

    def move(self, entries: Sequence[RemoteEntry]) -> None:
        """Move entries to the project's other dataset."""
        self._send("move_entries", Entries=[_name(entry) for entry in entries])

    def _made_again(self, stale: Sequence[RemoteEntry], again: Callable[[Line], Line]) -> list[Edit]:
        current = [entry for old in stale if (entry := self.find(old.source)) is not None]
        edits = [(entry, again(entry.line)) for entry in current]
        return [(entry, line) for entry, line in edits if line.values != entry.line.values]

    def _send(self, operation: str, **request: Any) -> None:
        """Call, and retry while background work locks the dataset."""
        from botocore.exceptions import ClientError

        for attempt in range(RETRIES):
            try:
                getattr(self.own, operation)(**self._names(), **request)
            except ClientError as fault:
                if attempt == RETRIES - 1 or not _is_busy(fault):
                    raise
                time.sleep(RETRY_S)
            else:
                return

    def _names(self) -> dict[str, str]:
        return {"ProjectArn": self.arn, "DatasetType": self.kind}


def open_dataset(server: Server, project: str, kind: str, service: str = "") -> DatasetClient:
    """Return a dataset of a project; the service is needed only where both have one of that name."""
    of, arn = find_project(server, project, service)
    return DatasetClient(server, of, project, arn, kind)


def _matches(pattern: str, source: str) -> bool:
    if WILDCARDS.intersection(pattern):
        return fnmatch.fnmatchcase(source, pattern)
    return source == pattern or source.endswith("/" + pattern.lstrip("/"))


def _entry(entry: dict[str, Any]) -> RemoteEntry:
    problems = tuple(str(problem["Message"]) for problem in entry.get("Problems", ()))
    return RemoteEntry(
        entry["SourceRef"], entry["Revision"], read_line(entry["Line"]), entry["Labeled"], problems
    )


def _name(entry: RemoteEntry) -> dict[str, str]:
    return {"SourceRef": entry.source, "Revision": entry.revision}


def _request_of(entry: RemoteEntry, line: Line) -> dict[str, str]:
    return {"Line": line.text, "Revision": entry.revision}


def _is_busy(fault: "ClientError") -> bool:
    """Return whether the dataset itself is being changed, rather than one of the entries."""
    error = fault.response["Error"]
    return error["Code"] == "ConflictException" and "dataset is being" in str(error.get("Message", ""))


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
