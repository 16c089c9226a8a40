"""What a hand-back of a round would do now, counted."""

from collections import Counter
from typing import Literal

import orjson
from sqlalchemy import Connection, func, select

from vedette.datasets.standing import Deviations, find_deviations
from vedette.rounds.records import FEW
from vedette.rounds.round import HandBackPreview, Round
from vedette.rounds.tables import round_answers, round_entries

PictureStanding = Literal["same", "changed", "removed"]


def deviations_of(connection: Connection, round_id: str, part: int) -> Deviations:
    """Return which pictures of a round the dataset has changed or lost since."""
    entry = round_entries.c
    copies = select(entry.number, entry.ref_hash, entry.line).where(entry.round == round_id)
    return find_deviations(connection, part, copies)


def _count_accepted(
    connection: Connection, round_id: str, deviations: Deviations
) -> Counter[tuple[PictureStanding, str]]:
    """Count accepted answers by what the dataset says of their pictures now, and by their labels.

    The labels are empty where the answer says what the picture's line said before, and none where they were
    not stored beside an answer yet.
    """
    entry, answer = round_entries.c, round_answers.c
    # Mostly few; to look up of each picture what became of it takes as long as all the rest.
    settled = select(entry.number).where(entry.round == round_id, entry.outcome != "")
    accepted = (answer.round == round_id, answer.status == "accepted", answer.number.not_in(settled))
    by_names = select(answer.names, func.count()).where(*accepted).group_by(answer.names)
    counts: Counter[tuple[PictureStanding, str]] = Counter()
    for names, pictures in connection.execute(by_names):
        counts["same", "[]" if names is None else names] += pictures
    deviating: list[tuple[PictureStanding, frozenset[int]]]
    deviating = [("changed", deviations.changed), ("removed", deviations.removed)]
    for standing, numbers in deviating:
        ordered = sorted(numbers)
        for start in range(0, len(ordered), FEW):
            query = select(answer.names).where(*accepted, answer.number.in_(ordered[start : start + FEW]))
            for names in connection.execute(query).scalars():
                labels = "[]" if names is None else names
                counts["same", labels] -= 1
                counts[standing, labels] += 1
    return +counts


def preview_of(connection: Connection, current: Round, deviations: Deviations) -> HandBackPreview:
    """Return what a hand-back would do, by what deviates."""
    states: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for (state, labels), pictures in _count_accepted(connection, current.id, deviations).items():
        states[state if state != "same" or labels else "unchanged"] += pictures
        if state == "same" and labels:
            names.update(dict.fromkeys(orjson.loads(labels), pictures))
    counts = current.counts
    return HandBackPreview(
        ready=states["same"],
        unchanged=states["unchanged"],
        conflicts=states["changed"],
        removed=states["removed"],
        unreviewed=counts.answered,
        unanswered=counts.open + counts.sent_back,
        labels=tuple(sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
