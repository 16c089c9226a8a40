"""Documents by shape, in both directions, with botocore on the other side; and hostile ones."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from botocore import parsers, serialize
from botocore.compat import HTTPHeaders
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire import bindings, models, rest_xml
from vedette.wire.errors import Malformed
from vedette.wire.http import Headers, Request

S3 = "http://s3.amazonaws.com/doc/2006-03-01/"


def botocore_reads(operation, body):
    shape = models.operation("s3", operation).output_shape
    answer = {"status_code": 200, "headers": {}, "body": body}
    parsed = parsers.create_parser("rest-xml").parse(answer, shape)
    del parsed["ResponseMetadata"]
    return parsed


def botocore_writes(operation, arguments, member):
    model = models.operation("s3", operation)
    request = serialize.create_serializer("rest-xml").serialize_to_request(arguments, model)
    return model.input_shape.members[member], request["body"]


keys = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
)
moments = st.integers(0, 2**42).map(
    lambda count: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=count)
)
contents = st.fixed_dictionaries({"Key": keys, "Size": st.integers(0, 2**40), "LastModified": moments})


@given(st.lists(contents, max_size=4), st.booleans(), keys)
def test_a_listing_comes_through_botocore_as_it_was_said(items, truncated, prefix):
    value = {"Contents": items, "IsTruncated": truncated, "CommonPrefixes": [{"Prefix": prefix}]}
    shape = models.operation("s3", "ListObjectsV2").output_shape

    body = rest_xml.to_xml(shape, value, "ListBucketResult", S3)

    read = botocore_reads("ListObjectsV2", body)
    assert read.get("Contents", []) == items
    assert read["IsTruncated"] is truncated
    assert read["CommonPrefixes"] == [{"Prefix": prefix}]


@given(st.lists(keys, min_size=1, max_size=5), st.booleans())
def test_a_deletion_of_many_is_read_as_botocore_wrote_it(names, quiet):
    wanted = {"Objects": [{"Key": name} for name in names], "Quiet": quiet}
    shape, body = botocore_writes("DeleteObjects", {"Bucket": "b", "Delete": wanted}, "Delete")
    assert rest_xml.from_xml(shape, body) == wanted


def test_grants_keep_the_attribute_that_says_whom_they_are_for():
    policy = {
        "Owner": {"ID": "me"},
        "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "you"}, "Permission": "READ"}],
    }
    shape, body = botocore_writes(
        "PutBucketAcl", {"Bucket": "b", "AccessControlPolicy": policy}, "AccessControlPolicy"
    )
    assert rest_xml.from_xml(shape, body) == policy

    answer = rest_xml.to_xml(
        models.operation("s3", "GetBucketAcl").output_shape, policy, "AccessControlPolicy", S3
    )
    assert botocore_reads("GetBucketAcl", answer) == policy


def test_members_of_headers_are_read_as_botocore_wrote_them():
    operation = models.operation("s3", "PutObject")
    arguments = {
        "Bucket": "b",
        "Key": "k",
        "ContentLength": 5,
        "Expires": "Wed, 02 Jan 2030 03:04:05 GMT",
        "Metadata": {"colour": "red", "size": "9"},
        "BucketKeyEnabled": True,
        "Tagging": "a=b",
    }
    sent = serialize.create_serializer("rest-xml").serialize_to_request(arguments, operation)
    headers = Headers([(name, str(value)) for name, value in sent["headers"].items()])
    request = Request("PUT", sent["url_path"], "", headers)
    read = bindings.read_bound(operation.input_shape, request, {"Bucket": "b", "Key": "k"})
    assert read == arguments


def test_members_in_headers_are_written_as_botocore_reads_them():
    shape = models.operation("s3", "HeadObject").output_shape
    result = {
        "ContentLength": 5,
        "LastModified": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        "Metadata": {"colour": "red"},
        "ETag": '"x"',
        "BucketKeyEnabled": True,
        "DeleteMarker": None,
    }
    headers = HTTPHeaders.from_pairs(bindings.bound_headers(shape, result))
    read = parsers.create_parser("rest-xml").parse(
        {"status_code": 200, "headers": headers, "body": b""}, shape
    )
    del read["ResponseMetadata"]
    assert read == {name: value for name, value in result.items() if value is not None}


@pytest.mark.parametrize(
    "text", ["a&b<c>\"d'", "line\nfeed", "cr\rhere", "\x01\x1f", " spaces ", "é😀\u2028"]
)
def test_any_text_is_escaped_so_that_it_stays_one_element(text):
    shape = models.operation("s3", "ListObjectsV2").output_shape
    body = rest_xml.to_xml(shape, {"Prefix": text}, "R")
    assert body.count(b"<Prefix>") == body.count(b"</Prefix>") == 1
    if text != "\x01\x1f":
        assert rest_xml.from_xml(shape, body) == {"Prefix": text}


def test_members_bound_to_headers_stay_out_of_the_document():
    shape = models.operation("s3", "CopyObject").output_shape
    assert b"VersionId" not in rest_xml.to_xml(shape, {"VersionId": "1"}, "R")


def test_a_member_that_the_shape_does_not_know_is_a_fault_of_ours():
    shape = models.operation("s3", "ListBuckets").output_shape
    with pytest.raises(ValueError, match="Bukkets"):
        rest_xml.to_xml(shape, {"Bukkets": []}, "R")


BOMB = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Delete>&b;</Delete>'
FILE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete>&x;</Delete>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        FILE,
        b"<!DOCTYPE d SYSTEM 'http://127.0.0.1/x.dtd'><Delete/>",
        b"<?xml-stylesheet href='x'?><Delete/>",
        b"<a>" * 200_000,
        b"<a>" * 40 + b"</a>" * 40,
        b"<Delete>" + b"<x/>" * 250_001 + b"</Delete>",
        b"",
        b"not xml",
        b"<Delete>",
        b"<Delete></Delete><Delete/>",
        b"<Delete>&nbsp;</Delete>",
        b"<Delete>\xff\xfe\x00</Delete>",
        b'<?xml version="1.0" encoding="klingon"?><Delete/>',
        b"<Delete a='1' a='2'/>",
        b"<p:Delete/>",
        b"<Delete>\x00</Delete>",
        b"<Delete><Quiet>perhaps</Quiet></Delete>",
    ],
)
def test_a_hostile_document_is_malformed_and_nothing_else(body):
    shape = models.operation("s3", "DeleteObjects").input_shape.members["Delete"]
    with pytest.raises(Malformed):
        rest_xml.from_xml(shape, body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_prefixes_namespaces_and_encodings_do_not_matter(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><s:Delete xmlns:s="{S3}"><s:Quiet> TRUE </s:Quiet>'
    text += "</s:Delete>"
    shape = models.operation("s3", "DeleteObjects").input_shape.members["Delete"]
    assert rest_xml.from_xml(shape, text.encode(encoding)) == {"Quiet": True}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data):
    shape = models.operation("s3", "DeleteObjects").input_shape.members["Delete"]
    with contextlib.suppress(Malformed):
        assert isinstance(rest_xml.from_xml(shape, data), dict)


def test_without_a_namespace_the_root_names_none():
    shape = models.operation("s3", "ListObjectsV2").output_shape
    body = rest_xml.to_xml(shape, {"Prefix": "a"}, "R")
    assert body.endswith(b"<R><Prefix>a</Prefix></R>")
