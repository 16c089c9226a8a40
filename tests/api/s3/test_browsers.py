"""Objects as a browser gets them: by link, without a signature, or as a page of a website."""

import urllib.request

import pytest

from vedette.api.own_paths import FOLDERS, HEALTH, METRICS, NO_BUCKETS
from vedette.api.protocols import RestJsonProtocol
from vedette.server.doors import SERVICES

SEALED = "sandbox; default-src 'none'"
RAW = ("content-type", "content-disposition", "x-content-type-options", "content-security-policy")


def open_link(link, host=None):
    asked = urllib.request.Request(link, headers={"Host": host} if host else {})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return tuple(answer.headers.get(name) for name in RAW)


def link_of(s3, bucket, key="a", **more):
    return s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": key, **more})


@pytest.mark.parametrize(
    "kind",
    [
        "image/png",
        "IMAGE/JPEG; quality=high",
        "video/mp4",
        "text/plain; charset=utf-8",
        "application/json",
        "binary/octet-stream",
    ],
)
def test_a_picture_is_shown_and_its_type_not_guessed(s3, bucket, kind):
    s3.put_object(Bucket=bucket, Key="a", Body=b"<script>", ContentType=kind)
    assert open_link(link_of(s3, bucket)) == (kind, None, "nosniff", SEALED)


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "Text/HTML; charset=utf-8",
        "image/svg+xml",
        "application/xhtml+xml",
        "application/xml",
        "text/xml",
        "text/javascript",
        "application/pdf",
        "multipart/x-mixed-replace",
        "image/png, text/html",
        "nonsense",
    ],
)
def test_what_could_hold_a_script_is_saved_and_not_shown(s3, bucket, kind):
    s3.put_object(Bucket=bucket, Key="a", Body=b"<script>", ContentType=kind)
    assert open_link(link_of(s3, bucket)) == (kind, "attachment", "nosniff", SEALED)
    # A program reads what was stored.
    head = s3.head_object(Bucket=bucket, Key="a")
    assert (head["ContentType"], head.get("ContentDisposition")) == (kind, None)


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ('inline; filename="a.html"', 'attachment; filename="a.html"'),
        ('attachment; filename="b.html"', 'attachment; filename="b.html"'),
        ("inline", "attachment"),
    ],
)
def test_a_name_to_save_under_is_kept(s3, bucket, stored, sent):
    s3.put_object(Bucket=bucket, Key="a", ContentType="text/html", ContentDisposition=stored)
    assert open_link(link_of(s3, bucket))[1] == sent
    assert s3.head_object(Bucket=bucket, Key="a")["ContentDisposition"] == stored


def test_a_link_cannot_ask_for_a_page(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"<script>", ContentType="image/png")
    link = link_of(s3, bucket, ResponseContentType="text/html", ResponseContentDisposition="inline")
    assert open_link(link) == ("text/html", "attachment", "nosniff", SEALED)


def test_a_website_is_shown_in_an_origin_of_its_own(server, s3, bucket):
    site = {"IndexDocument": {"Suffix": "index.html"}}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=site)
    s3.put_object(Bucket=bucket, Key="a", Body=b"<p>", ContentType="text/html", ACL="public-read")
    kind, disposition, guessing, policy = open_link(f"{server.address}/{bucket}/a")
    assert (kind, disposition, guessing) == ("text/html", None, "nosniff")
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    # By a host of its own it has such an origin already.
    port = server.address.rpartition(":")[2]
    by_host = open_link(f"{server.address}/a", host=f"{bucket}.localhost:{port}")
    assert by_host == ("text/html", None, "nosniff", None)


@pytest.mark.parametrize("name", sorted(NO_BUCKETS))
def test_no_bucket_lies_under_a_path_of_the_server(s3, refused, name):
    assert refused(s3.create_bucket, Bucket=name) == ("InvalidBucketName", 400)


def test_every_path_of_the_server_is_kept_from_buckets():
    protocols = [getattr(door, "protocol", None) for door in SERVICES]
    roots = [
        protocol.root for protocol in protocols if isinstance(protocol, RestJsonProtocol) and protocol.root
    ]
    paths = {path.split("/")[1] for path in (*HEALTH, METRICS, *FOLDERS, *roots)}
    assert "2020-11-20" in paths
    assert {name for name in paths if len(name) >= 3} <= NO_BUCKETS


@pytest.mark.parametrize(
    ("allowed", "origin", "credentials"),
    [
        (["https://console.example"], "https://console.example", "true"),
        (["https://*.example"], "https://evil.example", None),
        (["*"], "https://evil.example", None),
        (["https://*", "https://console.example"], "https://console.example", "true"),
    ],
)
def test_credentials_are_for_origins_that_were_named(server, s3, bucket, allowed, origin, credentials):
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": allowed}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    asked = urllib.request.Request(
        f"{server.address}/{bucket}/a",
        method="OPTIONS",
        headers={"Origin": origin, "Access-Control-Request-Method": "GET"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.headers.get("access-control-allow-credentials") == credentials
        assert answer.headers.get("access-control-allow-origin") in (origin, "*")
