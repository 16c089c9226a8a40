"""What the public suites of S3's look-alikes ask for, each behaviour in a test of our own."""

import base64
import hashlib
import http.client
import json
from urllib.parse import urlsplit

import pytest
import urllib3
from botocore.exceptions import ClientError

SSE = "x-amz-server-side-encryption"


def with_headers(server, operation, **headers):
    """Return a client that sends these headers besides its own in one operation."""
    client = server.client("s3")
    added = {name.replace("_", "-"): value for name, value in headers.items()}
    client.meta.events.register(
        f"before-call.s3.{operation}", lambda params, **_: params["headers"].update(added)
    )
    return client


def post(url, fields):
    """Send a form as a browser would; return the status."""
    everything = {**fields, "file": ("a.txt", b"1", "text/plain")}
    return urllib3.request("POST", url, fields=everything, timeout=30).status


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("gzip", "gzip"),
        ("deflate, gzip", "deflate, gzip"),
        ("gzip, aws-chunked", "gzip"),
        ("aws-chunked, gzip", "gzip"),
        ("deflate, gzip, AWS-Chunked", "deflate, gzip"),
        ("aws-chunked", None),
        ("aws-chunked, aws-chunked", None),
    ],
)
def test_content_encoding_is_kept_as_it_was_sent(s3, bucket, sent, kept):
    s3.put_object(Bucket=bucket, Key="a", ContentEncoding=sent)
    assert s3.head_object(Bucket=bucket, Key="a").get("ContentEncoding") == kept


@pytest.mark.parametrize(
    "value", [b"Hello World\xe9", "é 板".encode(), "\uef80 \uefff".encode(), b"a\xff\xc3\xa9b"]
)
def test_the_bytes_of_metadata_come_back_as_they_came(server, s3, bucket, value):
    """Clients of every sort write their own encoding and read it again; boto3 reads Latin-1."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    address = urlsplit(server.address)
    line = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    line.request("PUT", f"/{bucket}/a", body=b"1", headers={"x-amz-meta-name": value})
    assert line.getresponse().status == 200
    line.close()
    wanted = {"name": value.decode("latin-1")}
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == wanted
    s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    assert s3.head_object(Bucket=bucket, Key="b")["Metadata"] == wanted


def test_a_form_carries_metadata_of_any_script(server, s3, bucket):
    form = s3.generate_presigned_post(
        bucket, "a", Fields={"x-amz-meta-name": "板 é"}, Conditions=[["starts-with", "$x-amz-meta-name", ""]]
    )
    assert post(form["url"], form["fields"]) == 204
    stored = s3.head_object(Bucket=bucket, Key="a")["Metadata"]["name"]
    assert stored.encode("latin-1").decode() == "板 é"


def test_a_form_sends_the_checksum_of_its_file_without_a_condition(server, s3, bucket):
    form = s3.generate_presigned_post(bucket, "a")
    for value, status in ((hashlib.sha256(b"1").digest(), 204), (bytes(32), 400), (b"rum", 400)):
        fields = {**form["fields"], "x-amz-checksum-sha256": base64.b64encode(value).decode()}
        assert post(form["url"], fields) == status
    head = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"1").digest()).decode()


def test_a_part_that_is_sent_again_before_it_has_come_may_be_named_twice(s3, bucket):
    """The first sender finishes last, so what it sent is the part; both answers are in the list."""
    target = {"Bucket": bucket, "Key": "a"}
    target["UploadId"] = s3.create_multipart_upload(**target)["UploadId"]
    tags = [s3.upload_part(**target, PartNumber=1, Body=body)["ETag"] for body in (b"B", b"A")]
    parts = [{"PartNumber": 1, "ETag": tag} for tag in tags]
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"A"


def test_the_part_that_is_named_last_is_the_one_that_must_be_there(s3, bucket, refused):
    target = {"Bucket": bucket, "Key": "a"}
    target["UploadId"] = s3.create_multipart_upload(**target)["UploadId"]
    tags = [s3.upload_part(**target, PartNumber=1, Body=body)["ETag"] for body in (b"B", b"A")]
    parts = [{"PartNumber": 1, "ETag": tag} for tag in reversed(tags)]
    answer = refused(s3.complete_multipart_upload, **target, MultipartUpload={"Parts": parts})
    assert answer == ("InvalidPart", 400)


def test_a_delete_with_a_condition_finds_nothing_under_a_delete_marker(s3, bucket, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    where = {"Bucket": bucket, "Key": "a"}
    tag = s3.put_object(**where, Body=b"1")["ETag"]
    assert refused(s3.delete_object, **where, IfMatch="another") == ("PreconditionFailed", 412)
    assert s3.delete_object(**where, IfMatch=tag)["DeleteMarker"]
    for condition in ("another", "*"):
        assert s3.delete_object(**where, IfMatch=condition)["ResponseMetadata"]["HTTPStatusCode"] == 204
    version = s3.list_object_versions(Bucket=bucket)["DeleteMarkers"][0]["VersionId"]
    answer = refused(s3.delete_object, **where, VersionId=version, IfMatch="another")
    assert answer == ("PreconditionFailed", 412)


def test_nobody_owns_no_buckets(nobody):
    assert nobody.list_buckets()["Buckets"] == []


def test_grants_of_groups_come_first(s3, bucket):
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    everybody = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    grants.append({"Grantee": everybody, "Permission": "READ"})
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Grants": grants, "Owner": owner})
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == [grants[1], grants[0]]


KEY = base64.b64encode(b"k" * 32).decode()
CUSTOMER = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": KEY,
    "SSECustomerKeyMD5": base64.b64encode(hashlib.md5(b"k" * 32).digest()).decode(),
}


def test_an_upload_by_a_customers_key_is_completed_without_it(s3, bucket, refused):
    where = {"Bucket": bucket, "Key": "a"}
    target = {**where, "UploadId": s3.create_multipart_upload(**where, **CUSTOMER)["UploadId"]}
    pieces = [b"A" * 5 * 1024 * 1024, b"B"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**target, PartNumber=number, Body=piece, **CUSTOMER)["ETag"],
        }
        for number, piece in enumerate(pieces, 1)
    ]
    assert refused(s3.get_object, **where, PartNumber=1) == ("NoSuchKey", 404)
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    for number, piece in enumerate(pieces, 1):
        read = s3.get_object(**where, PartNumber=number, **CUSTOMER)
        assert (read["Body"].read(), read["PartsCount"]) == (piece, 2)
    assert refused(s3.get_object, **where, PartNumber=1) == ("InvalidRequest", 400)
    assert refused(s3.get_object, **where, PartNumber=5) == ("InvalidPart", 400)


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (SSE, {"x_amz_server_side_encryption": "AES192"}),
        (f"{SSE}-customer-algorithm", {"x_amz_server_side_encryption_customer_algorithm": "AES192"}),
    ],
)
def test_a_policy_speaks_before_the_encryption_is_judged(server, s3, bucket, key, headers):
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringNotEquals": {f"s3:{key}": "AES256"}},
    }
    client = with_headers(server, "PutObject", **headers)
    with pytest.raises(ClientError, match=r"InvalidArgument|InvalidEncryptionAlgorithm"):
        client.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket=bucket, Key="a", Body=b"1")
