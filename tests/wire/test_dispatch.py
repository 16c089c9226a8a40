"""Which service answers: by the signature's scope where there is one, by the form otherwise."""

import pytest

from vedette.wire.dispatch import choose
from vedette.wire.http import Headers, Request

FORM = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
ACTION = b"Action=GetCallerIdentity&Version=2011-06-15"


def request(method="POST", path="/", query="", headers=(), body=b""):
    return Request(method, path, query, Headers(headers), body)


@pytest.mark.parametrize(
    ("sent", "signed_for", "answers"),
    [
        (
            request(headers=[("X-Amz-Target", "RekognitionService.DescribeProjects")]),
            "rekognition",
            "rekognition",
        ),
        (request(headers=[("X-Amz-Target", "RekognitionService.DescribeProjects")]), None, "rekognition"),
        (request(headers=[("X-Amz-Target", "TrentService.ListKeys")]), "kms", None),
        (request(headers=[("X-Amz-Target", "TrentService.ListKeys")]), None, None),
        (request(headers=[("X-Amz-Target", "")]), None, None),
        (request(), "rekognition", "rekognition"),
        (request("GET", "/2020-11-20/projects"), "lookoutvision", "lookoutvision"),
        (request("GET", "/2020-11-20/projects"), None, "lookoutvision"),
        (request("GET", "/2020-11-20/projects"), "s3", "s3"),
        (request("GET", "/2020-11-20"), None, "s3"),
        (request(headers=FORM, body=ACTION), "sts", "sts"),
        (request(headers=FORM, body=ACTION), None, "sts"),
        (request("GET", query="Action=GetCallerIdentity&Version=2011-06-15"), None, "sts"),
        (request(headers=FORM, body=b"Action=ListUsers&Version=2010-05-08"), "iam", None),
        (request(headers=FORM, body=b"Action=x"), None, "s3"),
        (request("POST", "/bucket", headers=FORM, body=ACTION), None, "s3"),
        (request("GET"), None, "s3"),
        (request("GET"), "s3", "s3"),
        (request("PUT", "/bucket/key"), None, "s3"),
        (request("GET"), "sagemaker", None),
    ],
)
def test_one_port_tells_the_services_apart(sent, signed_for, answers):
    assert choose(sent, signed_for) == answers
