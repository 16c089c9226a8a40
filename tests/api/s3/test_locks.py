"""Object lock, through boto3 against a real server."""

from datetime import timedelta

import pytest

from vedette.clock import system_clock

SOON = system_clock().replace(microsecond=0) + timedelta(days=2)
DENIED = ("AccessDenied", 403)


@pytest.fixture
def locked(s3, bucket):
    name = f"locked-{bucket}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def put(s3, bucket, **more):
    return s3.put_object(Bucket=bucket, Key="a", Body=b"1", **more)["VersionId"]


def test_a_version_stays_until_its_time(s3, locked, refused):
    version = put(s3, locked, ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=SOON)
    target = {"Bucket": locked, "Key": "a", "VersionId": version}
    assert refused(s3.delete_object, **target) == DENIED
    s3.delete_object(Bucket=locked, Key="a")  # A marker hides it; that is allowed.
    head = s3.head_object(**target)
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"]) == ("GOVERNANCE", SOON)
    s3.delete_object(**target, BypassGovernanceRetention=True)


def test_compliance_yields_to_nobody_and_only_grows(s3, locked, refused):
    version = put(s3, locked)
    target = {"Bucket": locked, "Key": "a", "VersionId": version}
    s3.put_object_retention(**target, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": SOON})
    assert refused(s3.delete_object, **target, BypassGovernanceRetention=True) == DENIED
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": SOON - timedelta(days=1)}
    assert (
        refused(s3.put_object_retention, **target, Retention=shorter, BypassGovernanceRetention=True)
        == DENIED
    )
    longer = {"Mode": "COMPLIANCE", "RetainUntilDate": SOON + timedelta(days=1)}
    s3.put_object_retention(**target, Retention=longer)
    assert s3.get_object_retention(**target)["Retention"] == longer


def test_a_legal_hold_keeps_a_version_until_it_is_lifted(s3, locked, refused):
    version = put(s3, locked)
    target = {"Bucket": locked, "Key": "a"}
    s3.put_object_legal_hold(**target, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**target)["LegalHold"] == {"Status": "ON"}
    assert refused(s3.delete_object, **target, VersionId=version) == DENIED
    s3.put_object_legal_hold(**target, LegalHold={"Status": "OFF"})
    s3.delete_object(**target, VersionId=version)


def test_a_bucket_may_lock_by_default(s3, locked, refused):
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=rule)
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == rule
    version = put(s3, locked)
    assert refused(s3.delete_object, Bucket=locked, Key="a", VersionId=version) == DENIED


def test_a_bucket_without_locks_says_so(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": SOON}
    refusal = refused(s3.put_object_retention, Bucket=bucket, Key="a", Retention=retention)
    assert refusal == ("InvalidRequest", 400)
    assert refused(s3.get_object_lock_configuration, Bucket=bucket) == (
        "ObjectLockConfigurationNotFoundError",
        404,
    )
    rule = {"ObjectLockEnabled": "Enabled"}
    refusal = refused(s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration=rule)
    assert refusal == ("InvalidBucketState", 409)


def test_a_locked_bucket_keeps_its_versions(s3, locked, refused):
    suspended = {"Status": "Suspended"}
    refusal = refused(s3.put_bucket_versioning, Bucket=locked, VersioningConfiguration=suspended)
    assert refusal == ("InvalidBucketState", 409)
