"""The port's promises, held by the folder and by a foreign S3.

That is a second instance of ourselves, or the one whose address, key and secret are VEDETTE_TEST_S3.
"""

import io
import itertools
import json
import os

import pytest
from botocore.exceptions import ClientError

from vedette.errors import Missing, Taken, Wrong
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.foreign import PART, ForeignBlobs, ForeignS3

ACCOUNT = "000000000000"
COUNT = itertools.count()


@pytest.fixture(params=["folder", "foreign"])
def blobs(request, tmp_path):
    if request.param == "folder":
        store = FolderBlobs(tmp_path / "buckets")
    elif named := os.environ.get("VEDETTE_TEST_S3"):
        store = ForeignBlobs(ForeignS3(*named.split()))
    else:
        other = request.getfixturevalue("server")
        store = ForeignBlobs(ForeignS3(other.address, *other.key))
    yield store
    store.close()


@pytest.fixture
def bucket(blobs):
    name = f"port-{next(COUNT)}"
    blobs.make_bucket(name, account=ACCOUNT)
    return name


def test_what_was_put_is_found_and_read(blobs, bucket):
    stored = blobs.put(bucket, "a/ü b.png", b"pixels", content_type="image/png")
    assert (stored.key, stored.size, stored.content_type) == ("a/ü b.png", 6, "image/png")
    assert blobs.find(bucket, "a/ü b.png").etag == stored.etag
    assert blobs.read(bucket, "a/ü b.png") == b"pixels"
    with blobs.open(bucket, "a/ü b.png") as stream:
        assert (stream.read(2), stream.read()) == (b"pi", b"xels")


def test_an_object_is_known_or_it_is_not(blobs, bucket):
    blobs.put(bucket, "a", b"")
    asked = [(bucket, "a"), (bucket, "b"), (bucket, "long" * 500), ("elsewhere", "a")]
    assert [blobs.has_object(*place) for place in asked] == [True, False, False, False]


def test_a_key_that_may_read_and_not_list_is_told_nothing_of_what_is_not_there(server):
    store = ForeignBlobs(ForeignS3(server.address, *server.key))
    store.make_bucket("shy", account=ACCOUNT)
    iam = server.client("iam")
    iam.create_user(UserName="reader")
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shy/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [read]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    store.put("shy", "a", b"")
    reader = ForeignBlobs(ForeignS3(server.address, key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(ClientError, match="403"):
        reader.find("shy", "b")
    assert (reader.has_object("shy", "a"), reader.has_object("shy", "b")) == (True, False)
    reader.close()
    store.close()


def test_a_foreign_bucket_is_placed_and_the_first_region_is_named_by_nothing(server):
    """AWS refuses a LocationConstraint of us-east-1."""
    store = ForeignBlobs(ForeignS3(server.address, *server.key))
    wanted = []
    store._client.meta.events.register(
        "provide-client-params.s3.CreateBucket", lambda params, **_: wanted.append(params)
    )
    for region in ("us-east-1", "eu-central-1"):
        store.make_bucket(f"placed-in-{region}", account=ACCOUNT, region=region)
    store.close()
    assert [options.get("CreateBucketConfiguration") for options in wanted] == [
        None,
        {"LocationConstraint": "eu-central-1"},
    ]


def test_a_stream_larger_than_a_part_comes_back_whole(blobs, bucket):
    body = bytes(range(256)) * (PART // 256) + b"tail"
    assert blobs.put(bucket, "big", io.BytesIO(body)).size == len(body)
    assert blobs.read(bucket, "big") == body


def test_keys_are_listed_in_the_order_of_their_code_points(blobs, bucket):
    for key in ("b/2", "b/1", "é", "a", "b0"):
        blobs.put(bucket, key, b"1")
    assert [stored.key for stored in blobs.list(bucket)] == ["a", "b/1", "b/2", "b0", "é"]
    assert [stored.key for stored in blobs.list(bucket, "b/")] == ["b/1", "b/2"]


def test_what_is_not_there_is_missing_by_its_kind(blobs, bucket):
    for call in (blobs.read, blobs.find, blobs.open):
        with pytest.raises(Missing) as no_key:
            call(bucket, "nothing")
        assert no_key.value.kind == "key"
    with pytest.raises(Missing) as no_bucket:
        blobs.read("no-such-bucket", "nothing")
    assert no_bucket.value.kind == "bucket"
    with pytest.raises(Missing) as nothing_to_list:
        list(blobs.list("no-such-bucket"))
    assert nothing_to_list.value.kind == "bucket"


def test_a_bucket_may_be_made_again_and_a_bad_name_may_not(blobs, bucket):
    blobs.make_bucket(bucket, account=ACCOUNT)
    assert blobs.has_bucket(bucket)
    assert blobs.owner(bucket) == ACCOUNT
    assert not blobs.has_bucket("no-such-bucket")
    with pytest.raises((Wrong, Taken)):
        blobs.make_bucket("192.168.0.1", account=ACCOUNT)


def test_what_was_deleted_is_gone_and_deleting_twice_is_no_matter(blobs, bucket):
    blobs.put(bucket, "a", b"1")
    blobs.delete(bucket, "a")
    blobs.delete(bucket, "a")
    assert list(blobs.list(bucket)) == []
