"""Browser uploads: botocore's two kinds of policies, and every way in which a form can break one."""

import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import HmacV1PostAuth, S3SigV4PostAuth
from hypothesis import given
from hypothesis import strategies as st

from doubles.signing import SECRET, credentials, draft
from vedette.wire.http import Headers, Request
from vedette.wire.post_policy import read_policy, read_post, read_post_signature, verify_post
from vedette.wire.signed import SignatureFault, SignatureFaultKind

BOUNDARY = "----edge7MA4YWxk"
PICTURE = b"\x89PNG\r\n--" + BOUNDARY.encode()[:8] + b"\r\n\0" * 40
NOW = datetime.now(UTC)  # noqa: TID251  (botocore signs by its own clock)
PLAIN = [{"bucket": "b"}, ["starts-with", "$key", "in/"], ["content-length-range", 1, 1000]]


def policy_fields(form="post", *, conditions=PLAIN, token=None, expires=None, **more):
    """Return the fields that botocore makes for this policy."""
    moment = expires or NOW + timedelta(hours=1)
    document = {"expiration": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": list(conditions)} | more
    request = draft("POST", "/b")
    request.context["s3-presign-post-fields"] = {"key": "in/${filename}"}
    request.context["s3-presign-post-policy"] = document
    if form == "post":
        S3SigV4PostAuth(credentials(token), "s3", "eu-west-1").add_auth(request)
    else:
        HmacV1PostAuth(credentials(token)).add_auth(request)
    return request.context["s3-presign-post-fields"]


def posted(fields, *, file=PICTURE, name="a.png", piece=11, after=b""):
    """Return the form as a browser sends it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    if file is not None:
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png'
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + file + b"\r\n" + after)
    return raw(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), piece=piece)


def raw(body, *, content_type=f"multipart/form-data; boundary={BOUNDARY}", piece=11):
    async def stream():
        for at in range(0, len(body), piece):
            yield body[at : at + piece]

    return Request("POST", "/b", "", Headers([("content-type", content_type)]), stream=stream())


def upload(request, *, bucket="b", secret=SECRET, now=NOW):
    async def run():
        form = await read_post(request)
        signed = read_post_signature(form)
        if signed is not None:
            verify_post(form, signed, secret, now, bucket=bucket)
        return form, signed, b"".join([piece async for piece in form.body])

    return asyncio.run(run())


def refusal(request, **more):
    with pytest.raises(SignatureFault) as caught:
        upload(request, **more)
    return caught.value.kind


@pytest.mark.parametrize("form", ["post", "v2-post"])
@pytest.mark.parametrize("token", [None, "a/token=="])
@pytest.mark.parametrize("piece", [1, 11, 100_000])
def test_a_form_that_botocore_signed_is_taken(form, token, piece):
    got, signed, data = upload(posted(policy_fields(form, token=token), piece=piece))
    assert data == PICTURE
    assert (signed.form, signed.token, signed.service) == (form, token or "", "s3")
    assert (got.fields["key"], got.file_name, got.file_type) == ("in/a.png", "a.png", "image/png")
    assert got.body.size == len(PICTURE)


@given(st.binary(max_size=200), st.integers(1, 80))
def test_any_file_comes_through_whole(data, piece):
    assert upload(posted({"key": "k"}, file=data, piece=piece))[2] == data


def test_a_form_without_a_policy_is_anonymous():
    assert upload(posted({"key": "k"}))[1] is None


@pytest.mark.parametrize("form", ["post", "v2-post"])
def test_a_forged_form_is_refused(form):
    fields = policy_fields(form)
    assert refusal(posted(fields), secret="other") is SignatureFaultKind.MISMATCH
    document = json.loads(base64.b64decode(fields["policy"]))
    document["conditions"].append(["starts-with", "$acl", ""])
    wider = base64.b64encode(json.dumps(document).encode()).decode()
    assert refusal(posted({**fields, "policy": wider, "acl": "public-read"})) is SignatureFaultKind.MISMATCH


@pytest.mark.parametrize("form", ["post", "v2-post"])
def test_a_policy_has_its_time(form):
    assert (
        refusal(posted(policy_fields(form)), now=NOW + timedelta(hours=1))
        is SignatureFaultKind.POLICY_VIOLATED
    )


def test_a_key_signs_policies_for_a_week():
    fields = policy_fields("post", expires=NOW + timedelta(days=30))
    upload(posted(fields), now=NOW + timedelta(days=6))
    assert refusal(posted(fields), now=NOW + timedelta(days=8)) is SignatureFaultKind.POLICY_VIOLATED


@pytest.mark.parametrize("missing", ["policy", "x-amz-credential", "x-amz-date", "x-amz-algorithm"])
def test_each_part_of_the_proof_is_needed(missing):
    fields = policy_fields("post")
    del fields[missing]
    assert refusal(posted(fields)) is SignatureFaultKind.INCOMPLETE


@pytest.mark.parametrize("missing", ["policy", "signature", "AWSAccessKeyId"])
def test_each_part_of_the_older_proof_is_needed(missing):
    fields = policy_fields("v2-post")
    del fields[missing]
    assert refusal(posted(fields)) is SignatureFaultKind.INCOMPLETE


@pytest.mark.parametrize(
    ("conditions", "fields", "kind"),
    [
        (PLAIN, {"key": "out/a"}, SignatureFaultKind.POLICY_VIOLATED),
        (PLAIN, {"acl": "public-read"}, SignatureFaultKind.POLICY_VIOLATED),
        (PLAIN, {"x-ignore-note": "anything"}, None),
        ([*PLAIN, {"acl": "private"}], {"acl": "private"}, None),
        ([*PLAIN, {"ACL": "private"}], {"aCl": "private"}, None),
        ([*PLAIN, {"acl": "private"}], {"acl": "public-read"}, SignatureFaultKind.POLICY_VIOLATED),
        ([*PLAIN, {"acl": "private"}], {}, SignatureFaultKind.POLICY_VIOLATED),
        ([*PLAIN, ["eq", "$x-amz-meta-line", "7"]], {"x-amz-meta-line": "7"}, None),
        ([*PLAIN, ["EQ", "$x-amz-meta-line", 7]], {"x-amz-meta-line": "7"}, None),
        (
            [*PLAIN, ["starts-with", "$Content-Type", "image/"]],
            {"Content-Type": "image/png, image/gif"},
            None,
        ),
        (
            [*PLAIN, ["starts-with", "$Content-Type", "image/"]],
            {"Content-Type": "image/png, text/html"},
            SignatureFaultKind.POLICY_VIOLATED,
        ),
        ([*PLAIN, ["starts-with", "$x-amz-meta-any", ""]], {"x-amz-meta-any": "é\\$"}, None),
        ([["starts-with", "$key", ""]], {}, SignatureFaultKind.POLICY_VIOLATED),
        ([{"bucket": "c"}, ["starts-with", "$key", ""]], {}, SignatureFaultKind.POLICY_VIOLATED),
        ([*PLAIN[:2], ["content-length-range", 0, 5]], {}, SignatureFaultKind.TOO_LARGE),
        ([*PLAIN[:2], ["content-length-range", 5000, 9000]], {}, SignatureFaultKind.TOO_SMALL),
        ([*PLAIN[:2], ["content-length-range", "1", "1000"]], {}, None),
        ([*PLAIN[:2], ["content-length-range", 0]], {}, SignatureFaultKind.BAD_POLICY),
        ([*PLAIN[:2], ["content-length-range", -1, 5]], {}, SignatureFaultKind.BAD_POLICY),
        ([{}], {}, SignatureFaultKind.BAD_POLICY),
        ([["eq", "key", "x"]], {}, SignatureFaultKind.BAD_POLICY),
        ([["like", "$key", "x"]], {}, SignatureFaultKind.BAD_POLICY),
        ([["eq", "$key", ["x"]]], {}, SignatureFaultKind.BAD_POLICY),
        (["eq"], {}, SignatureFaultKind.BAD_POLICY),
    ],
)
@pytest.mark.parametrize("form", ["post", "v2-post"])
def test_a_form_obeys_its_conditions(form, conditions, fields, kind):
    request = posted({**policy_fields(form, conditions=conditions), **fields})
    if kind is None:
        assert upload(request)[2] == PICTURE
    else:
        assert refusal(request) is kind


def encoded(document):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.b64encode(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"*",
        encoded(b"\xff"),
        encoded(b"[]"),
        encoded(b"[" * 100_000),
        encoded({"conditions": []}),
        encoded({"expiration": "2030-01-01T00:00:00Z"}),
        encoded({"EXPIRATION": "2030-01-01T00:00:00Z", "conditions": []}),
        encoded({"expiration": "2030-01-01T00:00:00Z", "CONDITIONS": []}),
        encoded({"expiration": "1 January 2030", "conditions": []}),
        encoded({"expiration": "2030-13-01T00:00:00Z", "conditions": []}),
        encoded({"expiration": 5, "conditions": []}),
        encoded({"expiration": "2030-01-01T00:00:00Z", "conditions": {}}),
        encoded({"expiration": "2030-01-01T00:00:00Z", "conditions": [None]}),
        encoded({"expiration": "2030-01-01T00:00:00Z", "conditions": [{"key": True}]}),
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused(text):
    with pytest.raises(SignatureFault) as caught:
        read_policy(text)
    assert caught.value.kind is SignatureFaultKind.BAD_POLICY


def test_the_file_name_is_only_ever_the_last_part_of_a_path():
    for name in ("C:\\temp\\a.png", "../../a.png", "/etc/a.png"):
        assert upload(posted({"key": "in/${filename}"}, name=name))[0].fields["key"] == "in/a.png"


def test_checksums_of_the_file_may_stand_in_the_form():
    fields = {"key": "k", "x-amz-checksum-crc32": "AAAAAA=="}
    assert upload(posted(fields, file=b""))[2] == b""
    assert refusal(posted(fields)) is SignatureFaultKind.CHECKSUM_MISMATCH
    assert refusal(posted({"key": "k", "content-md5": "x"})) is SignatureFaultKind.BAD_DIGEST_HEADER
    both = {"key": "k", "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x"}
    assert refusal(posted(both)) is SignatureFaultKind.BAD_CHECKSUM_HEADER


def test_fields_after_the_file_are_dropped():
    late = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="submit"\r\n\r\nUpload\r\n'.encode()
    form, _, data = upload(posted(policy_fields(), after=late))
    assert data == PICTURE
    assert "submit" not in form.fields


START = f"--{BOUNDARY}\r\n".encode()
KEY = START + b'Content-Disposition: form-data; name="key"\r\n\r\nk\r\n'
FILE = START + b'Content-Disposition: form-data; name="file"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        b"x" * 100_000,
        START,
        START[:-2] + b"x\r\n",
        START + b"\r\nno head",
        START + b"Content-Disposition: form-data\r\n\r\nx\r\n" + KEY,
        START + b'Content-Disposition: form-data; name="' + b"n" * 9000 + b'"\r\n\r\n',
        KEY,
        KEY + f"--{BOUNDARY}--\r\n".encode(),
        KEY + KEY + FILE,
        KEY + FILE + b"a file without an end",
        FILE + b"x\r\n" + START[:-2] + b"--\r\n",
        KEY.replace(b"k\r\n", b"\xff\r\n") + FILE,
        KEY.replace(b'name="key"', b'name="acl"').replace(b"k\r\n", b"v" * 30_000 + b"\r\n") + KEY + FILE,
    ],
)
@pytest.mark.parametrize("piece", [7, 100_000])
def test_a_form_that_is_none_is_refused(body, piece):
    assert refusal(raw(body, piece=piece)) is SignatureFaultKind.MALFORMED_FORM


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; boundary={'x' * 300}",
    ],
)
def test_a_form_needs_a_boundary(content_type):
    assert refusal(raw(KEY, content_type=content_type)) is SignatureFaultKind.MALFORMED_FORM


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reader(noise):
    for body in (noise, START + noise, KEY + noise):
        assert refusal(raw(body)) is SignatureFaultKind.MALFORMED_FORM


def test_a_checksum_needs_no_condition_but_must_be_that_of_the_file():
    right = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
    fields = policy_fields()
    assert upload(posted({**fields, "x-amz-checksum-sha256": right}))
    wrong = base64.b64encode(bytes(32)).decode()
    assert refusal(posted({**fields, "x-amz-checksum-sha256": wrong})) is SignatureFaultKind.CHECKSUM_MISMATCH
    assert (
        refusal(posted({**fields, "x-amz-checksum-sha256": "rum"})) is SignatureFaultKind.BAD_CHECKSUM_HEADER
    )


def test_two_bounds_on_the_length_are_refused():
    twice = [*PLAIN, ["content-length-range", 0, 10**9]]
    assert refusal(posted(policy_fields(conditions=twice))) is SignatureFaultKind.BAD_POLICY
