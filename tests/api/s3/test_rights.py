"""What is told to whom, and which rights a write needs, through boto3 against a real server."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from vedette.clock import system_clock

ELSEWHERE = "111122223333"
DENIED = ("AccessDenied", 403)
SOON = system_clock().replace(microsecond=0) + timedelta(days=10)


@pytest.fixture
def allow(s3, bucket):
    """`allow(action, …, key=…, condition=…)` lets everybody do this to the bucket and its objects."""

    def allow(*actions, target=bucket, condition=None, denials=()):
        both = [f"arn:aws:s3:::{target}", f"arn:aws:s3:::{target}/*"]
        common = {"Principal": "*", "Resource": both}
        statements = [{**common, "Effect": "Allow", "Action": list(actions), "Condition": condition or {}}]
        statements += [{**common, "Effect": "Deny", **denial} for denial in denials]
        document = {"Version": "2012-10-17", "Statement": statements}
        s3.put_bucket_policy(Bucket=target, Policy=json.dumps(document))

    return allow


@pytest.fixture
def gone(s3, bucket):
    """A bucket with an object, one that was deleted behind a marker, and the marker's id."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    s3.put_object(Bucket=bucket, Key="gone", Body=b"1")
    return s3.delete_object(Bucket=bucket, Key="gone")["VersionId"]


@pytest.fixture
def heard(stranger, nobody, bucket):
    """`heard(client, key)` is all that an answer about an object tells: status, code and telling headers."""

    def heard(client, operation="get_object", **parameters):
        with pytest.raises(ClientError) as caught:
            getattr(client, operation)(Bucket=bucket, **parameters)
        metadata = caught.value.response["ResponseMetadata"]
        told = {name for name in metadata["HTTPHeaders"] if "version" in name or "marker" in name}
        return caught.value.response["Error"]["Code"], metadata["HTTPStatusCode"], told

    return heard


def test_who_may_not_list_does_not_learn_what_there_is(stranger, nobody, gone, heard):
    silent = ("AccessDenied", 403, set())
    for client in (stranger, nobody):
        for key in ("there", "gone", "never"):
            assert heard(client, Key=key) == silent
            assert heard(client, Key=key, VersionId="null") == silent
            assert heard(client, "get_object_tagging", Key=key) == silent
            assert heard(client, "get_object_acl", Key=key) == silent
            assert heard(client, "get_object_retention", Key=key) == silent
            assert heard(client, "get_object_legal_hold", Key=key) == silent
        assert heard(client, Key="gone", VersionId=gone) == silent


def test_who_may_read_but_not_list_does_not_learn_it_either(stranger, gone, heard, allow):
    allow("s3:GetObject", "s3:GetObjectVersion")
    silent = ("AccessDenied", 403, set())
    assert heard(stranger, Key="gone") == heard(stranger, Key="never") == silent
    assert heard(stranger, Key="gone", VersionId=gone) == heard(stranger, Key="gone", VersionId="null")
    allow("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
    assert heard(stranger, Key="gone")[0] == heard(stranger, Key="never")[0] == "NoSuchKey"
    assert heard(stranger, Key="gone", VersionId=gone)[0] == "MethodNotAllowed"


def test_a_source_of_a_copy_is_not_told_of_either(s3, stranger, bucket, gone, refused):
    stranger.create_bucket(Bucket=f"theirs-{bucket}")
    sources = (
        "there",
        "gone",
        "never",
        "there?versionId=null",
        "never?versionId=null",
        f"gone?versionId={gone}",
    )
    for source in sources:
        copy = {"Bucket": f"theirs-{bucket}", "Key": "z", "CopySource": f"{bucket}/{source}"}
        assert refused(stranger.copy_object, **copy) == DENIED


def test_whether_a_bucket_has_locks_is_not_told_before_rights(stranger, bucket, refused):
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": SOON}
    asked = {"Bucket": bucket, "Key": "a"}
    assert refused(stranger.put_object, **asked, Body=b"", **lock) == DENIED
    assert refused(stranger.create_multipart_upload, **asked, **lock) == DENIED
    assert refused(stranger.put_object_legal_hold, **asked, LegalHold={"Status": "ON"}) == DENIED


def test_rights_come_before_what_is_wrong_with_a_write(s3, bucket, refused, allow):
    name = "s3:x-amz-server-side-encryption"
    deny = {"Action": "s3:PutObject", "Condition": {"StringNotEquals": {name: "AES256"}}}
    allow("s3:*", denials=[deny])
    wrong = {"Bucket": bucket, "Key": "a", "Body": b"1", "ServerSideEncryption": "AES192"}
    assert refused(s3.put_object, **wrong) == DENIED
    s3.put_object(**{**wrong, "ServerSideEncryption": "AES256"})
    customer = "s3:x-amz-server-side-encryption-customer-algorithm"
    allow("s3:*", denials=[{"Action": "s3:PutObject", "Condition": {"Null": {customer: "true"}}}])
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"1") == DENIED
    other = {"StringNotEquals": {customer: "AES256"}}
    allow("s3:*", denials=[{"Action": "s3:PutObject", "Condition": other}])
    wrong = {"Bucket": bucket, "Key": "a", "Body": b"1", "SSECustomerAlgorithm": "AES192"}
    assert refused(s3.put_object, **wrong) == DENIED


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({"Tagging": "a=1"}, "s3:PutObjectTagging"),
        ({"ACL": "public-read"}, "s3:PutObjectAcl"),
        ({"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": SOON}, "s3:PutObjectRetention"),
        ({"ObjectLockLegalHoldStatus": "ON"}, "s3:PutObjectLegalHold"),
    ],
)
def test_a_write_needs_a_right_for_all_that_it_sets(s3, stranger, bucket, refused, allow, more, right):
    locked = f"l-{bucket}"
    s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    allow("s3:PutObject", target=locked)
    asked = {"Bucket": locked, "Key": "a"}
    stranger.put_object(**asked, Body=b"1", ACL="bucket-owner-full-control")
    assert refused(stranger.put_object, **asked, Body=b"1", **more) == DENIED
    assert refused(stranger.create_multipart_upload, **asked, **more) == DENIED
    allow("s3:PutObject", right, target=locked)
    stranger.put_object(**asked, Body=b"1", **more)
    stranger.create_multipart_upload(**asked, **more)


def test_tags_go_along_with_a_copy_by_who_may_read_and_set_them(s3, stranger, bucket, refused, allow):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging="kind=secret")
    theirs = f"theirs-{bucket}"
    stranger.create_bucket(Bucket=theirs)
    copy = {"Bucket": theirs, "Key": "a", "CopySource": f"{bucket}/a"}
    allow("s3:GetObject")
    assert refused(stranger.copy_object, **copy) == DENIED
    stranger.copy_object(**copy, TaggingDirective="REPLACE")
    allow("s3:GetObject", "s3:GetObjectTagging")
    stranger.copy_object(**copy)
    tags = stranger.get_object_tagging(Bucket=theirs, Key="a")["TagSet"]
    assert tags == [{"Key": "kind", "Value": "secret"}]


@pytest.mark.parametrize(
    ("condition", "fits", "does_not"),
    [
        ({"StringEquals": {"s3:RequestObjectTag/kind": "open"}}, {"Tagging": "kind=open"},
         {"Tagging": "kind=x"}),
        ({"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["kind"]}}, {"Tagging": "kind=a"},
         {"Tagging": "kind=a&boss=1"}),
        ({"StringEquals": {"s3:x-amz-storage-class": "GLACIER"}}, {"StorageClass": "GLACIER"}, {}),
        ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
         {"ACL": "bucket-owner-full-control"}, {}),
        ({"Null": {"s3:if-none-match": "false"}}, {"IfNoneMatch": "*", "Key": "new"}, {}),
        ({"StringLike": {"s3:x-amz-content-sha256": "STREAMING-*"}}, {}, None),
    ],
)  # fmt: skip
def test_a_condition_on_a_write_is_judged(s3, stranger, bucket, refused, allow, condition, fits, does_not):
    allow("s3:PutObject", "s3:PutObjectTagging", condition=condition)
    if does_not is not None:
        stranger.put_object(**{"Bucket": bucket, "Key": "a", "Body": b"1", **fits})
    refusing = {"Bucket": bucket, "Key": "b", "Body": b"1", **(fits if does_not is None else does_not)}
    assert refused(stranger.put_object, **refusing) == DENIED


def test_a_condition_on_a_copy_knows_the_source_in_any_spelling(s3, stranger, bucket, refused, allow):
    for key in ("open/a b", "closed/a"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    narrow = {"StringNotLike": {"s3:x-amz-copy-source": f"{bucket}/open/*"}}
    allow("s3:GetObject", "s3:PutObject", denials=[{"Action": "s3:PutObject", "Condition": narrow}])
    sent = {"CopySource": f"{bucket}/x"}

    def as_spelt(params, **_):
        params["headers"]["x-amz-copy-source"] = sent["CopySource"]

    stranger.meta.events.register("before-call.s3.CopyObject", as_spelt)
    try:
        for spelling in (f"{bucket}/open/a%20b", f"/{bucket}/open/a%20b", f"{bucket}/%6Fpen/a%20b"):
            sent["CopySource"] = spelling
            stranger.copy_object(Bucket=bucket, Key="z", **sent)
        for spelling in (f"{bucket}/closed/a", f"/{bucket}/closed/a", f"{bucket}/%63losed/a"):
            sent["CopySource"] = spelling
            assert refused(stranger.copy_object, Bucket=bucket, Key="z", **sent) == DENIED
    finally:
        stranger.meta.events.unregister("before-call.s3.CopyObject", as_spelt)


def test_a_retention_may_be_bounded(s3, bucket, refused, allow):
    locked = f"r-{bucket}"
    s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    key = "s3:object-lock-remaining-retention-days"
    bound = {
        "Action": ["s3:PutObject", "s3:PutObjectRetention"],
        "Condition": {"NumericGreaterThan": {key: "10"}},
    }
    held = {
        "Action": "s3:PutObjectLegalHold",
        "Condition": {"StringEquals": {"s3:object-lock-legal-hold": "OFF"}},
    }
    allow("s3:*", target=locked, denials=[bound, held])
    target = {"Bucket": locked, "Key": "a"}
    s3.put_object(**target, Body=b"1", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=SOON)
    late = SOON + timedelta(days=1)
    asked = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": late}
    assert refused(s3.put_object, **target, Body=b"1", **asked) == DENIED
    long = {"Mode": "GOVERNANCE", "RetainUntilDate": late}
    assert refused(s3.put_object_retention, **target, Retention=long) == DENIED
    s3.put_object_legal_hold(**target, LegalHold={"Status": "ON"})
    assert refused(s3.put_object_legal_hold, **target, LegalHold={"Status": "OFF"}) == DENIED


def test_a_batch_of_deletions_is_judged_version_by_version(s3, bucket, gone, allow):
    deny = {"Action": "s3:DeleteObjectVersion", "Condition": {"StringEquals": {"s3:VersionId": gone}}}
    allow("s3:*", denials=[deny])
    answer = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "gone", "VersionId": gone}, {"Key": "there"}]}
    )
    assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
    assert [item["Key"] for item in answer["Deleted"]] == ["there"]


def test_a_listing_is_narrowed_by_its_prefix(s3, stranger, bucket, refused, allow):
    s3.put_object(Bucket=bucket, Key="open/a", Body=b"1")
    narrow = {"StringLike": {"s3:prefix": "open/*"}, "NumericLessThanEquals": {"s3:max-keys": "10"}}
    allow("s3:ListBucket", condition=narrow)
    listed = stranger.list_objects_v2(Bucket=bucket, Prefix="open/", MaxKeys=10)
    assert [item["Key"] for item in listed["Contents"]] == ["open/a"]
    for asked in ({}, {"Prefix": "closed/", "MaxKeys": 10}, {"Prefix": "open/", "MaxKeys": 11}):
        assert refused(stranger.list_objects_v2, Bucket=bucket, **asked) == DENIED
