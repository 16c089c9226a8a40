import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from vedette.dialects.limits import PictureLimits
from vedette.errors import Wrong
from vedette.serving.pictures import open_picture
from vedette.vision.image_head import ImageHead

RULES = PictureLimits(most_bytes=100_000, least_side=64, most_side=4096, most_ratio=20)


def written(width, height, form="PNG", **options):
    stream = io.BytesIO()
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_head_says_what_the_picture_is(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_picture(written(80, 64, form, exif=exif), RULES)
    assert picture.head == ImageHead(form, 80, 64, 6)
    assert picture.head.upright_size == (64, 80)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", "picture", "no JPEG"),
        (b"GIF89a", "picture", "no JPEG"),
        (written(80, 64, "BMP"), "picture", "no JPEG"),
        (written(80, 64)[:20], "picture", "no JPEG"),
        (b"\xff\xd8" + bytes(200), "picture", "no JPEG"),
        (bytes(100_000), "picture", "no JPEG"),
        (bytes(100_001), "large picture", "100,000"),
        (written(4097, 64), "large picture", "4096 a side"),
        (written(63, 64), "picture size", "64 a side"),
        (written(64, 1281), "picture size", "20 times"),
    ],
)
def test_what_no_unit_should_see_is_refused(data, kind, says):
    with pytest.raises(Wrong, match=says) as refused:
        open_picture(data, RULES)
    assert refused.value.kind == kind


@pytest.mark.parametrize("size", [(64, 64), (64, 1280), (1280, 64), (4096, 205)])
def test_a_picture_at_the_bounds_is_taken(size):
    head = open_picture(written(*size), RULES).head
    assert (head.width, head.height) == size


def test_an_orientation_that_exif_does_not_know_is_none():
    exif = Image.Exif()
    exif[0x0112] = 90
    assert open_picture(written(80, 64, exif=exif), RULES).head.orientation == 1


def test_a_png_that_claims_too_much_is_refused_by_its_head(monkeypatch):
    def decode(self):
        raise AssertionError("nobody asked for pixels")

    monkeypatch.setattr(PngImageFile, "load", decode)
    assert open_picture(written(80, 64), RULES).head.orientation == 1
    with pytest.raises(Wrong, match="4096 a side"):
        open_picture(written(4097, 64), RULES)
