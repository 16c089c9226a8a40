"""The front for who labels in a round: what is open for them, and their answers. Nobody sees another's.

A person is known by the id of their user. Whoever is not in a round is told what is told of one that does not
exist. Nothing here changes a dataset.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, case, func, select, update

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.datasets import changes
from vedette.datasets.blocks import hash_ref
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import judge_lines, revision_of
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.manifest.lines import Line, read_line
from vedette.manifest.places import split_s3
from vedette.rounds.acceptance import refuse_answer, refuse_late
from vedette.rounds.agreement import Agreement, MaskAreas, compare, names_in
from vedette.rounds.areas import AreaReader, mask_of
from vedette.rounds.kinds import kind_of
from vedette.rounds.membership import MyRound, read_membership, require_membership
from vedette.rounds.records import (
    note_change,
    settle,
)
from vedette.rounds.round import LONGEST_TEXT, UNDER_WAY, Round, RoundAnswer
from vedette.rounds.tables import round_answers, round_entries, round_people, rounds
from vedette.rounds.tasks import number_of, read_task, read_tasks, require_task
from vedette.store.db import Database

Show = Literal["all", "unlabelled", "labelled"]
# What of a person's tasks each choice shows: what was sent back is to be labelled again.
SHOWN: dict[Show, tuple[str, ...]] = {
    "all": ("open", "answered", "sent-back", "accepted", "set-aside"),
    "unlabelled": ("open", "sent-back"),
    "labelled": ("answered", "accepted", "set-aside"),
}
MOST_ANSWERS = 100


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What somebody says of a picture, made on the answer in this revision."""

    line: str
    revision: str = ""
    # Which picture; worked out of the line.
    entry: str = ""


class Answers:
    """The tasks of everybody in the rounds of the installation."""

    def __init__(self, database: Database, read_areas: AreaReader, clock: Clock = system_clock) -> None:
        self._database = database
        self._read_areas = read_areas
        self._clock = clock

    def rounds_of(self, caller: Principal) -> list[MyRound]:
        """Return the rounds in which somebody labels, the newest first; drafts and cancelled ones aside."""
        query = (
            select(rounds)
            .join(round_people, round_people.c.round == rounds.c.id)
            .where(round_people.c.user_id == caller.user_id, rounds.c.status.not_in(("draft", "cancelled")))
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(rounds.c.created_ms.desc(), rounds.c.id)).all()
            membership = [read_membership(connection, row, caller) for row in rows]
        return [item for item in membership if item is not None]

    def find(self, caller: Principal, round_id: str) -> MyRound:
        """Return one of them."""
        with self._database.read() as connection:
            return require_membership(connection, caller, round_id)

    def page(
        self,
        caller: Principal,
        round_id: str,
        show: Show,
        *,
        offset: int = 0,
        around: str = "",
        most: int = 100,
    ) -> tuple[list[RoundAnswer], int, int]:
        """Return a page of a person's tasks, where it begins, and how many pass."""
        answer, entry = round_answers.c, round_entries.c
        passing = (
            answer.round == round_id,
            answer.user_id == caller.user_id,
            answer.status.in_(SHOWN[show]),
        )
        with self._database.read() as connection:
            require_membership(connection, caller, round_id)
            total = connection.execute(select(func.count()).where(*passing)).scalar_one()
            if around:
                offset = self._place_of(connection, round_id, around, passing, most)
            query = (
                select(round_answers, entry.ref_hash, entry.source, entry.line.label("stored"))
                .join(round_entries, (entry.round == answer.round) & (entry.number == answer.number))
                .where(*passing)
                .order_by(answer.number)
                .offset(offset)
                .limit(most)
            )
            rows = connection.execute(query).all()
            tasks = read_tasks(connection, round_id, caller, rows)
        return tasks, offset, total

    def _place_of(
        self, connection: Connection, round_id: str, entry: str, passing: Sequence[Any], most: int
    ) -> int:
        number = number_of(connection, round_id, entry)
        before = select(func.count()).where(*passing, round_answers.c.number < number)
        place: int = connection.execute(before).scalar_one()
        return max(0, place - most // 2)

    def find_answer(self, caller: Principal, round_id: str, source: str) -> RoundAnswer:
        """Return a person's answer to a picture, as it is now."""
        with self._database.read() as connection:
            require_membership(connection, caller, round_id)
            return read_task(connection, require_task(connection, caller, round_id, hash_ref(source).hex()))

    def submit(self, caller: Principal, round_id: str, answers: Sequence[GivenAnswer]) -> list[RoundAnswer]:
        """Keep a person's answers, each on the revision that it was made on; all or none."""
        if not 1 <= len(answers) <= MOST_ANSWERS:
            raise Wrong(f"From 1 to {MOST_ANSWERS} answers come at once, not {len(answers)}.", kind="round")
        with self._database.read() as connection:
            membership = require_membership(connection, caller, round_id)
            dataset = changes.find_by_id(connection, membership.round.dataset)
        if dataset is None:
            raise Missing(
                "The dataset of this round was deleted.", kind="dataset", name=membership.round.kind
            )
        lines = _judged(membership, dataset, answers)
        with self._database.write() as connection:
            current = require_membership(connection, caller, round_id).round
            if current.status not in UNDER_WAY:
                raise Wrong(f"The round {current.name} has ended.", kind="round", name=current.name)
            now = milliseconds(self._clock())
            tasks = [
                self._keep(connection, caller, current, replace(submission, entry=_entry_of(line)), line, now)
                for submission, line in zip(answers, lines, strict=True)
            ]
            settle(connection, round_id)
        self._compare(current, {task.number for task in tasks})
        return tasks

    def _keep(
        self,
        connection: Connection,
        caller: Principal,
        current: Round,
        submission: GivenAnswer,
        line: Line,
        now: int,
    ) -> RoundAnswer:
        task = read_task(connection, require_task(connection, caller, current.id, submission.entry))
        refuse_answer(current, task, submission.revision, line)
        refuse_late(current, task, now)
        values = {
            "line": line.text,
            "kind": kind_of(line),
            "names": _names_of(current.id, task.number, line),
            "status": "answered",
            "answered_ms": now,
            "caller": orjson.dumps(dump_principal(caller)).decode(),
        }
        answer = round_answers.c
        same = (answer.round == current.id, answer.number == task.number, answer.user_id == caller.user_id)
        connection.execute(update(round_answers).where(*same).values(values))
        # What was compared no longer is what is there.
        entry = round_entries.c
        connection.execute(
            update(round_entries)
            .where(entry.round == current.id, entry.number == task.number)
            .values(agreement=None, agrees=None)
        )
        return replace(
            task,
            status="answered",
            line=line.text,
            revision=revision_of(line.text),
            answered=from_milliseconds(now),
            kind=kind_of(line),
        )

    def note(self, caller: Principal, round_id: str, entry: str, text: str) -> RoundAnswer:
        """Keep what a person tells the reviewer of a picture, before the answer or after it."""
        if len(text) > LONGEST_TEXT:
            raise Wrong(f"A comment has {LONGEST_TEXT:,} characters at most.", kind="round")
        answer = round_answers.c
        with self._database.write() as connection:
            current = require_membership(connection, caller, round_id).round
            if current.status not in UNDER_WAY:
                raise Wrong(f"The round {current.name} has ended.", kind="round", name=current.name)
            task = read_task(connection, require_task(connection, caller, round_id, entry))
            same = (answer.round == round_id, answer.number == task.number, answer.user_id == caller.user_id)
            connection.execute(update(round_answers).where(*same).values(note=text))
            return replace(task, note=text)

    # Agreement: masks are read from their bucket, so it is worked out outside of the transaction.

    def _compare(self, current: Round, numbers: set[int]) -> None:
        for number in sorted(numbers):
            with self._database.read() as connection:
                pair = _pair_of(connection, current.id, number)
            if pair is None:
                continue
            item, rival = (read_line(line) for line in pair)
            masks: list[MaskAreas] = []
            if current.task == "masks" and (mask_of(item) or mask_of(rival)):
                masks = [self._read_areas(line) for line in (item, rival)]
            agreement = compare(current.task, item, rival, masks)
            self._note(current.id, number, pair, agreement)

    def _note(self, round_id: str, number: int, pair: tuple[str, str], agreement: Agreement) -> None:
        with self._database.write() as connection:
            # Somebody has changed an answer meanwhile: then that comparison is to be kept, not this one.
            if _pair_of(connection, round_id, number) == pair:
                entry = round_entries.c
                connection.execute(
                    update(round_entries)
                    .where(entry.round == round_id, entry.number == number)
                    .values(agreement=agreement.score, agrees=agreement.agrees)
                )
                note_change(connection, round_id)

    def lies_in(self, current: Round, bucket: str) -> bool:
        """Return whether the pictures of a round lie in this bucket."""
        query = select(round_entries.c.source).where(round_entries.c.round == current.id).limit(1)
        with self._database.read() as connection:
            source = connection.execute(query).scalar()
        return source is not None and split_s3(source)[0] == bucket

    def may_see(self, caller: Principal, round_id: str, source: str) -> Round:
        """Return the round, if it shows this picture to this person: a task, an example, their own mask."""
        entry, answer = round_entries.c, round_answers.c
        with self._database.read() as connection:
            current = require_membership(connection, caller, round_id).round
            if source in {example.source for example in current.examples}:
                return current
            is_own = (
                answer.round == round_id,
                answer.user_id == caller.user_id,
                answer.number == entry.number,
                entry.round == round_id,
            )
            task = connection.execute(select(entry.number).where(*is_own, entry.source == source)).first()
            if task is not None:
                return current
            lines = connection.execute(select(answer.line).where(*is_own, answer.line.contains(source)))
            if any(mask_of(read_line(line)) == source for line in lines.scalars()):
                return current
        raise Missing(f"The round shows no picture {source}.", kind="picture", name=source)


def _entry_of(line: Line) -> str:
    return hash_ref(line.source).hex()


def _judged(membership: MyRound, dataset: Dataset, answers: Sequence[GivenAnswer]) -> list[Line]:
    """Return the lines, held to what an update of the dataset would be held to."""
    rows, _ = judge_lines(membership.project.dialect, dataset, [answer.line for answer in answers])
    return [read_line(row.line) for row in rows]


def _names_of(round_id: str, number: int, line: Line) -> ColumnElement[str]:
    """Return the labels of an answer as they are stored: "" where it says what the picture's line did."""
    entry = round_entries.c
    stored = select(entry.line).where(entry.round == round_id, entry.number == number).scalar_subquery()
    return case((stored == line.text, ""), else_=orjson.dumps(sorted(names_in(line))).decode())


def _pair_of(connection: Connection, round_id: str, number: int) -> tuple[str, str] | None:
    """Return what two people say of a picture, where two have answered; who skipped it has said nothing."""
    answer = round_answers.c
    query = select(answer.line).where(
        answer.round == round_id,
        answer.number == number,
        answer.line.is_not(None),
        answer.kind != "skipped",
    )
    lines = list(connection.execute(query.order_by(answer.name, answer.user_id)).scalars())
    return (lines[0], lines[1]) if len(lines) == 2 else None
