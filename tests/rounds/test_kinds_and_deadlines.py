"""Answers that are no labels, answers that come late, and a round that is led while it runs."""

import json

import pytest

from doubles.lines import a_box_line, a_line
from rounds.conftest import a_person, as_caller, labelled, stem
from vedette.clock import milliseconds
from vedette.errors import Missing, Wrong
from vedette.manifest.lines import read_line
from vedette.manifest.unsure import is_unsure, mark_unsure
from vedette.rounds.answers import GivenAnswer
from vedette.rounds.round import NewRound, Person


@pytest.fixture
def four(world):
    world.room.create([a_line(name) for name in "abcd"])
    return world


def unsure(line, *labels):
    return mark_unsure(read_line(labelled(line, labels) if labels else line)).text


def submit(world, made, name, line_of):
    """Let somebody answer every open task with what `line_of` makes of a picture's name and line."""
    answers = [
        GivenAnswer(line_of(stem(task.source), task.line), task.revision)
        for task in world.tasks(made, name, "unlabelled")
    ]
    return world.rounds.answers.submit(as_caller(name), made.id, answers)


def test_nothing_unsure_and_skipped_are_answers_of_their_own(four):
    made = four.open("ann")
    lines = {
        "a": lambda line: labelled(line, ["cat"]),
        "b": lambda line: line,
        "c": lambda line: unsure(line, "cat"),
        "d": unsure,
    }
    submit(four, made, "ann", lambda name, line: lines[name](line))
    assert [task.kind for task in four.tasks(made, "ann")] == ["given", "nothing", "unsure", "skipped"]
    assert four.now(made).status == "review"
    four.accept_agreed(made)
    # A reviewer looks at what somebody doubted.
    assert [task.status for task in four.tasks(made, "ann")] == [
        "accepted",
        "accepted",
        "answered",
        "answered",
    ]
    for picture in four.pictures(made, status="answered"):
        four.review(made, picture.answers[0])
    assert four.hand_back(made).counts.handed_back == 4
    values = [json.loads(line) for line in four.room.lines()]
    assert [value.get("cat-metadata", {}).get("confidence") for value in values] == [1, None, 0.5, None]
    assert [is_unsure(read_line(line)) for line in four.room.lines()] == [False, False, False, True]


def test_a_picture_without_objects_is_an_answer_of_boxes(world):
    world.room.create([a_line("a")])
    made = world.open("ann", task="boxes")
    empty = {**json.loads(a_box_line("a"))}
    submit(world, made, "ann", lambda name, line: json.dumps(empty))
    assert [task.kind for task in world.tasks(made, "ann")] == ["nothing"]
    world.accept_agreed(made)
    world.hand_back(made)
    (line,) = world.room.lines()
    assert json.loads(line)["boxes"]["annotations"] == []
    assert json.loads(line)["boxes-metadata"]["job-name"] == "labeling-job/first"


def test_agreement_counts_nothing_as_an_answer_and_skipped_as_none(four):
    made = four.open("ann", "ben", double_share=1)
    submit(four, made, "ann", lambda name, line: line)
    bens = {
        "a": lambda line: line,
        "b": lambda line: labelled(line, ["cat"]),
        "c": unsure,
        "d": lambda line: unsure(line, "cat"),
    }
    submit(four, made, "ben", lambda name, line: bens[name](line))
    results = [(stem(picture.source), picture.agrees) for picture in four.pictures(made)]
    assert results == [("a", True), ("b", False), ("c", None), ("d", False)]
    people = {
        person.name: person for person in four.rounds.statistics.agreement(four.project, made.id).people
    }
    assert (people["ben"].skipped, people["ben"].unsure, people["ben"].compared) == (1, 1, 3)


def test_a_note_reaches_the_reviewer_and_changes_no_answer(four):
    made = four.open("ann", "ben")
    task = four.tasks(made, "ann")[0]
    note = "<img src=x onerror=alert(1)>\nToo dark."
    four.rounds.answers.note(as_caller("ann"), made.id, task.entry, note)
    four.answer(made, "ann", lambda name: ["cat"])
    assert four.pictures(made)[0].answers[0].note == note
    with pytest.raises(Missing, match="somebody else's"):
        four.rounds.answers.note(as_caller("ben"), made.id, task.entry, "mine")
    with pytest.raises(Wrong, match="10,000 characters"):
        four.rounds.answers.note(as_caller("ann"), made.id, task.entry, "x" * 10_001)


def test_late_answers_are_accepted_and_marked_unless_the_round_refuses_them(four):
    deadline = milliseconds(four.clock()) + 60_000
    marked = four.open("ann", name="marked", deadline_ms=deadline)
    strict = four.open("ann", name="strict", deadline_ms=deadline, late="refuse")
    first, *_ = four.answer(strict, "ann", lambda name: ["cat"])[:1]
    four.clock.move(minutes=2)
    four.answer(marked, "ann", lambda name: ["cat"])
    (person,) = four.rounds.statistics.agreement(four.project, marked.id).people
    assert (person.answered, person.late) == (4, 4)
    again = GivenAnswer(labelled(first.line, ["dog"]), first.revision)
    with pytest.raises(Wrong, match="passed on 2026-05-04 at 12:01 UTC"):
        four.rounds.answers.submit(as_caller("ann"), strict.id, [again])
    # What a reviewer sends back may still be mended.
    four.review(strict, first, accepts=False)
    assert four.rounds.answers.submit(as_caller("ann"), strict.id, [again])[0].status == "answered"


def test_an_answer_that_a_fast_clock_refused_is_taken_once_the_clock_is_right(four):
    deadline = milliseconds(four.clock()) + 60_000
    made = four.open("ann", deadline_ms=deadline, late="refuse")
    four.clock.leap(days=1)
    with pytest.raises(Wrong, match="more time"):
        four.answer(made, "ann", lambda name: ["cat"])
    four.clock.leap(days=-1, hours=-1)
    assert len(four.answer(made, "ann", lambda name: ["cat"])) == 4
    (person,) = four.rounds.statistics.agreement(four.project, made.id).people
    assert (person.answered, person.late) == (4, 0)


def test_a_later_deadline_takes_answers_again(four):
    deadline = milliseconds(four.clock()) + 60_000
    made = four.open("ann", deadline_ms=deadline, late="refuse")
    four.clock.move(minutes=2)
    with pytest.raises(Wrong, match="more time"):
        four.answer(made, "ann", lambda name: ["cat"])
    later = NewRound("first", "labels", deadline_ms=deadline + 600_000, late="refuse")
    four.rounds.leads.update(four.project, made.id, later, four.room.caller)
    assert len(four.answer(made, "ann", lambda name: ["cat"])) == 4


def test_open_pictures_of_one_person_are_given_to_others(four):
    made = four.open("ann", "ben", "cat")
    first = four.tasks(made, "ann")[0]
    given = GivenAnswer(labelled(first.line, ["cat"]), first.revision)
    four.rounds.answers.submit(as_caller("ann"), made.id, [given])
    four.rounds.leads.reassign(four.project, made.id, "AIDAANN", [a_person("ben"), a_person("cat")])
    assert [task.status for task in four.tasks(made, "ann")] == ["answered"]
    assert len(four.tasks(made, "ben")) + len(four.tasks(made, "cat")) == 3
    with pytest.raises(Wrong, match="choose whom"):
        four.rounds.leads.reassign(four.project, made.id, "AIDABEN", [a_person("ben")])
    with pytest.raises(Missing, match="add them first"):
        four.rounds.leads.reassign(four.project, made.id, "AIDABEN", [Person("AIDAEVE", "eve")])


def test_a_doubled_picture_is_not_given_to_who_labels_it_already(four):
    made = four.open("ann", "ben", double_share=1)
    four.rounds.leads.reassign(four.project, made.id, "AIDAANN", [a_person("ben")])
    assert len(four.tasks(made, "ann")) == len(four.tasks(made, "ben")) == 4


def test_a_round_is_ended_early_and_taken_up_again(four):
    made = four.open("ann", "ben", double_share=0.5)
    first = four.tasks(made, "ann")[0]
    given = GivenAnswer(labelled(first.line, ["cat"]), first.revision)
    four.rounds.answers.submit(as_caller("ann"), made.id, [given])
    ended = four.rounds.leads.end(four.project, made.id)
    assert (ended.status, ended.counts.open, ended.counts.answered) == ("review", 0, 1)
    assert four.tasks(made, "ben") == []
    with pytest.raises(Missing):
        four.rounds.answers.submit(as_caller("ben"), made.id, [GivenAnswer(a_line("b"))])
    again = four.assign(made, "ann", "ben")
    assert (again.status, again.counts.tasks, again.counts.open) == ("open", 6, 5)
    for picture in four.pictures(made):
        names = [answer.person.name for answer in picture.answers]
        assert len(names) == len(set(names)) >= 1


def test_people_are_timed_from_answer_to_answer_without_their_breaks(four):
    made = four.open("ann")
    for minutes in (0, 1, 3, 60):
        task = four.tasks(made, "ann", "unlabelled")[0]
        four.clock.move(minutes=minutes)
        given = GivenAnswer(labelled(task.line, ["cat"]), task.revision)
        four.rounds.answers.submit(as_caller("ann"), made.id, [given])
    (person,) = four.rounds.statistics.agreement(four.project, made.id).people
    assert (person.seconds, person.answered) == (120.0, 4)
