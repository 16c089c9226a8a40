"""How far the people of a round agree: in all, person by person, and over which labels they differ."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from vedette.manifest.lines import Line, read_line
from vedette.projects.project import Project
from vedette.rounds.agreement import boxes_of, labels_of
from vedette.rounds.records import require_round
from vedette.rounds.tables import round_answers, round_entries
from vedette.store.db import Database

MOST_CONFUSIONS = 50
"""Pairs of labels that are listed, the most frequent first: more than a screen of them helps nobody."""
NOTHING = ""
"""Stands for no label where one person gave one and the other none."""


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


@dataclass(frozen=True, slots=True)
class RoundAgreement:
    """How far a round's answers agree; `confusions` are pairs of labels that two people gave one picture."""

    compared: int
    agreed: int
    mean: float
    people: tuple[PersonAgreement, ...]
    confusions: tuple[tuple[str, str, int], ...]


def describe_agreement(database: Database, project: Project, round_id: str) -> RoundAgreement:
    """Return how far the people of a round agree, as of now."""
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(
            answer.number,
            answer.user_id,
            answer.name,
            answer.status,
            answer.line,
            entry.agreement,
            entry.agrees,
        )
        .join(round_entries, (entry.round == answer.round) & (entry.number == answer.number))
        .where(answer.round == round_id)
        .order_by(answer.number, answer.name)
    )
    with database.read() as connection:
        require_round(connection, project.id, round_id)
        rows = connection.execute(query).all()
    by_person: dict[tuple[str, str], list[Any]] = defaultdict(list)
    by_picture: dict[int, list[str]] = defaultdict(list)
    scores: dict[int, tuple[float, bool]] = {}
    for row in rows:
        by_person[row.name, row.user_id].append(row)
        if row.agreement is not None:
            scores[row.number] = (row.agreement, bool(row.agrees))
            by_picture[row.number].append(row.line)
    confusions: Counter[tuple[str, str]] = Counter()
    for number, lines in by_picture.items():
        if len(lines) == 2 and not scores[number][1]:
            confusions[_difference(*(read_line(line) for line in lines))] += 1
    return RoundAgreement(
        compared=len(scores),
        agreed=sum(agrees for _, agrees in scores.values()),
        mean=_mean([score for score, _ in scores.values()]),
        people=tuple(_of_person(key, answers_here) for key, answers_here in sorted(by_person.items())),
        confusions=tuple((*pair, count) for pair, count in confusions.most_common(MOST_CONFUSIONS)),
    )


def _of_person(key: tuple[str, str], rows: list[Any]) -> PersonAgreement:
    name, user_id = key
    states = Counter(row.status for row in rows)
    compared = [row for row in rows if row.agreement is not None]
    return PersonAgreement(
        user_id,
        name,
        answered=states["answered"] + states["accepted"] + states["set-aside"],
        accepted=states["accepted"],
        sent_back=states["sent-back"],
        compared=len(compared),
        agreed=sum(bool(row.agrees) for row in compared),
        mean=_mean([row.agreement for row in compared]),
    )


def _difference(item: Line, rival: Line) -> tuple[str, str]:
    """Return what each says that the other does not, in one order: the same confusion counts as one."""
    names = [labels_of(line) | {name for name, _ in boxes_of(line)} for line in (item, rival)]
    sides = sorted(", ".join(sorted(side - opposite)) or NOTHING for side, opposite in (names, names[::-1]))
    if sides == [NOTHING, NOTHING]:  # the same labels, in other places
        sides = [", ".join(sorted(names[0]))] * 2
    return sides[0], sides[1]


def _mean(scores: list[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0
