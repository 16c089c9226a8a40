"""Answers are kept by number and by size, and the newest always."""

import numpy as np

from vedette.datasets.answers import KeptAnswers, QueryAnswer


def an_answer(name, places=10, *, is_pending=False):
    return QueryAnswer(name, np.arange(places, dtype=np.int32), is_pending)


def kept(answers, *names):
    return [name for name in names if answers.recall(name) is not None]


def test_those_asked_for_last_are_kept():
    answers = KeptAnswers(most=2)
    for name in ("a", "b"):
        answers.remember(an_answer(name))
    answers.recall("a")
    answers.remember(an_answer("c"))
    assert kept(answers, "a", "b", "c") == ["a", "c"]


def test_large_ones_make_room_and_the_newest_stays_however_large_it_is():
    answers = KeptAnswers(most_bytes=100)
    for name in ("a", "b"):
        answers.remember(an_answer(name))
    answers.remember(an_answer("c", 20))
    assert kept(answers, "a", "b", "c") == ["c"]
    answers.remember(an_answer("d", 1000))
    assert kept(answers, "c", "d") == ["d"]
    answers.remember(an_answer("e", 5))
    assert kept(answers, "d", "e") == ["e"]


def test_the_same_answer_again_counts_once():
    answers = KeptAnswers(most_bytes=100)
    for _ in range(5):
        answers.remember(an_answer("a"))
    answers.remember(an_answer("b"))
    assert kept(answers, "a", "b") == ["a", "b"]


def test_what_may_change_by_itself_is_not_kept():
    answers = KeptAnswers()
    answers.remember(an_answer("a", is_pending=True))
    assert kept(answers, "a") == []
