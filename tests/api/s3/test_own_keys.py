"""SSE-S3 and SSE-KMS: the disk holds nothing of use without the key; with it an object reads as any other."""

import base64
import hashlib
import itertools
import json
import os
import sqlite3

import pytest
from botocore.exceptions import ClientError

from vedette.store.blobs.sealed import CHUNK, HEAD, TAG, sealed_size

MARK = b"MARKED-PIXELS-OF-THIS-TEST"
PLAIN = (MARK + os.urandom(74)) * 17_000  # 1.7 MB: several buffers and chunks
SMALL = MARK * 40
LEAST_PART = 5 * 1024 * 1024
COUNT = itertools.count()
ACCOUNT = "000000000000"


@pytest.fixture(scope="session")
def kms(server):
    return server.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def user(server, directory):
    """`user(*statements)` returns an S3 client of a new user with these rights."""

    def make(*statements):
        name = f"sealed-{next(COUNT)}"
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        directory.policies.put(ACCOUNT, name, document)
        directory.create_user(ACCOUNT, name, [name])
        made = directory.create_key(ACCOUNT, name)
        return server.client("s3", key=(made.id, made.secret))

    return make


def allow(*actions, **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def files(server, bucket):
    return [
        path
        for path in (server.data / "buckets" / bucket).rglob("*")
        if path.is_file() and "%" not in path.name
    ]


def read(s3, **wanted):
    return s3.get_object(**wanted)["Body"].read()


def sse(key=None, **more):
    return {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": key} if key else {}), **more}


@pytest.mark.parametrize("how", ["kms", "kms with a bucket key", "kms without a name", "s3"])
@pytest.mark.parametrize("body", [b"", b"x", SMALL, b"y" * CHUNK, b"z" * (CHUNK + 1), PLAIN])
def test_an_object_is_sealed_on_the_disk_and_reads_as_it_was(s3, server, bucket, key, how, body):
    asked = {
        "kms": sse(key),
        "kms with a bucket key": sse(key, BucketKeyEnabled=True),
        "kms without a name": sse(),
        "s3": {"ServerSideEncryption": "AES256"},
    }[how]
    put = s3.put_object(Bucket=bucket, Key="a b/ü", Body=body, **asked)
    (file,) = files(server, bucket)
    assert file.stat().st_size == sealed_size(len(body))
    assert file.read_bytes().startswith(HEAD)
    assert MARK not in file.read_bytes()
    got = s3.get_object(Bucket=bucket, Key="a b/ü")
    assert (got["Body"].read(), got["ContentLength"]) == (body, len(body))
    head = s3.head_object(Bucket=bucket, Key="a b/ü")
    assert (head["ContentLength"], head["ETag"]) == (len(body), put["ETag"])
    for answer in (put, got, head):
        assert answer["ServerSideEncryption"] == asked["ServerSideEncryption"]
        assert answer.get("BucketKeyEnabled", False) is ("BucketKeyEnabled" in asked)
    plain = f'"{hashlib.md5(body).hexdigest()}"'
    assert (put["ETag"] == plain) is (how == "s3")
    if "SSEKMSKeyId" in asked:
        assert got["SSEKMSKeyId"] == key


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 0),
        (0, CHUNK - 1),
        (CHUNK - 1, CHUNK),
        (CHUNK, 2 * CHUNK),
        (5, len(PLAIN) - 1),
        (len(PLAIN) - 9, None),
    ],
)
def test_a_range_is_what_it_is_of_any_object(s3, bucket, key, start, end):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **sse(key))
    wanted = f"bytes={start}-{'' if end is None else end}"
    got = s3.get_object(Bucket=bucket, Key="a", Range=wanted)
    assert got["Body"].read() == PLAIN[start : None if end is None else end + 1]
    assert got["ContentRange"].endswith(f"/{len(PLAIN)}")


def test_a_range_opens_its_own_chunks_alone(s3, server, bucket, key, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **sse(key))
    (file,) = files(server, bucket)
    data = bytearray(file.read_bytes())
    data[len(HEAD) + 3 * (CHUNK + TAG) + 9] ^= 1
    file.write_bytes(data)
    first = s3.get_object(Bucket=bucket, Key="a", Range=f"bytes=0-{3 * CHUNK - 1}")["Body"].read()
    assert first == PLAIN[: 3 * CHUNK]
    assert refused(s3.get_object, Bucket=bucket, Key="a", Range=f"bytes={3 * CHUNK}-{3 * CHUNK}")[1] == 500


def upload(s3, pieces, **where):
    asked = where.pop("asked")
    target = {**where, "UploadId": s3.create_multipart_upload(**where, **asked)["UploadId"]}
    parts = []
    for number, piece in enumerate(pieces, 1):
        if isinstance(piece, dict):
            etag = s3.upload_part_copy(**target, PartNumber=number, **piece)["CopyPartResult"]["ETag"]
        else:
            etag = s3.upload_part(**target, PartNumber=number, Body=piece)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    return s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})


def test_an_upload_in_parts_is_sealed_part_by_part(s3, server, bucket, key):
    s3.put_object(Bucket=bucket, Key="source", Body=PLAIN, **sse(key))
    first, second = os.urandom(LEAST_PART), (MARK * 210_000)[:LEAST_PART]
    copied = {"CopySource": f"{bucket}/source", "CopySourceRange": f"bytes=7-{len(PLAIN) - 1}"}
    done = upload(s3, [first, second, copied], Bucket=bucket, Key="big", asked=sse(key))
    whole = first + second + PLAIN[7:]
    assert done["ETag"].endswith('-3"')
    assert read(s3, Bucket=bucket, Key="big") == whole
    for start, end in ((LEAST_PART - 5, LEAST_PART + 5), (2 * LEAST_PART - 1, 2 * LEAST_PART + 70_000)):
        assert read(s3, Bucket=bucket, Key="big", Range=f"bytes={start}-{end}") == whole[start : end + 1]
    assert read(s3, Bucket=bucket, Key="big", PartNumber=2) == second
    assert not any(MARK in file.read_bytes() for file in files(server, bucket))


@pytest.mark.parametrize("target", ["plain", "kms", "s3"])
@pytest.mark.parametrize("source", ["plain", "kms", "s3"])
def test_copies_go_from_key_to_key(s3, bucket, key, source, target):
    asked = {"plain": {}, "kms": sse(key), "s3": {"ServerSideEncryption": "AES256"}}
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, **asked[source])
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a", **asked[target])
    got = s3.get_object(Bucket=bucket, Key="b")
    assert got["Body"].read() == SMALL
    assert got.get("ServerSideEncryption") == asked[target].get("ServerSideEncryption")


def test_an_object_is_encrypted_in_its_place_by_a_copy_onto_itself(s3, server, bucket, key):
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL)
    s3.copy_object(Bucket=bucket, Key="a", CopySource=f"{bucket}/a", **sse(key))
    assert s3.get_object(Bucket=bucket, Key="a")["SSEKMSKeyId"] == key
    s3.copy_object(Bucket=bucket, Key="a", CopySource=f"{bucket}/a", ServerSideEncryption="AES256")
    assert read(s3, Bucket=bucket, Key="a") == SMALL


@pytest.mark.parametrize("has_bucket_key", [True, False])
def test_a_buckets_default_encrypts_what_says_nothing(s3, server, bucket, key, has_bucket_key):
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": has_bucket_key,
    }
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL)
    got = s3.get_object(Bucket=bucket, Key="a")
    assert (got["Body"].read(), got["SSEKMSKeyId"]) == (SMALL, key)
    assert got.get("BucketKeyEnabled", False) is has_bucket_key
    assert not any(MARK in file.read_bytes() for file in files(server, bucket))
    s3.delete_bucket_encryption(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="b", Body=SMALL)
    assert "ServerSideEncryption" not in s3.head_object(Bucket=bucket, Key="b")


def test_a_disabled_or_ending_key_closes_its_objects_until_it_is_back(s3, kms, bucket, key, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, **sse(key))
    kms.disable_key(KeyId=key)
    assert refused(s3.get_object, Bucket=bucket, Key="a") == ("KMS.DisabledException", 400)
    assert refused(s3.put_object, Bucket=bucket, Key="b", **sse(key))[0] == "KMS.DisabledException"
    assert (
        refused(s3.copy_object, Bucket=bucket, Key="b", CopySource=f"{bucket}/a")[0]
        == "KMS.DisabledException"
    )
    kms.enable_key(KeyId=key)
    assert read(s3, Bucket=bucket, Key="a") == SMALL
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert refused(s3.get_object, Bucket=bucket, Key="a")[0] == "KMS.KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    kms.rotate_key_on_demand(KeyId=key)
    assert read(s3, Bucket=bucket, Key="a") == SMALL
    s3.delete_object(Bucket=bucket, Key="a")


def test_who_may_not_use_the_key_gets_nothing(s3, user, bucket, key, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, **sse(key))
    reader, writer = user(allow("s3:*")), user(allow("s3:*"), allow("kms:GenerateDataKey"))
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    friend = user(allow("s3:*"), allow("kms:Decrypt", Condition=through_s3))
    for client in (reader, writer):
        for operation in (client.get_object, client.head_object):
            assert refused(operation, Bucket=bucket, Key="a")[1] == 403
    assert refused(reader.put_object, Bucket=bucket, Key="b", Body=b"x", **sse(key))[1] == 403
    assert writer.put_object(Bucket=bucket, Key="b", Body=b"x", **sse(key))["SSEKMSKeyId"] == key
    assert read(friend, Bucket=bucket, Key="a") == SMALL
    assert refused(friend.put_object, Bucket=bucket, Key="c", Body=b"x", **sse(key))[1] == 403
    # With the services' own keys the rights to the bucket are enough.
    for asked in (sse(), {"ServerSideEncryption": "AES256"}):
        reader.put_object(Bucket=bucket, Key="own", Body=SMALL, **asked)
        assert read(reader, Bucket=bucket, Key="own") == SMALL


def test_of_anothers_keys_a_stranger_learns_nothing(stranger, kms, key):
    name = f"alias/of-the-plant-{next(COUNT)}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    bucket = f"strangers-{next(COUNT)}"
    stranger.create_bucket(Bucket=bucket)
    answers = set()
    for text in (
        key,
        f"{key[:-1]}{'0' if key[-1] != '0' else '1'}",
        key.rpartition(":")[0] + f":{name}",
        None,
    ):
        asked = sse(text or key.rpartition(":")[0] + ":alias/none-there")
        with pytest.raises(ClientError) as caught:
            stranger.put_object(Bucket=bucket, Key="a", Body=b"x", **asked)
        answers.add((caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]))
    assert len(answers) == 1


def test_a_policy_bounds_the_context_that_s3_binds_data_keys_to(s3, user, bucket, key, refused):
    for name in ("mine/a", "theirs/a"):
        s3.put_object(Bucket=bucket, Key=name, Body=SMALL, **sse(key))
    bound = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/mine/*"}}
    client = user(allow("s3:GetObject"), allow("kms:Decrypt", Condition=bound))
    assert read(client, Bucket=bucket, Key="mine/a") == SMALL
    assert refused(client.get_object, Bucket=bucket, Key="theirs/a")[1] == 403


def test_a_bucket_policy_can_ask_for_encryption(s3, user, bucket, key, refused):
    document = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
            "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
        },
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    client = user(allow("s3:*"), allow("kms:*"))
    assert refused(client.put_object, Bucket=bucket, Key="a", Body=b"x")[1] == 403
    assert client.put_object(Bucket=bucket, Key="a", Body=b"x", **sse(key))


def test_a_context_of_the_clients_own_is_bound(s3, kms, bucket, key, user):
    context = base64.b64encode(json.dumps({"line": "4"}).encode()).decode()
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, **sse(key, SSEKMSEncryptionContext=context))
    assert read(s3, Bucket=bucket, Key="a") == SMALL
    bound = {"StringEquals": {"kms:EncryptionContext:line": "4"}}
    assert read(user(allow("s3:*"), allow("kms:Decrypt", Condition=bound)), Bucket=bucket, Key="a") == SMALL


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (sse("11111111-2222-3333-4444-555555555555"), "KMS.NotFoundException"),
        (sse("alias/none-at-all"), "KMS.NotFoundException"),
        ({"ServerSideEncryption": "AES256", "SSEKMSKeyId": "x"}, "InvalidArgument"),
        ({"ServerSideEncryption": "rot13"}, "InvalidArgument"),
        ({"ServerSideEncryption": "aws:kms:dsse"}, "NotImplemented"),
        (sse(SSEKMSEncryptionContext="e"), "InvalidArgument"),
        (sse(SSEKMSEncryptionContext=base64.b64encode(b"[1]").decode()), "InvalidArgument"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(s3, bucket, asked, code, refused):
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"x", **asked)[0] == code
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_files_put_in_each_others_place_open_for_nobody(s3, server, bucket, key, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name, body in (("a", SMALL), ("b", SMALL[::-1]), ("a", SMALL * 2)):
        s3.put_object(Bucket=bucket, Key=name, Body=body, **sse(key, BucketKeyEnabled=True))
    paths = {path.stat().st_mtime_ns: path for path in files(server, bucket)}
    old, other, new = (paths[moment] for moment in sorted(paths))
    contents = {path: path.read_bytes() for path in (old, other, new)}
    for content in (contents[other], contents[old], contents[new][:-1], contents[new] + b"x", b""):
        new.write_bytes(content)
        if content.startswith(contents[new]):
            assert (
                read(s3, Bucket=bucket, Key="a") == SMALL * 2
            )  # what stands behind the last chunk is not read
        else:
            assert refused(s3.get_object, Bucket=bucket, Key="a")[1] == 500
    new.write_bytes(contents[new])
    assert read(s3, Bucket=bucket, Key="a") == SMALL * 2
    # Even with the row's own data key put in another's place.
    with sqlite3.connect(server.data / "buckets" / ".index.db") as index:
        rows = dict(index.execute("SELECT key, about FROM blobs WHERE bucket = ? AND latest = 1", (bucket,)))
        index.execute("UPDATE blobs SET about = ? WHERE bucket = ? AND key = 'b'", (rows["a"], bucket))
        place = index.execute(
            "SELECT path FROM blobs WHERE bucket = ? AND key = 'a' AND latest = 1", (bucket,)
        )
        index.execute(
            "UPDATE blobs SET path = ?, size = ? WHERE bucket = ? AND key = 'b'",
            (*place.fetchone(), len(SMALL) * 2, bucket),
        )
    index.close()
    assert refused(s3.get_object, Bucket=bucket, Key="b")[1] == 500


def test_a_link_to_a_sealed_object_works(s3, bucket, key):
    import urllib.request

    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **sse(key))
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == PLAIN


def test_nobody_reads_an_object_of_a_key_without_a_signature(s3, nobody, bucket, key, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, ACL="public-read", **sse(key))
    assert refused(nobody.get_object, Bucket=bucket, Key="a")[1] == 403
    s3.put_object(Bucket=bucket, Key="b", Body=SMALL, ACL="public-read", ServerSideEncryption="AES256")
    assert read(nobody, Bucket=bucket, Key="b") == SMALL


def test_the_key_of_sse_s3_is_in_nobodys_list(s3, kms, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, ServerSideEncryption="AES256")
    described = [kms.describe_key(KeyId=each["KeyId"]) for each in kms.list_keys(Limit=1000)["Keys"]]
    assert all(":kms:us-east-1:" in each["KeyMetadata"]["Arn"] for each in described)


def test_an_answer_about_versions_tells_of_the_key_as_others_do(s3, bucket, key):
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="a", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)
    s3.put_object(Bucket=bucket, Key="a", Body=SMALL, **sse(key))
    found = s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ObjectSize", "ETag"])
    assert found["ObjectSize"] == len(SMALL)
