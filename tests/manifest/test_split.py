"""A fifth of every label moves, whatever the labels are."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.manifest.split import TooFew, choose_test


def counts(labels, positions):
    return Counter(name for position in positions for name in set(labels[position]))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=300), st.integers(0, 3))
def test_every_label_moves_a_fifth_within_one_when_pictures_have_one(drawn, seed):
    labels = [(f"l{n}",) for n in drawn + list(range(7)) * 2]
    chosen = choose_test(labels, seed=seed)
    total = counts(labels, range(len(labels)))
    moved = counts(labels, chosen)
    assert all(abs(moved[name] - total[name] / 5) <= 1 and 1 <= moved[name] < total[name] for name in total)


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(3, 40), st.integers(60, 400))
def test_every_label_moves_a_fifth_within_one_when_pictures_have_several(seed, many, pictures):
    dice = random.Random(seed)
    labels = [tuple(dice.sample(range(many), dice.randint(0, min(4, many)))) for _ in range(pictures)]
    total = counts(labels, range(pictures))
    if min(total.values()) < 10:
        return
    moved = counts(labels, choose_test(labels, seed=seed))
    assert max(abs(moved[name] - total[name] / 5) for name in total) <= 1.5  # a few labels knot up


def test_the_same_seed_chooses_the_same():
    labels = [(str(n % 3),) for n in range(60)]
    assert choose_test(labels, seed=1) == choose_test(labels, seed=1) != choose_test(labels, seed=2)


def test_all_pictures_together_move_a_fifth_however_many_labels_they_have():
    dice = random.Random(5)
    labels = [tuple(dice.sample(range(40), dice.randint(1, 6))) for _ in range(3000)]
    chosen = choose_test(labels, seed=0)
    total, moved = counts(labels, range(3000)), counts(labels, chosen)
    assert len(chosen) == pytest.approx(600, abs=12)
    assert max(abs(moved[name] - total[name] / 5) for name in total) <= 1


def test_pictures_without_labels_move_too():
    assert len(choose_test([()] * 10 + [("a",)] * 10, seed=0)) == 4


def test_a_label_with_one_picture_cannot_be_on_both_sides():
    with pytest.raises(TooFew) as refused:
        choose_test([("a",), ("b",), ("b",)], seed=0)
    assert refused.value.labels == ("a",)
