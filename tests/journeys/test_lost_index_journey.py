"""A server that lost the index of its buckets, by boto3: refused, repaired, and every answer as before."""

import subprocess

import pytest
from botocore.exceptions import ClientError

from doubles.servers import start_server, stop_server

HELD = (
    "ETag",
    "ContentLength",
    "ContentType",
    "Metadata",
    "VersionId",
    "LastModified",
    "ChecksumCRC32",
    "TagCount",
)


def kill(server):
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()


def furnish(s3):
    s3.create_bucket(Bucket="farm")
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket="farm", Tagging={"TagSet": [{"Key": "line", "Value": "4"}]})
    for n in range(12):
        key = f"ü/{n}.jpg"
        s3.put_object(Bucket="farm", Key=key, Body=b"%d" % n, Metadata={"n": str(n)}, Tagging=f"n={n}")
        s3.put_object(Bucket="kept", Key=f"k{n % 3}", Body=b"%d" % n, ContentType="image/png")
    s3.delete_object(Bucket="kept", Key="k1")
    s3.delete_object(Bucket="farm", Key="ü/3.jpg")
    upload = s3.create_multipart_upload(Bucket="farm", Key="big", ContentType="a/b")["UploadId"]
    where = {"Bucket": "farm", "Key": "big", "UploadId": upload}
    tags = [
        s3.upload_part(**where, PartNumber=number, Body=body)["ETag"]
        for number, body in ((1, b"x" * 5 * 1024 * 1024), (2, b"tail"))
    ]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})


def answers(s3):
    """Return what HEAD, GET and the lists answer, without what differs between two requests."""
    told = {}
    for bucket in ("farm", "kept"):
        listing = s3.list_object_versions(Bucket=bucket)
        told[bucket] = (
            listing.get("Versions"),
            listing.get("DeleteMarkers"),
            s3.list_objects_v2(Bucket=bucket)["Contents"],
        )
        for version in listing["Versions"]:
            where = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
            head, got = s3.head_object(**where, ChecksumMode="ENABLED"), s3.get_object(**where)
            held = [{name: answer.get(name) for name in HELD} for answer in (head, got)]
            told[bucket, version["Key"], version["VersionId"]] = (held, got["Body"].read())
    told["tags"] = s3.get_bucket_tagging(Bucket="farm")["TagSet"]
    return told


def test_a_server_that_lost_its_index_answers_as_before_after_a_repair(tmp_path):
    server = start_server(tmp_path / "data")
    s3 = server.client("s3")
    furnish(s3)
    before = answers(s3)
    with pytest.raises(subprocess.CalledProcessError):
        server.vedette("repair")
    kill(server)
    for path in (tmp_path / "data" / "buckets").glob(".index.db*"):
        path.unlink()
    with pytest.raises(
        AssertionError, match=r"is missing, while farm, kept beside it hold files.*vedette repair"
    ):
        start_server(tmp_path / "data")
    assert "rebuilt from its journal" in server.vedette("repair")
    server = start_server(tmp_path / "data")
    s3 = server.client("s3")
    assert answers(s3) == before
    s3.put_object(Bucket="farm", Key="ü/3.jpg", Body=b"again")
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.list_parts(Bucket="farm", Key="big", UploadId="x")
    assert stop_server(server) == 0
