"""The smart outline: whether it finds what was drawn."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from vedette.errors import Wrong
from vedette.vision.outline import OutlineQuestion, PixelBox, find_outline


def a_scene(width=640, height=480, seed=0):
    """Return a picture with a red blob on a grey, noisy ground, and the blob's true mask."""
    rng = np.random.default_rng(seed)
    truth = Image.new("L", (width, height))
    draw = ImageDraw.Draw(truth)
    x, y, radius = width * 0.45, height * 0.5, min(width, height) * 0.22
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    draw.rectangle((x, y - radius * 0.3, x + radius * 1.6, y + radius * 0.3), fill=255)
    ground = Image.new("RGB", (width, height), (120, 122, 125))
    ground.paste((176, 70, 60), mask=truth)
    soft = np.asarray(ground.filter(ImageFilter.GaussianBlur(0.8)), np.float64)
    pixels = np.clip(soft + rng.normal(0, 8, soft.shape), 0, 255).astype(np.uint8)
    return pixels, np.asarray(truth) > 0


def mask_of(runs, shape):
    mask = np.zeros(shape, bool)
    for y, start, end in runs:
        mask[y, start:end] = True
    return mask


def overlap(runs, truth):
    mask = mask_of(runs, truth.shape)
    return (mask & truth).sum() / (mask | truth).sum()


def box_around(truth, margin=6):
    rows, columns = np.nonzero(truth)
    left, top = columns.min() - margin, rows.min() - margin
    return PixelBox(left, top, columns.max() - left + margin, rows.max() - top + margin)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (300, 200), (1600, 1200)])
def test_a_box_around_a_thing_finds_its_outline(width, height):
    pixels, truth = a_scene(width, height)
    assert overlap(find_outline(pixels, OutlineQuestion(box_around(truth))), truth) > 0.95


def test_a_click_inside_finds_it_too():
    pixels, truth = a_scene()
    assert overlap(find_outline(pixels, OutlineQuestion(inside=[(288, 240)])), truth) > 0.95


def test_points_add_what_was_left_out_and_take_away_what_was_too_much():
    pixels, truth = a_scene()
    pixels = pixels.copy()
    pixels[60:160, 480:580] = pixels[200:300, 250:350]  # a second thing of the same colour
    both = truth.copy()
    both[60:160, 480:580] = truth[200:300, 250:350]
    box = PixelBox(150, 40, 450, 320)
    first = find_outline(pixels, OutlineQuestion(box))
    assert overlap(first, both) > 0.9
    less = find_outline(
        pixels, OutlineQuestion(box, outside=[(x, y) for x in (500, 530, 560) for y in (80, 110, 140)])
    )
    assert mask_of(less, truth.shape)[75:145, 495:565].mean() < 0.5
    clicked = find_outline(pixels, OutlineQuestion(inside=[(288, 240)]))
    assert not mask_of(clicked, truth.shape)[90:130, 510:550].any()
    more = find_outline(pixels, OutlineQuestion(inside=[(288, 240), (530, 110)]))
    assert mask_of(more, truth.shape)[90:130, 510:550].all()


def test_the_same_question_has_the_same_answer():
    pixels, truth = a_scene()
    question = OutlineQuestion(box_around(truth))
    assert find_outline(pixels, question) == find_outline(pixels, question)


def test_an_even_ground_has_no_outline_and_no_error():
    pixels = np.full((100, 100, 3), 128, np.uint8)
    for question in (OutlineQuestion(PixelBox(20, 20, 40, 40)), OutlineQuestion(inside=[(50, 50)])):
        for y, start, end in find_outline(pixels, question):
            assert 0 <= y < 100
            assert 0 <= start < end <= 100


def test_runs_stay_inside_the_picture_and_the_box():
    pixels, truth = a_scene(200, 150)
    box = PixelBox(-50, -50, 150, 120)
    mask = mask_of(find_outline(pixels, OutlineQuestion(box)), truth.shape)
    assert not mask[80:].any()
    assert not mask[:, 110:].any()


@pytest.mark.parametrize(
    "question",
    [
        OutlineQuestion(),
        OutlineQuestion(PixelBox(500, 500, 10, 10)),
        OutlineQuestion(PixelBox(10, 10, 0, 0)),
        OutlineQuestion(outside=[(1, 1)]),
    ],
)
def test_a_question_without_a_place_is_refused(question):
    with pytest.raises(Wrong):
        find_outline(np.zeros((100, 100, 3), np.uint8), question)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3, 2)])
def test_the_smallest_pictures_do_not_break_it(size):
    pixels = np.zeros((*size, 3), np.uint8)
    for _ in find_outline(pixels, OutlineQuestion(inside=[(0, 0)])):
        pass
