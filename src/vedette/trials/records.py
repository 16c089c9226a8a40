"""Every statement on the tables of trials, each within its caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, insert, select, update

from vedette.trials.tables import trial_pictures, trials
from vedette.trials.values import ChosenPicture, Trial, TrialCounts, TrialPicture, TrialView

_FEW = 500
_COLUMNS = [column for column in trial_pictures.c if column.name != "mask"]
_HAS_MASK = trial_pictures.c.mask.is_not(None).label("has_mask")
_VERIFIED = trial_pictures.c.verdict != "none"
_ADDABLE = (trial_pictures.c.verified_line != "") & (trial_pictures.c.added == "")
_ORDERS = {
    "doubt": (trial_pictures.c.doubt.desc(), trial_pictures.c.number),
    "confidence": (trial_pictures.c.confidence.desc(), trial_pictures.c.number),
    "number": (trial_pictures.c.number,),
}


def add(connection: Connection, trial: Trial) -> None:
    """Write a new trial down, without pictures."""
    values = {
        name: getattr(trial, name)
        for name in (
            "id", "project", "kind", "name", "version", "version_name", "address", "status", "message",
            "created_ms", "changed_ms",
        )
    }  # fmt: skip
    connection.execute(insert(trials).values(**values, caller=orjson.dumps(trial.caller).decode()))


def add_pictures(
    connection: Connection, trial: str, pictures: Sequence[ChosenPicture], *, first: int = 1
) -> None:
    """Write down the pictures of a trial, which wait to be looked at."""
    blank = {
        "state": "waiting", "message": "", "guess": "", "mask": None, "line": "", "confidence": 0.0,
        "doubt": 0.0, "verdict": "none", "revision": 0, "verified_line": "", "verified_by": "",
        "verified_ms": 0, "added": "",
    }  # fmt: skip
    rows = [
        {"trial": trial, "number": number, "address": picture.address, "etag": picture.etag, **blank}
        for number, picture in enumerate(pictures, start=first)
    ]
    if rows:
        connection.execute(insert(trial_pictures), rows)


def find(connection: Connection, trial: str) -> Trial | None:
    """Return a trial with its counts."""
    row = connection.execute(select(trials).where(trials.c.id == trial)).first()
    return None if row is None else _trial(row, count(connection, [trial]).get(trial, TrialCounts()))


def of_projects(connection: Connection, projects: Sequence[int]) -> list[Trial]:
    """Return the trials of projects, the newest first."""
    query = select(trials).where(trials.c.project.in_(projects))
    rows = connection.execute(query.order_by(trials.c.created_ms.desc(), trials.c.id)).all()
    counts = count(connection, [row.id for row in rows])
    return [_trial(row, counts.get(row.id, TrialCounts())) for row in rows]


def count(connection: Connection, ids: Sequence[str]) -> dict[str, TrialCounts]:
    """Count the pictures of trials by what is known and said of them."""

    def tally(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    column = trial_pictures.c
    query = select(
        column.trial,
        func.count(),
        tally(column.state == "answered"),
        tally(column.state == "unreadable"),
        tally(column.verdict == "correct"),
        tally(column.verdict == "incorrect"),
        tally(column.verdict == "corrected"),
        tally(column.added != ""),
        tally(_ADDABLE),
    ).group_by(column.trial)
    counts = {}
    for few in _few(ids):
        for row in connection.execute(query.where(column.trial.in_(few))):
            counts[row[0]] = TrialCounts(*row[1:])
    return counts


def change(connection: Connection, trial: str, **values: Any) -> None:
    """Change a trial's record."""
    connection.execute(update(trials).where(trials.c.id == trial).values(values))


def drop(connection: Connection, trial: str) -> None:
    """Forget a trial; what was added to a dataset stays there."""
    connection.execute(delete(trial_pictures).where(trial_pictures.c.trial == trial))
    connection.execute(delete(trials).where(trials.c.id == trial))


def list_pictures(connection: Connection, trial: str, view: TrialView) -> tuple[list[TrialPicture], int]:
    """Return a page of a trial's pictures, and how many there are that pass."""
    conditions = [trial_pictures.c.trial == trial, *_conditions(view)]
    query = select(*_COLUMNS, _HAS_MASK).where(*conditions).order_by(*_ORDERS[view.order])
    rows = connection.execute(query.offset(view.offset).limit(view.most))
    total = connection.execute(select(func.count()).select_from(trial_pictures).where(*conditions)).scalar()
    return [_picture(row) for row in rows], int(total or 0)


def pictures_at(connection: Connection, trial: str, numbers: Sequence[int]) -> dict[int, TrialPicture]:
    """Return pictures of a trial by their numbers."""
    pictures = {}
    for few in _few(numbers):
        query = select(*_COLUMNS, _HAS_MASK).where(trial_pictures.c.trial == trial)
        for row in connection.execute(query.where(trial_pictures.c.number.in_(few))):
            pictures[row.number] = _picture(row)
    return pictures


def addable(connection: Connection, trial: str, numbers: Sequence[int]) -> list[TrialPicture]:
    """Return the verified pictures with labels that are in no dataset: of these numbers, or all."""
    query = select(*_COLUMNS, _HAS_MASK).where(trial_pictures.c.trial == trial, _ADDABLE)
    if numbers:
        query = query.where(trial_pictures.c.number.in_(numbers))
    return [_picture(row) for row in connection.execute(query.order_by(trial_pictures.c.number))]


def waiting(connection: Connection, trial: str, most: int) -> list[TrialPicture]:
    """Return the first pictures that were not looked at."""
    query = select(*_COLUMNS, _HAS_MASK).where(
        trial_pictures.c.trial == trial, trial_pictures.c.state == "waiting"
    )
    query = query.order_by(trial_pictures.c.number).limit(most)
    return [_picture(row) for row in connection.execute(query)]


def mask_of(connection: Connection, trial: str, number: int) -> bytes | None:
    """Return the mask that was guessed of a picture."""
    query = select(trial_pictures.c.mask).where(
        trial_pictures.c.trial == trial, trial_pictures.c.number == number
    )
    mask = connection.execute(query).scalar()
    return None if mask is None else bytes(mask)


def next_number(connection: Connection, trial: str) -> int:
    """Return the number of a picture that is added to a trial; numbers are never used again in one."""
    query = select(func.coalesce(func.max(trial_pictures.c.number), 0)).where(trial_pictures.c.trial == trial)
    return int(connection.execute(query).scalar_one()) + 1


def drop_picture(connection: Connection, trial: str, number: int) -> None:
    """Remove a picture's record."""
    same = (trial_pictures.c.trial == trial, trial_pictures.c.number == number)
    connection.execute(delete(trial_pictures).where(*same))


def change_picture(connection: Connection, trial: str, number: int, values: Mapping[str, Any]) -> None:
    """Change a picture's record."""
    same = (trial_pictures.c.trial == trial, trial_pictures.c.number == number)
    connection.execute(update(trial_pictures).where(*same).values(values))


def _conditions(view: TrialView) -> Iterator[ColumnElement[bool]]:
    column = trial_pictures.c
    if view.state is not None:
        yield column.state == view.state
    if view.is_verified is not None:
        yield _VERIFIED if view.is_verified else ~_VERIFIED
    if view.verdict is not None:
        yield column.verdict == view.verdict
    if view.numbers:
        yield column.number.in_(view.numbers)
    if view.address:
        yield column.address == view.address


def _few(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _FEW):
        yield items[start : start + _FEW]


def _trial(row: Row[Any], counts: TrialCounts) -> Trial:
    facts = dict(row._mapping)
    return Trial(**{**facts, "caller": orjson.loads(row.caller)}, counts=counts)


def _picture(row: Any) -> TrialPicture:
    facts = dict(row._mapping)
    guess = orjson.loads(row.guess) if row.guess else {}
    return TrialPicture(**{**facts, "guess": guess, "has_mask": bool(row.has_mask)})
