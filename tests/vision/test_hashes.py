"""The same picture is found again, and another is not taken for it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from doubles.pictures import a_jpeg, a_scene
from vedette.vision.hashes import NEAR, distance, hash_look, is_telling, near_pairs
from vedette.vision.inspect import inspect_image

HASHES = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


def test_another_size_quality_or_format_is_near():
    scene = a_scene(400, 240)
    first = hash_look(scene)
    assert distance(first, hash_look(scene.resize((200, 120)))) <= NEAR
    assert distance(first, hash_look(scene.convert("RGBA"))) <= NEAR
    assert distance(first, inspect_image(a_jpeg(400, 240, quality=50)).alike) <= NEAR


def test_another_picture_is_far():
    hashes = [hash_look(a_scene(seed=seed)) for seed in range(12)]
    assert min(distance(*pair) for pair in itertools.combinations(hashes, 2)) > 3 * NEAR


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_is_hashed_as_it_is_seen(turned):
    stored = a_scene(200, 120)
    stored.getexif()[0x0112] = turned
    seen = ImageOps.exif_transpose(stored)
    assert distance(hash_look(stored, turned), hash_look(seen)) <= NEAR


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16", "LA"])
def test_an_even_picture_is_zero_in_every_mode(mode):
    text = hash_look(Image.new(mode, (80, 70)))
    assert text == "0" * 64
    assert not is_telling(text)
    assert is_telling(hash_look(a_scene()))


@given(st.lists(HASHES, max_size=6), st.data())
def test_near_pairs_are_those_that_comparing_all_would_find(ours, data):
    flips = st.sets(st.integers(0, 255), max_size=NEAR + 2)
    theirs = data.draw(st.lists(HASHES, max_size=4))
    theirs += [f"{int(text, 16) ^ sum(1 << bit for bit in data.draw(flips)):064x}" for text in ours]
    every = itertools.product(range(len(ours)), range(len(theirs)))
    assert set(near_pairs(ours, theirs)) == {
        (one, other) for one, other in every if distance(ours[one], theirs[other]) <= NEAR
    }


def test_farther_than_the_bands_reach_is_refused():
    with pytest.raises(ValueError, match="up to 11 bits apart, not 12"):
        list(near_pairs([], [], within=NEAR + 1))
