"""Groups of the same picture, and how unlike a picture is to all others, among many hashes at once."""

import itertools
import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vedette.vision.hashes import NEAR, distance, is_telling, near_pairs
from vedette.vision.near import group_pictures, unlikeness

NOTHING = bytes(16)


def rows(hashes, size):
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), size)


def flipped(look, bits):
    number = int.from_bytes(look, "big")
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32, "big")


def groups_of(exact, alike):
    return group_pictures(rows(exact, 16), rows(alike, 32)).tolist()


def test_the_same_file_and_the_same_look_make_one_group():
    dice = random.Random(1)
    look, other = dice.randbytes(32), dice.randbytes(32)
    exact = [dice.randbytes(16) for _ in range(5)]
    alike = [look, other, flipped(look, range(NEAR)), flipped(look, range(100, 111 + NEAR)), other]
    assert groups_of([*exact[:3], exact[0], exact[4]], alike) == [0, 1, 0, 0, 1]


def test_pictures_without_hashes_are_like_no_other():
    assert groups_of([NOTHING] * 3, [bytes(32)] * 3) == [0, 1, 2]


def test_a_hash_that_says_too_little_joins_nobody():
    faint = flipped(bytes(32), range(20))
    assert groups_of([NOTHING] * 2, [faint, faint]) == [0, 1]


@given(st.integers(0, 10**6), st.integers(2, 40))
def test_groups_are_those_that_pairs_make(seed, count):
    dice = random.Random(seed)
    centres = [dice.randbytes(32) for _ in range(3)]
    alike = [flipped(dice.choice(centres), dice.sample(range(256), dice.randint(0, 9))) for _ in range(count)]
    texts = [look.hex() for look in alike if is_telling(look.hex())]
    assert len(texts) == count
    groups = groups_of([NOTHING] * count, alike)
    for first, second in near_pairs(texts, texts):
        assert groups[first] == groups[second]
    for first, second in itertools.combinations(range(count), 2):
        if groups[first] == groups[second]:
            assert distance(texts[first], texts[second]) < 60, "one centre's"


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20))
def test_unlikeness_is_the_mean_of_distances(looks):
    known = [look for look in looks if any(look)]
    scores = unlikeness(rows(looks, 32))
    for look, score in zip(looks, scores.tolist(), strict=True):
        distances = [distance(look.hex(), other.hex()) for other in known]
        expected = sum(distances) / len(distances) if any(look) else 0.0
        assert abs(score - expected) < 1e-2
