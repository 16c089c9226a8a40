"""Colours that name types, also where a brush was soft."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vedette.vision.annotations import Mask
from vedette.vision.images import BrokenPicture, decode
from vedette.vision.masks import read_mask

COLORS = {"#23a436": "crack", "#FF0000": "rust"}


def drawn(tmp_path, ground=(255, 255, 255), spot=(0x23, 0xA4, 0x36), *, soft=False):
    image = Image.new("RGB", (400, 300) if soft else (100, 75), ground)
    scale = 4 if soft else 1
    ImageDraw.Draw(image).ellipse([10 * scale, 10 * scale, 50 * scale, 50 * scale], fill=spot)
    path = tmp_path / "mask.png"
    image.resize((100, 75), Image.Resampling.BILINEAR).save(path)
    return Mask(path, COLORS)


def test_each_label_has_its_number(tmp_path):
    kinds = read_mask(drawn(tmp_path), ["rust", "crack"], height=75, width=100)
    assert kinds.shape == (75, 100)
    assert kinds[30, 30] == 2
    assert kinds[70, 90] == 0
    assert set(np.unique(kinds)) == {0, 2}


def test_soft_edges_snap_to_the_nearest_colour(tmp_path):
    hard = read_mask(drawn(tmp_path), ["crack"], height=75, width=100)
    soft = read_mask(drawn(tmp_path, soft=True), ["crack"], height=75, width=100)
    assert set(np.unique(soft)) == {0, 1}
    assert (hard != soft).mean() < 0.03


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_lies_as_its_picture_does_upright(tmp_path, orientation):
    """Drawn on the stored raster, or on the picture as it is seen, which its sides tell."""
    pixels = np.full((30, 40, 3), 255, np.uint8)
    pixels[2:8, 4:20] = (0x23, 0xA4, 0x36)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "picture.png", exif=exif)
    Image.fromarray(pixels).save(tmp_path / "stored.png")
    upright, (height, width) = decode(tmp_path / "picture.png")
    upright.save(tmp_path / "upright.png")
    is_marked = (np.asarray(upright) != 255).any(axis=2)
    stored = Mask(tmp_path / "stored.png", COLORS, orientation)
    assert np.array_equal(read_mask(stored, ["crack"], height=height, width=width) == 1, is_marked)
    if orientation >= 5:
        seen = Mask(tmp_path / "upright.png", COLORS, orientation)
        assert np.array_equal(read_mask(seen, ["crack"], height=height, width=width) == 1, is_marked)


def test_a_black_ground_is_ground(tmp_path):
    kinds = read_mask(drawn(tmp_path, ground=(0, 0, 0)), ["crack"], height=75, width=100)
    assert kinds[70, 90] == 0
    assert kinds[30, 30] == 1


def test_a_label_that_the_model_does_not_know_is_ground(tmp_path):
    assert not read_mask(drawn(tmp_path), ["rust"], height=75, width=100).any()


def test_a_mask_of_another_size_is_named(tmp_path):
    with pytest.raises(BrokenPicture, match=r"mask\.png is 100 × 75 pixels, but its picture is 50 × 75"):
        read_mask(drawn(tmp_path), ["crack"], height=75, width=50)


def test_a_colour_that_nobody_named_is_said(tmp_path):
    with pytest.raises(BrokenPicture, match=r"mask\.png shows the colour #0000ff"):
        read_mask(drawn(tmp_path, spot=(0, 0, 255)), ["crack"], height=75, width=100)
