"""Signatures as real clients make and break them, seen from outside."""

import io
import urllib.error
import urllib.request
import uuid

import boto3
import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from doubles.raw_http import signed, statuses, talk

CALLS = {
    "s3": lambda client: client.list_buckets(),
    "sts": lambda client: client.get_caller_identity(),
    "rekognition": lambda client: client.describe_projects(),
}


def s3_client(server, *, key=None, **config):
    key = key or server.key
    return boto3.client(
        "s3",
        endpoint_url=server.address,
        region_name="us-east-1",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        aws_session_token=key[2] if len(key) > 2 else None,
        verify=str(server.data / "tls" / "self.crt") if server.address.startswith("https") else None,
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def fetch(url, *, data=None, method=None, headers=None):
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@pytest.fixture
def bucket(server):
    name = f"signed-{uuid.uuid4().hex[:12]}"
    server.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "SignatureDoesNotMatch", 403),
        ("sts", "SignatureDoesNotMatch", 403),
        ("rekognition", "InvalidSignatureException", 400),
    ],
)
def test_a_wrong_secret_is_told_in_the_words_of_the_service(server, service, code, status):
    client = server.client(service, key=(server.key[0], "wrong"))
    with pytest.raises(ClientError) as refused:
        CALLS[service](client)
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "InvalidAccessKeyId", 403),
        ("sts", "InvalidClientTokenId", 403),
        ("rekognition", "UnrecognizedClientException", 400),
    ],
)
def test_an_unknown_key_likewise(server, service, code, status):
    client = server.client(service, key=("AKIAUNKNOWN", "x"))
    with pytest.raises(ClientError) as refused:
        CALLS[service](client)
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_links_put_and_get(server, bucket, version):
    client = s3_client(server, signature_version=version)
    where = {"Bucket": bucket, "Key": "a b/ü+~.txt"}
    put = client.generate_presigned_url("put_object", where)
    assert fetch(put, data=b"by link", method="PUT", headers={"Content-Type": ""})[0] == 200
    link = client.generate_presigned_url("get_object", where)
    assert ("X-Amz-Algorithm" in link) == (version == "s3v4")
    assert fetch(link) == (200, b"by link")
    status, said = fetch(link.replace(bucket, "signed-other-bucket"))
    assert (status, b"SignatureDoesNotMatch" in said) == (403, True)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_from_a_browser_is_taken(server, bucket, version):
    form = s3_client(server, signature_version=version).generate_presigned_post(
        bucket, "in/${filename}", Conditions=[["starts-with", "$key", "in/"], ["content-length-range", 1, 20]]
    )
    status, _ = post(form, b"picture")
    assert status == 204
    assert server.client("s3").get_object(Bucket=bucket, Key="in/a.png")["Body"].read() == b"picture"
    status, said = post(form, b"p" * 21)
    assert (status, b"EntityTooLarge" in said) == (400, True)
    status, said = post({**form, "fields": {**form["fields"], "acl": "public-read"}}, b"picture")
    assert (status, b"AccessDenied" in said) == (403, True)
    assert server.client("s3").get_object(Bucket=bucket, Key="in/a.png")["Body"].read() == b"picture"


def post(form, data):
    mark = "mark"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = ("".join(parts) + head).encode() + data + f"\r\n--{mark}--\r\n".encode()
    return fetch(form["url"], data=body, headers={"Content-Type": f"multipart/form-data; boundary={mark}"})


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
@pytest.mark.parametrize("scheme", ["server", "tls_server"])
def test_every_checksum_is_taken_over_http_and_in_trailers_over_https(request, scheme, algorithm):
    """Over https boto3 sends every body as aws-chunked with its checksum in a trailer."""
    running = request.getfixturevalue(scheme)
    client = s3_client(running)
    name = f"sums-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    data = b"x" * 100_000
    stored = client.put_object(Bucket=name, Key="k", Body=io.BytesIO(data), ChecksumAlgorithm=algorithm)
    assert f"Checksum{algorithm}" in stored
    read = client.get_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
    assert read["Body"].read() == data
    assert "aws-chunked" not in read.get("ContentEncoding", "")
    wrong = {f"Checksum{algorithm}": stored[f"Checksum{algorithm}"]}
    with pytest.raises(ClientError) as refused:
        client.put_object(Bucket=name, Key="k", Body=b"other", **wrong)
    assert refused.value.response["Error"]["Code"] == "BadDigest"
    assert client.get_object(Bucket=name, Key="k")["Body"].read() == data


def session_key(server):
    made = server.client("sts").get_session_token()["Credentials"]
    return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_session_signs_links_headers_and_forms(server, bucket, version):
    key = session_key(server)
    client = s3_client(server, key=key, signature_version=version)
    client.put_object(Bucket=bucket, Key="k", Body=b"by session")
    link = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
    assert fetch(link) == (200, b"by session")
    assert post(client.generate_presigned_post(bucket, "in/${filename}"), b"x")[0] == 204
    forged = s3_client(server, key=(*key[:2], key[2][:-4] + "AAAA"), signature_version=version)
    for broken in (forged, s3_client(server, key=key[:2], signature_version=version)):
        status, said = fetch(broken.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}))
        assert status in (400, 403), said
        assert b"InvalidToken" in said or b"InvalidAccessKeyId" in said


def test_a_stale_clock_is_told(server):
    request = AWSRequest("GET", f"{server.address}/")
    signer = auth.S3SigV4Auth(Credentials(*server.key), "s3", "us-east-1")
    signer.add_auth(request)
    stale = dict(request.headers) | {"X-Amz-Date": "20200101T000000Z"}
    stale["Authorization"] = stale["Authorization"].replace(request.headers["X-Amz-Date"][:8], "20200101")
    status, said = fetch(server.address + "/", headers=stale)
    assert (status, b"RequestTimeTooSkewed" in said) == (403, True)


def test_a_caller_identity_can_be_handed_on_as_a_link(server):
    """Kubernetes and Vault prove who they are by a link to GetCallerIdentity."""
    key = server.key
    request = AWSRequest("GET", f"{server.address}/?Action=GetCallerIdentity&Version=2011-06-15")
    auth.SigV4QueryAuth(Credentials(*key), "sts", "us-east-1", expires=60).add_auth(request)
    status, said = fetch(request.url)
    assert (status, b":root" in said) == (200, True)


def test_an_answer_is_sent_even_where_http_cannot_carry_a_header_that_was_asked_for(server, bucket):
    client = server.client("s3")
    client.put_object(Bucket=bucket, Key="k", Body=b"x")
    answer = client.get_object(Bucket=bucket, Key="k", ResponseContentType="a/b\x7f\0c\r\nX: y")
    assert (answer["Body"].read(), answer["ContentType"]) == (b"x", "a/b  c  X: y")


@pytest.mark.parametrize("size", [2, 20_000])
@pytest.mark.parametrize(
    ("scope", "path", "fields", "status", "words"),
    [
        ("ssm", "/", [("x-amz-target", "RekognitionService.CreateProject")], 400, b"'rekognition'"),
        ("", "/2020-11-20/projects", [], 403, b"'lookoutvision'"),
    ],
)
def test_a_signature_for_another_service_opens_nothing(server, scope, path, fields, status, words, size):
    body = b'{"ProjectName":"x"}' + b" " * size
    answer = talk(server, signed(server, "POST", path, fields=fields, body=body, service=scope))
    assert statuses(answer) == [status]
    assert b"InvalidSignatureException" in answer
    assert b"Credential should be scoped to correct service: " + words in answer
