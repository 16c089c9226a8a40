"""A bitmap made small in halves has the very pixels of one call of Pillow."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vedette.vision.bitmaps import in_turn, proven_seam, resize_bitmap
from vedette.vision.images import fit, fit_bitmap


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def by_pillow(pixels, size, policy):
    return fit(Image.fromarray(pixels), size, policy=policy)


@pytest.mark.parametrize("policy", ["stretch", "letterbox"])
@pytest.mark.parametrize(
    ("height", "width", "size"),
    [
        (768, 576, (256, 256)),
        (1080, 1920, (256, 256)),
        (1080, 1920, (512, 384)),
        (64, 96, (224, 224)),  # made larger
        (64, 4096, (256, 256)),  # reduced in one direction, enlarged in the other
        (4095, 67, (255, 129)),
        (224, 224, (224, 224)),
        (224, 500, (224, 224)),
        (768, 576, (63, 48)),  # too small for halves
    ],
)
def test_halves_are_the_whole(height, width, size, policy):
    pixels = noise(height, width)
    wanted, frame = by_pillow(pixels, size, policy)
    with ThreadPoolExecutor(2) as pool:

        def at_once(works):
            return [future.result() for future in [pool.submit(work) for work in works]]

        for spread in (in_turn, at_once):
            found, place = fit_bitmap(pixels, size, policy=policy, spread=spread)
            np.testing.assert_array_equal(found, wanted)
            assert place == frame


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    height=st.integers(1, 1400),
    width=st.integers(1, 300),
    wanted_height=st.integers(1, 400),
    wanted_width=st.integers(1, 96),
)
def test_halves_are_the_whole_at_any_size(height, width, wanted_height, wanted_width):
    pixels = noise(height, width, seed=height)
    size = (wanted_height, wanted_width)
    np.testing.assert_array_equal(resize_bitmap(pixels, size), by_pillow(pixels, size, "stretch")[0])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    rows=st.sampled_from([200, 240, 256, 384, 480, 512, 768]),
    columns=st.integers(64, 400),
    height=st.sampled_from([64, 96, 100, 128, 192, 224, 256]),
    width=st.integers(48, 256),
)
def test_halves_are_the_whole_where_columns_may_come_first(rows, columns, height, width):
    pixels = noise(rows, columns, seed=columns)
    np.testing.assert_array_equal(
        resize_bitmap(pixels, (height, width)), by_pillow(pixels, (height, width), "stretch")[0]
    )


@pytest.mark.parametrize(
    ("rows", "columns", "size", "seam"),
    [
        (768, 576, (256, 256), 128),  # the size of both sets of examples
        (1080, 1920, (256, 256), 128),
        (200, 130, (100, 100), 0),  # a half takes its columns first, the whole its rows
        (149, 149, (224, 224), 0),  # no row of the result begins at a row of the bitmap
    ],
)
def test_sizes_are_halved_that_come_out_whole(rows, columns, size, seam):
    assert proven_seam(rows, columns, size) == seam


def test_a_bitmap_that_nobody_may_write_is_read_alone():
    pixels = np.frombuffer(noise(100, 100).tobytes(), np.uint8).reshape(100, 100, 3)
    before = pixels.copy()
    small = resize_bitmap(pixels, (80, 80))
    assert small.shape == (80, 80, 3)
    np.testing.assert_array_equal(pixels, before)
