"""What is wrong with pictures shows where a customer looks for it, through boto3."""

import json
import time
import uuid

import pytest

from doubles.lines import a_box_line, a_line
from doubles.pictures import a_jpeg, a_png


@pytest.fixture
def name():
    """A name that no other test of the run has."""
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def bucket(server, name):
    server.client("s3").create_bucket(Bucket=name)
    return name


def polled(describe, ready):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = describe()
        if ready(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"still {found}")


def test_pictures_that_are_none_are_listed_with_their_error(server, bucket, name):
    s3, rekognition = server.client("s3"), server.client("rekognition")
    pictures = {
        "sound": a_png(),
        "text": b"no picture at all",
        "cut": a_jpeg()[:-2000],
        "small": a_png(63, 200),
        "boxed": a_png(63, 200, seed=1),
        "jpeg": a_jpeg(),
    }
    for key, data in pictures.items():
        s3.put_object(Bucket=bucket, Key=f"boards/{key}.png", Body=data)
    lines = [a_line(key, "a", bucket=bucket) for key in pictures if key != "boxed"]
    lines += [a_box_line("boxed", "a", bucket=bucket), a_line("nowhere", "b", bucket=bucket)]
    s3.put_object(Bucket=bucket, Key="a.manifest", Body="\n".join(lines).encode())
    project = rekognition.create_project(ProjectName=name)["ProjectArn"]
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": "a.manifest"}}}
    arn = rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)[
        "DatasetArn"
    ]

    def describe():
        return rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]

    polled(describe, lambda found: found.get("DatasetStats", {}).get("ErrorEntries") == 5)
    listed = rekognition.list_dataset_entries(DatasetArn=arn, HasErrors=True)["DatasetEntries"]
    told = {
        json.loads(line)["source-ref"].rpartition("/")[2]: json.loads(line)["cl-errors"] for line in listed
    }
    invalid = {
        "code": "ERROR_INVALID_IMAGE",
        "message": "The image is invalid. Check S3 path and/or image properties.",
    }
    dimension = {
        "code": "ERROR_INVALID_IMAGE_DIMENSION",
        "message": "The image dimension(s) do not conform to allowed dimensions.",
    }
    assert told == {
        "text.png": [invalid],
        "cut.png": [invalid],
        "small.png": [invalid],
        "boxed.png": [dimension],
        "nowhere.png": [invalid],
    }
    # The repair of the guide: put the picture right, and update its entry.
    s3.put_object(Bucket=bucket, Key="boards/small.png", Body=a_png())
    changes = {"GroundTruth": a_line("small", "a", bucket=bucket).encode()}
    rekognition.update_dataset_entries(DatasetArn=arn, Changes=changes)
    mended = polled(describe, lambda found: found["Status"] == "UPDATE_COMPLETE")
    assert mended["DatasetStats"]["ErrorEntries"] == 4
    assert (
        rekognition.list_dataset_entries(DatasetArn=arn, SourceRefContains="small", HasErrors=True)[
            "DatasetEntries"
        ]
        == []
    )
