"""A mask's colours are those that its line names, edges aside."""

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vedette.vision.colors import read_colors, shown_colors, strange_color

CRACK, RUST = "#23a436", "#ff0000"


def a_mask(mode="RGB", ground=(255, 255, 255), spots=(CRACK,), scale=1):
    """A mask with a disc a colour; a scale of more than one draws soft edges."""
    image = Image.new("RGB", (120 * scale, 60 * scale), ground)
    for number, color in enumerate(spots):
        left = (5 + 45 * number) * scale
        ImageDraw.Draw(image).ellipse([left, 5 * scale, left + 60 * scale, 50 * scale], fill=color)
    image = image.resize((120, 60), Image.Resampling.BILINEAR)
    return image.quantize(8) if mode == "P" else image.convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_named_colours_and_grounds_are_known(mode):
    for ground in ((255, 255, 255), (0, 0, 0)):
        assert strange_color(a_mask(mode, ground, (CRACK, RUST)), [CRACK, RUST.upper()]) == ""


def test_soft_edges_are_edges():
    assert strange_color(a_mask(spots=(CRACK, RUST), scale=4), [CRACK, RUST]) == ""


def test_soft_edges_of_alpha_are_edges():
    """As the service's own console draws: one colour, and an alpha of every value."""
    layers = np.zeros((60, 120, 4), np.uint8)
    layers[10:50, 10:90] = (0x23, 0xA4, 0x36, 255)
    layers[10:50, 90:100] = (0x23, 0xA4, 0x36, 140)
    layers[10:50, 100:110] = (0x10, 0x50, 0x1B, 60)
    assert strange_color(Image.fromarray(layers), [CRACK]) == ""


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_that_nobody_named_is_told(mode):
    assert strange_color(a_mask(mode, spots=(CRACK, "#0000ff")), [CRACK]) == "#0000ff"


def test_the_most_frequent_of_the_strange_is_told():
    assert strange_color(a_mask(spots=("#ff00ff", "#0000ff")), []) in ("#ff00ff", "#0000ff")
    image = a_mask(spots=("#0000ff",))
    image.putpixel((0, 0), (0, 200, 200))
    assert strange_color(image, []) == "#0000ff"


def test_a_wholly_transparent_mask_shows_nothing():
    assert strange_color(Image.new("RGBA", (80, 80), (9, 8, 7, 0)), [CRACK]) == ""


JOB = [CRACK, RUST, "#ff8080", "#9467bd", "#800000"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
@pytest.mark.parametrize("spots", [(), (CRACK,), (CRACK, RUST)])
@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0)])
def test_a_mask_shows_what_its_pixels_have_of_all_that_a_job_names(mode, spots, ground):
    assert shown_colors(a_mask(mode, ground, spots), JOB) == frozenset(spots)


def test_a_transparent_pixel_shows_nothing():
    layers = np.zeros((60, 120, 4), np.uint8)
    layers[10:50, 10:90] = (0x23, 0xA4, 0x36, 255)
    layers[10:50, 95:100] = (255, 0, 0, 127)
    assert shown_colors(Image.fromarray(layers), JOB) == {CRACK}
    layers[10, 95] = (255, 0, 0, 128)
    assert shown_colors(Image.fromarray(layers), JOB) == {CRACK, RUST}


def test_an_edge_that_has_another_types_color_is_an_edge():
    pixels = np.full((60, 120, 3), 255, np.uint8)
    pixels[10:50, 10:90] = (255, 0, 0)
    pixels[10:50, 9] = pixels[10:50, 90] = (255, 128, 128)
    assert read_colors(Image.fromarray(pixels), JOB).shown == {RUST}
    pixels[20:30, 100:102] = (255, 128, 128)
    assert read_colors(Image.fromarray(pixels), JOB).shown == {RUST, "#ff8080"}, "a thin line of its own"


def test_a_color_is_returned_as_it_was_named():
    assert shown_colors(a_mask(), [CRACK.upper()]) == {CRACK.upper()}


def test_noise_of_millions_of_colors_is_told_in_bounded_time():
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    noise[:600] = (0x23, 0xA4, 0x36)
    noise[600:610] = (0, 0, 255)
    began = time.process_time()
    found = read_colors(Image.fromarray(noise), JOB)
    assert (found.shown, found.strange) == ({CRACK}, "#0000ff")
    # A quarter of a second on a quiet machine; a tuple a pixel and every mixture took minutes.
    assert time.process_time() - began < 5


def test_a_mask_of_a_hundred_types_is_not_looked_at_in_every_mixture():
    pixels = np.full((64, 64, 3), 255, np.uint8)
    job = [f"#{n:02x}{255 - n:02x}40" for n in range(100)]
    for number, color in enumerate(job):
        pixels[number // 60, number % 60] = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    pixels[40:50, 40:50] = (0, 0, 255)
    found = read_colors(Image.fromarray(pixels), job)
    assert (len(found.shown), found.strange) == (100, "#0000ff")
