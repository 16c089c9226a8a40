"""A manifest read into blocks of rows, line by line. Pure: a worker process may do it.

A block crosses from one process into another as a line of JSON and the lines themselves. Knows no database.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedIOBase
from typing import Any, BinaryIO, NamedTuple

import orjson

from vedette.clock import milliseconds
from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import IncomingEntry, Intake
from vedette.dialects.registry import dialect_of, scope_of
from vedette.manifest.lines import Line, read_lines
from vedette.manifest.problems import Flaw
from vedette.manifest.unsure import is_unsure

BLOCK = 1024


class EntryRow(NamedTuple):
    """An entry as it is kept. Both lists of labels hold each name once."""

    ref: str
    line: str
    flaws: str | None = None
    has_errors: bool = False
    labels: Collection[str] = ()
    boxed: Collection[str] = ()
    is_anomalous: bool | None = None
    # When the line itself says that its picture came; the time of the import otherwise.
    created_ms: int | None = None
    # Whether the line carries a label, one that cannot be used included.
    is_labelled: bool = False
    # By whose rights the picture and the mask are read (`callers.py`); the account's where there are none.
    picture_caller: int | None = None
    line_caller: int | None = None
    # Whether somebody could not label it for sure (`manifest/unsure.py`).
    is_unsure: bool = False


# Both callers stand behind one another; `_replace` takes four times as long, and an import is a million.
_CALLERS = EntryRow._fields.index("picture_caller")

_NEW = tuple.__new__


@dataclass(frozen=True, slots=True)
class ManifestRules:
    """What a manifest or an update is held to; the dialect by its name, since rules cross to a process."""

    dialect: str
    most_rows: int
    bucket: str = ""
    # The number of who puts the entries; nothing where it is not known, or filled in later.
    caller: int | None = None


def rules_for(dialect: Dialect, kind: str, bucket: str = "") -> ManifestRules:
    """Return what a manifest or an update of a dataset of this kind is held to."""
    return ManifestRules(dialect.name, dialect.datasets.entries[kind], bucket)


def put_by(caller: int | None, rows: Iterable[EntryRow]) -> list[EntryRow]:
    """Return the same entries, put by this caller."""
    return [EntryRow._make((*row[:_CALLERS], caller, caller, *row[_CALLERS + 2 :])) for row in rows]


class Staging:
    """One manifest on its way in. `bucket` and `dropped` are known when the blocks are through."""

    def __init__(self, stream: BufferedIOBase, rules: ManifestRules) -> None:
        self._stream = stream
        self._rules = rules
        self._intake = Intake(bucket=rules.bucket)

    @property
    def bucket(self) -> str:
        """The bucket that the pictures are in."""
        return self._intake.bucket

    @property
    def dropped(self) -> int:
        """How many lines were silently left out."""
        return self._intake.count_dropped

    def blocks(self) -> Iterator[list[EntryRow]]:
        """Yield the entries, 1,024 at a time; raise ManifestRefused where the whole of it fails."""
        rows: list[EntryRow] = []
        caller = self._rules.caller
        for entry in self._entries():
            rows.append(row_of(entry, caller))
            if len(rows) == BLOCK:
                yield rows
                rows = []
        if rows:
            yield rows

    def _entries(self) -> Iterator[IncomingEntry]:
        lines = read_lines(self._stream)
        return dialect_of(self._rules.dialect).take(lines, self._intake, most_rows=self._rules.most_rows)


def row_of(entry: IncomingEntry, caller: int | None = None) -> EntryRow:
    """Return what is kept of a judged line. By place, since names take a third of a row's time."""
    line, flaws, labels, boxed, is_anomalous, carries_label = entry
    return EntryRow(
        line.source,
        line.text.strip(),
        write_flaws(flaws),
        any(flaw.scope != "mark" for flaw in flaws) if flaws else False,
        labels,
        boxed,
        is_anomalous,
        _creation(line),
        carries_label,
        caller,
        caller,
        is_unsure(line),
    )


def write_block(rows: Sequence[EntryRow]) -> bytes:
    """Return a block as one line of JSON, and behind it the entries' own lines as they are."""
    facts = orjson.dumps([(row.ref, *row[2:]) for row in rows])
    return b"\n".join([facts, *(row.line.encode("utf-8") for row in rows), b""])


def read_block(stream: BinaryIO) -> list[EntryRow]:
    """Return the block that comes next."""
    facts = orjson.loads(stream.readline())
    lines = [stream.readline()[:-1].decode("utf-8") for _ in facts]
    # A named tuple's own way in asks for each field by name again; what was written is whole.
    return [_NEW(EntryRow, (row[0], line, *row[1:])) for row, line in zip(facts, lines, strict=True)]


def write_flaws(flaws: Sequence[Flaw]) -> str | None:
    """Return flaws as text to be kept; nothing for none."""
    if not flaws:
        return None
    rows = [(flaw.code, flaw.message, flaw.spot, flaw.attribute, flaw.index) for flaw in flaws]
    return orjson.dumps(rows).decode()


def read_flaws(text: str | None) -> list[Flaw]:
    """Return the flaws that were kept."""
    if not text:
        return []
    return [Flaw(code, message, scope_of(code), *place) for code, message, *place in orjson.loads(text)]


def _creation(line: Line) -> int | None:
    """Return when the line says that its picture came; any other text is no date."""
    about: Any = line.values.get("source-ref-metadata")
    text = about.get("creation-date") if isinstance(about, dict) else None
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return milliseconds(moment)
