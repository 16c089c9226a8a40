"""What conditions may ask about a request: one key at a time is the same as all of them together."""

from datetime import UTC, datetime
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from vedette.api.s3.call import Call
from vedette.api.s3.facts import (
    AUTH_TYPES,
    CONTENT_SHA256,
    GROUPS,
    HEADERS,
    LOCKS,
    QUERY,
    fact_of_blob,
    fact_of_bucket,
    fact_of_request,
    facts_of_blob,
    facts_of_bucket,
    facts_of_request,
)
from vedette.store.blobs.values import About, Blob, Bucket
from vedette.wire.http import Headers, Request
from vedette.wire.signed import SignatureClaim

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SENT = [*HEADERS, *LOCKS, "user-agent", "referer", "x-amz-copy-source", CONTENT_SHA256]
values = st.sampled_from(["", "a", "/b/k?versionId=1", "2030-01-01T00:00:00Z", "9"])
fields = st.dictionaries(st.sampled_from(SENT), values)
queries = st.dictionaries(st.sampled_from([*QUERY, "X-Amz-Content-Sha256"]), values)
forms = st.none() | st.sampled_from(sorted(AUTH_TYPES))
TAGS = (
    b'<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>Line</Key><Value>4</Value>'
    b"</Tag></TagSet></Tagging>"
)


def a_call(fields, query, form, client="192.0.2.1"):
    house = SimpleNamespace(settings=SimpleNamespace(region="eu-central-1"))
    signed = form and SignatureClaim(
        "K", form, "s", NOON, region="" if form.startswith("v2") else "us-west-2"
    )
    request = Request("GET", "/b/k", "", Headers(fields.items()), client=client, scheme="https")
    return Call(house, None, request, None, "b", "k", query, NOON, signed=signed)


@given(fields, queries, forms, st.sampled_from(["", "192.0.2.1"]))
def test_one_key_is_what_all_together_say_of_it(fields, query, form, client):
    call = a_call(fields, query, form, client)
    every = facts_of_request(call)
    known = {key for _, keys in GROUPS for key in keys}
    assert every == {key: fact for key in known if (fact := fact_of_request(call, key)) is not None}
    for facts_of_group, keys in GROUPS:
        assert set(facts_of_group(call)) <= keys


def test_no_key_belongs_to_two_groups_and_others_are_missing():
    keys = [key for _, keys in GROUPS for key in keys]
    assert len(keys) == len(set(keys))
    call = a_call({"x-amz-acl": "private"}, {}, "header")
    assert fact_of_request(call, "s3:x-amz-acl") == "private"
    assert [fact_of_request(call, key) for key in ("x-amz-acl", "aws:principalarn", "s3:tlsversion")] == [
        None
    ] * 3


def test_of_a_bucket_and_of_an_object_likewise():
    bucket = Bucket("b", "111122223333", "us-east-1", 0, "", False, {"tagging": TAGS})
    blob = Blob("b", "k", "null", 1, True, False, 0, "e", 0, "111122223333", "b/k", About(tags={"Kind": "x"}))
    about_bucket, about_blob = facts_of_bucket(bucket), facts_of_blob(blob)
    assert about_bucket["aws:resourcetag/line"] == "4"
    assert about_blob == {"s3:existingobjecttag/kind": "x"}
    for key in [*about_bucket, *about_blob, "aws:resourcetag/none", "aws:sourceip"]:
        assert fact_of_bucket(bucket, key) == about_bucket.get(key)
        assert fact_of_blob(blob, key) == about_blob.get(key)
    assert fact_of_blob(None, "s3:existingobjecttag/kind") is None
