"""Buckets by Signature Version 2, which older tools and boto3's links in us-east-1 still send."""

import http.client
import itertools
import urllib.error
import urllib.request
from email.utils import formatdate

import boto3
import pytest
from botocore.config import Config

COUNT = itertools.count()


@pytest.fixture(scope="module")
def make_client(server):
    """Return a client that signs by Version 2; headers are added before it signs."""

    def make(operation="", **headers):
        key = server.key
        client = boto3.client(
            "s3",
            endpoint_url=server.address,
            region_name="us-east-1",
            aws_access_key_id=key[0],
            aws_secret_access_key=key[1],
            config=Config(signature_version="s3", retries={"total_max_attempts": 1}),
        )
        added = {name.replace("_", "-"): value for name, value in headers.items()}
        client.meta.events.register(
            f"before-call.s3.{operation}", lambda params, **_: params["headers"].update(added)
        )
        return client

    return make


def status_of(link, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(link, method=method), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_a_bucket_is_made_and_used(make_client):
    client, name = make_client(), f"version-two-{next(COUNT)}"
    client.create_bucket(Bucket=name)
    client.put_object(Bucket=name, Key="a", Body=b"1")
    client.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    assert [entry["Key"] for entry in client.list_objects(Bucket=name)["Contents"]] == ["a"]
    assert client.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert client.head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"
    assert "Uploads" not in client.list_multipart_uploads(Bucket=name)


@pytest.mark.parametrize(
    "operation",
    [
        "list_objects",
        "list_objects_v2",
        "get_bucket_location",
        "list_multipart_uploads",
        "get_bucket_ownership_controls",
        "get_bucket_acl",
    ],
)
def test_a_bucket_is_read_by_link(make_client, s3, bucket, operation):
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    link = make_client().generate_presigned_url(operation, {"Bucket": bucket})
    assert (status_of(link), status_of(link.replace(bucket, "another"))) == (200, 403)


@pytest.mark.parametrize("date", ["", "Tue, 07 Jul 1950 21:53:04 GMT"])
def test_without_a_date_nobody_gets_in(make_client, bucket, refused, date):
    wanted = ("AccessDenied", 403)
    client = make_client("PutObject", x_amz_date=date)
    assert refused(client.put_object, Bucket=bucket, Key="a", Body=b"1") == wanted
    client = make_client("CreateBucket", x_amz_date=date)
    assert refused(client.create_bucket, Bucket="never-made") == wanted


@pytest.mark.parametrize("path", ["/never-made", "/{bucket}/a"])
@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 403, "AccessDenied"),
        ("", 403, "AccessDenied"),
        ("AWS HAHAHA", 400, "InvalidArgument"),
        ("AWS AKIAIGR7ZNNBHC5BKSUB:FWeDfwojDSdS2Ztmpfeubhd9isU=", 403, "InvalidAccessKeyId"),
    ],
)
def test_a_signature_that_is_none_lets_nobody_in(server, bucket, path, header, status, code):
    headers = {"Date": formatdate(usegmt=True)} | ({} if header is None else {"Authorization": header})
    line = http.client.HTTPConnection(server.address.partition("//")[2], timeout=30)
    line.request("PUT", path.format(bucket=bucket), body=b"bar", headers=headers)
    answer = line.getresponse()
    assert (answer.status, f"<Code>{code}</Code>" in answer.read().decode()) == (status, True)
    line.close()


def test_a_client_need_not_say_what_it_is(make_client):
    name = f"version-two-{next(COUNT)}"
    make_client("CreateBucket", User_Agent="").create_bucket(Bucket=name)
    make_client("PutObject", User_Agent="").put_object(Bucket=name, Key="a", Body=b"1")
