"""A warp moves pixels, boxes and masks alike: what is shown at a place is what was told to be there."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vedette.learn.warp import Warp, mirrored_margin, move, paint, relight, turned, window

SOURCE, OUT = (60, 80), (30, 40)  # height, width
WHOLE = {"angle": 0.0, "zoom": (1.0, 1.0), "shift": (0.0, 0.0), "mirrored": False}


def at(warp, x, y):
    """Return where in the source a point of the output comes from."""
    return warp.a * x + warp.b * y + warp.c, warp.d * x + warp.e * y + warp.f


def test_a_window_shows_its_rectangle_from_corner_to_corner():
    warp = window(10, 20, 40, 15, out=OUT, mirrored=False)
    assert at(warp, 0, 0) == (10, 20)
    assert at(warp, 40, 30) == (50, 35)
    mirrored = window(10, 20, 40, 15, out=OUT, mirrored=True)
    assert at(mirrored, 0, 0) == (50, 20)
    assert at(mirrored, 40, 30) == (10, 35)


def test_a_picture_that_is_turned_by_nothing_is_a_window_of_all_of_it():
    assert turned(SOURCE, OUT, **WHOLE) == window(0, 0, 80, 60, out=OUT, mirrored=False)
    assert turned(SOURCE, OUT, **{**WHOLE, "mirrored": True}) == window(0, 0, 80, 60, out=OUT, mirrored=True)


def test_a_turn_is_around_the_middle_and_a_quarter_brings_the_side_up():
    warp = turned(SOURCE, OUT, **{**WHOLE, "angle": math.pi / 2})
    assert at(warp, 20, 15) == pytest.approx((40, 30))
    assert at(warp, 40, 15) == pytest.approx((40, 70))
    assert at(warp, 20, 30) == pytest.approx((10, 30))


def test_a_zoom_of_two_shows_twice_as_much_and_a_shift_moves_the_middle():
    warp = turned(SOURCE, OUT, **{**WHOLE, "zoom": (2.0, 3.0), "shift": (0.25, -0.5)})
    assert at(warp, 20, 15) == (60, 0)
    left, top = at(warp, 0, 0)
    right, bottom = at(warp, 40, 30)
    assert (right - left, bottom - top) == (160, 180)


def test_a_margin_moves_the_source_and_a_coarser_output_steps_further():
    warp = Warp(2, 3, 4, 5, 6, 7)
    assert warp.moved(10, 20) == Warp(2, 3, 14, 5, 6, 27)
    assert warp.coarser(4) == Warp(8, 12, 4, 20, 24, 7)
    assert at(warp.coarser(4), 1, 2) == at(warp, 4, 8)
    assert warp.coefficients(2) == (1, 1.5, 2, 2.5, 3, 3.5)


@pytest.mark.parametrize(
    ("warp", "reduction"),
    [
        (Warp(1, 0, 0, 0, 1, 0), 1),
        (Warp(0.5, 0, 0, 0, 0.5, 0), 1),
        (Warp(3.9, 0, 0, 0, 4, 0), 3),
        (Warp(4, 0, 0, 0, 2, 0), 2),
        (Warp(-3, 0, 0, 0, 3, 0), 3),
        (Warp(3, 4, 0, 4, 3, 0), 5),
    ],
)
def test_a_source_is_reduced_by_no_more_than_the_lesser_side_shrinks(warp, reduction):
    assert warp.reduction == reduction


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("frame", [(0, 0, 80, 60), (-8, 4, 40, 30), (20, 20, 20, 15)])
def test_a_box_lies_around_what_the_picture_shows(frame, mirrored):
    pixels = np.zeros((*SOURCE, 3), np.uint8)
    pixels[24:32, 30:38] = 255
    warp = window(*frame, out=(120, 160), mirrored=mirrored)
    shown = np.asarray(paint(Image.fromarray(pixels), warp, (120, 160)))[..., 0] > 127
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    edges = np.array([[30 / 80, 24 / 60, 38 / 80, 32 / 60]])
    ((left, top, right, bottom),) = move(edges, warp, SOURCE, (120, 160))
    across, down = np.clip([left, right], 0, 1) * 160, np.clip([top, bottom], 0, 1) * 120
    assert across == pytest.approx([columns[0], columns[-1] + 1], abs=2)
    assert down == pytest.approx([rows[0], rows[-1] + 1], abs=2)
    assert edges.tolist() == [[30 / 80, 24 / 60, 38 / 80, 32 / 60]]


@given(
    st.floats(-20, 20), st.floats(-20, 20), st.floats(10, 200), st.floats(10, 200), st.booleans(),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
)  # fmt: skip
def test_a_box_stays_a_box_however_a_window_lies(left, top, width, height, mirrored, numbers):
    x, y = sorted(numbers[:2]), sorted(numbers[2:])
    warp = window(left, top, width, height, out=OUT, mirrored=mirrored)
    (moved,) = move(np.array([[x[0], y[0], x[1], y[1]]]), warp, SOURCE, OUT)
    assert moved[0] <= moved[2]
    assert moved[1] <= moved[3]
    assert moved[2] - moved[0] == pytest.approx((x[1] - x[0]) * 80 / width, abs=1e-9)
    assert moved[3] - moved[1] == pytest.approx((y[1] - y[0]) * 60 / height, abs=1e-9)


@pytest.mark.parametrize("warp", [Warp(1, 0.1, 0, 0, 1, 0), Warp(1, 0, 0, 0.1, 1, 0)])
def test_a_box_is_not_turned(warp):
    with pytest.raises(ValueError, match="turned"):
        move(np.zeros((1, 4)), warp, SOURCE, OUT)


def test_what_lies_outside_the_picture_is_filled():
    image = Image.new("RGB", (80, 60), (9, 9, 9))
    shown = paint(image, window(-80, 0, 160, 60, out=OUT, mirrored=False), OUT, fill=(1, 2, 3))
    assert shown.size == (40, 30)
    assert shown.getpixel((5, 15)) == (1, 2, 3)
    assert shown.getpixel((35, 15)) == (9, 9, 9)


def test_a_picture_that_shrinks_is_averaged_and_does_not_alias():
    stripes = np.zeros((60, 80, 3), np.uint8)
    stripes[:, ::2] = 200
    shown = paint(Image.fromarray(stripes), window(0, 0, 80, 60, out=(15, 20), mirrored=False), (15, 20))
    assert np.asarray(shown)[5, 5].tolist() == [100, 100, 100]


def test_another_light_is_within_its_strength_and_the_same_for_a_seed():
    image = Image.new("RGB", (4, 4), (100, 100, 100))
    shown = [relight(image, np.random.default_rng(seed), strength=0.3) for seed in range(60)]
    again = [relight(image, np.random.default_rng(seed), strength=0.3) for seed in range(60)]
    assert all(np.array_equal(one, other) for one, other in zip(shown, again, strict=True))
    levels = np.array([pixels.reshape(-1, 3).mean(0) for pixels in shown])
    assert levels.min() >= 100 * 0.7 * 0.9 - 1
    assert levels.max() <= 100 * 1.3 * 1.1 + 1
    assert levels.std() > 5
    tinted = (np.ptp(levels, axis=1) > 0.5).mean()
    assert 0.1 < tinted < 0.5
    still = relight(image, np.random.default_rng(0), strength=0.0)
    assert still.tolist() == np.asarray(image).tolist()


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3)])
def test_a_margin_is_the_pictures_own_mirror_image(shape):
    pixels = np.arange(math.prod(shape), dtype=np.uint8).reshape(shape)
    wider = mirrored_margin(pixels, (1, 2))
    assert wider.shape[:2] == (4, 7)
    assert np.array_equal(wider[1:3, 2:5], pixels)
    assert np.array_equal(wider[0, 2:5], pixels[0])
    assert np.array_equal(wider[1:3, 1], pixels[:, 0])
    assert np.array_equal(wider[1:3, 0], pixels[:, 1])
