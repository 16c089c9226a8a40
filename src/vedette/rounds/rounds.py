"""The front for who leads a round: made from a dataset's pictures, shared out, reviewed, and ended.

Each call is one transaction, held against the state that the round is in then, so that two people who lead
one round never undo each other without a word.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets.asking import EntryFilter
from vedette.datasets.blocks import hash_ref
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import revision_of
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.manifest.lines import read_line
from vedette.projects.project import Project
from vedette.rounds.assigning import assign_again, assign_tasks, give_tasks, replace_people
from vedette.rounds.records import move, note_change, read_pictures, read_round, require_round, settle
from vedette.rounds.reviewing import accept_uncontradicted, judge
from vedette.rounds.round import (
    LONGEST_TEXT,
    MOST_EXAMPLES,
    MOST_PEOPLE,
    MOST_PICTURES,
    UNDER_WAY,
    NewRound,
    Person,
    ReviewedPicture,
    ReviewVerdict,
    Round,
    RoundTask,
)
from vedette.rounds.sharing import choose_doubled
from vedette.rounds.tables import round_answers, round_entries, rounds
from vedette.store.db import Database

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]{0,62}", re.ASCII)
"""A round's name stands in manifests as its job's, where Ground Truth allows these characters and so many."""
AT_ONCE = 500
"""Answers that are judged in one call."""


class Rounds:
    """The labelling rounds of the installation, as who leads them sees them."""

    def __init__(self, database: Database, datasets: Datasets, clock: Clock = system_clock) -> None:
        self._database = database
        self._datasets = datasets
        self._clock = clock

    # Made and read

    def create(
        self, project: Project, dataset: Dataset, new: NewRound, conditions: EntryFilter, caller: Principal
    ) -> Round:
        """Make a round of every picture that passes; it is a draft until it is opened."""
        _check(project, new)
        lines = self._read_lines(dataset, conditions)
        round_id = secrets.token_hex(16)
        # Read before anybody is made to wait: 50,000 lines take seconds.
        entry_rows = _entry_rows(round_id, lines, new.double_share)
        row: dict[str, Any] = {
            "id": round_id,
            "project": project.id,
            "dataset": dataset.id,
            "kind": dataset.kind,
            "name": new.name,
            "task": new.task,
            "instructions": new.instructions,
            "examples": _examples(new),
            "double_share": new.double_share,
            "deadline_ms": new.deadline_ms,
            "late": new.late,
            "status": "draft",
            "message": "",
            "created_ms": milliseconds(self._clock()),
            "owner": orjson.dumps(dump_principal(caller)).decode(),
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(rounds).values(row))
                connection.execute(insert(round_entries), entry_rows)
                return require_round(connection, project.id, round_id)
        except IntegrityError:
            raise Taken(
                f"The project has a round called {new.name} already.", kind="round", name=new.name
            ) from None

    def _read_lines(self, dataset: Dataset, conditions: EntryFilter) -> list[str]:
        lines = self._datasets.queries.lines(dataset, conditions, most=MOST_PICTURES + 1)
        if not lines:
            raise Wrong("No picture passes this filter; a round needs at least one.", kind="round")
        if len(lines) > MOST_PICTURES:
            raise TooMuch(
                f"A round has {MOST_PICTURES:,} pictures at most; choose fewer of them.", kind="round"
            )
        return lines

    def in_project(self, project: Project, kind: str = "") -> list[Round]:
        """Return a project's rounds, or those of one of its datasets, the newest first."""
        query = select(rounds).where(rounds.c.project == project.id)
        if kind:
            query = query.where(rounds.c.kind == kind)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(rounds.c.created_ms.desc(), rounds.c.id)).all()
            return [read_round(connection, row) for row in rows]

    def find(self, project: Project, round_id: str) -> Round:
        """Return a round."""
        with self._database.read() as connection:
            return require_round(connection, project.id, round_id)

    def pictures(  # noqa: PLR0913  (a page of a list that is filtered has that many sides)
        self,
        project: Project,
        round_id: str,
        *,
        status: str = "",
        person: str = "",
        disagreeing: bool = False,
        outcome: str = "",
        after: int = -1,
        most: int = 100,
    ) -> tuple[list[ReviewedPicture], bool]:
        """Return the next pictures that pass, with their answers, and whether there are more."""
        entry, answer = round_entries.c, round_answers.c
        query = select(entry.number).where(entry.round == round_id, entry.number > after)
        if status or person:
            among = and_(
                answer.round == entry.round,
                answer.number == entry.number,
                *([answer.status == status] if status else []),
                *([answer.user_id == person] if person else []),
            )
            query = query.where(select(answer.number).where(among).exists())
        if disagreeing:
            query = query.where(entry.agrees.is_(False))
        if outcome:
            query = query.where(entry.outcome == outcome)
        with self._database.read() as connection:
            current = require_round(connection, project.id, round_id)
            numbers = list(connection.execute(query.order_by(entry.number).limit(most + 1)).scalars())
            pictures = list(read_pictures(connection, round_id, numbers[:most]).values())
        if outcome == "conflict":
            pictures = self._with_current(current, pictures)
        return pictures, len(numbers) > most

    def _with_current(self, current: Round, pictures: Sequence[ReviewedPicture]) -> list[ReviewedPicture]:
        """Return pictures with what the dataset says of them now."""
        lines = self._datasets.contents.lines_at(current.dataset, [picture.source for picture in pictures])
        return [
            replace(
                picture,
                current=lines.get(picture.source, ""),
                current_revision=revision_of(lines[picture.source]) if picture.source in lines else "",
            )
            for picture in pictures
        ]

    # Led

    def update(self, project: Project, round_id: str, new: NewRound, caller: Principal) -> Round:
        """Say anew what is asked for and until when; pictures, task and name stay."""
        _check(project, new)
        values = {
            "instructions": new.instructions,
            "examples": _examples(new),
            "deadline_ms": new.deadline_ms,
            "late": new.late,
            "owner": orjson.dumps(dump_principal(caller)).decode(),
        }
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            if current.status not in UNDER_WAY | {"draft"}:
                raise Busy(f"The round {current.name} is {current.status}.", kind="round", name=current.name)
            connection.execute(update(rounds).where(rounds.c.id == round_id).values(values))
            return require_round(connection, project.id, round_id)

    def assign(self, project: Project, round_id: str, people: Sequence[Person], caller: Principal) -> Round:
        """Let these people label in the round and no others: a draft is opened, open tasks are shared anew.

        What somebody has answered stays theirs, also when they are no longer in the round.
        """
        people = sorted(dict.fromkeys(people), key=lambda person: person.name)
        if not 1 <= len(people) <= MOST_PEOPLE:
            raise Wrong(f"From 1 to {MOST_PEOPLE} people label in a round, not {len(people)}.", kind="round")
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            if current.status == "draft":
                self._open(connection, current, people)
            elif current.status in UNDER_WAY:
                replace_people(connection, current, people)
                assign_again(connection, current, people)
                settle(connection, round_id)
            else:
                raise Busy(f"The round {current.name} is {current.status}.", kind="round", name=current.name)
            owner = orjson.dumps(dump_principal(caller)).decode()
            connection.execute(update(rounds).where(rounds.c.id == round_id).values(owner=owner))
            return require_round(connection, project.id, round_id)

    def _open(self, connection: Connection, current: Round, people: Sequence[Person]) -> None:
        replace_people(connection, current, people)
        assign_tasks(connection, current, people)
        note_change(connection, current.id)
        move(connection, current, "open")

    def reassign(self, project: Project, round_id: str, user_id: str, takers: Sequence[Person]) -> Round:
        """Give what is open for one person to others who label in the round; who gave it stays in it."""
        with self._database.write() as connection:
            current = _require_under_way(connection, project, round_id)
            people = {person.user_id: person for person in current.people}
            names = [taker.user_id for taker in takers if taker.user_id != user_id]
            if not names:
                raise Wrong(
                    "Open pictures are given to somebody else in the round; choose whom.", kind="round"
                )
            if missing := [name for name in names if name not in people]:
                raise Missing(
                    f"Nobody of the id {missing[0]} labels in the round {current.name}; add them first.",
                    kind="round",
                    name=missing[0],
                )
            give_tasks(connection, current, user_id, [people[name] for name in names])
            settle(connection, round_id)
            return require_round(connection, project.id, round_id)

    def end(self, project: Project, round_id: str) -> Round:
        """End the labelling early: what is open is taken back, what is answered is reviewed.

        Sharing the round out again shares out what nobody has answered.
        """
        answer = round_answers.c
        with self._database.write() as connection:
            current = _require_under_way(connection, project, round_id)
            of_round = answer.round == round_id
            connection.execute(delete(round_answers).where(of_round, answer.status == "open"))
            sent_back = update(round_answers).where(of_round, answer.status == "sent-back")
            connection.execute(sent_back.values(status="set-aside"))
            note_change(connection, round_id)
            if current.status == "open":
                move(connection, current, "review")
            return require_round(connection, project.id, round_id)

    def cancel(self, project: Project, round_id: str) -> Round:
        """End a round without a hand-back; its answers can still be read."""
        with self._database.write() as connection:
            move(connection, require_round(connection, project.id, round_id), "cancelled")
            return require_round(connection, project.id, round_id)

    def delete(self, project: Project, round_id: str) -> None:
        """Delete a round with its answers; what was handed back stays in the dataset."""
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            if current.status in UNDER_WAY | {"handing-back"}:
                raise Busy(
                    f"The round {current.name} is {current.status}; cancel it or hand it back first.",
                    kind="round",
                    name=current.name,
                )
            connection.execute(delete(rounds).where(rounds.c.id == round_id))

    # Reviewed

    def review(
        self, project: Project, round_id: str, verdicts: Sequence[ReviewVerdict], reviewer: str
    ) -> Round:
        """Accept answers, or send them back with a comment; all of them, or none."""
        if not 1 <= len(verdicts) <= AT_ONCE:
            raise Wrong(
                f"From 1 to {AT_ONCE} answers are reviewed at once, not {len(verdicts)}.", kind="round"
            )
        with self._database.write() as connection:
            current = _require_under_way(connection, project, round_id)
            now = milliseconds(self._clock())
            for verdict in verdicts:
                judge(connection, current, verdict, reviewer, now)
            settle(connection, round_id)
            return require_round(connection, project.id, round_id)

    def accept_agreed(self, project: Project, round_id: str) -> Round:
        """Accept every answer that nobody contradicts: single ones, and of two that agree the first."""
        with self._database.write() as connection:
            current = _require_under_way(connection, project, round_id)
            accept_uncontradicted(connection, current.id)
            settle(connection, round_id)
            return require_round(connection, project.id, round_id)


def _check(project: Project, new: NewRound) -> None:
    if not NAME.fullmatch(new.name):
        raise Wrong(
            f"{new.name!r} is no name of a round: 1 to 63 letters, digits, hyphens, dots and underscores, a "
            "letter or digit first. It stands in the manifest as the name of the labelling job.",
            kind="round",
            name=new.name,
        )
    tasks: tuple[RoundTask, ...] = ("masks",) if project.dialect.class_labels else ("labels", "boxes")
    if new.task not in tasks:
        raise Wrong(f"In this project a round asks for {' or '.join(tasks)}, not {new.task}.", kind="round")
    if len(new.instructions) > LONGEST_TEXT:
        raise Wrong(f"Instructions have {LONGEST_TEXT:,} characters at most.", kind="round")
    if len(new.examples) > MOST_EXAMPLES:
        raise Wrong(f"A round has {MOST_EXAMPLES} example pictures at most.", kind="round")
    if not 0 <= new.double_share <= 1:
        raise Wrong("The share of pictures that two people label is from 0 to 1.", kind="round")


def _examples(new: NewRound) -> str:
    return orjson.dumps([(example.source, example.note, example.kind) for example in new.examples]).decode()


def _entry_rows(round_id: str, lines: Sequence[str], share: float) -> list[dict[str, Any]]:
    doubled = choose_doubled(len(lines), share)
    rows = []
    for number, line in enumerate(lines):
        source = read_line(line).source
        rows.append(
            {
                "round": round_id,
                "number": number,
                "ref_hash": hash_ref(source),
                "source": source,
                "line": line,
                "is_doubled": number in doubled,
                "outcome": "",
            }
        )
    return rows


def _require_under_way(connection: Connection, project: Project, round_id: str) -> Round:
    current = require_round(connection, project.id, round_id)
    if current.status not in UNDER_WAY:
        raise Busy(f"The round {current.name} is {current.status}.", kind="round", name=current.name)
    return current
