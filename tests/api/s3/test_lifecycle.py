"""Lifecycle rules through boto3 against a server whose rules' days have a second."""

import itertools
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from doubles.servers import start_server, stop_server
from vedette.clock import system_clock
from vedette.store.blobs.caution import pause_lifecycle

COUNT = itertools.count()
PATIENCE_S = 20
DAYS = {"Expiration": {"Days": 1}}


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    running = start_server(tmp_path_factory.mktemp("hasty") / "data", VEDETTE_LIFECYCLE_DAY="1")
    yield running
    assert stop_server(running) == 0


@pytest.fixture(scope="module")
def client(hasty):
    return hasty.client("s3")


@pytest.fixture
def make(client):
    """Return a function that makes a bucket, and another that puts rules on it."""

    def bucket(*, versioned=False, **options):
        name = f"lifecycle-{next(COUNT)}"
        client.create_bucket(Bucket=name, **options)
        if versioned:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    return bucket


def put_rules(client, bucket, *rules):
    written = [{"ID": f"r{n}", "Status": "Enabled", "Filter": {}, **rule} for n, rule in enumerate(rules)]
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": written})


def keys(client, bucket):
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def eventually(question, wanted):
    """Ask until the answer is the one that is wanted."""
    end = time.monotonic() + PATIENCE_S
    while (answer := question()) != wanted and time.monotonic() < end:
        time.sleep(0.1)
    assert answer == wanted


def test_objects_expire_by_prefix_date_tag_and_size(client, make):
    bucket = make()
    for key, size, tags in (
        ("days/a", 1, ""),
        ("past/a", 1, ""),
        ("future/a", 1, ""),
        ("tags/a", 1, "old=yes"),
        ("tags/b", 1, "old=no"),
        ("sizes/a", 100, ""),
        ("sizes/b", 1, ""),
        ("never/a", 1, ""),
    ):
        client.put_object(Bucket=bucket, Key=key, Body=b"x" * size, Tagging=tags)
    put_rules(
        client,
        bucket,
        {"Filter": {"Prefix": "days/"}, **DAYS},
        {"Filter": {"Prefix": "past/"}, "Expiration": {"Date": datetime(2015, 1, 1, tzinfo=UTC)}},
        {"Filter": {"Prefix": "future/"}, "Expiration": {"Date": datetime(2100, 1, 1, tzinfo=UTC)}},
        {"Filter": {"And": {"Prefix": "tags/", "Tags": [{"Key": "old", "Value": "yes"}]}}, **DAYS},
        {"Filter": {"And": {"Prefix": "sizes/", "ObjectSizeGreaterThan": 9}}, **DAYS},
        {"Filter": {"Prefix": "never/"}, "Status": "Disabled", **DAYS},
    )
    eventually(lambda: keys(client, bucket), ["future/a", "never/a", "sizes/b", "tags/b"])


def test_versions_markers_and_uploads_go_and_what_is_locked_stays(client, make):
    bucket = make(ObjectLockEnabledForBucket=True)
    for size in (1, 2, 3):
        version = client.put_object(Bucket=bucket, Key="a", Body=b"x" * size)["VersionId"]
        if size == 2:
            hold = {"Status": "ON"}
            client.put_object_legal_hold(Bucket=bucket, Key="a", VersionId=version, LegalHold=hold)
    client.put_object(Bucket=bucket, Key="gone", Body=b"1")
    client.delete_object(Bucket=bucket, Key="gone")
    client.create_multipart_upload(Bucket=bucket, Key="a")
    put_rules(
        client,
        bucket,
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
    )

    def everything():
        listed = client.list_object_versions(Bucket=bucket)
        versions = [entry["Size"] for entry in listed.get("Versions", [])]
        uploads = client.list_multipart_uploads(Bucket=bucket)
        return versions, listed.get("DeleteMarkers", []), uploads.get("Uploads", [])

    eventually(everything, ([3, 2], [], []))


def test_an_object_that_has_expired_under_versions_leaves_a_marker(client, make, refused):
    bucket = make(versioned=True)
    client.put_object(Bucket=bucket, Key="a", Body=b"1")
    put_rules(client, bucket, DAYS)
    eventually(lambda: keys(client, bucket), [])
    listed = client.list_object_versions(Bucket=bucket)
    assert ([e["Size"] for e in listed["Versions"]], len(listed["DeleteMarkers"])) == ([1], 1)
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.head_object(Bucket=bucket, Key="a")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"


def test_nothing_goes_while_a_caution_stands(hasty, client, make):
    bucket = make()
    client.put_object(Bucket=bucket, Key="a", Body=b"1")
    pause_lifecycle(hasty.data / "buckets", "the folder was restored")
    put_rules(client, bucket, DAYS)
    time.sleep(1.5)
    assert keys(client, bucket) == ["a"]
    said = hasty.vedette("lifecycle", "status")
    assert "the folder was restored" in said
    assert bucket in said
    assert "begins within a minute" in hasty.vedette("lifecycle", "resume")
    eventually(lambda: keys(client, bucket), [])


def expiry_of(answer):
    text = answer["Expiration"]
    found = re.fullmatch(r'expiry-date="(.+)", rule-id="(.+)"', text)
    return datetime.strptime(found[1], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC), found[2]


def test_headers_announce_what_expires_in_real_days(s3, bucket):
    old = {"Key": "old", "Value": "yes"}
    put_rules(
        s3,
        bucket,
        {"ID": "by day", "Filter": {"Prefix": "days/"}, "Expiration": {"Days": 30}},
        {"ID": "by tag", "Filter": {"Tag": old}, "Expiration": {"Days": 2}},
        {"Filter": {"Prefix": "u/"}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    )
    today = system_clock().replace(hour=0, minute=0, second=0, microsecond=0)
    where = {"Bucket": bucket, "Key": "days/a"}
    wanted = (today + timedelta(days=31), "by%20day")
    assert expiry_of(s3.put_object(**where, Body=b"1")) == wanted
    assert expiry_of(s3.head_object(**where)) == expiry_of(s3.get_object(**where)) == wanted
    s3.put_object_tagging(**where, Tagging={"TagSet": [old]})
    assert expiry_of(s3.head_object(**where)) == (today + timedelta(days=3), "by%20tag")
    copied = s3.copy_object(Bucket=bucket, Key="days/b", CopySource=where, TaggingDirective="REPLACE")
    assert expiry_of(copied) == wanted
    assert "Expiration" not in s3.put_object(Bucket=bucket, Key="else", Body=b"1")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="u/a")
    assert (upload["AbortDate"], upload["AbortRuleId"]) == (today + timedelta(days=8), "r2")


def test_a_rule_for_the_end_of_time_is_announced_as_such(s3, bucket):
    put_rules(s3, bucket, {"ID": "late", "Expiration": {"Days": 2**31 - 1}})
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert expiry_of(s3.head_object(Bucket=bucket, Key="a"))[0].year == 9999


def test_a_rule_that_is_not_understood_is_refused_with_its_element(s3, bucket, refused):
    rule = {"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Date": "20300101"}}
    put = s3.put_bucket_lifecycle_configuration
    wanted = ("InvalidArgument", 400)
    assert refused(put, Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}) == wanted
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == (
        "NoSuchLifecycleConfiguration",
        404,
    )
