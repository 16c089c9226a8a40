"""Tasks of a round given to people: shared out as it opens, shared anew, and given from one to others."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from vedette.rounds.round import Person, Round
from vedette.rounds.sharing import share_again, share_out
from vedette.rounds.tables import round_answers, round_entries, round_people


def _task(round_id: str, number: int, person: Person) -> dict[str, Any]:
    task = {"round": round_id, "number": number, "user_id": person.user_id, "name": person.name}
    return {**task, "status": "open"}


def assign_tasks(connection: Connection, current: Round, people: Sequence[Person]) -> None:
    """Share all pictures of a round that opens out among these people."""
    query = select(round_entries.c.is_doubled).where(round_entries.c.round == current.id)
    doubled = list(connection.execute(query.order_by(round_entries.c.number)).scalars())
    by_id = {person.user_id: person for person in people}
    rows = [_task(current.id, number, by_id[user_id]) for number, user_id in share_out(doubled, list(by_id))]
    connection.execute(insert(round_answers), rows)


def replace_people(connection: Connection, current: Round, people: Sequence[Person]) -> None:
    """Let these people label in a round, and no others."""
    connection.execute(delete(round_people).where(round_people.c.round == current.id))
    rows = [{"round": current.id, "user_id": person.user_id, "name": person.name} for person in people]
    connection.execute(insert(round_people), rows)


def assign_again(connection: Connection, current: Round, people: Sequence[Person]) -> None:
    """Share the open tasks of who has left among those who are there, and even out what is open."""
    answer = round_answers.c
    by_id = {person.user_id: person for person in people}
    query = select(answer.number, answer.user_id, answer.status).where(answer.round == current.id)
    labellers: dict[int, list[str]] = defaultdict(list)
    free: list[int] = []
    for row in connection.execute(query.order_by(answer.number)):
        # Sent back to somebody who has left: somebody else begins anew.
        if row.status == "open" or (row.status == "sent-back" and row.user_id not in by_id):
            free.append(row.number)
        else:
            labellers[row.number].append(row.user_id)
    free += _without_person(connection, current, labellers, free, len(by_id))
    is_left = and_(answer.status == "sent-back", answer.user_id.not_in(list(by_id)))
    freed = delete(round_answers).where(answer.round == current.id, or_(answer.status == "open", is_left))
    connection.execute(freed)
    takers = share_again(labellers, free, list(by_id))
    if takers:
        rows = [_task(current.id, number, by_id[user_id]) for number, user_id in takers]
        connection.execute(insert(round_answers), rows)


def _without_person(
    connection: Connection,
    current: Round,
    labellers: Mapping[int, Sequence[str]],
    free: Sequence[int],
    people: int,
) -> list[int]:
    """Return the pictures that lack somebody since the labelling was ended early."""
    entry = round_entries.c
    query = select(entry.number, entry.is_doubled).where(entry.round == current.id).order_by(entry.number)
    tasks = Counter(free)
    lacking: list[int] = []
    for row in connection.execute(query):
        copies = min(2 if row.is_doubled else 1, people)
        lacking += [row.number] * (copies - len(labellers.get(row.number, ())) - tasks[row.number])
    return lacking


def give_tasks(connection: Connection, current: Round, user_id: str, takers: Sequence[Person]) -> None:
    """Give one person's open tasks to these; what each of them labels already stays with its person."""
    answer = round_answers.c
    query = select(answer.number, answer.user_id, answer.status).where(answer.round == current.id)
    rows = connection.execute(query.order_by(answer.number)).all()
    labellers: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        labellers[row.number].append(row.user_id)
    free = [row.number for row in rows if row.user_id == user_id and row.status in ("open", "sent-back")]
    by_id = {person.user_id: person for person in takers}
    tasks = share_again(labellers, free, list(by_id))
    numbers = [{"place": number} for number, _ in tasks]
    if numbers:
        of_task = (answer.round == current.id, answer.user_id == user_id)
        connection.execute(
            delete(round_answers).where(*of_task, answer.number == bindparam("place")), numbers
        )
        connection.execute(
            insert(round_answers), [_task(current.id, number, by_id[taker]) for number, taker in tasks]
        )
