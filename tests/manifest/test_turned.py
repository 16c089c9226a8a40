"""Boxes of pictures that EXIF turns."""

import json

import numpy as np
import pytest
from PIL import Image

from vedette.dialects.rekognition.line_rules import judge_line
from vedette.manifest.lines import read_line
from vedette.manifest.turned import turn_boxes
from vedette.vision.annotations import Box
from vedette.vision.images import decode

BOX = {"class_id": 0, "left": 10, "top": 5, "width": 20, "height": 10}


@pytest.fixture
def picture(tmp_path):
    """Write a picture that lies so, white where its box is."""

    def written(orientation, *, width=60, height=40, form="png"):
        pixels = np.zeros((height, width, 3), np.uint8)
        pixels[5:15, 10:30] = 255
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(pixels).save(tmp_path / f"a.{form}", exif=exif)
        return tmp_path / f"a.{form}"

    return written


def a_line(width, height):
    return read_line(
        json.dumps(
            {
                "source-ref": "s3://pictures/a.png",
                "parts": {
                    "image_size": [{"width": width, "height": height, "depth": 3}],
                    "annotations": [BOX],
                },
                "parts-metadata": {
                    "objects": [{"confidence": 1}],
                    "class-map": {"0": "led"},
                    "type": "groundtruth/object-detection",
                    "human-annotated": "yes",
                    "creation-date": "2026-05-04T11:00:00.000",
                },
            }
        )
    )


def turned(picture, width, height):
    line = a_line(width, height)
    ((name, box),) = turn_boxes(line, judge_line(line, strict=False).boxes, picture)
    assert name == "led"
    return box


@pytest.mark.parametrize("form", ["png", "jpg"])
@pytest.mark.parametrize("orientation", range(9))
def test_a_box_on_the_stored_raster_lies_where_the_upright_picture_shows_it(picture, orientation, form):
    path = picture(orientation, form=form)
    box = turned(path, 60, 40)
    pixels = np.asarray(decode(path)[0])[:, :, 0] > 127
    height, width = pixels.shape
    rows, columns = np.nonzero(pixels)
    right, bottom = columns.max() + 1, rows.max() + 1
    seen = [columns.min() / width, rows.min() / height, right / width, bottom / height]
    assert [box.left, box.top, box.left + box.width, box.top + box.height] == pytest.approx(seen)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_line_that_tells_the_upright_size_was_drawn_upright(picture, orientation):
    assert turned(picture(orientation), 40, 60) == Box(10 / 40, 5 / 60, 20 / 40, 10 / 60)


def test_a_square_picture_tells_nothing_and_counts_as_stored(picture):
    box = turned(picture(3, width=64, height=64), 64, 64)
    assert box == Box(34 / 64, 49 / 64, 20 / 64, 10 / 64)


def test_what_cannot_be_read_is_left_as_it_is(tmp_path):
    assert turned(tmp_path / "gone.png", 60, 40) == Box(10 / 60, 5 / 40, 20 / 60, 10 / 40)
