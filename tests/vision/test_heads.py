"""What a file may cost before a decoder sees it, and that nothing of a picture is lost on the way."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, features

from doubles.pictures import a_jpeg, a_png, a_scan_bomb, a_scene, encoded, with_chunks, with_segments
from vedette.vision import heads
from vedette.vision.files import BOMB, DAMAGE, open_head, open_image
from vedette.vision.heads import CostlyPicture, TruncatedHead, lean_head, lean_picture, refuse_costly
from vedette.vision.images import BrokenPicture, decode
from vedette.vision.inspect import inspect_image
from vedette.vision.turn import orientation_of

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"
PROGRESSIVE = {"format": "JPEG", "progressive": True}


def lying(orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def progressive(**how):
    file = io.BytesIO()
    a_scene(320, 200).save(file, **PROGRESSIVE, **how)
    return file.getvalue()


HONEST = {
    "4:2:0": progressive(),
    "4:4:4": progressive(subsampling=0),
    "4:2:2": progressive(subsampling=1),
    "restarts": progressive(restart_marker_blocks=1),
    "grey": encoded(a_scene().convert("L"), "JPEG", progressive=True),
    "cmyk": encoded(a_scene().convert("CMYK"), "JPEG", progressive=True),
    "seventy scans": (GOLDEN / "seventy-scans.jpg").read_bytes(),
    "restarts in every row": (GOLDEN / "restarts.jpg").read_bytes(),
    "baseline": a_jpeg(),
    "png": a_png(),
    "palette with transparency": encoded(a_scene().quantize(16), "PNG", transparency=3),
    "black and white": encoded(a_scene().convert("1"), "PNG"),
    "sixteen bits": encoded(Image.fromarray(np.arange(6400, dtype=np.uint16).reshape(80, 80) * 10)),
}


@pytest.mark.parametrize("data", HONEST.values(), ids=list(HONEST))
def test_an_honest_picture_is_opened_as_pillow_alone_opens_it(data):
    with open_image(data) as ours, Image.open(io.BytesIO(data)) as theirs:
        assert (ours.size, ours.mode, ours.format) == (theirs.size, theirs.mode, theirs.format)
        assert np.array_equal(np.asarray(ours.convert("RGBA")), np.asarray(theirs.convert("RGBA")))


@pytest.mark.skipif(not features.check_feature("libjpeg_turbo"), reason="reads no arithmetic codes")
def test_an_arithmetic_picture_is_opened_also_where_it_does_not_fit_into_a_decoders_buffer(monkeypatch):
    data = (GOLDEN / "arithmetic.jpg").read_bytes()
    monkeypatch.setattr(ImageFile, "MAXBLOCK", 500)
    with pytest.raises(OSError, match="broken data stream"):
        Image.open(io.BytesIO(data)).load()
    pixels = np.asarray(decode(data)[0], np.int16)
    # The same picture in Huffman's code; the copies differ in their quality's rounding.
    monkeypatch.undo()
    assert np.abs(pixels - np.asarray(decode((GOLDEN / "seventy-scans.jpg").read_bytes())[0])).max() <= 1


@pytest.mark.parametrize("scans", [124_000, 600])
def test_a_progressive_picture_of_too_many_scans_is_refused_undecoded(scans, monkeypatch):
    data = a_scan_bomb(scans=scans)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder saw it"))
    with pytest.raises(BrokenPicture, match="is not decoded: its scans go over the picture too often"):
        decode(data)
    assert inspect_image(data).problem == "It is not decoded: its scans go over the picture too often."


def test_scans_of_a_picture_whose_components_share_a_name_are_counted_too():
    """A decoder gives such components names of its own, and goes on with scans of one."""
    data = bytearray(encoded(Image.new("RGB", (4096, 4096)), "JPEG", quality=10, subsampling=0))
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    data[frame + 10 + 3] = data[frame + 10 + 6] = data[frame + 10]
    one = b"\xff\xda\x00\x08\x01" + data[frame + 10 : frame + 11] + b"\x00\x00\x3f\x00\x00"
    with pytest.raises(CostlyPicture):
        refuse_costly(bytes(data[:scan]) + one * 500 + b"\xff\xd9")


def test_a_scan_behind_a_whole_sequential_one_costs_nothing():
    data = encoded(Image.new("L", (4096, 4096)), "JPEG")
    refuse_costly(data[:-2] + data[data.index(b"\xff\xda") : -2] * 1000 + data[-2:])


def test_many_scans_of_a_tiny_picture_are_counted_by_the_scan():
    refuse_costly(a_scan_bomb(64, 10_000))
    with pytest.raises(CostlyPicture):
        refuse_costly(a_scan_bomb(64, 33_000))


@pytest.mark.parametrize(
    "data",
    [
        with_segments(a_jpeg(), *[(0xE5, b"")] * 4100),
        with_segments(a_jpeg(), *[(0xFE, b"!")] * 100_000),
        a_png()[:33] + a_png()[33:-12] + b"\0\0\0\0tEXt\0\0\0\0" * 70_000,
    ],
    ids=["segments", "comments", "chunks"],
)
def test_a_file_of_tiny_parts_is_refused(data):
    with pytest.raises(CostlyPicture, match="more than"):
        refuse_costly(data)
    with pytest.raises(BrokenPicture, match="is not decoded: it has more than"):
        decode(data)


def test_padding_before_a_marker_is_passed_over_at_once():
    data = a_jpeg()
    padded = data[:2] + b"\xff" * 3_000_000 + data[2:]
    assert sum(len(part) for part in lean_picture(padded)) < len(data) + 2
    assert np.array_equal(np.asarray(decode(padded)[0]), np.asarray(decode(data)[0]))


BOMBS = {
    "zTXt": (b"zTXt", b"a\0\0" + zlib.compress(bytes(2_000_000))),
    "iCCP": (b"iCCP", b"a\0\0" + zlib.compress(bytes(2_000_000))),
    "iTXt": (b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(2_000_000))),
    "eXIf": (b"eXIf", bytes(70_000)),
}


@pytest.mark.parametrize("chunk", BOMBS.values(), ids=list(BOMBS))
def test_what_is_only_about_a_picture_never_reaches_a_decoder(chunk):
    data = with_chunks(a_png(), chunk)
    assert b"".join(lean_picture(data)) == b"".join(lean_picture(a_png()))
    assert b"".join(lean_head(data)) == b"".join(lean_head(a_png()))


def test_of_a_jpeg_the_first_exif_and_xmp_are_kept_and_no_profile():
    exif, xmp = (0xE1, b"Exif\0\0first"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0first")
    rest = [(0xE1, b"Exif\0\0second"), (0xE2, b"ICC_PROFILE\0"), (0xED, b"Photoshop 3.0\0"), (0xFE, b"said")]
    data = with_segments(a_jpeg(), *rest[1:], exif, xmp, *rest)
    assert b"".join(lean_picture(data)) == with_segments(a_jpeg(), exif, xmp)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_how_a_picture_lies_is_still_known(form, orientation):
    data = encoded(a_scene(), form, exif=lying(orientation))
    with open_head(data) as head, open_image(data) as whole:
        assert (orientation_of(head), orientation_of(whole)) == (orientation, orientation)


@pytest.mark.parametrize("compressed", [False, True])
def test_how_a_png_lies_may_be_told_in_its_xmp(compressed):
    text = b'<x tiff:Orientation="6"/>'
    packed = zlib.compress(text) if compressed else text
    chunk = (b"iTXt", b"XML:com.adobe.xmp\0" + bytes((compressed, 0)) + b"\0\0" + packed)
    with open_head(with_chunks(a_png(), chunk)) as head:
        assert orientation_of(head) == 6


def test_exif_behind_the_pixels_says_nothing():
    turned = encoded(a_scene(), exif=lying())
    at, end = turned.index(b"eXIf") - 4, turned.index(b"IDAT") - 4
    moved = turned[:at] + turned[end:-12] + turned[at:end] + turned[-12:]
    assert decode(moved)[1] == (120, 200)


def test_a_head_is_read_from_the_beginning_of_a_file_and_from_more_where_that_is_not_enough(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(with_segments(encoded(a_scene(), "JPEG", exif=lying()), *[(0xE2, bytes(65_000))] * 9))
    with open_head(path) as head:
        assert (head.size, orientation_of(head)) == ((200, 120), 6)
    with pytest.raises(TruncatedHead):
        lean_head(path.read_bytes()[: heads.HEAD_BYTES], is_whole=False)
    path.write_bytes(with_chunks(a_png(), (b"tEXt", bytes(400_000))))
    with open_head(path) as head:
        assert head.size == (200, 120)


@pytest.mark.parametrize(
    "data",
    [
        encoded(a_scene(), "GIF")[:800] + b"\x21\xfe\x00" * 200_000,
        b"GIF89a\x40\0\x40\0\0\0\0" + b"\x21\xfe\x01\x20\x00" * 200_000,
    ],
    ids=["behind", "before"],
)
def test_a_gif_of_endless_comments_ends_somewhere(data):
    with pytest.raises(BrokenPicture):
        decode(data)


MARKERS = st.sampled_from([0xE0, 0xE1, 0xE2, 0xED, 0xEF, 0xFE])
CUT_OFF = (b"JFIF", b"JFIF\0\1", b"Adobe", b"Adobe\0")
CONTENT = st.one_of(st.binary(max_size=40), st.sampled_from((b"Exif\0\0II*\0", b"JFXX\0", *CUT_OFF)))


@pytest.mark.parametrize("content", CUT_OFF)
@pytest.mark.parametrize("marker", [0xE0, 0xEE])
def test_a_mark_that_is_cut_off_is_passed_over_as_browsers_do(marker, content):
    data = with_segments(a_jpeg(), (marker, content))
    assert b"".join(lean_picture(data)) == a_jpeg()
    assert np.array_equal(np.asarray(decode(data)[0]), np.asarray(decode(a_jpeg())[0]))
    assert inspect_image(data).problem == ""


@settings(max_examples=60, deadline=None)
@given(
    segments=st.lists(st.tuples(MARKERS, CONTENT), max_size=6), scans=st.booleans(), padding=st.integers(0, 3)
)
def test_segments_about_a_jpeg_never_change_its_pixels(segments, scans, padding):
    plain = encoded(a_scene(64, 48), "JPEG", progressive=scans)
    told = with_segments(plain, *segments)
    told = told[:2] + b"\xff" * padding + told[2:]
    assert np.array_equal(np.asarray(decode(told)[0]), np.asarray(decode(plain)[0]))


FORMS = {"JPEG": a_jpeg(80, 64), "PNG": a_png(80, 64), "progressive": progressive(quality=60)}


@settings(max_examples=150, deadline=None)
@given(form=st.sampled_from(list(FORMS)), data=st.data())
def test_a_damaged_file_is_read_as_pillow_reads_it_or_refused(form, data):
    spoilt = bytearray(FORMS[form])
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        with Image.open(io.BytesIO(spoilt), formats=("JPEG", "PNG")) as image:
            wanted = np.asarray(image.convert("RGB"))
    except (*DAMAGE, *BOMB):
        wanted = None
    try:
        with open_image(bytes(spoilt), formats=("JPEG", "PNG")) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (*DAMAGE, *BOMB):
        pixels = None
    if wanted is not None:
        assert pixels is not None
        assert np.array_equal(pixels, wanted)


def test_a_decoder_is_opened_in_one_place_only():
    source = Path(heads.__file__).parents[1]
    callers = {
        str(path.relative_to(source)): text.count("Image.open(")
        for path in source.rglob("*.py")
        if "Image.open(" in (text := path.read_text("utf-8"))
    }
    # The demonstration shows a mask that its own server drew.
    assert callers == {"vision/files.py": 2, "cli/demonstration.py": 1}
