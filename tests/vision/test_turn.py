import numpy as np
import pytest
from PIL import Image

from vedette.vision.annotations import Box
from vedette.vision.images import decode
from vedette.vision.turn import stored_box, stored_picture, upright_box, upright_picture

ORIENTATION = 0x0112


@pytest.mark.parametrize("orientation", range(9))
def test_a_place_in_the_upright_picture_is_found_in_the_stored_one(orientation, tmp_path):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[5:15, 10:30] = 255
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    upright, (height, width) = decode(tmp_path / "turned.png")
    rows, columns = np.nonzero(np.asarray(upright)[:, :, 0])
    box = Box(
        columns.min() / width,
        rows.min() / height,
        (np.ptp(columns) + 1) / width,
        (np.ptp(rows) + 1) / height,
    )
    found = stored_box(box, orientation)
    assert (found.left, found.top) == pytest.approx((10 / 60, 5 / 40))
    assert (found.width, found.height) == pytest.approx((20 / 60, 10 / 40))
    assert np.array_equal(np.asarray(stored_picture(upright, orientation)), pixels)
    assert np.array_equal(
        np.asarray(upright_picture(Image.fromarray(pixels), orientation)), np.asarray(upright)
    )


@pytest.mark.parametrize("orientation", range(9))
def test_a_place_turned_there_and_back_is_where_it_was(orientation):
    box = Box(0.125, 0.25, 0.5, 0.0625)
    assert stored_box(upright_box(box, orientation), orientation) == box
    assert upright_box(stored_box(box, orientation), orientation) == box
