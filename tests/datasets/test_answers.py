"""Answers are kept by number and by size, the newest always, and in as little memory as they can be."""

import numpy as np
import pytest

from vedette.datasets.answers import KeptAnswers, ListedPlaces, PackedPlaces, QueryAnswer, keep_places


def an_answer(name, places=10, *, is_pending=False):
    return QueryAnswer(name, ListedPlaces(np.arange(places, dtype=np.int32)), is_pending)


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


def some_places(share, end=100_000):
    dice = np.random.default_rng(5)
    return np.flatnonzero(dice.random(end) < share)


@pytest.mark.parametrize("share", [1, 0.5, 0.05])
@pytest.mark.parametrize("step", [1, -1])
def test_packed_places_answer_as_listed_ones_do(share, step):
    places = some_places(share)[::step]
    packed, listed = keep_places(places), ListedPlaces(places.astype(np.int32))
    assert type(packed) is PackedPlaces
    assert packed.nbytes <= 4 * 4096 + 5 * 8 < listed.nbytes
    assert len(packed) == len(listed) == len(places)
    count = len(places)
    for offset in (0, 1, 77, count // 2, count - 3, count, count + 9):
        for most in (1, 100, 40_000):
            assert packed.page(offset, most).tolist() == listed.page(offset, most).tolist()
    for place in (-1, 0, 7, 8, 32_767, 32_768, 99_999, 100_000, 10**9, *places[:20].tolist()):
        assert packed.index(place) == listed.index(place)


@pytest.mark.parametrize(
    "places", [[], [5], [3, 1, 2], [1, 3, 2, 9], [4, 1_000_000], [9, 2, 5, 1], [*range(200)]]
)
def test_what_is_few_or_in_another_order_is_listed(places):
    kept_places = keep_places(np.array(places, np.int64))
    assert type(kept_places) is ListedPlaces
    assert kept_places.page(0, 20_000).tolist() == places
