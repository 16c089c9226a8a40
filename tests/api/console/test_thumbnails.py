"""Small pictures for pages."""

import base64
import io
import uuid
from urllib.parse import quote, urlencode

import pytest
from PIL import Image

from doubles.console import ConsoleBrowser, a_user, signed_in


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


@pytest.fixture(scope="module")
def bucket(root):
    name = f"p-{uuid.uuid4().hex[:8]}"
    assert root.call("s3", "CreateBucket", Bucket=name).status == 200
    return name


def put(root, bucket, key, image=None, data=b""):
    out = io.BytesIO()
    if image is not None:
        image.save(out, "PNG")
    body = base64.b64encode(out.getvalue() or data).decode()
    assert root.call("s3", "PutObject", Bucket=bucket, Key=key, Body=body).status == 200
    return f"s3://{bucket}/{key}"


def ask(page, source, side=192, more=""):
    return page.ask("GET", f"/console/api/thumbnail?source={quote(source, safe='')}&side={side}{more}")


def opened(answer):
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    return Image.open(io.BytesIO(answer.body))


def test_a_picture_is_seen_small(root, bucket):
    source = put(root, bucket, "ä b+c.png", Image.new("RGB", (600, 300), "red"))
    assert [opened(ask(root, source, side)).size for side in (96, 192, 384)] == [
        (96, 48),
        (192, 96),
        (384, 192),
    ]
    assert ask(root, source).headers["cache-control"] == "private, max-age=300"


def test_an_address_may_be_written_as_a_form_writes_it(root, bucket):
    source = put(root, bucket, "a b+c%20d.png", Image.new("RGB", (60, 30), "red"))
    query = urlencode({"source": source, "side": 96})
    assert "+" in query
    assert opened(root.ask("GET", f"/console/api/thumbnail?{query}")).size == (60, 30)


def test_a_mask_is_seen_without_its_background(root, bucket):
    mask = Image.new("RGB", (400, 400), "white")
    mask.paste((35, 164, 54), (0, 0, 200, 400))
    small = opened(ask(root, put(root, bucket, "mask.png", mask), 96, "&layer=mask")).convert("RGBA")
    assert (small.getpixel((10, 50)), small.getpixel((90, 50))[3]) == ((35, 164, 54, 255), 0)


def test_what_is_no_picture_is_said_so(root, bucket):
    answer = ask(root, put(root, bucket, "page.png", data=b"<svg onload=alert(1)>"))
    assert (answer.status, answer.code) == (415, "NoPicture")


@pytest.mark.parametrize(("source", "side"), [("s3://x/y.png", 193), ("https://x/y.png", 96), ("", 96)])
def test_what_cannot_be_asked_is_refused(root, source, side):
    assert ask(root, source, side).status == 400


def test_only_who_may_read_the_object_sees_it(server, root, bucket):
    source = put(root, bucket, "secret.png", Image.new("RGB", (60, 30), "red"))
    assert ask(ConsoleBrowser(server), source).status == 401
    nobody = signed_in(server, a_user(server, f"n-{uuid.uuid4().hex[:8]}"))
    assert ask(nobody, source).status == 404
    assert ask(root, f"s3://{bucket}/absent.png").status == 404


def ask_many(page, content):
    return page.ask("POST", "/console/api/thumbnails", content)


def parts_of(answer):
    """Return what lies behind each length."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/octet-stream")
    rest, parts = answer.body, []
    while rest:
        length = int.from_bytes(rest[:4], "big")
        parts.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    return parts


def test_many_pictures_come_in_the_order_asked_for_and_nothing_for_what_is_none(root, bucket):
    mask = Image.new("RGB", (400, 400), "white")
    mask.paste((35, 164, 54), (0, 0, 200, 400))
    sources = [
        *(
            put(root, bucket, f"many/{side}.png", Image.new("RGB", (side, 100), "red"))
            for side in (100, 200, 50)
        ),
        put(root, bucket, "many/page.png", data=b"<svg onload=alert(1)>"),
        f"s3://{bucket}/many/absent.png",
        "s3://bucket-of-nobody/a.png",
        "https://example.com/a.png",
    ]
    pictures = [{"source": source} for source in sources]
    pictures.append({"source": put(root, bucket, "many/mask.png", mask), "layer": "mask"})
    for _ in range(2):  # the second time they lie on the disk
        parts = parts_of(ask_many(root, {"side": 64, "pictures": pictures}))
        sizes = [Image.open(io.BytesIO(part)).size if part else None for part in parts]
        assert sizes == [(64, 64), (64, 32), (32, 64), None, None, None, None, (64, 64)]
        assert Image.open(io.BytesIO(parts[-1])).convert("RGBA").getpixel((60, 30))[3] == 0


def test_one_asked_for_alone_and_among_many_is_the_same(root, bucket):
    source = put(root, bucket, "same.png", Image.new("RGB", (300, 200), "blue"))
    (part,) = parts_of(ask_many(root, {"side": 96, "pictures": [{"source": source}]}))
    assert part == ask(root, source, 96).body


def test_among_many_a_person_sees_what_they_may(server, root, bucket):
    source = put(root, bucket, "theirs-too.png", Image.new("RGB", (60, 30), "red"))
    person = signed_in(server, a_user(server, f"u-{uuid.uuid4().hex[:6]}"))
    assert parts_of(ask_many(person, {"side": 64, "pictures": [{"source": source}]})) == [b""]


@pytest.mark.parametrize(
    "content",
    [
        {"side": 63, "pictures": []},
        {"side": "64", "pictures": []},
        {"side": 64},
        {"side": 64, "pictures": ["s3://a/b"]},
        {"side": 64, "pictures": [{"source": 5}]},
        {"side": 64, "pictures": [{"source": "s3://a/b"}] * 49},
        [],
    ],
)
def test_what_is_asked_for_in_another_way_is_refused(root, content):
    answer = ask_many(root, content)
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_many_are_for_who_is_signed_in_with_the_token(server, root):
    content = {"side": 64, "pictures": []}
    assert ask_many(ConsoleBrowser(server), content).status == 401
    refused = root.ask("POST", "/console/api/thumbnails", content, headers={"X-Vedette-Csrf": "wrong"})
    assert (refused.status, refused.code) == (403, "BadCsrfToken")
