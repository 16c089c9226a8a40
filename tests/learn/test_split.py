"""Splits: by content, stratified, seeded."""

from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vedette.learn.split import deal, hold_out
from vedette.vision.annotations import Sample

CONTENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=2, max_size=60)


def samples_of(pairs):
    return [Sample(Path(f"{index}.png"), (label,), source=str(c)) for index, (label, c) in enumerate(pairs)]


def content(sample):
    return sample.source


@given(CONTENTS, st.integers(0, 5))
def test_copies_never_fall_on_both_sides(pairs, seed):
    train, test = hold_out(samples_of(pairs), digest=content, seed=seed)
    assert len(train) + len(test) == len(pairs)
    assert not {s.source for s in train} & {s.source for s in test}


@given(CONTENTS, st.integers(2, 5))
def test_copies_share_a_fold(pairs, hands):
    samples = samples_of(pairs)
    dealt = deal(samples, hands, digest=content, seed=0)
    fold_of = {}
    for sample, fold in zip(samples, dealt, strict=True):
        assert fold_of.setdefault(sample.source, fold) == fold
        assert 0 <= fold < hands


def test_every_label_gives_a_fifth():
    samples = [Sample(Path(f"{i}.png"), ("a" if i < 50 else "b",), source=str(i)) for i in range(60)]
    _, test = hold_out(samples, digest=content, seed=3)
    assert Counter(s.labels[0] for s in test) == {"a": 10, "b": 2}


def test_a_label_with_two_pictures_is_on_both_sides():
    samples = [Sample(Path(f"{i}.png"), ("a" if i < 20 else "b",), source=str(i)) for i in range(22)]
    train, test = hold_out(samples, digest=content, seed=0)
    assert Counter(s.labels[0] for s in train)["b"] == Counter(s.labels[0] for s in test)["b"] == 1


def test_the_seed_decides_and_nothing_else():
    samples = samples_of([("a", i) for i in range(30)])
    assert hold_out(samples, digest=content, seed=1) == hold_out(samples, digest=content, seed=1)
    assert hold_out(samples, digest=content, seed=1) != hold_out(samples, digest=content, seed=2)


def test_folds_are_even():
    samples = samples_of([("abc"[i % 3], i) for i in range(31)])
    counts = np.bincount(deal(samples, 5, digest=content, seed=0), minlength=5)
    assert counts.max() - counts.min() <= 1


def test_an_earlier_split_stands_and_new_pictures_fill_it_up():
    samples = [Sample(Path(f"{i}.png"), ("a",), source=str(i)) for i in range(40)]
    train, test = hold_out(samples[:20], digest=content, seed=0)
    settled = {**{s.source: True for s in test}, **{s.source: False for s in train}}
    later_train, later_test = hold_out(samples, digest=content, seed=0, settled=settled)
    assert len(later_test) == 8
    assert set(test) <= set(later_test)
    assert set(train) <= set(later_train)
