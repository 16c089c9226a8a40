"""The size of a plain JPEG, read without a decoder: never another than the decoder's, whatever the file."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from vedette.vision.heads import CostlyPicture, plain_jpeg
from vedette.vision.image_head import ImageHead, read_image_head


def jpeg(width=40, height=24, mode="RGB", **options):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


def lying(orientation, order="II", **more):
    exif = Image.Exif()
    exif.endian = {"II": "<", "MM": ">"}[order]
    exif[0x010F], exif[0x0110], exif[0x011A], exif[0x0131] = "A maker", "A camera", 72.0, "it"
    if orientation is not None:
        exif[0x0112] = orientation
    return jpeg(exif=exif, **more)


def with_segment(data, marker, body):
    return data[:2] + bytes([255, marker]) + (len(body) + 2).to_bytes(2) + body + data[2:]


PLAIN = [
    jpeg(),
    jpeg(mode="L"),
    jpeg(mode="CMYK"),
    jpeg(progressive=True),
    jpeg(subsampling=0, quality=99, optimize=True),
    with_segment(jpeg(), 0xFE, b"a comment"),
    with_segment(jpeg(), 0xE2, b"ICC_PROFILE\0\1\1 and so on"),
    with_segment(jpeg(), 0xE0, b"JFIF"),  # cut off, and passed over
    lying(None),
    lying(1, "MM"),
]
LYING = [lying(turn, order) for turn in (3, 6, 8) for order in ("II", "MM")]
OTHERS = [
    lying(9),
    with_segment(lying(6), 0xE1, b"Exif\0\0MM\0*"),
    with_segment(jpeg(), 0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"),  # without its end
    with_segment(jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
    with_segment(jpeg(), 0xC9, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"),
    with_segment(jpeg(), 0xDB, b"\0" * 20),
]


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_jpeg_says_its_size_itself(data):
    assert plain_jpeg(data) == (40, 24, 1)
    assert read_image_head(data) == ImageHead("JPEG", 40, 24)


@pytest.mark.parametrize("data", LYING)
def test_how_a_jpeg_lies_is_read_where_its_exif_is_to_the_letter(data):
    assert ImageHead("JPEG", *plain_jpeg(data)) == read_image_head(data)
    assert read_image_head(data).orientation > 1


@pytest.mark.parametrize("data", OTHERS)
def test_what_is_not_plain_is_left_to_the_decoder(data):
    assert plain_jpeg(data) is None


@pytest.mark.parametrize("data", [b"", b"GIF89a", PLAIN[0][:3], PLAIN[0][:200]])
def test_what_is_no_whole_jpeg_is_left_to_the_decoder(data):
    assert plain_jpeg(data) is None


def test_costly_files_are_refused_all_the_same():
    with pytest.raises(CostlyPicture):
        plain_jpeg(b"\xff\xd8" + b"\xff\xfe\0\2" * 5000)


changes = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=3)


@settings(max_examples=400)
@given(st.sampled_from([*PLAIN, *LYING, *OTHERS]), changes, st.none() | st.integers(0, 900))
def test_a_damaged_jpeg_has_the_size_that_the_decoder_reads_or_is_left_to_it(data, changed, end):
    damaged = bytearray(data)
    for at, value in changed:
        damaged[at % len(damaged)] = value
    file = bytes(damaged[:end])
    try:
        head = plain_jpeg(file)
    except CostlyPicture:
        return
    if head is not None:
        assert read_image_head(file) == ImageHead("JPEG", *head)
