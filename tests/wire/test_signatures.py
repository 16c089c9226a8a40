"""Signatures made by botocore hold; whatever is changed afterwards does not."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.signing import (
    KEY_ID,
    SECRET,
    draft,
    signed_in_header,
    signed_link,
)
from vedette.wire.signed import SignatureFault
from vedette.wire.sigv4 import read_signature, verify

LATER = timedelta(seconds=5)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
pieces = st.one_of(
    texts.map(lambda text: quote(text, safe="~")),
    st.sampled_from(
        ["a+b", "%25", "%2F", "a%20b", "~", "..", ".", "", "!*'()", "%7E", "%e2%82%ac", "a:b@c,d;e=f&g"]
    ),
)
paths = st.lists(pieces, max_size=4).map(lambda parts: "/" + "/".join(parts))
pairs = st.tuples(
    st.one_of(
        st.sampled_from(["prefix", "list-type", "uploads", "tagKeys"]),
        texts.filter(bool).map(lambda t: quote(t, safe="~")),
    ),
    st.one_of(
        st.none(), texts.map(lambda text: quote(text, safe="~")), st.sampled_from(["a+b", "%2f", "a=b", "/"])
    ),
)
queries = st.lists(pairs, max_size=4).map(
    lambda all_: "&".join(name if value is None else f"{name}={value}" for name, value in all_)
)
values = st.text("abc XYZ,=;\t\u00e0\u00e9", max_size=20).map(str.strip)
headers = st.dictionaries(
    st.sampled_from(["x-amz-meta-a", "x-amz-meta-b-c", "Content-Type", "x-amz-acl", "Range"]),
    values,
    max_size=3,
)


def check(request, *, secret=SECRET, after=timedelta(0), bucket=""):
    signed = read_signature(request)
    moment = signed.date + after if signed.form != "v2-query" else signed.expires_at - timedelta(60) + after
    verify(signed, request, secret, moment, bucket=bucket)
    return signed


def refusal(request, **more):
    with pytest.raises(SignatureFault) as caught:
        check(request, **more)
    return caught.value.kind


@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"]), paths, queries, headers, st.binary(max_size=20)
)
def test_a_header_signature_for_s3_holds(method, path, query, fields, body):
    request = signed_in_header(draft(method, path, query=query, headers=fields, body=body))
    assert check(request, after=LATER).key_id == KEY_ID


@given(
    paths, queries, headers, st.binary(max_size=20), st.sampled_from(["lookoutvision", "rekognition", "sts"])
)
def test_a_header_signature_for_other_services_holds(path, query, fields, body, service):
    request = signed_in_header(draft("POST", path, query=query, headers=fields, body=body), service=service)
    assert check(request).service == service


@given(paths, queries, headers)
def test_a_link_of_version_4_holds(path, query, fields):
    unique = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
    query = "&".join(f"{name}={value}" for name, value in unique.items())
    fields.pop("Content-Type", None)
    request = signed_link(draft("GET", path, query=query, headers=fields), token="a/token==")
    assert check(request).token == "a/token=="
