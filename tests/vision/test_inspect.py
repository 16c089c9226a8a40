"""What a file is that is said to be a picture."""

import io

import numpy as np
import pytest
from PIL import Image

from doubles.pictures import a_bomb, a_jpeg, a_png, a_scene, encoded
from vedette.dialects.registry import allow_sides
from vedette.vision.inspect import Inspection, inspect_image

EXIF_LYING = Image.Exif()
EXIF_LYING[0x0112] = 6


def test_a_sound_picture_is_measured_and_hashed():
    data = a_png(200, 120)
    look = inspect_image(data)
    assert (look.format, look.width, look.height, look.bytes, look.problem) == (
        "PNG",
        200,
        120,
        len(data),
        "",
    )
    assert (len(look.exact), len(look.alike)) == (32, 64)


def test_the_form_is_what_the_bytes_are():
    assert inspect_image(a_jpeg()).format == "JPEG"


def test_a_picture_lies_as_exif_says():
    look = inspect_image(encoded(a_scene(200, 120), "JPEG", exif=EXIF_LYING))
    assert (look.width, look.height) == (120, 200)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "It is neither a PNG nor a JPEG."),
        (b"hello", "It is neither a PNG nor a JPEG."),
        (encoded(a_scene(), "WEBP"), "It is neither a PNG nor a JPEG."),
        (encoded(a_scene(), "GIF"), "It is neither a PNG nor a JPEG."),
        (a_jpeg()[:-2000], "It is truncated or damaged: "),
        (a_png()[:-2000], "It is truncated or damaged: "),
        (a_bomb(), "It claims far too many pixels."),
    ],
    ids=["nothing", "text", "webp", "gif", "cut jpeg", "cut png", "bomb"],
)
def test_what_is_no_picture_says_why(data, why):
    look = inspect_image(data)
    assert look.problem.startswith(why)
    assert (look.bytes, look.exact, look.alike) == (len(data), "", "")


@pytest.mark.parametrize(("width", "height"), [(63, 64), (64, 63), (4097, 64), (64, 4097)])
def test_a_picture_that_no_service_takes_is_measured_but_not_decoded(width, height):
    data = encoded(Image.new("L", (width, height)))
    assert inspect_image(data, are_allowed=allow_sides) == Inspection("PNG", width, height, len(data))


@pytest.mark.parametrize(("width", "height"), [(64, 64), (4096, 64)])
def test_the_outermost_sizes_are_allowed(width, height):
    look = inspect_image(encoded(Image.new("L", (width, height))), are_allowed=allow_sides)
    assert look.exact


def test_a_large_claim_in_a_small_file_is_not_decoded():
    look = inspect_image(a_bomb(9000, 9000), are_allowed=allow_sides)
    assert (look.width, look.height, look.exact) == (9000, 9000, "")


def test_a_jpeg_is_the_same_whatever_is_said_about_it():
    plain = encoded(a_scene(), "JPEG", quality=90)
    told = encoded(a_scene(), "JPEG", quality=90, comment=b"taken on Monday", dpi=(300, 300))
    assert plain != told
    assert inspect_image(plain).exact == inspect_image(told).exact
    assert inspect_image(plain).exact != inspect_image(encoded(a_scene(), "JPEG", quality=80)).exact
    assert (
        inspect_image(plain).exact
        != inspect_image(encoded(a_scene(), "JPEG", quality=90, exif=EXIF_LYING)).exact
    )


def test_a_png_is_the_same_however_it_was_packed():
    loose, tight = (encoded(a_scene(), "PNG", compress_level=level) for level in (1, 9))
    assert loose != tight
    assert inspect_image(loose).exact == inspect_image(tight).exact
    assert inspect_image(loose).exact != inspect_image(a_png(seed=1)).exact


def test_palettes_are_part_of_a_picture():
    indexes = Image.fromarray(np.arange(4096, dtype=np.uint8).reshape(64, 64) % 4, mode=None).convert("P")
    one, other = indexes.copy(), indexes.copy()
    one.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    other.putpalette([0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255])
    assert inspect_image(encoded(one)).exact != inspect_image(encoded(other)).exact


def test_junk_after_and_within_a_jpeg_does_no_harm():
    data = a_jpeg()
    rng = np.random.default_rng(3)
    for _ in range(60):
        spoilt = bytearray(data)
        for place in rng.integers(2, len(data), 6):
            spoilt[place] = int(rng.integers(0, 256))
        look = inspect_image(bytes(spoilt[: int(rng.integers(20, len(data)))]))
        assert look.problem or look.format
    assert Image.open(io.BytesIO(data)).size == (200, 120)


def test_two_jpegs_that_differ_behind_their_heads_alone_are_two_pictures():
    assert inspect_image(a_jpeg(seed=1)).exact != inspect_image(a_jpeg(seed=2)).exact
