"""A number that is none, wherever a request may carry one, is refused and never an internal error."""

import uuid
from urllib.parse import quote

import pytest

from doubles.raw_http import head, signed, signed_fields, statuses, talk

# As bytes in Latin-1: a superscript two is a digit to `isdigit` and no number to `int`.
STRANGE = ["²", "+1", "1_0", "-1", "1.5", "1e3", "NaN", "0x10", "9" * 5000, "½", "1 1", "\xd9\xa3"]
QUERIES = ["max-keys", "max-uploads&uploads", "max-buckets", "partNumber", "part-number-marker", "max-parts"]


@pytest.fixture(scope="module")
def bucket(server):
    name = f"numbers-{uuid.uuid4().hex[:12]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    at = {
        "Bucket": name,
        "Key": "key",
        "UploadId": s3.create_multipart_upload(Bucket=name, Key="key")["UploadId"],
    }
    etag = s3.upload_part(**at, PartNumber=1, Body=b"some bytes")["ETag"]
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    return name


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_number_in_a_query_is_refused(server, bucket, text):
    escaped = quote(text, safe="", encoding="latin-1")
    for name in QUERIES:
        first, _, more = name.partition("&")
        path = "/" if name == "max-buckets" else f"/{bucket}/key" if "art" in name else f"/{bucket}"
        query = f"{first}={escaped}" + (f"&{more}=" if more else "")
        if path.endswith("key") and first != "partNumber":
            query += "&uploadId=none"
        assert statuses(talk(server, signed(server, "GET", path, query=query))) in ([400], [404]), query


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("name", ["x-amz-max-parts", "x-amz-part-number-marker"])
def test_a_strange_number_in_a_header_is_refused(server, bucket, name, text):
    request = signed(
        server,
        "GET",
        f"/{bucket}/key",
        query="attributes",
        fields=[(name, text), ("x-amz-object-attributes", "ObjectParts")],
    )
    assert statuses(talk(server, request)) == [400]


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_length_of_what_was_framed_is_refused(server, bucket, text):
    fields = [("x-amz-decoded-content-length", text)]
    ready = signed_fields(server, "PUT", f"/{bucket}/framed", fields=fields)
    ready = [
        (name, "STREAMING-UNSIGNED-PAYLOAD-TRAILER" if name.endswith("sha256") else value)
        for name, value in ready
    ]
    request = head("PUT", f"/{bucket}/framed", [*ready, ("content-length", "5"), ("connection", "close")])
    assert statuses(talk(server, request + b"0\r\n\r\n")) in ([400], [403])


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_range_is_ignored_as_s3_does(server, bucket, text):
    request = signed(server, "GET", f"/{bucket}/key", fields=[("range", f"bytes={text}-{text}")])
    assert statuses(talk(server, request)) == [200]


@pytest.mark.parametrize("text", [*STRANGE, "٣"])
def test_a_strange_number_of_results_is_refused_by_the_services(server, text):
    escaped = quote(text, safe="", encoding="latin-1" if text != "٣" else "utf-8")
    request = signed(
        server, "GET", "/2020-11-20/projects", query=f"maxResults={escaped}", service="lookoutvision"
    )
    assert statuses(talk(server, request)) == [400]


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_content_length_is_refused_before_anything_is_done(server, text):
    request = head("POST", "/", [("host", "x"), ("content-length", text)])
    assert statuses(talk(server, request)) == [400]
