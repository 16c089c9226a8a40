"""Accepted answers weighed against what a dataset says of their pictures now, and put into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from vedette.clock import from_milliseconds
from vedette.datasets.blocks import find_places
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import judge_lines, put_in, revision_of
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.parts import read_lines_at
from vedette.datasets.staging import put_by
from vedette.identity.principal import Principal
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, read_line
from vedette.manifest.signing import sign
from vedette.manifest.unsure import settle
from vedette.projects.project import Project
from vedette.rounds.records import first_line
from vedette.rounds.round import Outcome, Round
from vedette.rounds.tables import round_answers, round_entries


@dataclass(frozen=True, slots=True)
class WeighedAnswer:
    """An accepted answer on its way into the dataset."""

    number: int
    source: str
    line: Line
    outcome: Outcome | Literal["put"]


def weigh(
    connection: Connection, current: Round, dataset: Dataset | None, numbers: Sequence[int]
) -> list[WeighedAnswer]:
    """Return what would become of these pictures' answers."""
    rows = _accepted(connection, current.id, numbers)
    sources = [row.source for row in rows]
    places = find_places(connection, dataset.part, sources) if dataset else {}
    lines = read_lines_at(connection, dataset.part, list(places.values())) if dataset else {}
    return [_weighed(current, row, lines.get(places.get(row.source, -1))) for row in rows]


def _weighed(current: Round, row: Row[Any], line: str | None) -> WeighedAnswer:
    target = _signed(current, row)
    outcome: Outcome | Literal["put"] = "put"
    if line is None:
        outcome = "removed"
    elif line == target.text:
        outcome = "handed-back"
    elif revision_of(line) != revision_of(row.stored):
        outcome = "conflict"
    return WeighedAnswer(row.number, row.source, target, outcome)


def _accepted(connection: Connection, round_id: str, numbers: Sequence[int]) -> list[Any]:
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(
            entry.number,
            entry.source,
            entry.line.label("stored"),
            entry.agrees,
            answer.line,
            answer.kind,
            answer.answered_ms,
        )
        .join(round_answers, (answer.round == entry.round) & (answer.number == entry.number))
        .where(entry.round == round_id, entry.number.in_(numbers), answer.status == "accepted")
    )
    return list(connection.execute(query.order_by(entry.number)).all())


def _signed(current: Round, row: Row[Any]) -> Line:
    """Return the line of an answer, signed by the round; half sure where a second person disagrees."""
    stamp = Stamp(moment=from_milliseconds(row.answered_ms), job=current.job)
    confidence = 0.5 if row.agrees is False or row.kind == "unsure" else 1.0
    line = read_line(row.line)
    # A reviewer has accepted the labels: then the picture is labelled. Who skipped it leaves the mark.
    line = line if row.kind == "skipped" else settle(line)
    return sign(line, read_line(first_line(row.stored)), stamp, confidence)


def put_answers(
    recorder: ChangeRecorder,
    project: Project,
    dataset: Dataset,
    ready: Sequence[WeighedAnswer],
    caller: Principal,
) -> list[int]:
    """Put answers into the dataset; return the places of the pictures that changed."""
    lines = [item.line.text for item in ready if item.outcome == "put"]
    if not lines:
        return []
    rows, bucket = judge_lines(project.dialect, dataset, lines)
    put = put_by(keep_caller(recorder.connection, caller), rows)
    return put_in(recorder, dataset, project.dialect, put, bucket)


def note_outcome(connection: Connection, round_id: str, number: int, outcome: str) -> None:
    """Note what became of the answer to a picture."""
    entry = round_entries.c
    same = (entry.round == round_id, entry.number == number)
    connection.execute(update(round_entries).where(*same).values(outcome=outcome))
