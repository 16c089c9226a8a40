"""Rows of rounds read as values, within a transaction that somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select, update

from vedette.clock import from_milliseconds
from vedette.datasets.editing import revision_of
from vedette.errors import Busy, Missing
from vedette.manifest.lines import read_line
from vedette.manifest.relabel import clear_labels
from vedette.rounds.round import (
    MOVES,
    Comment,
    ExamplePicture,
    Person,
    ReviewedPicture,
    Round,
    RoundAnswer,
    RoundCounts,
    RoundStatus,
)
from vedette.rounds.tables import round_answers, round_comments, round_entries, round_people, rounds

# So many parameters SQLite surely takes in one statement.
FEW = 500


def missing_round(name: str) -> Missing:
    """Return what is said of a round that is not there, and of another's."""
    return Missing(f"There is no labelling round {name}.", kind="round", name=name)


def require_round(connection: Connection, project: int, round_id: str, *, is_counted: bool = True) -> Round:
    """Return a project's round."""
    query = select(rounds).where(rounds.c.id == round_id, rounds.c.project == project)
    row = connection.execute(query).first()
    if row is None:
        raise missing_round(round_id)
    return read_round(connection, row, is_counted=is_counted)


def read_round(connection: Connection, row: Row[Any], *, is_counted: bool = True) -> Round:
    """Return a row as the value it stands for, with its people; counted for who asks how far it is."""
    return Round(
        id=row.id,
        project=row.project,
        dataset=row.dataset,
        kind=row.kind,
        name=row.name,
        task=row.task,
        instructions=row.instructions,
        examples=tuple(ExamplePicture(*pair) for pair in orjson.loads(row.examples)),
        double_share=row.double_share,
        deadline_ms=row.deadline_ms,
        late=row.late,
        status=row.status,
        message=row.message,
        created=from_milliseconds(row.created_ms),
        owner=orjson.loads(row.owner),
        counts=count(connection, row.id) if is_counted else RoundCounts(),
        people=people_of(connection, row.id),
    )


def people_of(connection: Connection, round_id: str) -> tuple[Person, ...]:
    """Return who labels in a round, by name."""
    query = select(round_people).where(round_people.c.round == round_id).order_by(round_people.c.name)
    return tuple(Person(row.user_id, row.name) for row in connection.execute(query))


def count(connection: Connection, round_id: str) -> RoundCounts:
    """Count a round's pictures and answers."""
    answers = round_answers.c
    by_status = select(answers.status, func.count()).where(answers.round == round_id).group_by(answers.status)
    states: Mapping[str, int] = {row[0]: row[1] for row in connection.execute(by_status)}
    entry = round_entries.c
    pictures = select(entry.is_doubled, entry.agrees, entry.outcome, func.count().label("number"))
    grouped = pictures.where(entry.round == round_id).group_by(entry.is_doubled, entry.agrees, entry.outcome)
    rows = connection.execute(grouped).all()

    def total(rows: Iterable[Row[Any]]) -> int:
        return sum(row.number for row in rows)

    return RoundCounts(
        pictures=total(rows),
        doubled=total(row for row in rows if row.is_doubled),
        tasks=sum(states.values()),
        open=states.get("open", 0),
        answered=states.get("answered", 0),
        sent_back=states.get("sent-back", 0),
        accepted=states.get("accepted", 0),
        set_aside=states.get("set-aside", 0),
        compared=total(row for row in rows if row.agrees is not None),
        agreed=total(row for row in rows if row.agrees),
        handed_back=total(row for row in rows if row.outcome == "handed-back"),
        conflicts=total(row for row in rows if row.outcome == "conflict"),
        removed=total(row for row in rows if row.outcome == "removed"),
    )


def move(connection: Connection, labelling_round: Round, status: RoundStatus, message: str = "") -> None:
    """Move a round to another state, if it may go there from the one that it is in."""
    if status not in MOVES[labelling_round.status]:
        raise Busy(
            f"The round {labelling_round.name} is {labelling_round.status}; it cannot become {status}.",
            kind="round",
            name=labelling_round.name,
        )
    values = {"status": status, "message": message}
    connection.execute(update(rounds).where(rounds.c.id == labelling_round.id).values(values))


def note_change(connection: Connection, round_id: str) -> None:
    """Count a change of a round's answers, so that nobody is given what was counted before it."""
    changed = update(rounds).where(rounds.c.id == round_id)
    connection.execute(changed.values(changes=rounds.c.changes + 1))


def count_changes_of(connection: Connection, round_id: str) -> int:
    """Return how often a round's answers were changed."""
    return connection.execute(select(rounds.c.changes).where(rounds.c.id == round_id)).scalar() or 0


def settle(connection: Connection, round_id: str) -> None:
    """Let a round whose every task is answered be reviewed, and one with an open task be labelled in."""
    note_change(connection, round_id)
    row = connection.execute(select(rounds).where(rounds.c.id == round_id)).one()
    current = read_round(connection, row, is_counted=False)
    if current.status == "open" and _has_task(connection, round_id) and not _is_open(connection, round_id):
        move(connection, current, "review")
    elif current.status == "review" and _is_open(connection, round_id):
        move(connection, current, "open")


def _has_task(connection: Connection, round_id: str, *statuses: str) -> bool:
    answer = round_answers.c
    query = select(answer.number).where(answer.round == round_id)
    if statuses:
        query = query.where(answer.status.in_(statuses))
    return connection.execute(query.limit(1)).first() is not None


def _is_open(connection: Connection, round_id: str) -> bool:
    return _has_task(connection, round_id, "open", "sent-back")


def first_line(entry_row: str) -> str:
    """Return the line that an answer begins with: the picture's, without any label."""
    return clear_labels(read_line(entry_row)).text


def read_answer(row: Any, entry_row: Any, comments: Sequence[Comment] = ()) -> RoundAnswer:
    """Return an answer; an open one says what the picture does, without its labels."""
    line = row.line if row.line is not None else first_line(entry_row.line)
    return RoundAnswer(
        number=row.number,
        entry=bytes(entry_row.ref_hash).hex(),
        source=entry_row.source,
        person=Person(row.user_id, row.name),
        status=row.status,
        line=line,
        revision=revision_of(line),
        answered=None if row.answered_ms is None else from_milliseconds(row.answered_ms),
        comments=tuple(comments),
        kind=row.kind,
        note=row.note,
    )


def read_pictures(
    connection: Connection, round_id: str, numbers: Collection[int]
) -> dict[int, ReviewedPicture]:
    """Return pictures of a round with all their answers and what was said of them."""
    ordered = sorted(numbers)
    pictures: dict[int, ReviewedPicture] = {}
    for start in range(0, len(ordered), FEW):
        few = ordered[start : start + FEW]
        comments = read_comments(connection, round_id, few)
        answers: dict[int, list[Row[Any]]] = defaultdict(list)
        of_answers = round_answers.c
        query = select(round_answers).where(of_answers.round == round_id, of_answers.number.in_(few))
        for row in connection.execute(query.order_by(of_answers.number, of_answers.name)):
            answers[row.number].append(row)
        entry_row = select(round_entries).where(
            round_entries.c.round == round_id, round_entries.c.number.in_(few)
        )
        for row in connection.execute(entry_row):
            answers_here = [
                read_answer(answer, row, comments.get((row.number, answer.user_id), ()))
                for answer in answers[row.number]
            ]
            pictures[row.number] = ReviewedPicture(
                row.number,
                bytes(row.ref_hash).hex(),
                row.source,
                row.outcome,
                row.agreement,
                row.agrees,
                tuple(answers_here),
            )
    return dict(sorted(pictures.items()))


def read_comments(
    connection: Connection, round_id: str, numbers: Sequence[int]
) -> dict[tuple[int, str], list[Comment]]:
    comments: dict[tuple[int, str], list[Comment]] = defaultdict(list)
    query = select(round_comments).where(
        round_comments.c.round == round_id, round_comments.c.number.in_(numbers)
    )
    for row in connection.execute(query.order_by(round_comments.c.id)):
        comment = Comment(row.author, row.text, from_milliseconds(row.at_ms))
        comments[row.number, row.user_id].append(comment)
    return comments
