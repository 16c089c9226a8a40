"""How pictures lie by their EXIF, for pages that draw over them."""

import base64
import io
import uuid

import pytest
from PIL import Image

from doubles.console import ConsoleBrowser, a_user, signed_in

ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


@pytest.fixture(scope="module")
def bucket(root):
    name = f"o-{uuid.uuid4().hex[:8]}"
    assert root.call("s3", "CreateBucket", Bucket=name).status == 200
    return name


def picture(orientation, *, form="JPEG", profile=b""):
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    out = io.BytesIO()
    Image.new("RGB", (60, 30), "red").save(out, form, exif=exif, icc_profile=profile)
    return out.getvalue()


def put(root, bucket, key, data):
    answer = root.call("s3", "PutObject", Bucket=bucket, Key=key, Body=base64.b64encode(data).decode())
    assert answer.status == 200
    return f"s3://{bucket}/{key}"


def ask(page, sources):
    return page.ask("POST", "/console/api/orientations", {"sources": sources})


def test_pictures_say_how_they_lie_in_the_order_asked_for(root, bucket):
    sources = [
        put(root, bucket, f"{orientation} ü.jpg", picture(orientation)) for orientation in (6, 0, 1, 3, 8)
    ]
    answer = ask(root, [*sources, sources[0]])
    assert (answer.status, answer.json) == (200, {"orientations": [6, 1, 1, 3, 8, 6]})


def test_a_png_says_it_too_and_a_long_profile_before_the_pixels_hides_nothing(root, bucket):
    long = put(root, bucket, "long.jpg", picture(5, profile=bytes(1 << 19)))
    assert ask(root, [put(root, bucket, "a.png", picture(6, form="PNG")), long]).json == {
        "orientations": [6, 5]
    }


def test_nothing_is_said_of_what_is_no_picture_or_not_there(root, bucket):
    sources = [
        put(root, bucket, "page.jpg", b"<svg onload=alert(1)>"),
        put(root, bucket, "cut.jpg", picture(6)[:20]),
        put(root, bucket, "empty.jpg", b""),
        f"s3://{bucket}/absent.jpg",
        "s3://bucket-of-nobody/a.jpg",
        "https://example.com/a.jpg",
        "",
        "s3://",
    ]
    assert ask(root, sources).json == {"orientations": [0] * len(sources)}


@pytest.mark.parametrize(
    "content", [{}, [], {"sources": "s3://a/b"}, {"sources": [1]}, {"sources": ["a"] * 49}]
)
def test_what_cannot_be_asked_is_refused(root, content):
    answer = root.ask("POST", "/console/api/orientations", content)
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_only_who_may_read_a_picture_learns_how_it_lies(server, root, bucket):
    source = put(root, bucket, "secret.jpg", picture(6))
    assert ask(ConsoleBrowser(server), [source]).status == 401
    nobody = signed_in(server, a_user(server, f"n-{uuid.uuid4().hex[:8]}"))
    assert ask(nobody, [source]).json == {"orientations": [0]}
