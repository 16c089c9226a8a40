"""Listings of keys and of versions, through boto3 against a real server."""

import pytest

KEYS = ["a", "a/1", "a/2", "b+c", "b/é 1", "c"]


@pytest.fixture
def filled(s3, bucket):
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    return bucket


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_pages_join_to_the_whole(s3, filled, operation, size):
    pages = s3.get_paginator(operation).paginate(
        Bucket=filled, Delimiter="/", PaginationConfig={"PageSize": size}
    )
    keys, prefixes = [], []
    for page in pages:
        keys += [entry["Key"] for entry in page.get("Contents", [])]
        prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    assert (keys, prefixes) == (["a", "b+c", "c"], ["a/", "b/"])


def test_keys_come_url_encoded_when_asked_for(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, EncodingType="url", Delimiter="/")
    assert [entry["Key"] for entry in page["Contents"]] == ["a", "b%2Bc", "c"]
    assert page["Delimiter"] == "/"


def test_a_start_and_an_owner_and_an_empty_token(s3, filled):
    page = s3.list_objects_v2(Bucket=filled, StartAfter="a/1", FetchOwner=True, MaxKeys=1)
    assert (page["StartAfter"], page["KeyCount"], page["Contents"][0]["Key"]) == ("a/1", 1, "a/2")
    assert page["Contents"][0]["Owner"] == s3.list_buckets()["Owner"]
    assert len(s3.list_objects_v2(Bucket=filled, ContinuationToken="")["Contents"]) == len(KEYS)


def test_what_cannot_be_listed_is_refused(s3, filled, refused):
    assert refused(s3.list_objects_v2, Bucket=filled, ContinuationToken="forged") == ("InvalidArgument", 400)
    assert refused(s3.list_objects, Bucket="nowhere-at-all") == ("NoSuchBucket", 404)


def test_versions_are_listed_newest_first_and_in_pages(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"] for _ in range(3)]
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    found = list(pages)
    versions = [entry for page in found for entry in page.get("Versions", [])]
    assert [entry["VersionId"] for entry in versions] == ids[::-1]
    assert [entry["IsLatest"] for entry in versions] == [False] * 3
    assert [entry["VersionId"] for page in found for entry in page.get("DeleteMarkers", [])] == [marker]


def test_a_version_is_read_copied_and_removed_by_its_id(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"0")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="a")
    assert marker["DeleteMarker"] is True
    assert refused(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert s3.get_object(Bucket=bucket, Key="a", VersionId="null")["Body"].read() == b"0"
    assert refused(s3.get_object, Bucket=bucket, Key="a", VersionId=marker["VersionId"])[1] == 405
    assert refused(s3.get_object, Bucket=bucket, Key="a", VersionId="x") == ("NoSuchVersion", 404)
    s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a", "VersionId": one})
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"1"
    s3.delete_object(Bucket=bucket, Key="a", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="a")["VersionId"] == one


def test_while_suspended_no_new_version_is_named(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert s3.delete_object(Bucket=bucket, Key="a")["VersionId"] == "null"
