"""Pictures as they come, and what is refused."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from vedette.vision.files import content_hash, pictures_in
from vedette.vision.images import MARGIN, BrokenPicture, decode, open_picture, read_picture
from vedette.vision.tiles import tiles


def quarters(height=40, width=60):
    """A picture whose four quarters are red, green, blue and white."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = (255, 255, 255)
    return pixels


def encoded(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png_claiming(width, height):
    """A tiny file whose header claims a size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


STORED_AS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", STORED_AS)
@pytest.mark.parametrize("size", [None, (8, 12)])
def test_orientation_is_honoured_exactly_once(orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED_AS[orientation](quarters())))
    opened = read_picture(encoded(stored, "JPEG", exif=exif, quality=100, subsampling=0), size=size)
    assert (opened.height, opened.width) == (40, 60)
    height, width = opened.pixels.shape[:2]
    assert (height, width) == (size or (40, 60))
    corners = opened.pixels[[1, 1, -2, -2], [1, -2, 1, -2]].astype(int)
    assert np.abs(corners - [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]).max() < 12


def test_a_turned_pil_picture_is_turned_once_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.ascontiguousarray(STORED_AS[6](quarters())))
    image = Image.open(io.BytesIO(encoded(stored, "PNG", exif=exif)))
    assert np.array_equal(open_picture(image), quarters())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "RGB", "YCbCr", "I;16"])
def test_every_kind_of_picture_becomes_rgb(mode, tmp_path):
    grey = np.zeros((20, 30), np.uint8)
    grey[:, 15:] = 255
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(grey).convert("RGB").convert(mode)
    form = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    path = tmp_path / f"a.{form.lower()}"
    path.write_bytes(encoded(image, form))
    pixels = open_picture(path)
    assert pixels.shape == (20, 30, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    assert np.abs(pixels[:, 2:12].astype(int)).max() <= 8
    assert np.abs(pixels[:, 18:28].astype(int) - 255).max() <= 8


def test_sixteen_bits_are_scaled_and_not_cut():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    pixels = open_picture(encoded(Image.fromarray(ramp)))
    assert np.array_equal(pixels[:, :, 0].ravel(), np.arange(256))


def test_transparent_parts_show_white():
    image = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    assert (open_picture(encoded(image)) == 255).all()


def test_arrays_of_all_documented_kinds_mean_the_same():
    pixels = quarters()
    assert np.array_equal(open_picture(pixels), pixels)
    assert np.array_equal(open_picture(pixels.astype(np.float32) / 255), pixels)
    assert np.array_equal(open_picture(pixels.astype(np.uint16) * 257), pixels)
    assert np.array_equal(open_picture(pixels[:, :, 0]), np.repeat(pixels[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    "array", [np.zeros((3, 4, 2), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((4, 4), complex)]
)
def test_other_arrays_are_refused(array):
    with pytest.raises(BrokenPicture, match="array"):
        open_picture(array)


@pytest.mark.parametrize("side", [9_000, 32_000, 60_000])
def test_a_picture_that_claims_too_much_is_refused_unopened(side, tmp_path, recwarn):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(side, side))
    with pytest.raises(BrokenPicture, match=r"bomb\.png claims"):
        open_picture(path)


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / "half.jpg"
    data = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)), "JPEG")
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(BrokenPicture, match=r"half\.jpg is truncated"):
        open_picture(path)


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_named(data, tmp_path):
    path = tmp_path / "what.png"
    path.write_bytes(data)
    with pytest.raises(BrokenPicture, match=r"what\.png"):
        open_picture(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BrokenPicture, match=r"gone\.png does not exist"):
        open_picture(tmp_path / "gone.png")


@given(
    data=st.binary(max_size=200), head=st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0"])
)
def test_no_bytes_raise_anything_but_a_refusal(data, head):
    with contextlib.suppress(BrokenPicture):
        assert open_picture(head + data).ndim == 3


def test_a_large_jpeg_is_decoded_small_where_that_is_enough():
    image = Image.fromarray(quarters(1600, 2400))
    small, size = decode(encoded(image, "JPEG"), enough_for=(100, 100))
    assert size == (1600, 2400)
    assert small.height < 400
    assert min(small.size) >= 200


def test_reduced_decoding_shows_the_same_picture():
    rng = np.random.default_rng(1)
    smooth = Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8)).resize(
        (1600, 1200), Image.Resampling.BICUBIC
    )
    reduced = open_picture(encoded(smooth, "JPEG", quality=95), size=(96, 128))
    whole = open_picture(encoded(smooth, "PNG"), size=(96, 128))
    assert np.abs(reduced.astype(int) - whole).mean() < 2


def test_a_letterbox_keeps_proportions_and_says_where_the_picture_lies():
    opened = read_picture(np.full((50, 100, 3), 200, np.uint8), size=(64, 64), policy="letterbox")
    frame = opened.frame
    assert (frame.left, frame.top, frame.width, frame.height) == (0.0, 0.25, 1.0, 0.5)
    assert (opened.pixels[:16] == MARGIN).all()
    assert (opened.pixels[16:48] == 200).all()


@given(
    height=st.integers(1, 3000),
    width=st.integers(1, 3000),
    tile=st.tuples(st.integers(1, 900), st.integers(1, 900)),
    overlap=st.floats(0, 0.6),
)
def test_tiles_cover_every_pixel_and_stay_inside(height, width, tile, overlap):
    assume((height / tile[0]) * (width / tile[1]) < 100)
    covered = np.zeros((height, width), bool)
    for window in tiles(height, width, tile=tile, overlap=overlap):
        assert 0 <= window.left < window.right <= width
        assert 0 <= window.top < window.bottom <= height
        assert window.bottom - window.top == min(tile[0], height)
        assert window.right - window.left == min(tile[1], width)
        covered[window.top : window.bottom, window.left : window.right] = True
    assert covered.all()


def test_copies_share_a_hash(tmp_path):
    (tmp_path / "a.png").write_bytes(b"one")
    assert content_hash(tmp_path / "a.png") == content_hash(b"one") != content_hash(b"two")


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path):
    for name in ("b/2.JPG", "a.png", ".hidden/1.png", "note.txt", "b/1.jpeg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [str(p.relative_to(tmp_path)) for p in pictures_in(tmp_path)] == ["a.png", "b/1.jpeg", "b/2.JPG"]
