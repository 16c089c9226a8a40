"""A labelling round from its making to its hand-back, and who may see what of it."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from doubles.houses import ELSEWHERE
from doubles.lines import a_line, refs_of
from rounds.conftest import a_person, as_caller, labelled, stem
from vedette.api.console.round_pictures import reader_of
from vedette.datasets.editing import EntryEdit, EntryName, revision_of
from vedette.errors import Busy, Missing, Taken, Wrong
from vedette.rounds.answers import GivenAnswer
from vedette.rounds.handback import ConflictChoice
from vedette.rounds.round import ReviewVerdict

NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def four(world):
    world.room.create([a_line(name) for name in NAMES])
    return world


def cat(name):
    return ["cat"]


def shares(world, made, *people):
    return {name: [stem(task.source) for task in world.tasks(made, name)] for name in people}


def test_pictures_are_shared_out_evenly(four):
    made = four.open("ann", "ben")
    assert (made.status, made.counts.pictures, made.counts.tasks) == ("open", 4, 4)
    assert shares(four, made, "ann", "ben") == {"ann": ["a", "c"], "ben": ["b", "d"]}


def test_a_share_of_the_pictures_goes_to_two_people(four):
    made = four.open("ann", "ben", double_share=0.5)
    tasks = shares(four, made, "ann", "ben")
    twice = set(tasks["ann"]) & set(tasks["ben"])
    assert (made.counts.doubled, made.counts.tasks, len(twice)) == (2, 6, 2)
    assert set(tasks["ann"]) | set(tasks["ben"]) == set(NAMES)


def test_answers_are_kept_apart_until_they_are_handed_back(four):
    made = four.open("ann")
    before = four.room.lines()
    four.answer(made, "ann", cat)
    assert four.room.lines() == before
    assert four.now(made).status == "review"
    four.accept_agreed(made)
    assert four.room.lines() == before
    done = four.hand_back(made)
    assert (done.status, done.counts.handed_back, done.counts.conflicts) == ("handed-back", 4, 0)
    lines = [json.loads(line) for line in four.room.lines()]
    assert lines[0] == {
        "source-ref": "s3://pictures/boards/a.png",
        "cat": 1,
        "cat-metadata": {
            "class-name": "cat",
            "confidence": 1,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": "2026-05-04T12:00:00.000000",
            "job-name": "labeling-job/first",
        },
    }
    assert four.room.labels() == {"cat": (4, 0)}


def test_two_people_who_agree_are_accepted_and_who_disagree_are_not(four):
    made = four.open("ann", "ben", double_share=1)
    four.answer(made, "ann", cat)
    four.answer(made, "ben", lambda name: ["dog" if name == "b" else "cat"])
    after = four.accept_agreed(made)
    assert (after.counts.compared, after.counts.agreed) == (4, 3)
    assert (after.counts.accepted, after.counts.set_aside, after.counts.answered) == (3, 3, 2)
    (picture,) = four.pictures(made, disagreeing=True)
    assert (stem(picture.source), picture.agreement, picture.agrees) == ("b", 0.0, False)
    ben = next(answer for answer in picture.answers if answer.person.name == "ben")
    four.review(made, ben)
    done = four.hand_back(made)
    assert done.counts.handed_back == 4
    confidences = {
        value["class-name"]: value["confidence"]
        for line in four.room.lines()
        for key, value in json.loads(line).items()
        if key.endswith("-metadata")
    }
    assert confidences == {"cat": 1, "dog": 0.5}
    agreement = four.rounds.statistics.agreement(four.project, made.id)
    assert (agreement.compared, agreement.agreed, agreement.mean) == (4, 3, 0.75)
    assert agreement.confusions == (("cat", "dog", 1),)
    assert [(one.name, one.answered, one.agreed) for one in agreement.people] == [
        ("ann", 4, 3),
        ("ben", 4, 3),
    ]


def test_what_is_sent_back_comes_with_a_comment_and_is_answered_again(four):
    made = four.open("ann")
    first, *_ = four.answer(made, "ann", cat)
    back = four.review(made, first, accepts=False, comment="<b>Look</b> at the edge.")
    assert (back.status, back.counts.sent_back) == ("open", 1)
    (task,) = four.tasks(made, "ann", "unlabelled")
    assert [(one.author, one.text) for one in task.comments] == [("boss", "<b>Look</b> at the edge.")]
    again = four.answer(made, "ann", lambda name: ["dog"])
    assert [answer.status for answer in again] == ["answered"]
    assert four.now(made).status == "review"


def test_a_reviewer_judges_what_they_saw(four):
    made = four.open("ann")
    first, *_ = four.answer(made, "ann", cat)
    changed = labelled(four.room.lines()[0], ["dog"])
    four.rounds.answers.submit(as_caller("ann"), made.id, [GivenAnswer(changed, first.revision)])
    with pytest.raises(Busy, match="changed the answer meanwhile"):
        four.review(made, first, revision=first.revision)
    four.review(made, first)
    with pytest.raises(Wrong, match="reviewed"):
        four.rounds.answers.submit(as_caller("ann"), made.id, [GivenAnswer(changed, "")])


def test_two_reviewers_do_not_accept_two_answers_to_one_picture(four):
    made = four.open("ann", "ben", double_share=1)
    ann, ben = (four.answer(made, name, lambda _, name=name: [name])[0] for name in ("ann", "ben"))
    four.review(made, ann)
    with pytest.raises(Busy, match="answer of ann was accepted"):
        four.review(made, ben)
    assert four.review(made, ann).counts.accepted == 1
    four.review(made, ann, accepts=False)
    assert four.review(made, ben).counts.accepted == 1


def test_verdicts_hold_all_or_none(four):
    made = four.open("ann")
    first, *_ = four.answer(made, "ann", cat)
    verdicts = [
        ReviewVerdict(first.entry, "AIDAANN", accepts=True),
        ReviewVerdict("0" * 32, "AIDAANN", accepts=True),
    ]
    with pytest.raises(Missing):
        four.rounds.leads.review(four.project, made.id, verdicts, "boss")
    assert four.now(made).counts.accepted == 0


def test_who_is_not_in_a_round_is_told_that_there_is_none(four):
    made = four.open("ann")
    task = four.tasks(made, "ann")[0]
    stranger = as_caller("eve")
    again = replace(as_caller("ann"), user_id="AIDAANOTHER")  # deleted, and created anew under the same name
    abroad = replace(as_caller("ann"), account=ELSEWHERE)
    for caller in (stranger, again, abroad):
        assert four.rounds.answers.rounds_of(caller) == []
        for ask in (
            lambda who: four.rounds.answers.find(who, made.id),
            lambda who: four.rounds.answers.page(who, made.id, "all"),
            lambda who: four.rounds.answers.may_see(who, made.id, task.source),
            lambda who: four.rounds.answers.submit(who, made.id, [GivenAnswer(task.line, "")]),
        ):
            with pytest.raises(Missing, match="There is no labelling round"):
                ask(caller)


def test_nobody_answers_for_somebody_else_or_about_another_picture(four):
    made = four.open("ann", "ben")
    bens = four.tasks(made, "ben")[0]
    anns = four.tasks(made, "ann")[0]
    with pytest.raises(Missing, match="somebody else's"):
        four.rounds.answers.submit(as_caller("ann"), made.id, [GivenAnswer(bens.line, "")])
    with pytest.raises(Missing, match="shows no picture"):
        four.rounds.answers.may_see(as_caller("ann"), made.id, bens.source)
    assert four.rounds.answers.may_see(as_caller("ann"), made.id, anns.source).id == made.id


def test_a_picture_of_a_round_is_read_by_the_rights_of_who_began_it(four):
    made = four.open("ann")
    ann, source = as_caller("ann"), four.tasks(made, "ann")[0].source
    current = SimpleNamespace(current=lambda principal: principal)
    house = SimpleNamespace(rounds=four.rounds, identity=current)
    visit = SimpleNamespace(principal=ann, house=house, in_thread=asyncio.to_thread)
    assert asyncio.run(reader_of(visit, "", source)) == ann
    owner = asyncio.run(reader_of(visit, made.id, source))
    assert (owner, owner == ann) == (made.owner_principal, False)
    with pytest.raises(Missing, match="shows no picture"):
        asyncio.run(reader_of(visit, made.id, "s3://pictures/other.png"))


def test_who_leaves_a_round_leaves_open_pictures_to_the_others(four):
    made = four.open("ann", "ben")
    first = four.tasks(made, "ann")[0]
    given = GivenAnswer(labelled(first.line, ["cat"]), first.revision)
    four.rounds.answers.submit(as_caller("ann"), made.id, [given])
    four.assign(made, "ben", "cat")
    with pytest.raises(Missing):
        four.rounds.answers.submit(as_caller("ann"), made.id, [replace(given, revision="")])
    states = {stem(picture.source): picture.answers for picture in four.pictures(made)}
    assert [(one.person.name, one.status) for one in states["a"]] == [("ann", "answered")]
    assert {one.person.name for name in "bcd" for one in states[name]} <= {"ben", "cat"}
    assert all(len(answers) == 1 for answers in states.values())


def test_a_doubled_picture_is_never_shared_twice_to_one_person(four):
    made = four.open("ann", "ben", "cat", double_share=1)
    four.assign(made, "ann", "ben")
    for picture in four.pictures(made):
        assert sorted(answer.person.name for answer in picture.answers) == ["ann", "ben"]


def test_a_picture_that_the_dataset_changed_meanwhile_is_a_conflict_and_never_overwritten(four):
    made = four.open("ann")
    four.answer(made, "ann", cat)
    four.accept_agreed(made)
    theirs = labelled(four.room.lines()[1], ["bird"])
    editor = four.room.datasets.editor
    editor.update(four.project, four.room.now(), [EntryEdit(theirs)], four.room.caller)
    editor.remove(
        four.room.now(), [EntryName(json.loads(four.room.lines()[2])["source-ref"])], four.room.caller
    )
    preview = four.rounds.hand_backs.preview(four.project, made.id)
    assert (preview.ready, preview.conflicts, preview.removed) == (2, 1, 1)
    assert preview.labels == (("cat", 2),)
    done = four.hand_back(made)
    assert (done.counts.handed_back, done.counts.conflicts, done.counts.removed) == (2, 1, 1)
    assert theirs in four.room.lines()
    assert refs_of(four.room.lines()) == ["a", "b", "d"]
    (conflict,) = four.pictures(made, outcome="conflict")
    assert conflict.current == theirs
    stale = ConflictChoice(conflict.entry, "round", "0" * 16)
    with pytest.raises(Busy, match="changed again"):
        four.rounds.hand_backs.resolve(four.project, made.id, [stale], four.room.caller)
    taken = ConflictChoice(conflict.entry, "round", conflict.current_revision)
    settled = four.rounds.hand_backs.resolve(four.project, made.id, [taken], four.room.caller)
    assert (settled.counts.conflicts, settled.counts.handed_back) == (0, 3)
    assert four.room.labels() == {"cat": (3, 0)}


def test_the_datasets_version_of_a_conflict_can_be_kept(four):
    made = four.open("ann")
    four.answer(made, "ann", cat)
    four.accept_agreed(made)
    theirs = labelled(four.room.lines()[1], ["bird"])
    four.room.datasets.editor.update(four.project, four.room.now(), [EntryEdit(theirs)], four.room.caller)
    four.hand_back(made)
    (conflict,) = four.pictures(made, outcome="conflict")
    kept = [ConflictChoice(conflict.entry, "dataset")]
    assert four.rounds.hand_backs.resolve(four.project, made.id, kept, four.room.caller).counts.conflicts == 0
    assert theirs in four.room.lines()


def test_labels_that_pictures_had_are_not_shown_and_are_replaced(world):
    world.room.create([a_line("a", "old")])
    made = world.open("ann")
    (task,) = world.tasks(made, "ann")
    assert json.loads(task.line) == {"source-ref": task.source}
    world.answer(made, "ann", cat)
    world.accept_agreed(made)
    world.hand_back(made)
    assert world.room.labels() == {"cat": (1, 0)}


def test_a_round_whose_dataset_is_deleted_keeps_its_answers(four):
    made = four.open("ann")
    four.answer(made, "ann", cat)
    four.accept_agreed(made)
    second = four.open("ann", name="second")
    four.room.datasets.delete(four.project, four.room.now())
    with pytest.raises(Missing, match="dataset of this round was deleted"):
        four.rounds.hand_backs.start(four.project, made.id, four.room.caller)
    with pytest.raises(Missing, match="dataset of this round was deleted"):
        four.answer(second, "ann", cat)
    assert four.now(made).counts.accepted == 4


def test_a_hand_back_waits_while_the_dataset_is_busy_and_fails_in_words(four, monkeypatch):
    made = four.open("ann")
    four.answer(made, "ann", cat)
    four.accept_agreed(made)

    def fail(*args):
        raise RuntimeError("the disk burns")

    monkeypatch.setattr("vedette.rounds.handback.put_answers", fail)
    broken = four.hand_back(made)
    assert (broken.status, "log tells why" in broken.message) == ("review", True)
    monkeypatch.undo()
    assert four.hand_back(made).counts.handed_back == 4


def test_a_clock_that_steps_back_changes_no_answer(four):
    made = four.open("ann")
    four.clock.move(hours=-5)
    four.answer(made, "ann", cat)
    four.accept_agreed(made)
    assert four.hand_back(made).counts.handed_back == 4


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"name": "no spaces"}, "is no name of a round"),
        ({"name": "../up"}, "is no name of a round"),
        ({"task": "masks"}, "labels or boxes, not masks"),
        ({"double_share": 1.5}, "from 0 to 1"),
        ({"double_share": float("nan")}, "from 0 to 1"),
    ],
)
def test_a_round_that_cannot_be_is_refused_in_words(four, terms, message):
    with pytest.raises(Wrong, match=message):
        four.create(**terms)


def test_names_of_rounds_are_the_projects_own(four):
    made = four.create()
    with pytest.raises(Taken):
        four.create()
    four.rounds.leads.delete(four.project, made.id)
    assert four.create().name == "first"


def test_a_round_that_is_under_way_is_not_deleted_and_one_that_ended_is_not_labelled_in(four):
    made = four.open("ann")
    with pytest.raises(Busy, match="cancel it"):
        four.rounds.leads.delete(four.project, made.id)
    four.rounds.leads.cancel(four.project, made.id)
    assert four.rounds.answers.rounds_of(as_caller("ann")) == []
    with pytest.raises(Busy, match="cancelled"):
        four.assign(made, "ben")
    four.rounds.leads.delete(four.project, made.id)
    assert four.rounds.leads.in_project(four.project) == []


def test_people_see_their_own_counts(four):
    made = four.open("ann", "ben")
    four.answer(made, "ann", cat)
    (mine,) = four.rounds.answers.rounds_of(as_caller("ann"))
    assert (mine.open, mine.answered) == (0, 2)
    assert revision_of(four.tasks(made, "ann")[0].line) == four.tasks(made, "ann")[0].revision
    assert a_person("ann") in made.people
