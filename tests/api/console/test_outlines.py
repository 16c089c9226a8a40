"""The smart outline over the wire: in pixels of the stored picture, for who may see it."""

import io
import uuid

import numpy as np
import pytest
from PIL import Image

from doubles.console import a_user, signed_in


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


@pytest.fixture(scope="module")
def bucket(server):
    name = f"outlines-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(Bucket=name)
    return name


def a_disc(orientation=1):
    """Return a JPEG of 160 × 120 stored pixels with a red disc at (50, 40)."""
    y, x = np.mgrid[0:120, 0:160]
    pixels = np.full((120, 160, 3), 120, np.uint8)
    pixels[(x - 50) ** 2 + (y - 40) ** 2 < 25**2] = (200, 60, 50)
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def outline(browser, source, **question):
    return browser.ask("POST", "/console/api/outline", {"source": source, **question})


@pytest.mark.parametrize("orientation", [1, 3, 6, 8, 5])
def test_an_outline_is_of_the_stored_picture_however_it_lies(server, root, bucket, orientation):
    key = f"disc-{orientation}.jpg"
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=a_disc(orientation))
    box = {"left": 20, "top": 10, "width": 60, "height": 60}
    answer = outline(root, f"s3://{bucket}/{key}", box=box, inside=[], outside=[])
    assert answer.status == 200, answer.body
    rows = answer.json
    area = sum(row["to"] - row["from"] for row in rows)
    middle = sum((row["to"] - row["from"]) * (row["to"] + row["from"]) / 2 for row in rows) / area
    assert abs(area - np.pi * 25**2) < 200
    assert abs(middle - 50) < 2
    assert abs(np.mean([row["y"] for row in rows]) - 40) < 2


def test_a_picture_that_was_changed_is_looked_at_anew(server, root, bucket):
    s3, source = server.client("s3"), f"s3://{bucket}/changing.jpg"
    s3.put_object(Bucket=bucket, Key="changing.jpg", Body=a_disc())
    assert outline(root, source, inside=[{"x": 50, "y": 40}]).json
    file = io.BytesIO()
    Image.new("RGB", (30, 30), "white").save(file, "PNG")
    s3.put_object(Bucket=bucket, Key="changing.jpg", Body=file.getvalue())
    assert all(row["y"] < 30 for row in outline(root, source, inside=[{"x": 5, "y": 5}]).json)


def test_who_may_not_see_a_picture_gets_no_outline_of_it(server, root, bucket):
    server.client("s3").put_object(Bucket=bucket, Key="secret.jpg", Body=a_disc())
    source = f"s3://{bucket}/secret.jpg"
    assert outline(root, source, inside=[{"x": 50, "y": 40}]).status == 200
    nobody = signed_in(server, a_user(server, f"n-{uuid.uuid4().hex[:6]}"))
    answer = outline(nobody, source, inside=[{"x": 50, "y": 40}])
    assert (answer.status, answer.code) == (403, "AccessDenied")


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"box": {"left": 1}},
        {"box": {"left": 900, "top": 1, "width": 5, "height": 5}},
        {"box": [1, 2, 3, 4]},
        {"inside": [{"x": "a", "y": 1}]},
        {"inside": [{"x": 1, "y": 1}] * 501},
        {"inside": 7},
    ],
)
def test_a_question_without_a_place_is_a_bad_request(server, root, bucket, question):
    server.client("s3").put_object(Bucket=bucket, Key="a.jpg", Body=a_disc())
    answer = outline(root, f"s3://{bucket}/a.jpg", **question)
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_what_is_no_picture_or_a_bomb_has_no_outline(server, root, bucket):
    s3, bomb = server.client("s3"), io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    for key, data in (("page.jpg", b"<html>"), ("bomb.png", bomb.getvalue())):
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        answer = outline(root, f"s3://{bucket}/{key}", inside=[{"x": 1, "y": 1}])
        assert (answer.status, answer.code) == (400, "BadPicture")
    assert outline(root, f"s3://{bucket}/nothing.jpg", inside=[{"x": 1, "y": 1}]).code == "NoSuchKey"
    assert outline(root, "nowhere", inside=[{"x": 1, "y": 1}]).status == 400
