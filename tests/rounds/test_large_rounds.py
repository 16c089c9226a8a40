"""What is counted of a whole round: by the database, kept until something changes, and never stale."""

import pytest

from doubles.lines import a_line
from rounds.conftest import as_caller, labelled
from vedette.datasets.editing import EntryEdit
from vedette.rounds.answers import GivenAnswer
from vedette.rounds.sharing import share_again


@pytest.fixture
def four(world):
    world.room.create([a_line(name) for name in "abcd"])
    return world


def preview(world, made):
    return world.rounds.hand_backs.preview(world.project, made.id)


def figures(world, made):
    of = preview(world, made)
    return of.ready, of.unchanged, of.conflicts, of.removed, of.unreviewed, of.unanswered


def test_a_preview_follows_every_change_of_the_round_and_of_the_dataset(four):
    made = four.create()
    assert figures(four, made) == (0, 0, 0, 0, 0, 0)
    four.assign(made, "ann")
    assert figures(four, made) == (0, 0, 0, 0, 0, 4)
    four.answer(made, "ann", lambda name: ["cat", "dog"] if name == "a" else ["cat"])
    assert figures(four, made) == (0, 0, 0, 0, 4, 0)
    four.accept_agreed(made)
    assert figures(four, made) == (4, 0, 0, 0, 0, 0)
    assert preview(four, made).labels == (("cat", 4), ("dog", 1))
    theirs = labelled(four.room.lines()[0], ["bird"])
    four.room.datasets.editor.update(four.project, four.room.now(), [EntryEdit(theirs)], four.room.caller)
    assert figures(four, made) == (3, 0, 1, 0, 0, 0)
    assert preview(four, made).labels == (("cat", 3),)
    four.room.datasets.delete(four.project, four.room.now())
    assert figures(four, made) == (0, 0, 0, 4, 0, 0)


def test_a_preview_says_what_the_hand_back_then_does(four):
    made = four.open("ann")
    four.answer(made, "ann", lambda name: [] if name == "a" else ["cat"])
    four.accept_agreed(made)
    theirs = labelled(four.room.lines()[3], ["bird"])
    four.room.datasets.editor.update(four.project, four.room.now(), [EntryEdit(theirs)], four.room.caller)
    assert figures(four, made) == (2, 1, 1, 0, 0, 0)
    counts = four.hand_back(made).counts
    assert (counts.handed_back, counts.conflicts, counts.removed) == (3, 1, 0)
    assert figures(four, made) == (0, 0, 0, 0, 0, 0)


def test_agreement_follows_an_answer_that_is_given_anew(four):
    made = four.open("ann", "ben", double_share=1)
    four.answer(made, "ann", lambda name: ["cat"])
    four.answer(made, "ben", lambda name: ["dog"])
    read = four.rounds.statistics.agreement
    assert (read(four.project, made.id).compared, read(four.project, made.id).agreed) == (4, 0)
    task = four.tasks(made, "ben")[0]
    four.rounds.answers.submit(
        as_caller("ben"), made.id, [GivenAnswer(labelled(a_line("a"), ["cat"]), task.revision)]
    )
    assert (read(four.project, made.id).compared, read(four.project, made.id).agreed) == (4, 1)


def test_an_answer_that_is_given_anew_leaves_what_other_rounds_compared(four):
    rounds = [four.open("ann", "ben", name=name, double_share=1) for name in ("first", "second")]
    for made in rounds:
        for name in ("ann", "ben"):
            four.answer(made, name, lambda name: ["cat"])
    task = four.tasks(rounds[0], "ben")[0]
    again = GivenAnswer(labelled(a_line("a"), ["dog"]), task.revision)
    four.rounds.answers.submit(as_caller("ben"), rounds[0].id, [again])
    figures_of = four.rounds.statistics.agreement
    read = [figures_of(four.project, made.id) for made in rounds]
    assert [(agreement.compared, agreement.agreed) for agreement in read] == [(4, 3), (4, 4)]


def test_confusions_name_labels_whether_they_are_stored_beside_an_answer_or_not(world):
    lines = [labelled(a_line(name), ["cat"]) for name in "ab"]
    world.room.create(lines)
    made = world.open("ann", "ben", double_share=1)
    # Who says what the dataset says has no labels stored beside the answer.
    for task, line in zip(world.tasks(made, "ann"), lines, strict=True):
        world.rounds.answers.submit(as_caller("ann"), made.id, [GivenAnswer(line, task.revision)])
    world.answer(made, "ben", lambda name: ["cat", "dog"] if name == "a" else ["dog"])
    agreement = world.rounds.statistics.agreement(world.project, made.id)
    assert sorted(agreement.confusions) == [("", "dog", 1), ("cat", "dog", 1)]


def test_the_pace_of_each_person_follows_their_answers_and_nobody_elses(four):
    made = four.open("ann", "ben", double_share=1)
    paces = []
    for seconds, name in ((4, "ann"), (0, "ben"), (6, "ann"), (5, "ben")):
        four.clock.move(seconds=seconds)
        task = four.tasks(made, name, "unlabelled")[0]
        answer = GivenAnswer(labelled(task.line, ["cat"]), task.revision)
        four.rounds.answers.submit(as_caller(name), made.id, [answer])
        people = four.rounds.statistics.agreement(four.project, made.id).people
        paces.append([person.seconds for person in people])
    assert paces == [[None, None], [None, None], [6.0, None], [6.0, 11.0]]


def test_a_round_shows_pictures_of_its_own_bucket_alone(four):
    made = four.open("ann")
    places = ("pictures", "others", "")
    assert [four.rounds.answers.lies_in(made, bucket) for bucket in places] == [True, False, False]


def test_only_what_nobody_contradicts_is_accepted_at_once_and_the_first_by_name(four):
    made = four.open("ben", "ann", double_share=0.5)
    four.answer(made, "ann", lambda name: ["cat"])
    four.answer(made, "ben", lambda name: ["dog" if name == "c" else "cat"])
    four.accept_agreed(made)
    statuses = {
        picture.source[-5]: [(answer.person.name, answer.status) for answer in picture.answers]
        for picture in four.pictures(made)
    }
    assert statuses == {
        "a": [("ann", "accepted"), ("ben", "set-aside")],
        "b": [("ann", "accepted")],
        "c": [("ann", "answered"), ("ben", "answered")],
        "d": [("ben", "accepted")],
    }


def test_freed_pictures_are_shared_evenly_and_never_twice_to_one_person():
    held = {0: ["ann"], 1: ["ben"], 3: ["ann", "ben", "cat"]}
    assert share_again(held, [0, 1, 2, 2, 3], ["ann", "ben", "cat"]) == [
        (0, "ben"),
        (1, "ann"),
        (2, "cat"),
        (2, "ann"),
    ]
