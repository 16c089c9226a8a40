"""Pictures before a training: their heads, and whether there is a picture to the end."""

import io

import pytest
from PIL import Image, ImageDraw

from vedette.dialects.picture_heads import CheckedHead, read_head


def a_picture(form, **options):
    image = Image.radial_gradient("L").convert("RGB")
    ImageDraw.Draw(image).line((0, 0, 255, 255), fill="red", width=3)
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


PNG, JPEG, LATE = a_picture("PNG"), a_picture("JPEG"), a_picture("JPEG", progressive=True)


@pytest.mark.parametrize(
    ("data", "is_whole"),
    [
        (PNG, True),
        (JPEG, True),
        (LATE, True),
        (PNG + b"what a camera appends", True),
        (JPEG + bytes(5000), True),
        (PNG[:-400], False),
        (JPEG[:-400], False),
        (LATE[:-400], False),
        (JPEG[: len(JPEG) // 2] + bytes(40), False),
        (b"", False),
        (b"text", False),
    ],
    ids=[
        "png",
        "jpeg",
        "progressive",
        "png and more",
        "jpeg and more",
        "cut png",
        "cut jpeg",
        "cut progressive",
        "half a jpeg",
        "empty",
        "text",
    ],
)
def test_a_picture_has_a_head_and_an_end(data, is_whole, tmp_path):
    place = tmp_path / "picture"
    place.write_bytes(data)
    form = "PNG" if data.startswith(PNG[:4]) else "JPEG"
    assert read_head(place) == (CheckedHead(form, 256, 256, bytes=len(data)) if is_whole else None)


def test_a_picture_that_is_not_there_is_none(tmp_path):
    assert read_head(None) is None
    assert read_head(tmp_path / "gone.png") is None
