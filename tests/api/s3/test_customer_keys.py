"""SSE-C: without the customer's key the disk holds nothing of use; with it an object reads as any other."""

import json
import os
import sqlite3
import time

import pytest

from doubles.lines import a_line
from doubles.pictures import a_png

PLAIN = os.urandom(1000) * 1700  # a body of several buffers that repeats itself
LEAST_PART = 5 * 1024 * 1024


def customer(letter, prefix=""):
    return {f"{prefix}SSECustomerAlgorithm": "AES256", f"{prefix}SSECustomerKey": letter * 32}


KEY, OTHER = customer("k"), customer("o")
FROM = customer("k", "CopySource")


@pytest.fixture
def on_disk(server, bucket):
    """Return the bytes of the only file of an object."""

    def read(key):
        (file,) = (server.data / "buckets" / bucket).glob(f"{key}.*")
        return file.read_bytes()

    return read


def read(s3, **wanted):
    return s3.get_object(**wanted)["Body"].read()


def upload(s3, pieces, keys=None, **where):
    """Upload pieces as parts, each by UploadPart or, where it names a source, by UploadPartCopy."""
    keys = KEY if keys is None else keys
    target = {**where, "UploadId": s3.create_multipart_upload(**where, **keys)["UploadId"]}
    parts = []
    for number, piece in enumerate(pieces, 1):
        if isinstance(piece, dict):
            etag = s3.upload_part_copy(**target, PartNumber=number, **piece, **keys)["CopyPartResult"]["ETag"]
        else:
            etag = s3.upload_part(**target, PartNumber=number, Body=piece, **keys)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})


def test_a_file_is_encrypted_and_as_long_as_its_object(s3, bucket, on_disk):
    put = s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **KEY)
    file = on_disk("a")
    assert len(file) == len(PLAIN)
    assert not any(file[at : at + 1000] == PLAIN[:1000] for at in range(0, len(file), 1000))
    assert len({file[at : at + 1000] for at in range(0, len(file), 1000)}) == 1700
    assert read(s3, Bucket=bucket, Key="a", **KEY) == PLAIN
    s3.put_object(Bucket=bucket, Key="b", Body=PLAIN, **KEY)
    assert on_disk("b") != file, "the same bytes by the same key are other bytes on the disk"
    assert put["ETag"] != s3.put_object(Bucket=bucket, Key="c", Body=PLAIN)["ETag"]
    (listed, *_) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert listed["Size"] == s3.head_object(Bucket=bucket, Key="a", **KEY)["ContentLength"] == len(PLAIN)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (1, 15), (15, 17), (16, 31), (999_999, 1_200_001), (len(PLAIN) - 1, len(PLAIN))],
)
def test_a_range_begins_anywhere(s3, bucket, start, end):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **KEY)
    ranged = read(s3, Bucket=bucket, Key="a", Range=f"bytes={start}-{end}", **KEY)
    assert ranged == PLAIN[start : end + 1]


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17])
def test_short_bodies_come_back(s3, bucket, size):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN[:size], **KEY)
    assert read(s3, Bucket=bucket, Key="a", **KEY) == PLAIN[:size]


def test_parts_have_keys_of_their_own_and_join(s3, bucket, on_disk):
    piece = b"A" * LEAST_PART
    upload(s3, [piece, piece, b"end"], Bucket=bucket, Key="a")
    file = on_disk("a")
    assert file[:LEAST_PART] != file[LEAST_PART : 2 * LEAST_PART] != piece
    assert read(s3, Bucket=bucket, Key="a", **KEY) == piece + piece + b"end"
    across = f"bytes={LEAST_PART - 3}-{2 * LEAST_PART + 1}"
    assert read(s3, Bucket=bucket, Key="a", Range=across, **KEY) == b"AAA" + piece + b"en"
    assert read(s3, Bucket=bucket, Key="a", PartNumber=3, **KEY) == b"end"


def test_the_checksum_of_a_joined_object_is_of_what_the_client_sent(s3, bucket):
    pieces = [PLAIN + PLAIN + PLAIN + PLAIN, b"end"]
    whole = {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"}
    where = {"Bucket": bucket, "Key": "joined"}
    target = {**where, "UploadId": s3.create_multipart_upload(**where, **KEY, **whole)["UploadId"]}
    parts = []
    for number, piece in enumerate(pieces, 1):
        part = s3.upload_part(**target, PartNumber=number, Body=piece, ChecksumAlgorithm="CRC64NVME", **KEY)
        parts.append(
            {"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC64NVME": part["ChecksumCRC64NVME"]}
        )
    joined = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    single = s3.put_object(Bucket=bucket, Key="b", Body=b"".join(pieces), ChecksumAlgorithm="CRC64NVME")
    assert joined["ChecksumCRC64NVME"] == single["ChecksumCRC64NVME"]


@pytest.mark.parametrize("target", [KEY, OTHER, {}], ids=["the same key", "another", "in clear"])
def test_a_copy_is_of_its_own_key(s3, bucket, on_disk, target):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **KEY)
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a", **FROM, **target)
    assert read(s3, Bucket=bucket, Key="b", **target) == PLAIN
    assert on_disk("b") != on_disk("a")
    assert (on_disk("b") == PLAIN) == (not target)


def test_a_copy_of_a_plain_object_is_encrypted(s3, bucket, on_disk):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN)
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a", **KEY)
    assert PLAIN[:1000] not in on_disk("b")
    assert read(s3, Bucket=bucket, Key="b", **KEY) == PLAIN


def test_parts_are_copied_between_keys(s3, bucket, on_disk):
    body = (PLAIN * 4)[: LEAST_PART + 100]
    upload(s3, [body, b"end"], Bucket=bucket, Key="a")
    first = {"CopySource": f"{bucket}/a", "CopySourceRange": f"bytes=7-{LEAST_PART + 102}", **FROM}
    upload(s3, [first, b"new"], OTHER, Bucket=bucket, Key="b")
    assert read(s3, Bucket=bucket, Key="b", **OTHER) == body[7:] + b"end" + b"new"
    upload(s3, [first, b"new"], {}, Bucket=bucket, Key="c")
    assert on_disk("c") == body[7:] + b"end" + b"new"


def test_the_wrong_key_reads_nothing_and_copies_nothing(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **KEY)
    assert refused(s3.get_object, Bucket=bucket, Key="a", **OTHER) == ("InvalidRequest", 400)
    source = {"CopySource": f"{bucket}/a", **customer("o", "CopySource")}
    assert refused(s3.copy_object, Bucket=bucket, Key="b", **source) == ("AccessDenied", 403)


def test_an_object_from_before_lies_in_clear_and_is_read(s3, server, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=PLAIN, **KEY)
    (file,) = (server.data / "buckets" / bucket).glob("a.*")
    file.write_bytes(PLAIN)
    with sqlite3.connect(server.data / "buckets" / ".index.db") as index:
        query = "select about from blobs where bucket = ? and key = 'a'"
        about = json.loads(index.execute(query, (bucket,)).fetchone()[0])
        del about["encryption"]["customer-cipher"]
        index.execute("update blobs set about = ? where bucket = ?", (json.dumps(about).encode(), bucket))
    index.close()
    assert read(s3, Bucket=bucket, Key="a", Range="bytes=3-9", **KEY) == PLAIN[3:10]


def test_no_service_reads_what_only_its_customer_has_the_key_of(s3, server, bucket):
    s3.put_object(Bucket=bucket, Key="one.png", Body=a_png(), **KEY)
    rekognition = server.client("rekognition")
    project = rekognition.create_project(ProjectName=bucket)["ProjectArn"]
    manifest = a_line("x", "a", bucket=bucket).encode()
    s3.put_object(Bucket=bucket, Key="a.manifest", Body=manifest, **KEY)
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": "a.manifest"}}}
    made = rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)
    for _ in range(200):
        state = rekognition.describe_dataset(DatasetArn=made["DatasetArn"])["DatasetDescription"]
        if state["Status"] != "CREATE_IN_PROGRESS":
            break
        time.sleep(0.05)
    assert state["Status"] == "CREATE_FAILED"
    assert "permissions" in state["StatusMessage"].lower() or "access" in state["StatusMessage"].lower()
