"""Labels that other pictures contradict, pictures that teach most, and pictures unlike all others."""

import numpy as np
import pytest

from vedette.learn.suspects import find_suspects, leave_one_out, scaled
from vedette.learn.teaching import doubts_of, find_odd, order_lessons


def clusters(sizes, *, seed=0, numbers=16):
    """Return rows around as many centres, and of which centre each is."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), numbers)) * 3
    owners = np.repeat(np.arange(len(sizes)), sizes)
    return scaled(centres[owners] + rng.normal(size=(len(owners), numbers))), owners


@pytest.mark.parametrize("count", [12, 40])  # fewer and more rows than numbers
def test_leaving_one_out_is_what_a_fit_without_it_says(count):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(count, 16)).astype(np.float32)
    rows -= rows.mean(axis=0)
    truth = (rng.random((count, 2)) > 0.5).astype(float)
    quick = leave_one_out(rows, truth)
    ridge = 0.3 * float((rows**2).sum()) / count
    targets = 2 * truth - 1
    for out in range(count):
        rest = np.delete(np.arange(count), out)
        design = np.hstack([rows[rest], np.ones((count - 1, 1))])
        penalty = np.diag([*[ridge] * 16, 0.0])
        weights = np.linalg.solve(design.T @ design + penalty, design.T @ targets[rest])
        assert quick[out] == pytest.approx([*rows[out], 1.0] @ weights, abs=1e-3)


def test_labels_that_were_swapped_are_found_with_the_label_they_should_have():
    rows, owners = clusters([30, 30, 30])
    labels = owners.copy()
    labels[[4, 40]] = [2, 0]
    suspects = find_suspects(rows, np.eye(3)[labels], one_label=True)
    assert {(s.row, s.label, s.suggested) for s in suspects} == {(4, 2, 0), (40, 0, 1)}
    for suspect in suspects:
        assert [labels[row] for row in suspect.like] == [suspect.suggested] * 3
        assert suspect.row not in suspect.like


def test_right_labels_are_not_suspected():
    rows, owners = clusters([30, 30])
    assert find_suspects(rows, np.eye(2)[owners], one_label=True) == []


def test_of_several_labels_one_too_many_and_one_missing_are_found():
    rows, owners = clusters([30, 30, 30])
    truth = np.eye(3)[owners]
    truth[5, 2] = 1
    truth[70] = 0
    suspects = find_suspects(rows, truth, one_label=False)
    assert {(s.row, s.label, s.suggested) for s in suspects} == {(5, 2, -1), (70, -1, 2)}


def test_of_too_few_pictures_nothing_is_said():
    rows, owners = clusters([2, 2])
    assert find_suspects(rows, np.eye(2)[owners], one_label=True) == []
    # A label of two pictures is not learnt, and neither is called by another name.
    rows, owners = clusters([30, 30, 2])
    assert find_suspects(rows, np.eye(3)[owners], one_label=True) == []


def test_the_first_lesson_stands_for_the_largest_group_and_the_next_for_another():
    rows, owners = clusters([30, 20, 10], seed=3)
    lessons = order_lessons(rows, rows[:0], most=3)
    assert [int(owners[lesson.row]) for lesson in lessons] == [0, 1, 2]
    assert sum(lesson.stands_for for lesson in lessons) == 60
    # What is labelled already is covered.
    first, *_ = order_lessons(rows, rows[owners == 0], most=3)
    assert owners[first.row] == 1


def test_doubt_brings_pictures_forward():
    rows, owners = clusters([20, 20], seed=3)
    weights = np.where(owners == 1, 5.0, 0.1)
    assert owners[order_lessons(rows, rows[:0], weights=weights, most=1)[0].row] == 1


def test_what_lies_between_two_labels_is_in_doubt():
    rows, owners = clusters([20, 20], seed=3)
    between = (rows[owners == 0].mean(axis=0) + rows[owners == 1].mean(axis=0))[None].astype(np.float32)
    asked = np.concatenate([rows, between])
    for one_label in (True, False):
        doubts = doubts_of(asked, rows, np.eye(2)[owners], one_label=one_label)
        assert int(doubts.argmax()) == 40
        assert ((doubts >= 0) & (doubts <= 1)).all()


def test_nothing_is_in_doubt_before_there_are_two_labels():
    rows, owners = clusters([5, 5])
    truth = np.eye(2)[owners]
    assert doubts_of(rows, rows[:0], truth[:0], one_label=True) is None
    assert doubts_of(rows, rows[:5], truth[:5], one_label=True) is None
    assert doubts_of(rows, rows[:5], truth[:5], one_label=False) is None
    assert doubts_of(rows[:0], rows, truth, one_label=True) is None
    # A label that every picture has tells nothing, and stands in nobody's way.
    always = np.concatenate([truth, np.ones((10, 1))], axis=1)
    assert doubts_of(rows, rows, always, one_label=False) is not None


def test_of_more_labelled_pictures_than_are_of_use_some_are_learnt_from():
    rows, owners = clusters([700, 700], numbers=8)
    doubts = doubts_of(rows[::70], rows, np.eye(2)[owners], one_label=True)
    assert (doubts == doubts_of(rows[::70], rows, np.eye(2)[owners], one_label=True)).all()
    assert doubts.max() < 0.5


def test_every_picture_is_a_lesson_once_at_most():
    rows, _ = clusters([4, 4])
    lessons = order_lessons(np.concatenate([rows, rows]), rows, most=100)
    assert sorted(lesson.row for lesson in lessons) == list(range(16))
    assert order_lessons(rows[:0], rows) == []


def test_a_picture_unlike_all_others_is_the_first_odd_one():
    rows, _ = clusters([40], numbers=32)
    strange = -rows.sum(axis=0)
    rows = np.concatenate([rows + 2 * rows.mean(axis=0) + 1, strange[None]])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert find_odd(rows)[0][0] == 40
    assert find_odd(rows[:5]) == []


def test_a_picture_that_is_there_twice_hides_neither():
    rows = np.eye(40, 60, dtype=np.float32) * 0.3 + 1
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    strange = np.zeros((2, 60), np.float32)
    strange[:, 59] = 1
    assert {row for row, _ in find_odd(np.concatenate([rows, strange]))} == {40, 41}
