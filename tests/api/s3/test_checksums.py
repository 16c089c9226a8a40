"""Checksums of objects and of their parts, as clients ask for them."""

import base64
import hashlib
import zlib

import pytest
from awscrt import checksums as crt

MIB = 1024 * 1024
PIECES = [b"A" * 5 * MIB, b"B" * 5 * MIB, b"C" * MIB]


def written(value):
    return base64.b64encode(value).decode()


SUMS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: crt.crc32c(data).to_bytes(4, "big"),
    "CRC64NVME": lambda data: crt.crc64nvme(data).to_bytes(8, "big"),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
}


def whole_sum(algorithm, kind):
    make = SUMS[algorithm]
    if kind == "FULL_OBJECT":
        return written(make(b"".join(PIECES)))
    return f"{written(make(b''.join(map(make, PIECES))))}-{len(PIECES)}"


def send_parts(s3, bucket, algorithm, kind):
    """Upload the pieces as one object, each with its checksum; return what completing answers."""
    name, target = f"Checksum{algorithm}", {"Bucket": bucket, "Key": "a"}
    begun = s3.create_multipart_upload(**target, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    assert (begun["ChecksumAlgorithm"], begun["ChecksumType"]) == (algorithm, kind)
    target["UploadId"] = begun["UploadId"]
    parts = []
    for number, piece in enumerate(PIECES, 1):
        value = written(SUMS[algorithm](piece))
        part = s3.upload_part(**target, PartNumber=number, Body=piece, **{name: value})
        assert part[name] == value
        parts.append({"PartNumber": number, "ETag": part["ETag"], name: value})
    promised = {name: whole_sum(algorithm, kind)}
    return s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts}, **promised)


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("SHA256", "COMPOSITE"),
        ("SHA1", "COMPOSITE"),
        ("CRC32", "COMPOSITE"),
        ("CRC32C", "FULL_OBJECT"),
        ("CRC64NVME", "FULL_OBJECT"),
    ],
)
def test_an_object_of_parts_has_its_own_checksum_and_theirs(s3, bucket, algorithm, kind):
    name, where = f"Checksum{algorithm}", {"Bucket": bucket, "Key": "a"}
    done = send_parts(s3, bucket, algorithm, kind)
    wanted = {name: whole_sum(algorithm, kind), "ChecksumType": kind}
    assert {key: done[key] for key in wanted} == wanted
    assert name not in s3.head_object(**where)
    head = s3.head_object(**where, ChecksumMode="ENABLED")
    assert {key: head[key] for key in wanted} == wanted
    for number, piece in enumerate(PIECES, 1):
        part_wanted = {name: written(SUMS[algorithm](piece)), "ChecksumType": kind, "PartsCount": 3}
        head = s3.head_object(**where, PartNumber=number, ChecksumMode="ENABLED")
        assert {key: head[key] for key in part_wanted} == part_wanted
        # boto3 computes the checksum of what it reads, and raises where it is another.
        read = s3.get_object(**where, PartNumber=number, ChecksumMode="ENABLED")
        assert (read["Body"].read(), read[name]) == (piece, part_wanted[name])
    attributes = s3.get_object_attributes(**where, ObjectAttributes=["Checksum", "ObjectParts"])
    assert attributes["Checksum"] == wanted
    assert [part[name] for part in attributes["ObjectParts"]["Parts"]] == [
        written(SUMS[algorithm](piece)) for piece in PIECES
    ]
    # Of bytes across parts nobody has a checksum.
    assert name not in s3.get_object(**where, Range="bytes=1-9", ChecksumMode="ENABLED")


@pytest.mark.parametrize("algorithm", list(SUMS))
def test_a_checksum_that_is_none_is_refused_and_nothing_written(s3, bucket, refused, algorithm):
    for value in ("bad", "", written(b"\0" * 3)):
        answer = refused(s3.put_object, Bucket=bucket, Key="a", Body=b"1", **{f"Checksum{algorithm}": value})
        assert answer == ("InvalidRequest", 400)
    wrong = written(SUMS[algorithm](b"2"))
    answer = refused(s3.put_object, Bucket=bucket, Key="a", Body=b"1", **{f"Checksum{algorithm}": wrong})
    assert answer == ("BadDigest", 400)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
