"""Accepted answers put into the dataset by a durable job: a batch a transaction, with a note of each picture.

An answer goes in only where the dataset still says of the picture what it said when the round was made;
anything else is a conflict that is shown and left to a person. A batch and its notes are one transaction,
so a killed server's hand-back goes on where it was, and nothing is put in twice.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row, func, select, update

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.datasets import changes
from vedette.datasets.blocks import find_places
from vedette.datasets.callers import keep_caller
from vedette.datasets.dataset import MOVES, Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import judge_lines, put_in, require_editable, revision_of
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import read_lines_at
from vedette.datasets.staging import put_by
from vedette.datasets.standing import Deviations, count_changes, find_deviations
from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.identity.principal import Principal, dump_principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, read_line
from vedette.manifest.signing import sign
from vedette.manifest.unsure import settle
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.rounds.caching import RevisionCache
from vedette.rounds.records import (
    FEW,
    count_changes_of,
    first_line,
    move,
    note_change,
    read_round,
    require_round,
)
from vedette.rounds.round import HandBackPreview, Outcome, Round
from vedette.rounds.tables import round_answers, round_entries, rounds
from vedette.store.db import Database

log = logging.getLogger(__name__)

BATCH = 200
"""Pictures of one transaction: other writers wait for it about a twentieth of a second."""
WAIT_S = 0.2
"""While something else is done to the dataset, a batch waits for it."""
HAND_BACKS = WorkQueue("round-hand-backs", 1)
KIND = "round-hand-back"
MOST_CHOICES = 500
NO_PART = -1
"""A part that no dataset has: everything of a dataset that was deleted is removed from it."""
UNFORESEEN = "The service failed; its log tells why. Hand the round back again."

Choice = Literal["round", "dataset"]
PictureStanding = Literal["same", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class HandBackOrder:
    """Hand a round back, by the rights of whoever asked for it."""

    round: str
    caller: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConflictChoice:
    """Which version of a picture holds; `revision` is that of the dataset's that was looked at."""

    entry: str
    choice: Choice
    revision: str = ""


@dataclass(frozen=True, slots=True)
class _Ready:
    """An accepted answer on its way into the dataset."""

    number: int
    source: str
    line: Line
    outcome: Outcome | Literal["put"]


class HandBacks:
    """Hands rounds back. Threads may share it."""

    def __init__(self, database: Database, datasets: Datasets, jobs: JobRunner, clock: Clock) -> None:
        self._database = database
        self._datasets = datasets
        self._jobs = jobs
        self._clock = clock
        self._deviations: RevisionCache[Deviations] = RevisionCache()
        self._previews: RevisionCache[HandBackPreview] = RevisionCache()
        jobs.register(JobKind(KIND, HandBackOrder, HAND_BACKS, self._run, self._fail))

    def preview(self, project: Project, round_id: str) -> HandBackPreview:
        """Return what a hand-back would do now."""
        with self._database.read() as connection:
            current = require_round(connection, project.id, round_id)
            dataset = changes.find_by_id(connection, current.dataset)
            part = dataset.part if dataset else NO_PART
            part_revision = part, count_changes(connection, part)
            # What a round copied never changes: who reviews has no line of the dataset read anew.
            deviations = self._deviations.read(
                round_id, part_revision, lambda: _find_deviations(connection, round_id, part)
            )
            revision = count_changes_of(connection, round_id), *part_revision
            return self._previews.read(round_id, revision, lambda: _preview(connection, current, deviations))

    def start(self, project: Project, round_id: str, caller: Principal) -> Round:
        """Begin to hand a round back: what is accepted, and nothing else."""
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            if not current.counts.accepted:
                raise Wrong("No answer is accepted yet; review the round first.", kind="round")
            if changes.find_by_id(connection, current.dataset) is None:
                raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
            move(connection, current, "handing-back")
            note_change(connection, round_id)
            order = HandBackOrder(round_id, dump_principal(caller))
            job = self._jobs.add(connection, NewJob(KIND, round_id, project.scope.account, order))
        self._jobs.begin(KIND, job)
        with self._database.read() as connection:
            return require_round(connection, project.id, round_id)

    def resolve(
        self, project: Project, round_id: str, choices: Sequence[ConflictChoice], caller: Principal
    ) -> Round:
        """Settle conflicts: put the round's answer in over what was looked at, or leave the dataset's."""
        if not 1 <= len(choices) <= MOST_CHOICES:
            raise Wrong(f"From 1 to {MOST_CHOICES} conflicts are settled at once, not {len(choices)}.")
        with self._database.write() as connection:
            current = require_round(connection, project.id, round_id)
            dataset = changes.find_by_id(connection, current.dataset)
            if dataset is None:
                raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
            dataset = require_editable(connection, dataset)
            note_change(connection, round_id)
            changed = _resolve(connection, project, current, dataset, choices, caller, self._now())
        if changed is not None:
            self._datasets.announce(changed)
        with self._database.read() as connection:
            return require_round(connection, project.id, round_id)

    def _now(self) -> int:
        return milliseconds(self._clock())

    # The job

    def _run(self, context: JobContext, order: HandBackOrder) -> None:
        caller = load_principal({"caller": order.caller})
        while not context.has_ended:
            if context.should_leave():
                raise JobInterrupted
            with self._database.write() as connection:
                changed = self._step(connection, context, order.round, caller)
            if isinstance(changed, Changed):
                self._datasets.announce(changed)
            elif changed == "busy":
                context.pause(WAIT_S)

    def _step(
        self, connection: Connection, context: JobContext, round_id: str, caller: Principal
    ) -> Changed | Literal["busy", ""]:
        row = connection.execute(select(rounds).where(rounds.c.id == round_id)).first()
        if row is None:  # its project was deleted
            context.end(connection)
            return ""
        current = read_round(connection, row, is_counted=False)
        dataset = changes.find_by_id(connection, current.dataset)
        if dataset is None:
            raise Missing("The dataset of this round was deleted.", kind="dataset", name=current.kind)
        if dataset.status not in MOVES["updated"]:
            return "busy"
        numbers = _next_batch(connection, round_id)
        if not numbers:
            move(connection, current, "handed-back")
            context.end(connection)
            return ""
        project = by_id(connection, current.project)
        assert project is not None, "a project's rounds go with it"
        ready = _weigh(connection, current, dataset, numbers)
        origin = ChangeOrigin("round", caller, f"round:{round_id}", current.name)
        recorder = ChangeRecorder(connection, dataset.id, origin, self._now())
        places = _put(recorder, project, dataset, ready, caller)
        note_change(connection, round_id)
        for item in ready:
            _note(connection, round_id, item.number, "handed-back" if item.outcome == "put" else item.outcome)
        return Changed(dataset.id, dataset.part, places) if places else ""

    def _fail(self, context: JobContext, order: HandBackOrder, problem: Exception) -> None:
        """Say why a hand-back stopped; what it put in until then stays, and it can be begun again."""
        sentence = problem.sentence if isinstance(problem, Refusal) else UNFORESEEN
        if not isinstance(problem, Refusal):
            log.error("the hand-back of round %s failed", order.round, exc_info=problem)
        with self._database.write() as connection:
            row = connection.execute(select(rounds).where(rounds.c.id == order.round)).first()
            if row is not None:
                move(connection, read_round(connection, row), "review", sentence)
            context.end(connection)


def _find_deviations(connection: Connection, round_id: str, part: int) -> Deviations:
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


def _preview(connection: Connection, current: Round, deviations: Deviations) -> HandBackPreview:
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


def _next_batch(connection: Connection, round_id: str) -> list[int]:
    """Return the numbers of the next pictures with an accepted answer that is not put in yet."""
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(answer.number)
        .join(round_entries, (answer.round == entry.round) & (answer.number == entry.number))
        .where(answer.round == round_id, answer.status == "accepted", entry.outcome == "")
        .order_by(answer.number)
        .limit(BATCH)
    )
    return list(connection.execute(query).scalars())


def _weigh(
    connection: Connection, current: Round, dataset: Dataset | None, numbers: Sequence[int]
) -> list[_Ready]:
    """Return what would become of these pictures' answers."""
    rows = _accepted(connection, current.id, numbers)
    sources = [row.source for row in rows]
    places = find_places(connection, dataset.part, sources) if dataset else {}
    lines = read_lines_at(connection, dataset.part, list(places.values())) if dataset else {}
    return [_ready(current, row, lines.get(places.get(row.source, -1))) for row in rows]


def _ready(current: Round, row: Row[Any], line: str | None) -> _Ready:
    target = _signed(current, row)
    outcome: Outcome | Literal["put"] = "put"
    if line is None:
        outcome = "removed"
    elif line == target.text:
        outcome = "handed-back"
    elif revision_of(line) != revision_of(row.stored):
        outcome = "conflict"
    return _Ready(row.number, row.source, target, outcome)


def _accepted(connection: Connection, round_id: str, numbers: Sequence[int]) -> list[Any]:
    entry, answer = round_entries.c, round_answers.c
    query = (
        select(
            entry.number,
            entry.source,
            entry.line.label("stored"),
            entry.agrees,
            answer.line,
            answer.kind,
            answer.answered_ms,
        )
        .join(round_answers, (answer.round == entry.round) & (answer.number == entry.number))
        .where(entry.round == round_id, entry.number.in_(numbers), answer.status == "accepted")
    )
    return list(connection.execute(query.order_by(entry.number)).all())


def _signed(current: Round, row: Row[Any]) -> Line:
    """Return the line of an answer, signed by the round; half sure where a second person disagrees."""
    stamp = Stamp(moment=from_milliseconds(row.answered_ms), job=current.job)
    confidence = 0.5 if row.agrees is False or row.kind == "unsure" else 1.0
    line = read_line(row.line)
    # A reviewer has accepted the labels: then the picture is labelled. Who skipped it leaves the mark.
    line = line if row.kind == "skipped" else settle(line)
    return sign(line, read_line(first_line(row.stored)), stamp, confidence)


def _put(
    recorder: ChangeRecorder,
    project: Project,
    dataset: Dataset,
    ready: Sequence[_Ready],
    caller: Principal,
) -> list[int]:
    lines = [item.line.text for item in ready if item.outcome == "put"]
    if not lines:
        return []
    rows, bucket = judge_lines(project.dialect, dataset, lines)
    put = put_by(keep_caller(recorder.connection, caller), rows)
    return put_in(recorder, dataset, project.dialect, put, bucket)


def _note(connection: Connection, round_id: str, number: int, outcome: str) -> None:
    entry = round_entries.c
    same = (entry.round == round_id, entry.number == number)
    connection.execute(update(round_entries).where(*same).values(outcome=outcome))


def _resolve(  # noqa: PLR0913  (a choice has that many sides)
    connection: Connection,
    project: Project,
    current: Round,
    dataset: Dataset,
    choices: Sequence[ConflictChoice],
    caller: Principal,
    now: int,
) -> Changed | None:
    numbers = _conflicts(connection, current, [choice.entry for choice in choices])
    revisions = {numbers[choice.entry]: choice.revision for choice in choices if choice.choice == "round"}
    for choice in choices:
        if choice.choice == "dataset":
            _note(connection, current.id, numbers[choice.entry], "kept")
    ready = _weigh(connection, current, dataset, list(revisions))
    places = find_places(connection, dataset.part, [item.source for item in ready])
    lines = read_lines_at(connection, dataset.part, list(places.values()))
    _refuse_stale(ready, revisions, {source: lines[place] for source, place in places.items()})
    put = [_Ready(item.number, item.source, item.line, "put") for item in ready]
    origin = ChangeOrigin("round", caller, f"round:{current.id}", current.name)
    recorder = ChangeRecorder(connection, dataset.id, origin, now)
    changed = _put(recorder, project, dataset, put, caller)
    for item in put:
        _note(connection, current.id, item.number, "handed-back")
    return Changed(dataset.id, dataset.part, changed) if changed else None


def _refuse_stale(ready: Sequence[_Ready], revisions: Mapping[int, str], lines: Mapping[str, str]) -> None:
    for item in ready:
        line = lines.get(item.source)
        if line is None or revision_of(line) != revisions[item.number]:
            raise Busy(f"{item.source} was changed again meanwhile; look again.", kind="round")


def _conflicts(connection: Connection, current: Round, entries: Sequence[str]) -> dict[str, int]:
    entry_row = round_entries.c
    query = select(entry_row.ref_hash, entry_row.number).where(
        entry_row.round == current.id, entry_row.outcome == "conflict"
    )
    numbers = {bytes(row.ref_hash).hex(): row.number for row in connection.execute(query)}
    if missing := [entry for entry in entries if entry not in numbers]:
        raise Missing(
            f"The picture {missing[0]} is no conflict of this round.", kind="round", name=current.name
        )
    return numbers
