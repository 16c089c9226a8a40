"""A person's tasks in a round: rows of pictures and answers, read as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from vedette.errors import Missing
from vedette.identity.principal import Principal
from vedette.rounds.records import read_answer, read_comments
from vedette.rounds.round import RoundAnswer
from vedette.rounds.tables import round_answers, round_entries


def number_of(connection: Connection, round_id: str, entry: str) -> int:
    """Return the number of a picture in a round, by its entry."""
    entry_row = round_entries.c
    try:
        digest = bytes.fromhex(entry)
    except ValueError:
        digest = b""
    query = select(entry_row.number).where(entry_row.round == round_id, entry_row.ref_hash == digest)
    number = connection.execute(query).scalar()
    if number is None:
        raise Missing(f"The round has no picture {entry}.", kind="entry", name=entry)
    return int(number)


def require_task(connection: Connection, caller: Principal, round_id: str, entry: str) -> Row[Any]:
    """Return the row of a person's task, with its picture; refuse where it is not theirs."""
    answer, entry_row = round_answers.c, round_entries.c
    number = number_of(connection, round_id, entry)
    query = (
        select(round_answers, entry_row.ref_hash, entry_row.source, entry_row.line.label("stored"))
        .join(round_entries, (entry_row.round == answer.round) & (entry_row.number == answer.number))
        .where(answer.round == round_id, answer.number == number, answer.user_id == caller.user_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise Missing("This picture is somebody else's in this round.", kind="entry", name=entry)
    return row


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """The picture's side of a joined row."""

    ref_hash: bytes
    source: str
    line: str


def read_task(connection: Connection, row: Any) -> RoundAnswer:
    """Return a task as its person sees it, with what was said of it."""
    comments = read_comments(connection, row.round, [row.number]).get((row.number, row.user_id), ())
    return read_answer(row, StoredPicture(row.ref_hash, row.source, row.stored), comments)


def read_tasks(
    connection: Connection, round_id: str, caller: Principal, rows: Sequence[Any]
) -> list[RoundAnswer]:
    """Return a page of one person's tasks, with what was said of them."""
    comments = read_comments(connection, round_id, [row.number for row in rows])
    return [
        read_answer(
            row,
            StoredPicture(row.ref_hash, row.source, row.stored),
            comments.get((row.number, caller.user_id), ()),
        )
        for row in rows
    ]
