"""Answers judged within a transaction: one accepted, the other set aside, or sent back to who gave it.

Of two answers to a picture one is accepted at the most. A verdict names the answer that its reviewer saw.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, case, func, insert, or_, select, update

from vedette.datasets.editing import revision_of
from vedette.errors import Busy, Missing, Wrong
from vedette.rounds.records import missing_round
from vedette.rounds.round import LONGEST_TEXT, ReviewVerdict, Round
from vedette.rounds.tables import round_answers, round_comments, round_entries


def judge(connection: Connection, current: Round, verdict: ReviewVerdict, reviewer: str, now: int) -> None:
    """Write one verdict down: the answer is accepted or sent back, with what was said of it."""
    answers = _answers_of(connection, current, verdict.entry)
    answer_row = answers.get(verdict.user_id)
    if answer_row is None:
        raise Missing("Nobody of this id labels that picture.", kind="round", name=verdict.user_id)
    if answer_row.status not in ("answered", "accepted", "set-aside"):
        raise Busy(f"{answer_row.name} has not answered yet.", kind="round", name=current.name)
    if verdict.revision and verdict.revision != revision_of(answer_row.line):
        raise Busy(
            f"{answer_row.name} has changed the answer meanwhile; look again.",
            kind="round",
            name=current.name,
        )
    if verdict.comment:
        _say(connection, answer_row, verdict.comment, reviewer, now)
    if verdict.accepts:
        _accept(connection, current, answer_row, answers)
    else:
        _set_status(connection, answer_row, "sent-back")
        for rival in answers.values():
            if rival.status == "set-aside":
                _set_status(connection, rival, "answered")


def _answers_of(connection: Connection, current: Round, entry: str) -> dict[str, Any]:
    try:
        digest = bytes.fromhex(entry)
    except ValueError:
        raise missing_round(current.id) from None
    entry_row = round_entries.c
    number = connection.execute(
        select(entry_row.number).where(entry_row.round == current.id, entry_row.ref_hash == digest)
    ).scalar()
    query = select(round_answers).where(
        round_answers.c.round == current.id, round_answers.c.number == (-1 if number is None else number)
    )
    return {row.user_id: row for row in connection.execute(query)}


def _accept(connection: Connection, current: Round, answer_row: Any, answers: Mapping[str, Any]) -> None:
    rival = next(
        (row for row in answers.values() if row is not answer_row and row.status == "accepted"), None
    )
    if rival is not None:
        raise Busy(
            f"The answer of {rival.name} was accepted for this picture; send that back first.",
            kind="round",
            name=current.name,
        )
    _set_status(connection, answer_row, "accepted")
    for rival in answers.values():
        if rival is not answer_row and rival.status in ("answered", "sent-back", "open"):
            _set_status(connection, rival, "set-aside")


def _set_status(connection: Connection, row: Any, status: str) -> None:
    answer = round_answers.c
    same = (answer.round == row.round, answer.number == row.number, answer.user_id == row.user_id)
    connection.execute(update(round_answers).where(*same).values(status=status))


def _say(connection: Connection, row: Any, text: str, author: str, now: int) -> None:
    if len(text) > LONGEST_TEXT:
        raise Wrong(f"A comment has {LONGEST_TEXT:,} characters at most.", kind="round")
    values = {"round": row.round, "number": row.number, "user_id": row.user_id}
    connection.execute(insert(round_comments).values(**values, author=author, text=text, at_ms=now))


def accept_uncontradicted(connection: Connection, round_id: str) -> None:
    """Accept single answers, and of two that agree the first; what was reviewed already stays."""
    entry, answer = round_entries.c, round_answers.c
    of_picture, rival = round_answers.alias("of_picture").c, round_answers.alias("rival").c
    # Whoever doubts an answer, or has none, asks for somebody to look.
    is_plain = and_(of_picture.status == "answered", of_picture.kind.in_(("given", "nothing")))
    clear = (
        select(of_picture.number)
        .join(round_entries, and_(entry.round == of_picture.round, entry.number == of_picture.number))
        .where(of_picture.round == round_id)
        .group_by(of_picture.number, entry.agrees)
        .having(func.sum(case((is_plain, 0), else_=1)) == 0)
        .having(or_(func.count() == 1, entry.agrees.is_(True)))
    )
    first = (
        select(rival.user_id)
        .where(rival.round == answer.round, rival.number == answer.number)
        .order_by(rival.name, rival.user_id)
        .limit(1)
        .scalar_subquery()
    )
    status = case((answer.user_id == first, "accepted"), else_="set-aside")
    changed = update(round_answers).where(answer.round == round_id, answer.number.in_(clear))
    connection.execute(changed.values(status=status))
