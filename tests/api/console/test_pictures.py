"""Pictures uploaded at the console and shown there."""

import asyncio
import hashlib
import io
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import pytest
from PIL import Image

from doubles.console import ConsoleBrowser, a_user, signed_in
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.pictures import _as_picture, _peek, bytes_of, clean_name
from vedette.store.blobs.cipher import Decoder, Stretch, derive_key, open_stream
from vedette.wire.http import PIECE_BYTES, FileBody, Response


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


def a_picture(form="JPEG", size=(64, 48), mode="RGB", **options):
    file = io.BytesIO()
    noise = Image.effect_noise(size, 90).convert(mode)
    noise.save(file, form, **options)
    return file.getvalue()


def upload(browser, name, data, *, sha256=""):
    path = f"/console/api/upload?name={quote(name)}" + (f"&sha256={sha256}" if sha256 else "")
    return browser.ask("PUT", path, body=data, headers={"Content-Type": "application/octet-stream"})


def show(browser, source, **headers):
    return browser.ask("GET", f"/console/api/picture?source={quote(source, safe='')}", headers=headers)


def test_a_picture_comes_as_it_is_and_is_shown_as_it_came(server, root):
    data = a_picture()
    answer = upload(root, "bolts/bolt 1.jpg", data, sha256=hashlib.sha256(data).hexdigest())
    facts = answer.json
    assert (answer.status, facts["name"], facts["width"], facts["height"]) == (200, "bolt 1.jpg", 64, 48)
    assert (facts["isNew"], facts["isConverted"]) == (True, False)
    stored = server.client("s3").get_object(Bucket=facts["bucket"], Key=facts["key"])
    assert (stored["Body"].read(), stored["ContentType"]) == (data, "image/jpeg")
    shown = show(root, facts["sourceRef"])
    assert (shown.status, shown.body, shown.headers["content-type"]) == (200, data, "image/jpeg")
    assert (
        shown.headers["x-content-type-options"],
        "sandbox" in shown.headers["content-security-policy"],
    ) == (
        "nosniff",
        True,
    )
    again = show(root, facts["sourceRef"], **{"If-None-Match": shown.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    log = (server.data.parent / f"{server.data.name}.log").read_text("utf-8")
    assert "Exception in ASGI application" not in log


def test_the_same_picture_is_stored_once_whatever_its_name(root):
    data = a_picture()
    digest = hashlib.sha256(data).hexdigest()
    unknown = hashlib.sha256(b"another").hexdigest()
    first, second = upload(root, "a.jpg", data).json, upload(root, "b.jpg", data).json
    assert (first["isNew"], second["isNew"], second["sourceRef"]) == (True, False, first["sourceRef"])
    asked = root.ask("POST", "/console/api/uploads", {"sha256": [digest, unknown, "../.."]}).json
    assert {key: item["sourceRef"] for key, item in asked["uploads"].items()} == {digest: first["sourceRef"]}


def test_a_region_and_an_account_have_a_bucket_of_their_own(server, root):
    data = a_picture()
    abroad = ConsoleBrowser(server, root.cookies, root.csrf, region="eu-west-1")
    here, there = upload(root, "a.jpg", data).json, upload(abroad, "a.jpg", data).json
    assert here["bucket"] != there["bucket"]
    location = server.client("s3").get_bucket_location(Bucket=there["bucket"])
    assert location["LocationConstraint"] == "eu-west-1"


@pytest.mark.parametrize(
    ("form", "name", "result"),
    [("BMP", "scan.bmp", "scan.png"), ("TIFF", "scan.TIF", "scan.png"), ("GIF", "a.gif", "a.png"),
     ("WEBP", "b.webp", "b.jpg")],
)  # fmt: skip
def test_other_formats_are_converted(root, form, name, result):
    facts = upload(root, name, a_picture(form)).json
    assert (facts["name"], facts["isConverted"]) == (result, True)
    with Image.open(io.BytesIO(show(root, facts["sourceRef"]).body)) as image:
        assert (image.size, image.mode) == ((64, 48), "RGB")


def test_sixteen_bits_of_a_scan_are_scaled_and_not_cut(root):
    file = io.BytesIO()
    Image.new("I;16", (32, 32), 32768).save(file, "TIFF")
    facts = upload(root, "deep.tif", file.getvalue()).json
    with Image.open(io.BytesIO(show(root, facts["sourceRef"]).body)) as image:
        assert image.getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize(
    ("name", "data", "start", "reason"),
    [
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic" + bytes(200), "IMG_1.HEIC is HEIC", "foreignFormat"),
        ("page.jpg", b"<html><script>alert(1)</script>", "page.jpg is no picture", "noPicture"),
        (
            "drawing.jpg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "drawing.jpg is no picture",
            "noPicture",
        ),
        ("empty.png", b"", "empty.png is no picture", "noPicture"),
        ("half.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "half.jpg cannot be read", "damaged"),
        ("half.tif", a_picture("TIFF")[:300], "half.tif", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_name_and_says_why_by_another(root, name, data, start, reason):
    answer = upload(root, name, data)
    assert (answer.status, answer.code, answer.json["reason"]) == (400, "BadPicture", reason)
    assert answer.json["message"].startswith(start)


def test_a_bomb_is_not_opened(root):
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "TIFF", compression="group4")
    png = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(png, "PNG")
    for name, data in (("bomb.tif", file.getvalue()), ("bomb.png", png.getvalue())):
        answer = upload(root, name, data)
        assert (answer.status, answer.code, "pixels" in answer.json["message"]) == (400, "BadPicture", True)
        assert answer.json["reason"] == "tooManyPixels"


def test_what_came_changed_is_not_stored(root):
    data = a_picture()
    answer = upload(root, "a.jpg", data, sha256="0" * 64)
    assert (answer.status, answer.code) == (400, "BadDigest")
    assert upload(root, "a.jpg", data, sha256="zz").code == "BadRequest"


def test_too_much_is_refused_before_it_is_read(root):
    headers = {"Content-Length": str(65 * 1024**2)}
    answer = root.ask("PUT", "/console/api/upload?name=a.jpg", body=b"", headers=headers)
    assert (answer.status, answer.code) == (413, "RequestTooLarge")


def test_who_may_not_write_uploads_nothing_and_who_may_not_read_sees_nothing(server, root):
    source = upload(root, "a.jpg", a_picture()).json["sourceRef"]
    viewer = signed_in(server, a_user(server, f"v-{uuid.uuid4().hex[:6]}", "viewer"))
    answer = upload(viewer, "b.jpg", a_picture())
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert show(viewer, source).status == 200
    nobody = signed_in(server, a_user(server, f"n-{uuid.uuid4().hex[:6]}"))
    assert (show(nobody, source).status, show(nobody, source).code) == (403, "AccessDenied")
    assert nobody.ask("POST", "/console/api/uploads", {"sha256": ["0" * 64]}).status == 403


def test_a_labeller_uploads_where_the_bucket_is_there(server, root):
    upload(root, "first.jpg", a_picture())
    labeller = signed_in(server, a_user(server, f"l-{uuid.uuid4().hex[:6]}", "labeller"))
    assert upload(labeller, "b.jpg", a_picture()).json["isNew"] is True


def test_only_pictures_are_shown(server, root):
    bucket = f"mixed-{uuid.uuid4().hex[:8]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="page.jpg", Body=b"<script>alert(1)</script>", ContentType="text/html")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert show(root, f"s3://{bucket}/page.jpg").code == "NoPicture"
    assert show(root, f"s3://{bucket}/empty").code == "NoPicture"
    assert show(root, f"s3://{bucket}/missing.jpg").code == "NoSuchKey"
    for source in ("", "s3://", "s3://bucket", "https://evil.example/a.jpg", "file:///etc/passwd"):
        assert show(root, source).status == 400


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.jpg", "a.jpg"),
        ("C:\\photos\\b.png", "b.png"),
        ("../../etc/passwd", "passwd"),
        ("x\u202egpj.exe\x00\n.png", "xgpj.exe.png"),
        ("", "picture"),
        ("...", "picture"),
        ("e\u0301.jpg", "é.jpg"),
        ("ü" * 300 + ".jpg", "ü" * 90 + ".jpg"),
        ("<b>&\"'.jpg", "<b>&\"'.jpg"),
    ],
)
def test_a_name_keeps_what_people_see(text, name):
    assert clean_name(text) == name


def test_an_upload_that_is_cut_off_leaves_nothing_and_can_be_sent_again(root):
    data = a_picture()
    digest = hashlib.sha256(data).hexdigest()
    address = urlsplit(root.server.address)
    fields = {"Host": root.netloc, "X-Vedette-Csrf": root.csrf, "Content-Length": str(len(data))}
    fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in root.cookies.items())
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(f"PUT /console/api/upload?name=cut.jpg HTTP/1.1\r\n{head}\r\n".encode() + data[:500])
    assert root.ask("POST", "/console/api/uploads", {"sha256": [digest]}).json["uploads"] == {}
    assert upload(root, "cut.jpg", data).json["isNew"] is True


def test_the_same_picture_from_many_pages_at_once_is_one_object(server, root):
    data = a_picture()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: upload(root, "same.jpg", data).json, range(16)))
    bucket, key = answers[0]["bucket"], answers[0]["key"]
    assert {answer["key"] for answer in answers} == {key}
    prefix = key.rpartition("/")[0]
    listed = server.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")
    assert listed["KeyCount"] == 1


def test_the_same_picture_under_many_names_at_once_is_one_object(server, root):
    data = a_picture()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: upload(root, f"{number}.jpg", data).json, range(16)))
    assert len({answer["key"] for answer in answers}) == 1
    assert [answer["isNew"] for answer in answers].count(True) == 1
    listed = server.client("s3").list_objects_v2(
        Bucket=answers[0]["bucket"], Prefix=f"uploads/{answers[0]['sha256']}/"
    )
    assert listed["KeyCount"] == 1


def test_odd_pictures_come_as_they_are(root):
    cmyk = a_picture(mode="CMYK")
    upright = Image.new("RGB", (64, 48)).getexif()
    upright[0x0112] = 6
    turned = a_picture(exif=upright)
    deep = io.BytesIO()
    Image.new("I;16", (20, 10), 40_000).save(deep, "PNG")
    for name, data, sides in (
        ("cmyk.jpg", cmyk, (64, 48)),
        ("turned.jpg", turned, (48, 64)),
        ("deep.png", deep.getvalue(), (20, 10)),
    ):
        facts = upload(root, name, data).json
        assert (facts["isConverted"], (facts["width"], facts["height"])) == (False, sides)
        assert show(root, facts["sourceRef"]).body == data


def test_a_part_of_a_file_is_read_from_its_start_and_no_further(tmp_path):
    """An upload in parts lies in one file, each part where the one before it ends."""
    place = tmp_path / "parts"
    place.write_bytes(b"before-PICTURE-after")
    response = Response(200, [], FileBody(str(place), 7, 7))
    assert asyncio.run(bytes_of(response, 7)) == b"PICTURE"
    assert asyncio.run(_peek(response))[0] == b"PICTURE"
    with pytest.raises(ConsoleFault, match="more than 0 MiB"):
        asyncio.run(bytes_of(response, 6))


def test_an_encrypted_file_is_read_decoded_once_and_sent_whole(tmp_path):
    """As an object of a customer's key lies: what decodes it counts the bytes that it was given."""
    picture = a_picture(size=(700, 700))
    assert len(picture) > PIECE_BYTES  # more than one piece
    salt = "ab" * 16
    place = tmp_path / "object"
    place.write_bytes(open_stream(derive_key(b"k" * 32, salt)).update(picture))

    def response():
        decode = Decoder([Stretch(len(picture), derive_key(b"k" * 32, salt))]).decode
        return Response(200, [("ETag", '"1"')], FileBody(str(place), 0, len(picture), decode))

    assert asyncio.run(bytes_of(response(), len(picture))) == picture

    async def shown():
        answer = await _as_picture(response(), "a.jpg")
        return answer.headers, b"".join([piece async for piece in answer.body])

    headers, sent = asyncio.run(shown())
    assert sent == picture
    told = dict(headers)
    assert (told["content-type"], told["content-length"]) == ("image/jpeg", str(len(picture)))
