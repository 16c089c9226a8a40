"""Multipart uploads, links and forms, through boto3 against a real server."""

import http.client
import urllib.parse
import uuid

import pytest
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest

FIVE = 5 * 1024 * 1024


@pytest.fixture
def upload(s3, bucket):
    return s3.create_multipart_upload(Bucket=bucket, Key="big", ContentType="x/y", Metadata={"k": "v"})[
        "UploadId"
    ]


def send(s3, bucket, upload, number, body):
    etag = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=body)["ETag"]
    return {"PartNumber": number, "ETag": etag}


def complete(s3, bucket, upload, parts, **more):
    return s3.complete_multipart_upload(
        Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts}, **more
    )


def test_parts_become_an_object_and_asking_twice_says_the_same(s3, bucket, upload):
    parts = [send(s3, bucket, upload, 1, b"a" * FIVE), send(s3, bucket, upload, 3, b"b")]
    assert [
        part["PartNumber"] for part in s3.list_parts(Bucket=bucket, Key="big", UploadId=upload)["Parts"]
    ] == [1, 3]
    first, again = complete(s3, bucket, upload, parts), complete(s3, bucket, upload, parts)
    assert first["ETag"] == again["ETag"]
    assert first["ETag"].endswith('-2"')
    answer = s3.get_object(Bucket=bucket, Key="big")
    assert answer["Body"].read() == b"a" * FIVE + b"b"
    assert (answer["ContentType"], answer["Metadata"]) == ("x/y", {"k": "v"})
    second = s3.get_object(Bucket=bucket, Key="big", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (b"b", 2)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_lists_of_parts_that_cannot_be_are_refused(s3, bucket, upload, refused):
    one, two = send(s3, bucket, upload, 1, b"a"), send(s3, bucket, upload, 2, b"b")

    def asked(parts):
        return refused(
            s3.complete_multipart_upload,
            Bucket=bucket,
            Key="big",
            UploadId=upload,
            MultipartUpload={"Parts": parts},
        )

    assert asked([one, two]) == ("EntityTooSmall", 400)
    assert asked([two, one]) == ("InvalidPartOrder", 400)
    assert asked([{**one, "ETag": "x"}]) == ("InvalidPart", 400)
    assert asked([]) == ("MalformedXML", 400)
    complete(s3, bucket, upload, [one])


def test_uploads_go_on_after_a_key_or_after_one_of_its_uploads(s3, bucket):
    ids = {
        key: [s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for _ in range(2)]
        for key in "abc"
    }

    def listed(**after):
        return [(item["Key"], item["UploadId"]) for item in
                s3.list_multipart_uploads(Bucket=bucket, **after).get("Uploads", [])]  # fmt: skip

    everything = listed()
    assert sorted(everything) == sorted((key, upload) for key, of_key in ids.items() for upload in of_key)
    assert [key for key, _ in everything] == list("aabbcc")
    assert listed(KeyMarker="a") == everything[2:], "a key alone passes all of its uploads"
    assert listed(KeyMarker="a", UploadIdMarker=everything[0][1]) == everything[1:]
    assert listed(UploadIdMarker=everything[0][1]) == everything, "without a key it says nothing"


def test_a_part_that_the_client_remembers_otherwise_is_refused(s3, bucket, refused):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", ChecksumAlgorithm="CRC32")["UploadId"]
    one = s3.upload_part(
        Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"a", ChecksumAlgorithm="CRC32"
    )
    part = {"PartNumber": 1, "ETag": one["ETag"]}

    def asked(checksum):
        parts = {"Parts": [{**part, "ChecksumCRC32": checksum}]}
        return refused(
            s3.complete_multipart_upload, Bucket=bucket, Key="big", UploadId=upload, MultipartUpload=parts
        )

    assert asked("AAAAAA==") == ("InvalidPart", 400)
    complete(s3, bucket, upload, [{**part, "ChecksumCRC32": one["ChecksumCRC32"]}])


def test_an_aborted_upload_is_gone(s3, bucket, upload, refused):
    send(s3, bucket, upload, 1, b"a")
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    s3.abort_multipart_upload(Bucket=bucket, Key="big", UploadId=upload)
    gone = refused(s3.list_parts, Bucket=bucket, Key="big", UploadId=upload)
    assert gone == ("NoSuchUpload", 404)
    assert refused(s3.upload_part, Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"") == gone


def test_a_part_is_copied_from_a_range_of_an_object(s3, bucket, upload, refused):
    s3.put_object(Bucket=bucket, Key="src", Body=b"0123456789")
    copied = s3.upload_part_copy(
        Bucket=bucket,
        Key="big",
        UploadId=upload,
        PartNumber=1,
        CopySource=f"{bucket}/src",
        CopySourceRange="bytes=2-4",
    )
    complete(s3, bucket, upload, [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}])
    assert s3.get_object(Bucket=bucket, Key="big")["Body"].read() == b"234"


@pytest.mark.parametrize(
    ("asked", "code"),
    [("bytes=0-10", "InvalidRange"), ("0-2", "InvalidArgument"), ("bytes=5-", "InvalidArgument")],
)
def test_a_range_to_copy_must_lie_within_the_source(s3, bucket, upload, refused, asked, code):
    s3.put_object(Bucket=bucket, Key="src", Body=b"0123456789")
    refusal = refused(
        s3.upload_part_copy, Bucket=bucket, Key="big", UploadId=upload, PartNumber=1,
        CopySource=f"{bucket}/src", CopySourceRange=asked,
    )  # fmt: skip
    assert refusal[0] == code


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("SHA256", "COMPOSITE"), ("CRC32", "FULL_OBJECT"), ("CRC64NVME", "FULL_OBJECT")]
)
def test_the_checksum_of_the_whole_is_of_its_kind(s3, bucket, algorithm, kind):
    member = f"Checksum{algorithm}"
    begun = s3.create_multipart_upload(
        Bucket=bucket, Key="big", ChecksumAlgorithm=algorithm, ChecksumType=kind
    )
    parts = []
    for number, body in enumerate([b"a" * FIVE, b"b"], start=1):
        sent = s3.upload_part(
            Bucket=bucket,
            Key="big",
            UploadId=begun["UploadId"],
            PartNumber=number,
            Body=body,
            ChecksumAlgorithm=algorithm,
        )
        parts.append({"PartNumber": number, "ETag": sent["ETag"], member: sent[member]})
    done = complete(s3, bucket, begun["UploadId"], parts)
    assert done["ChecksumType"] == kind
    assert done[member].endswith("-2") == (kind == "COMPOSITE")
    if kind == "FULL_OBJECT":
        whole = s3.put_object(
            Bucket=bucket, Key="whole", Body=b"a" * FIVE + b"b", ChecksumAlgorithm=algorithm
        )
        assert done[member] == whole[member]


def fetch(url, method="GET", data=None):
    """Send just this: urllib would add a type that the link was not signed for."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(method, f"{parts.path}?{parts.query}", data)
    answer = connection.getresponse()
    said = answer.status, answer.read()
    connection.close()
    return said


def test_links_carry_an_object_up_and_down(s3, bucket):
    up = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"})
    assert fetch(up, "PUT", b"hello")[0] == 200
    down = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    assert fetch(down) == (200, b"hello")
    assert fetch(down.replace("a%20b", "other"))[0] == 403


def post(s3, bucket, key, body=b"data", *, fields=None, conditions=None, file_name="x.jpg", **extra):
    made = s3.generate_presigned_post(bucket, key, Fields=fields, Conditions=conditions)
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {**made["fields"], **extra}.items()
    ]
    parts.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'.encode()
        + body
        + f"\r\n--{edge}--\r\n".encode()
    )
    host = urllib.parse.urlsplit(made["url"])
    connection = http.client.HTTPConnection(host.netloc)
    connection.request(
        "POST", host.path, b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={edge}"}
    )
    answer = connection.getresponse()
    said = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return said


@pytest.mark.parametrize(("service", "status"), [("s3", 204), ("kms", 400)])
def test_a_form_that_is_signed_for_another_service_opens_nothing(s3, bucket, monkeypatch, service, status):
    def sign_form(bucket, key, **_):
        request = AWSRequest("POST", f"{s3.meta.endpoint_url}/{bucket}")
        policy = {"expiration": "2099-01-01T00:00:00Z", "conditions": [{"bucket": bucket}, {"key": key}]}
        request.context = {"s3-presign-post-fields": {"key": key}, "s3-presign-post-policy": policy}
        S3SigV4PostAuth(s3._request_signer._credentials, service, "us-east-1").add_auth(request)
        return {"url": request.url, "fields": request.context["s3-presign-post-fields"]}

    monkeypatch.setattr(s3, "generate_presigned_post", sign_form)
    answer = post(s3, bucket, "a")
    assert answer[0] == status
    assert (b"Credential should be scoped to correct service" in answer[1]) == (service != "s3")


def test_a_form_carries_an_object_and_its_words(s3, bucket):
    fields = {
        "acl": "private",
        "Content-Type": "image/jpeg",
        "x-amz-meta-line": "4",
        "success_action_status": "201",
    }
    conditions = [{name: value} for name, value in fields.items()]
    status, body, _ = post(s3, bucket, "up/${filename}", fields=fields, conditions=conditions)
    assert status == 201
    assert b"<PostResponse" in body
    assert b"<Key>up/x.jpg</Key>" in body
    head = s3.head_object(Bucket=bucket, Key="up/x.jpg")
    assert (head["ContentType"], head["Metadata"], head["ContentLength"]) == ("image/jpeg", {"line": "4"}, 4)


def test_a_form_is_held_to_its_policy(s3, bucket):
    def bounds():
        return [["content-length-range", 2, 3]]

    assert post(s3, bucket, "a", b"abc", conditions=bounds())[0] == 204
    assert post(s3, bucket, "b", b"a", conditions=bounds())[0] == 400
    assert post(s3, bucket, "c", b"abcd", conditions=bounds())[0] == 400
    assert post(s3, bucket, "d", acl="public-read")[0] == 403
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]


def test_a_form_may_send_the_browser_on(s3, bucket):
    target = "https://example.com/done?x=1"
    fields = {"success_action_redirect": target}
    status, _, headers = post(s3, bucket, "a", fields=fields, conditions=[fields])
    where = urllib.parse.urlsplit(headers["location"])
    assert (status, where.hostname) == (303, "example.com")
    assert urllib.parse.parse_qs(where.query)["key"] == ["a"]
