"""Every operation of S3 lets in who has exactly its rights, and nobody with all others, over the wire."""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

from vedette.api.s3.permissions import PERMISSIONS
from vedette.api.s3.routes import BUCKET, OBJECT, SERVICE
from vedette.clock import system_clock

HERE = "000000000000"
COUNT = itertools.count()
TAGS = {"TagSet": [{"Key": "a", "Value": "1"}]}
UPLOAD = {"Key": "a", "UploadId": "none"}
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "none/"}, "Expiration": {"Days": 9}}
SSE = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
WORDS = {
    "AbortMultipartUpload": UPLOAD,
    "CompleteMultipartUpload": {**UPLOAD, "MultipartUpload": {"Parts": [{"ETag": "x", "PartNumber": 1}]}},
    "CopyObject": {"Key": "b", "CopySource": "{bucket}/a"},
    "CreateMultipartUpload": {"Key": "a"},
    "DeleteObject": {"Key": "none"},
    "DeleteObjectTagging": {"Key": "a"},
    "DeleteObjects": {"Delete": {"Objects": [{"Key": "none"}]}},
    "GetObjectAttributes": {"Key": "a", "ObjectAttributes": ["ETag"]},
    "ListParts": UPLOAD,
    "PutBucketAccelerateConfiguration": {"AccelerateConfiguration": {"Status": "Suspended"}},
    "PutBucketAcl": {"ACL": "private"},
    "PutBucketCors": {"CORSConfiguration": CORS},
    "PutBucketEncryption": {"ServerSideEncryptionConfiguration": SSE},
    "PutBucketLifecycleConfiguration": {"LifecycleConfiguration": {"Rules": [RULE]}},
    "PutBucketLogging": {"BucketLoggingStatus": {}},
    "PutBucketNotificationConfiguration": {"NotificationConfiguration": {}},
    "PutBucketOwnershipControls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    "PutBucketPolicy": {"Policy": "{}"},
    "PutBucketRequestPayment": {"RequestPaymentConfiguration": {"Payer": "BucketOwner"}},
    "PutBucketTagging": {"Tagging": TAGS},
    "PutBucketVersioning": {"VersioningConfiguration": {"Status": "Enabled"}},
    "PutBucketWebsite": {"WebsiteConfiguration": {"IndexDocument": {"Suffix": "i"}}},
    "PutObject": {"Key": "a", "Body": b"1"},
    "PutObjectAcl": {"Key": "a", "ACL": "private"},
    "PutObjectLegalHold": {"Key": "a", "LegalHold": {"Status": "OFF"}},
    "PutObjectLockConfiguration": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
    "PutObjectRetention": {
        "Key": "a",
        "Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": system_clock().replace(year=2100)},
    },
    "PutObjectTagging": {"Key": "a", "Tagging": TAGS},
    "PutPublicAccessBlock": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
    "UploadPart": {**UPLOAD, "PartNumber": 1, "Body": b"1"},
    "UploadPartCopy": {"Key": "a", "UploadId": "{upload}", "PartNumber": 1, "CopySource": "{bucket}/a"},
}
# A form is no operation of the clients; tests/api/s3/test_access.py sends some.
NAMES = sorted(set(PERMISSIONS) - {"PostObject"})


class Place(str):
    """A bucket's name, and the id of an upload in it."""

    upload = ""


@pytest.fixture(scope="module")
def place(s3):
    """A bucket with locks, an object and an upload."""
    name = f"rights-{next(COUNT)}-of-tests"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    made = Place(name)
    made.upload = s3.create_multipart_upload(Bucket=name, Key="a")["UploadId"]
    return made


@pytest.fixture
def user(server, directory):
    """`user(statement, …)` is a client of a new user with this policy."""

    def make(*statements):
        name = f"rights-{next(COUNT)}"
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        directory.policies.put(HERE, name, json.dumps(document))
        directory.create_user(HERE, name, [name])
        key = directory.create_key(HERE, name)
        return server.client("s3", key=(key.id, key.secret))

    return make


def answer(client, name, place):
    """Return the code with which an operation is answered, and the status."""
    words = {
        key: value.format(bucket=place, upload=place.upload) if key in ("CopySource", "UploadId") else value
        for key, value in _words(name)
    }
    if name == "CreateBucket":
        words["Bucket"] = f"new-{next(COUNT)}-of-tests"
    elif name != "ListBuckets":
        words["Bucket"] = place
    method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    try:
        said = getattr(client, method)(**words)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"], refusal.response["ResponseMetadata"]["HTTPStatusCode"]
    failed = said.get("Errors", [])
    return (failed[0]["Code"], 403) if failed else ("", 200)


def _words(name):
    needs_key = PERMISSIONS[name][0].resource.endswith("KEY") and name != "DeleteObjects"
    return ({"Key": "a"} if needs_key and name not in WORDS else WORDS.get(name, {})).items()


def needed(name):
    """Return the rights of the plainest request."""
    return [right for right in PERMISSIONS[name] if right.condition in ("", "the source")]


def statement(right, place, effect="Allow"):
    resource = right.resource.replace("SOURCE", place).replace("BUCKET", "*").replace("KEY", "*")
    return {"Effect": effect, "Action": right.action, "Resource": resource}


@pytest.mark.parametrize("name", NAMES)
def test_exactly_its_rights_let_an_operation_in_and_none_is_too_many(name, user, place):
    denied = {("AccessDenied", 403), ("403", 403)}  # the answer to a HEAD has no document
    rights = needed(name)
    for right in rights:
        neighbours = user({"Effect": "Allow", "NotAction": right.action, "Resource": "*"})
        assert answer(neighbours, name, place) in denied, right
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        assert answer(user(everything, statement(right, place, "Deny")), name, place) in denied, right
    exact = user(*(statement(right, place) for right in rights))
    assert answer(exact, name, place) not in denied


def test_every_operation_that_is_routed_has_its_rights():
    assert set(PERMISSIONS) == {name for table in (SERVICE, BUCKET, OBJECT) for name, _ in table.values()}
