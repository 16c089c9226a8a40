"""Objects through boto3 against a real server."""

import pytest
from botocore.exceptions import ClientError


def keys(listing):
    return [entry["Key"] for entry in listing.get("Contents", [])]


@pytest.mark.parametrize(
    "key", ["a", "a/b ü.txt", "../../etc/passwd", "a//b", "%41", "a+b", "a\\b", "😀/x", ".", "a\nb"]
)
def test_an_object_comes_back_under_the_very_key_it_was_put(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"hello")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"hello"
    assert keys(s3.list_objects_v2(Bucket=bucket)) == [key]


def test_what_was_said_of_an_object_is_said_again(s3, bucket):
    said = {
        "ContentType": "image/png",
        "CacheControl": "no-cache",
        "ContentDisposition": 'attachment; filename="a.png"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "en",
        "WebsiteRedirectLocation": "/elsewhere",
        "StorageClass": "STANDARD_IA",
        "Metadata": {"line": "4", "camera": "left"},
    }
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", **said)
    head = s3.head_object(Bucket=bucket, Key="a")
    assert {name: head[name] for name in said} == said
    assert (head["ETag"], head["ContentLength"]) == ('"c4ca4238a0b923820dcc509a6f75849b"', 1)


@pytest.mark.parametrize(
    ("asked", "got", "content_range"),
    [
        ("bytes=1-3", b"bcd", "bytes 1-3/6"),
        ("bytes=4-", b"ef", "bytes 4-5/6"),
        ("bytes=-2", b"ef", "bytes 4-5/6"),
        ("bytes=2-99", b"cdef", "bytes 2-5/6"),
        ("bytes=-99", b"abcdef", "bytes 0-5/6"),
    ],
)
def test_a_part_is_read_by_range(s3, bucket, asked, got, content_range):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abcdef")
    answer = s3.get_object(Bucket=bucket, Key="a", Range=asked)
    assert (answer["Body"].read(), answer["ContentRange"]) == (got, content_range)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("asked", ["bytes=3-1", "bytes=x-y", "lines=1-2", "bytes=0-1,3-4"])
def test_a_range_that_is_not_understood_reads_everything(s3, bucket, asked):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abcdef")
    assert s3.get_object(Bucket=bucket, Key="a", Range=asked)["Body"].read() == b"abcdef"


def test_a_range_beyond_the_end_is_refused(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abcdef")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert refused(s3.get_object, Bucket=bucket, Key="a", Range="bytes=6-") == ("InvalidRange", 416)
    assert refused(s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-") == ("InvalidRange", 416)


def test_conditions_on_reading_are_obeyed(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    head = s3.head_object(Bucket=bucket, Key="a")
    tag, when = head["ETag"], head["LastModified"]
    s3.get_object(Bucket=bucket, Key="a", IfMatch=tag, IfUnmodifiedSince=when)
    s3.get_object(Bucket=bucket, Key="a", IfNoneMatch='"other"')
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfMatch='"other"') == ("PreconditionFailed", 412)
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfNoneMatch=tag) == ("304", 304)
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfModifiedSince=when) == ("304", 304)
    early = when.replace(year=2001)
    s3.get_object(Bucket=bucket, Key="a", IfModifiedSince=early)
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfUnmodifiedSince=early) == (
        "PreconditionFailed",
        412,
    )


def test_conditions_on_writing_are_obeyed(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")
    tag = s3.head_object(Bucket=bucket, Key="a")["ETag"]
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*") == (
        "PreconditionFailed",
        412,
    )
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfMatch='"x"') == (
        "PreconditionFailed",
        412,
    )
    assert refused(s3.put_object, Bucket=bucket, Key="b", Body=b"2", IfMatch=tag) == ("NoSuchKey", 404)
    s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfMatch=tag)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"


def test_a_reader_may_ask_for_other_headers(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    answer = s3.get_object(Bucket=bucket, Key="a", ResponseContentType="x/y", ResponseCacheControl="no-store")
    assert (answer["ContentType"], answer["CacheControl"]) == ("x/y", "no-store")


def test_what_is_not_there_is_said_so(s3, bucket, refused):
    assert refused(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert refused(s3.head_object, Bucket=bucket, Key="a") == ("404", 404)
    assert refused(s3.get_object, Bucket="nowhere-at-all", Key="a") == ("NoSuchBucket", 404)
    assert refused(s3.put_object, Bucket="nowhere-at-all", Key="a", Body=b"") == ("NoSuchBucket", 404)
    assert s3.delete_object(Bucket=bucket, Key="a")["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_many_are_deleted_at_once_and_quietly(s3, bucket):
    for key in "abc":
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "none"}]})
    assert sorted(entry["Key"] for entry in answer["Deleted"]) == ["a", "none"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in quiet
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["c"]


def test_more_than_a_thousand_are_too_many_to_delete(s3, bucket, refused):
    objects = [{"Key": str(number)} for number in range(1001)]
    assert refused(s3.delete_objects, Bucket=bucket, Delete={"Objects": objects}) == ("MalformedXML", 400)
    assert len(s3.delete_objects(Bucket=bucket, Delete={"Objects": objects[1:]})["Deleted"]) == 1000


def test_a_copy_takes_what_was_said_or_says_it_anew(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"1", ContentType="x/y", Metadata={"k": "1"}, Tagging="t=1")
    source = {"Bucket": bucket, "Key": "a b"}
    s3.copy_object(Bucket=bucket, Key="same", CopySource=source)
    s3.copy_object(
        Bucket=bucket, Key="new", CopySource=source, MetadataDirective="REPLACE", TaggingDirective="REPLACE",
        ContentType="z/z", Metadata={"k": "2"}, Tagging="t=2",
    )  # fmt: skip
    heads = [s3.head_object(Bucket=bucket, Key=key) for key in ("same", "new")]
    assert [(head["ContentType"], head["Metadata"]) for head in heads] == [
        ("x/y", {"k": "1"}),
        ("z/z", {"k": "2"}),
    ]
    tags = [s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"] for key in ("same", "new")]
    assert tags == [[{"Key": "t", "Value": "1"}], [{"Key": "t", "Value": "2"}]]
    assert refused(s3.copy_object, Bucket=bucket, Key="a b", CopySource=source) == ("InvalidRequest", 400)
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/none") == ("NoSuchKey", 404)
    wrong = refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=source, CopySourceIfMatch='"x"')
    assert wrong == ("PreconditionFailed", 412)


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_a_checksum_is_kept_and_given_on_whole_reads_only(s3, bucket, algorithm):
    member = f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ChecksumAlgorithm=algorithm)
    whole = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert whole["Body"].read() == b"abc"
    assert whole[member] == put[member]
    assert member not in s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED", Range="bytes=0-1")


def test_the_attributes_of_an_object_are_told(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ChecksumAlgorithm="SHA256")
    said = s3.get_object_attributes(
        Bucket=bucket, Key="a", ObjectAttributes=["ETag", "ObjectSize", "Checksum"]
    )
    assert said["ObjectSize"] == 3
    assert said["Checksum"]["ChecksumType"] == "FULL_OBJECT"
    assert said["ETag"] == "900150983cd24fb0d6963f7d28e17f72"


def test_a_customers_key_is_needed_to_read_again(s3, bucket, refused):
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"abc", **key)
    assert put["SSECustomerAlgorithm"] == "AES256"
    assert s3.get_object(Bucket=bucket, Key="a", **key)["Body"].read() == b"abc"
    assert refused(s3.get_object, Bucket=bucket, Key="a") == ("InvalidRequest", 400)
    other = {**key, "SSECustomerKey": "x" * 32}
    assert refused(s3.get_object, Bucket=bucket, Key="a", **other)[1] == 400


def test_the_longest_key_is_taken_and_one_longer_is_not(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
    assert refused(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"") == ("KeyTooLongError", 400)


def test_an_operation_that_is_not_built_says_so(s3, bucket, refused):
    assert refused(s3.get_bucket_replication, Bucket=bucket) == ("NotImplemented", 400)


def test_an_object_whose_file_was_taken_away_is_an_error_and_no_broken_answer(s3, server, bucket):
    s3.put_object(Bucket=bucket, Key="away", Body=b"pixels")
    (file,) = (server.data / "buckets" / bucket).glob("away.*")
    file.unlink()
    with pytest.raises(ClientError, match="500"):
        s3.head_object(Bucket=bucket, Key="away")
    with pytest.raises(ClientError, match="missing from the server's disk"):
        s3.get_object(Bucket=bucket, Key="away")
    s3.delete_object(Bucket=bucket, Key="away")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
