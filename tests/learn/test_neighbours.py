"""Series: sets whose neighbours by name look alike, and how they are dealt."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.learn.neighbours import by_name, is_series
from vedette.learn.split import deal, hold_out
from vedette.vision.annotations import Sample


def samples_of(count, labels=("good", "bad")):
    return [
        Sample(Path(f"{label}_{number}.png"), (label,)) for label in labels for number in range(1, count + 1)
    ]


def features_of(samples, *, run, seed=0):
    """Numbers of each picture; those of a run of so many share half of them."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(len(samples), 40))
    strips = rng.normal(size=(len(samples), 40))
    number = [int(sample.picture.stem.split("_")[1]) - 1 for sample in samples]
    shared = [
        strips[(samples[i].labels[0] == "bad") * len(samples) // 2 + n // run] for i, n in enumerate(number)
    ]
    return own + np.array(shared) if run > 1 else own


@pytest.mark.parametrize("seed", range(8))
def test_runs_of_pictures_that_look_alike_are_a_series_and_others_are_none(seed):
    samples = samples_of(20)
    assert is_series(samples, features_of(samples, run=5, seed=seed))
    assert not is_series(samples, features_of(samples, run=1, seed=seed))


def test_names_say_who_follows_whom_whatever_the_order_of_the_lines():
    samples = samples_of(20)
    features = features_of(samples, run=5)
    mixed = np.random.default_rng(0).permutation(len(samples))
    assert is_series([samples[i] for i in mixed], features[mixed])
    renamed = [
        Sample(Path(f"{s.labels[0]}_{p}.png"), s.labels) for s, p in zip(samples, mixed.tolist(), strict=True)
    ]
    assert not is_series(renamed, features)


def test_numbers_in_names_count_by_their_value():
    names = ["b_10", "b_9", "a_100", "a_11", "a_2", "a"]
    samples = [Sample(Path(f"{name}.png"), ("x",)) for name in names]
    assert [names[i] for i in by_name(samples)] == ["a", "a_2", "a_11", "a_100", "b_9", "b_10"]
    odd = [Sample(Path(f"{name}.png"), ("x",)) for name in ("10²5", "9²5", "٣", "2")]
    assert [odd[i].picture.stem for i in by_name(odd)] == ["2", "٣", "9²5", "10²5"]
    addressed = [Sample(Path("x"), ("x",), source=f"s3://bucket/{name}.png") for name in names]
    assert by_name(addressed) == by_name(samples)


def test_of_few_or_identical_pictures_nothing_is_said():
    few = samples_of(4)
    assert not is_series(few, features_of(few, run=2))
    alike = samples_of(10)
    assert not is_series(alike, np.ones((20, 40)))
    assert not is_series([], np.zeros((0, 40)))


@given(st.integers(2, 40), st.integers(2, 6), st.integers(0, 3))
def test_blocks_are_runs_of_every_label(count, hands, seed):
    samples = samples_of(count)
    dealt = deal(samples, hands, digest=lambda s: s.picture.stem, seed=seed, order=by_name(samples))
    for label in (0, 1):
        mine = dealt[label * count : (label + 1) * count].tolist()
        changes = sum(a != b for a, b in pairwise(mine))
        assert changes == min(hands, count) - 1
        sizes = [mine.count(hand) for hand in set(mine)]
        assert max(sizes) - min(sizes) <= 1
    assert set(dealt.tolist()) <= set(range(hands))


def test_copies_stay_together_in_blocks():
    samples = samples_of(12, labels=("good",))
    content = {s: "copy" if s.picture.stem in ("good_1", "good_12") else s.picture.stem for s in samples}
    dealt = deal(samples, 3, digest=content.__getitem__, seed=0, order=by_name(samples))
    assert dealt[0] == dealt[11]


@given(st.integers(4, 40), st.integers(0, 5))
def test_the_test_part_of_a_series_is_one_run_of_every_label(count, seed):
    samples = samples_of(count)
    train, test = hold_out(samples, digest=lambda s: s.picture.stem, seed=seed, order=by_name(samples))
    assert len(train) + len(test) == len(samples)
    for label in ("good", "bad"):
        numbers = sorted(int(s.picture.stem.split("_")[1]) for s in test if s.labels == (label,))
        assert numbers == list(range(numbers[0], numbers[0] + max(1, round(0.2 * count))))


def test_an_earlier_split_stands_in_a_series_too():
    samples = samples_of(20, labels=("good",))
    settled = {"good_3": True, "good_4": False}
    train, test = hold_out(
        samples, digest=lambda s: s.picture.stem, seed=0, settled=settled, order=by_name(samples)
    )
    assert "good_3" in {s.picture.stem for s in test}
    assert "good_4" in {s.picture.stem for s in train}
    assert len(test) == 4
