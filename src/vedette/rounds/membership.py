"""A round as one of its people sees it. Whoever is not in it is told that there is no such round."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from vedette.identity.principal import Principal
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.rounds.records import missing_round, read_round
from vedette.rounds.round import Round
from vedette.rounds.tables import round_answers, round_people, rounds


@dataclass(frozen=True, slots=True)
class MyRound:
    """A round as one of its people sees it."""

    round: Round
    project: Project
    mask_folder: str  # where this person's masks lie, in the bucket of the pictures
    open: int
    answered: int
    sent_back: int
    accepted: int


def read_membership(connection: Connection, row: Row[Any], caller: Principal) -> MyRound | None:
    """Return a round as this caller sees it; nothing where it is of another account."""
    project = by_id(connection, row.project)
    if project is None or project.scope.account != caller.account:
        return None
    answer = round_answers.c
    query = select(answer.status, func.count()).where(
        answer.round == row.id, answer.user_id == caller.user_id
    )
    states: dict[str, int] = {row[0]: row[1] for row in connection.execute(query.group_by(answer.status))}
    current = read_round(connection, row, is_counted=False)
    return MyRound(
        current,
        project,
        current.mask_folder_of(caller.user_id),
        open=states.get("open", 0),
        answered=states.get("answered", 0),
        sent_back=states.get("sent-back", 0),
        accepted=states.get("accepted", 0) + states.get("set-aside", 0),
    )


def require_membership(connection: Connection, caller: Principal, round_id: str) -> MyRound:
    """Return a round in which the caller labels."""
    query = (
        select(rounds)
        .join(round_people, round_people.c.round == rounds.c.id)
        .where(
            rounds.c.id == round_id,
            rounds.c.status.not_in(("draft", "cancelled")),
            round_people.c.user_id == caller.user_id,
        )
    )
    row = connection.execute(query).first()
    membership = read_membership(connection, row, caller) if row is not None else None
    if membership is None:
        raise missing_round(round_id)
    return membership
