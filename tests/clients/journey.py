"""Run by foreign interpreters: the front doors through whatever boto3 they have.

Prints one JSON object; the test beside it holds the expectations. Only the endpoint, the
key and the region come from the environment, as a customer's would.
"""

import hashlib
import http.client
import io
import json
import os
import ssl
import sys
import urllib.parse

import boto3
import botocore
from botocore.exceptions import ClientError


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def fetch(url, data=None, method="GET"):
    # urllib would add a Content-Type, which a Version 2 link signs.
    where = urllib.parse.urlsplit(url)
    if where.scheme == "https":
        context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        line = http.client.HTTPSConnection(where.netloc, context=context, timeout=60)
    else:
        line = http.client.HTTPConnection(where.netloc, timeout=60)
    line.request(method, f"{where.path}?{where.query}", data)
    answer = line.getresponse()
    said = answer.read()
    assert answer.status == 200, (answer.status, said)
    return said


def buckets(mark):
    s3 = boto3.client("s3")
    bucket = f"clients-{mark}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(
        Bucket=bucket, Key="a b/ü+%.txt", Body=b"hello", ContentType="text/plain", Metadata={"k": "v"}
    )
    head = s3.head_object(Bucket=bucket, Key="a b/ü+%.txt")
    s3.upload_fileobj(io.BytesIO(b"streamed" * 10), bucket, "streamed")
    big = os.urandom(1 << 20) * 64
    s3.upload_fileobj(io.BytesIO(big), bucket, "big")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "big", back)
    up = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "linked"})
    fetch(up, b"through a link", "PUT")
    down = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "linked"})
    keys = [page["Key"] for page in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    found = {
        "metadata": head["Metadata"],
        "type": head["ContentType"],
        "streamed": s3.get_object(Bucket=bucket, Key="streamed")["Body"].read().decode(),
        "big_is_same": hashlib.sha256(back.getvalue()).digest() == hashlib.sha256(big).digest(),
        "big_etag_parts": s3.head_object(Bucket=bucket, Key="big")["ETag"].strip('"').split("-")[-1],
        "linked": fetch(down).decode(),
        "keys": keys,
        "missing": code_of(s3.get_object, Bucket=bucket, Key="nothing"),
        "not_empty": code_of(s3.delete_bucket, Bucket=bucket),
        "location": s3.get_bucket_location(Bucket=bucket)["LocationConstraint"],
    }
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    s3.delete_bucket(Bucket=bucket)
    return found


def rekognition(mark):
    client = boto3.client("rekognition")
    name = f"clients-{mark}"
    arn = client.create_project(ProjectName=name, Tags={"line": "7"})["ProjectArn"]
    client.tag_resource(ResourceArn=arn, Tags={"shift": "night"})
    client.untag_resource(ResourceArn=arn, TagKeys=["line"])
    found = {
        "tags": client.list_tags_for_resource(ResourceArn=arn)["Tags"],
        "described": [
            p["Status"] for p in client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
        ],
        "twice": code_of(client.create_project, ProjectName=name),
        "bad_name": code_of(client.create_project, ProjectName="no spaces"),
        "deleted": client.delete_project(ProjectArn=arn)["Status"],
    }
    found["gone"] = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    return found


def lookout(mark):
    client = boto3.client("lookoutvision")
    name = f"clients-{mark}"
    arn = client.create_project(ProjectName=name)["ProjectMetadata"]["ProjectArn"]
    return {
        "arn_end": arn.split(":")[-1],
        "datasets": client.describe_project(ProjectName=name)["ProjectDescription"]["Datasets"],
        "listed": name in [p["ProjectName"] for p in client.list_projects()["Projects"]],
        "twice": code_of(client.create_project, ProjectName=name),
        "page": code_of(client.list_projects, MaxResults=101),
        "deleted": client.delete_project(ProjectName=name)["ProjectArn"] == arn,
        "missing": code_of(client.describe_project, ProjectName=name),
    }


def main():
    mark = sys.argv[1]
    print(
        json.dumps(
            {
                "botocore": botocore.__version__,
                "account": boto3.client("sts").get_caller_identity()["Account"],
                "buckets": buckets(mark),
                "rekognition": rekognition(mark),
                "lookout": lookout(mark),
            }
        )
    )


main()
