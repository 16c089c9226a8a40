"""Entries changed one by one and at once: what AWS has no operation for, and a labelling tool needs.

An edit names the revision of the entry that it was made on, so that two people who label the same picture
never overwrite one another without a word. All edits of a call happen in one transaction, or none of them;
nothing is done in the background, so who asked sees the result in the answer.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets import changes
from vedette.datasets.blocks import find_places
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import read_lines_at, read_rows
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import EntryRow, Staging, put_by, rules_for
from vedette.datasets.steps import digest_line
from vedette.datasets.works import UPDATED
from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import ManifestRefused
from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.identity.principal import Principal
from vedette.manifest.lines import BadLine, read_line
from vedette.manifest.places import is_s3
from vedette.projects.project import Project
from vedette.store.db import Database

MOST_EDITS = 1000
"""So many entries are judged and written in about a tenth of a second, which a caller can wait for."""

NONE = "none"
"""The revision of an entry that does not exist."""

REFUSED_AT_MOST = 20
"""A conflict names so many entries; whoever edited a thousand stale ones reads the list anew anyway."""


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """A new line for an entry. `revision` is what the entry must be in; empty for whatever it is in."""

    line: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class EntryName:
    """An entry by its picture's address, and the revision that it must be in; empty for any."""

    source: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an entry: its address and the revision it is in now."""

    source: str
    revision: str


def revision_of(line: str) -> str:
    """Return the revision of an entry: what its line says, hashed. The same line is the same revision."""
    return digest_line(line).hex()


class EntryEditor:
    """Edits the entries of any dataset. `tell` hears which entries are new or changed."""

    def __init__(
        self, database: Database, tell: Callable[[Changed], None], clock: Clock = system_clock
    ) -> None:
        self._database = database
        self._tell = tell
        self._clock = clock

    def update(
        self,
        project: Project,
        dataset: Dataset,
        edits: Sequence[EntryEdit],
        caller: Principal,
        origin: ChangeOrigin | None = None,
    ) -> list[Edited]:
        """Put lines in, each in the place of the one with its address, or behind the last; all or none.

        `origin` is what the history says of it; a caller's own edits without one.
        """
        rows, bucket = judge_lines(project.dialect, dataset, [edit.line for edit in edits])
        names = [EntryName(row.ref, edit.revision) for row, edit in zip(rows, edits, strict=True)]
        with self._database.write() as connection:
            current = require_editable(connection, dataset)
            if current.bucket not in ("", bucket):
                raise Wrong("All pictures of a dataset lie in one bucket.", kind="dataset", name=dataset.kind)
            _hold_revisions(connection, current, names)
            put = put_by(keep_caller(connection, caller), rows)
            recorder = self._recorder(connection, current, origin or ChangeOrigin("edit", caller))
            places = put_in(recorder, current, project.dialect, put, bucket)
        self._tell(Changed(current.id, current.part, places))
        return [Edited(row.ref, revision_of(row.line)) for row in rows]

    def remove(self, dataset: Dataset, names: Sequence[EntryName], caller: Principal) -> None:
        """Take entries out; their pictures stay in their bucket."""
        _check_count(len(names))
        with self._database.write() as connection:
            current = require_editable(connection, dataset)
            places = _hold_revisions(connection, current, names, must_exist=True)
            recorder = self._recorder(connection, current, ChangeOrigin("remove", caller))
            take_out(recorder, current, list(places.values()))

    def move(
        self,
        project: Project,
        source: Dataset,
        target: Dataset,
        names: Sequence[EntryName],
        caller: Principal,
    ) -> None:
        """Move entries into the project's other dataset, which must not have them yet."""
        _check_count(len(names))
        with self._database.write() as connection:
            giving, taking = (require_editable(connection, dataset) for dataset in (source, target))
            places = _hold_revisions(connection, giving, names, must_exist=True)
            _refuse_twins(connection, taking, list(places))
            if taking.bucket not in ("", giving.bucket):
                raise Wrong("All pictures of a dataset lie in one bucket.", kind="dataset", name=taking.kind)
            moved_seqs = set(places.values())
            rows = [row for block in read_rows(connection, giving.part, moved_seqs) for row in block]
            recorder = self._recorder(connection, giving, ChangeOrigin("move", caller), taking)
            take_out(recorder, giving, sorted(moved_seqs))
            added = put_in(recorder, taking, project.dialect, rows, giving.bucket)
        self._tell(Changed(taking.id, taking.part, added))

    def _recorder(
        self,
        connection: Connection,
        dataset: Dataset,
        origin: ChangeOrigin,
        other: Dataset | None = None,
    ) -> ChangeRecorder:
        now = milliseconds(self._clock())
        return ChangeRecorder(connection, dataset.id, origin, now, other=other.id if other else None)


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_EDITS:
        raise Wrong(f"From 1 to {MOST_EDITS} entries can be changed at once, not {count}.", kind="entries")


def judge_lines(dialect: Dialect, dataset: Dataset, lines: Sequence[str]) -> tuple[list[EntryRow], str]:
    """Return the lines as rows, or refuse: a line that an import would drop in silence is named here."""
    _check_count(len(lines))
    sources = [_source_of(number, line) for number, line in enumerate(lines, start=1)]
    if len(set(sources)) < len(sources):
        twin = next(source for source in sources if sources.count(source) > 1)
        raise Wrong(f"{twin} stands in two of the lines.", kind="entries", name=twin)
    body = "\n".join(line.strip() for line in lines).encode("utf-8")
    staging = Staging(io.BytesIO(body), rules_for(dialect, dataset.kind, dataset.bucket))
    try:
        rows = [row for block in staging.blocks() for row in block]
    except ManifestRefused as reason:
        raise Wrong(reason.message, kind="entries") from None
    if [row.ref for row in rows] != sources:
        raise Wrong(f"Not all of the {len(lines)} lines can be entries.", kind="entries")
    return rows, staging.bucket


def _source_of(number: int, text: str) -> str:
    """Return the address in a line, or refuse what an import would drop without a word."""
    try:
        line = read_line(text.strip().encode("utf-8", "replace"), number=number)
    except BadLine as reason:
        raise Wrong(reason.sentence, kind="entries") from None
    if "\n" in text.strip():
        raise Wrong(f"Line {number} is more than one line.", kind="entries")
    if not is_s3(line.source):
        raise Wrong(f"Line {number} has no source-ref of the form s3://bucket/key.", kind="entries")
    return line.source


def require_editable(connection: Connection, dataset: Dataset) -> Dataset:
    """Return the dataset as it is now, if its entries can be edited."""
    current = changes.require(connection, dataset)
    changes.require_state(current, "updated")
    return current


def _hold_revisions(
    connection: Connection, dataset: Dataset, names: Sequence[EntryName], *, must_exist: bool = False
) -> dict[str, int]:
    """Return where the entries are, or refuse all where one is not in the revision that was named."""
    places = dict(find_places(connection, dataset.part, [name.source for name in names]))
    if must_exist and (absent := [name.source for name in names if name.source not in places]):
        raise Missing(f"The {dataset.kind} dataset has no entry {absent[0]}.", kind="dataset", name=absent[0])
    lines = read_lines_at(connection, dataset.part, list(places.values()))
    stale = [
        name.source
        for name in names
        if name.revision and name.revision != _revision_at(lines, places.get(name.source))
    ]
    if stale:
        listed = ", ".join(stale[:REFUSED_AT_MOST])
        raise Busy(
            f"{len(stale)} of the entries were changed by somebody else meanwhile; list them again: {listed}",
            kind="dataset",
            name=dataset.kind,
        )
    return places


def _revision_at(lines: dict[int, str], place: int | None) -> str:
    return NONE if place is None else revision_of(lines[place])


def _refuse_twins(connection: Connection, target: Dataset, sources: Sequence[str]) -> None:
    twins = list(find_places(connection, target.part, sources))
    if twins:
        raise Wrong(
            f"{len(twins)} of the entries are in the {target.kind} dataset already, {twins[0]} among them.",
            kind="entries",
        )


def take_out(recorder: ChangeRecorder, dataset: Dataset, places: Sequence[int]) -> None:
    """Remove the entries at these places, and count what is left."""
    sheet = Sheet(recorder.connection, dataset.part, recorder.now_ms, recorder)
    sheet.remove(places)
    sheet.save()
    outcome = changes.UpdateOutcome("updated", dataset.part, dataset.bucket, UPDATED)
    changes.finish(recorder.connection, dataset, outcome, recorder.now_ms)


def put_in(
    recorder: ChangeRecorder, dataset: Dataset, dialect: Dialect, rows: Sequence[EntryRow], bucket: str
) -> list[int]:
    """Put entries in the places of those with their addresses, or behind the last; return their places."""
    try:
        added = changes.apply_rows(recorder, dataset, dialect, rows)
    except ManifestRefused as reason:
        raise TooMuch(reason.message, kind="dataset", name=dataset.kind) from None
    outcome = changes.UpdateOutcome("updated", dataset.part, bucket, UPDATED)
    changes.finish(recorder.connection, dataset, outcome, recorder.now_ms)
    return added
