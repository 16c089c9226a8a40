"""How far the people of a round agree: in all, person by person, and over which labels they differ."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Select, case, func, select

from vedette.manifest.lines import read_line
from vedette.projects.project import Project
from vedette.rounds.agreement import names_in
from vedette.rounds.caching import RevisionCache
from vedette.rounds.records import count_changes_of, require_round
from vedette.rounds.tables import round_answers, round_entries, rounds
from vedette.store.db import Database

MOST_CONFUSIONS = 50
"""Pairs of labels that are listed, the most frequent first: more than a screen of them helps nobody."""
BREAK_MS = 10 * 60 * 1000
"""Who answers nothing for so long does something else: such a gap is no time that a picture took."""
NOTHING = ""
"""Stands for no label where one person gave one and the other none."""
MOST_PACES = 1024
"""People of rounds that somebody looks at at once, whose pace is kept."""


@dataclass(frozen=True, slots=True)
class PersonAgreement:
    """What one person has answered, and how far it is what others said of the same pictures."""

    user_id: str
    name: str
    answered: int = 0
    accepted: int = 0
    sent_back: int = 0
    compared: int = 0
    agreed: int = 0
    mean: float = 0.0
    open: int = 0
    # Answers after the deadline.
    late: int = 0
    skipped: int = 0
    unsure: int = 0
    # From one answer to the next, breaks left out; nothing before two answers.
    seconds: float | None = None
    last_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RoundAgreement:
    """How far a round's answers agree; `confusions` are pairs of labels that two people gave one picture."""

    compared: int
    agreed: int
    mean: float
    people: tuple[PersonAgreement, ...]
    confusions: tuple[tuple[str, str, int], ...]


class RoundStatistics:
    """How far the people of any round agree, kept until an answer changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._agreements: RevisionCache[RoundAgreement] = RevisionCache()
        self._paces = Paces()

    def agreement(self, project: Project, round_id: str) -> RoundAgreement:
        """Return how far the people of a round agree, as of now."""
        with self._database.read() as connection:
            require_round(connection, project.id, round_id, is_counted=False)
            revision = count_changes_of(connection, round_id)
            return self._agreements.read(
                round_id, revision, lambda: _agreement(connection, round_id, self._paces)
            )


class Paces:
    """How long a picture takes each person, kept until that person answers."""

    def __init__(self) -> None:
        self._gaps: RevisionCache[tuple[float | None]] = RevisionCache(MOST_PACES)

    def read(self, connection: Connection, round_id: str) -> dict[str, dict[str, Any]]:
        """Return when each person answered last, how long a picture took, how many answers ask for a look."""
        answer = round_answers.c
        deadline = select(rounds.c.deadline_ms).where(rounds.c.id == round_id).scalar_subquery()
        query = (
            select(
                answer.user_id,
                func.count().label("answers"),
                func.sum(answer.answered_ms).label("sum_ms"),
                func.max(answer.answered_ms).label("last_ms"),
                func.count().filter(answer.answered_ms > deadline).label("late"),
                func.count().filter(answer.kind == "skipped").label("skipped"),
                func.count().filter(answer.kind == "unsure").label("unsure"),
            )
            .where(answer.round == round_id, answer.answered_ms.is_not(None))
            .group_by(answer.user_id)
        )
        paces: dict[str, dict[str, Any]] = {}
        for row in connection.execute(query).all():
            times = row.answers, row.sum_ms, row.last_ms
            work_out = partial(_mean_gap, connection, round_id, row.user_id)
            (gap,) = self._gaps.read(f"{round_id} {row.user_id}", times, work_out)
            paces[row.user_id] = {
                "last_ms": row.last_ms,
                "seconds": gap,
                "late": row.late,
                "skipped": row.skipped,
                "unsure": row.unsure,
            }
        return paces


def _mean_gap(connection: Connection, round_id: str, user_id: str) -> tuple[float | None]:
    """Return how many seconds pass from one answer of a person to the next, breaks left out."""
    answer = round_answers.c
    before = func.lag(answer.answered_ms).over(order_by=answer.answered_ms)
    gaps = (
        select((answer.answered_ms - before).label("gap"))
        .where(answer.round == round_id, answer.user_id == user_id, answer.answered_ms.is_not(None))
        .subquery()
        .c
    )
    mean = connection.execute(select(func.avg(gaps.gap)).where(gaps.gap <= BREAK_MS)).scalar()
    return (None if mean is None else float(mean) / 1000,)


def _agreement(connection: Connection, round_id: str, paces: Paces) -> RoundAgreement:
    entry = round_entries.c
    compared = select(
        func.count(entry.agreement),
        func.count().filter(entry.agrees.is_(True)),
        func.avg(entry.agreement),
    ).where(entry.round == round_id)
    pictures, agreed, mean = connection.execute(compared.where(entry.agrees.is_not(None))).one()
    confusions = _confusions(connection, round_id)
    return RoundAgreement(
        compared=pictures,
        agreed=agreed,
        mean=mean or 0.0,
        people=tuple(_people(connection, round_id, paces)),
        confusions=tuple((*pair, count) for pair, count in confusions.most_common(MOST_CONFUSIONS)),
    )


def _people(connection: Connection, round_id: str, paces: Paces) -> Iterator[PersonAgreement]:
    answer = round_answers.c
    query = (
        select(answer.user_id, answer.name, answer.status, func.count().label("tasks"))
        .where(answer.round == round_id)
        .group_by(answer.user_id, answer.name, answer.status)
    )
    states: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in connection.execute(query):
        states[row.name, row.user_id][row.status] = row.tasks
    compared = _compared_people(connection, round_id)
    pace = paces.read(connection, round_id)
    for (name, user_id), tasks in sorted(states.items()):
        pictures, agreed, mean = compared.get(user_id, (0, 0, 0.0))
        yield PersonAgreement(
            user_id,
            name,
            answered=tasks["answered"] + tasks["accepted"] + tasks["set-aside"],
            accepted=tasks["accepted"],
            sent_back=tasks["sent-back"],
            compared=pictures,
            agreed=agreed,
            mean=mean,
            open=tasks["open"],
            **pace.get(user_id, {}),
        )


def _compared_people(connection: Connection, round_id: str) -> dict[str, tuple[int, int, float]]:
    """Return of how many pictures each person's answers were compared, how many agree, and how far."""
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(
            answer.user_id,
            func.count(),
            func.count().filter(entry.agrees.is_(True)),
            func.avg(entry.agreement),
        )
        .join(round_entries, (entry.round == answer.round) & (entry.number == answer.number))
        .where(entry.round == round_id, entry.agrees.is_not(None), answer.round == round_id)
        # By the few pictures that were compared; without it every answer of the round is gone through.
        .where(answer.number.in_(_compared(round_id)))
        .group_by(answer.user_id)
    )
    return {row[0]: (row[1], row[2], row[3] or 0.0) for row in connection.execute(query)}


def _compared(round_id: str, *, agrees: bool | None = None) -> Select[tuple[int]]:
    """Return what finds the pictures whose answers were compared, or those of one outcome."""
    entry = round_entries.c
    outcome = entry.agrees.is_not(None) if agrees is None else entry.agrees.is_(agrees)
    return select(entry.number).where(entry.round == round_id, outcome)


def _confusions(connection: Connection, round_id: str) -> Counter[tuple[str, str]]:
    """Count what two people who differ say; a line is read only where its labels are not stored beside it."""
    answer = round_answers.c
    # "" says what the picture's line did, nothing comes from before labels were stored.
    is_stored = func.coalesce(answer.names, "") != ""
    query = (
        select(answer.number, answer.names, case((is_stored, None), else_=answer.line).label("line"))
        .where(answer.round == round_id, answer.line.is_not(None))
        .where(answer.number.in_(_compared(round_id, agrees=False)))
        .order_by(answer.number, answer.name)
    )
    answers: dict[int, list[frozenset[str]]] = defaultdict(list)
    for row in connection.execute(query):
        names = names_in(read_line(row.line)) if row.line is not None else orjson.loads(row.names)
        answers[row.number].append(frozenset(names))
    return Counter(_difference(*pair) for pair in answers.values() if len(pair) == 2)


def _difference(item: frozenset[str], rival: frozenset[str]) -> tuple[str, str]:
    """Return what each says that the other does not, in one order: the same confusion counts as one."""
    pairs = (item, rival), (rival, item)
    sides = sorted(", ".join(sorted(side - opposite)) or NOTHING for side, opposite in pairs)
    if sides == [NOTHING, NOTHING]:  # the same labels, in other places
        sides = [", ".join(sorted(item))] * 2
    return sides[0], sides[1]
