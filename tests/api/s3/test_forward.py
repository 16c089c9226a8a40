"""A server whose buckets lie on another S3: the same clients, the objects over there."""

import io
import json
import os

import pytest
from boto3.s3.transfer import TransferConfig

from doubles.servers import start_server, stop_server
from vedette.identity.directory import Directory
from vedette.identity.seal import open_seal
from vedette.store.db import open_database


@pytest.fixture(scope="module")
def front(server, tmp_path_factory):
    """A second server that keeps nothing itself."""
    access, secret = server.key
    running = start_server(
        tmp_path_factory.mktemp("front") / "data",
        VEDETTE_S3_ENDPOINT=server.address,
        VEDETTE_S3_ACCESS_KEY=access,
        VEDETTE_S3_SECRET_KEY=secret,
    )
    yield running
    assert stop_server(running) == 0


@pytest.fixture
def near(front):
    return front.client("s3")


def test_an_object_put_here_lies_there(near, s3, bucket):
    put = near.put_object(Bucket=bucket, Key="a/ü b", Body=b"hello", ContentType="x/y", Metadata={"k": "v"})
    there = s3.get_object(Bucket=bucket, Key="a/ü b")
    assert (there["Body"].read(), there["ContentType"], there["Metadata"]) == (b"hello", "x/y", {"k": "v"})
    here = near.get_object(Bucket=bucket, Key="a/ü b", Range="bytes=1-2")
    assert (here["Body"].read(), here["ETag"]) == (b"el", put["ETag"])


def test_a_large_upload_goes_through_in_parts(near, s3, bucket):
    body = os.urandom(12 * 1024 * 1024)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    near.upload_fileobj(io.BytesIO(body), bucket, "big", Config=config)
    back = io.BytesIO()
    near.download_fileobj(bucket, "big", back, Config=config)
    assert back.getvalue() == body
    assert s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-3"')


def test_listings_settings_and_errors_come_back_as_they_are(near, bucket, refused):
    near.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert [entry["Key"] for entry in near.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]
    near.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert near.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    near.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    near.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})
    assert refused(near.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert near.head_object(Bucket=bucket, Key="b")["ContentLength"] == 1


def test_a_link_made_here_is_good_here(near, bucket):
    import urllib.request

    near.put_object(Bucket=bucket, Key="a", Body=b"1")
    link = near.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"1"


def test_nobody_goes_on_without_a_key(front, bucket):
    import urllib.error
    import urllib.request

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{front.address}/{bucket}")


def test_only_what_the_callers_policies_allow_goes_on(near, front, bucket, refused):
    near.put_object(Bucket=bucket, Key="open/a", Body=b"1")
    near.put_object(Bucket=bucket, Key="closed/a", Body=b"1")
    client = front.client("s3", key=a_session(front, bucket))
    assert client.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"1"
    client.put_object(Bucket=bucket, Key="open/b", Body=b"1")
    client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "open/b"}]})
    denied = ("AccessDenied", 403)
    both = {"Objects": [{"Key": "open/a"}, {"Key": "closed/a"}]}
    source = {"Bucket": bucket, "Key": "closed/a"}
    assert refused(client.get_object, Bucket=bucket, Key="closed/a") == denied
    assert refused(client.delete_objects, Bucket=bucket, Delete=both) == denied
    assert refused(client.copy_object, Bucket=bucket, Key="open/z", CopySource=source) == denied
    assert refused(client.put_object, Bucket=bucket, Key="open/z", Body=b"", ACL="public-read") == denied
    assert refused(client.list_objects_v2, Bucket=bucket) == denied
    assert refused(client.list_buckets) == denied
    assert refused(client.get_bucket_replication, Bucket=bucket) == denied
    assert near.head_object(Bucket=bucket, Key="open/a")["ContentLength"] == 1


def a_session(front, bucket):
    """Return the key of a session that may do everything below `open/`, and nothing below `closed/`."""
    database = open_database("", front.data)
    directory = Directory(database, open_seal(front.data))
    (account,) = directory.accounts()
    role = directory.create_role(account.id, "narrow", [account.id], policies=["administrator"])
    database.close()
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}/open/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assume = front.client("sts").assume_role
    given = assume(RoleArn=role.arn, RoleSessionName="visit", Policy=policy)["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
