"""Buckets and clients of three kinds of caller: the owner, a stranger with a key, and nobody."""

import itertools
import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

COUNT = itertools.count()


@pytest.fixture(scope="session")
def s3(server):
    return server.client("s3")


@pytest.fixture(scope="session")
def stranger(server):
    """A client of another account."""
    server.vedette("account", "create", "111122223333")
    key = json.loads(server.vedette("key", "create", "--account", "111122223333", "--format", "json"))
    return server.client("s3", key=(key["AccessKeyId"], key["SecretAccessKey"]))


@pytest.fixture(scope="session")
def nobody(server):
    """A client that signs nothing."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return boto3.client("s3", endpoint_url=server.address, region_name="us-east-1", config=config)


@pytest.fixture
def bucket(s3):
    name = f"bucket-{next(COUNT)}-of-tests"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def refused():
    """`refused(client.operation, **parameters)` returns the code and status of the refusal."""

    def call(operation, **parameters):
        with pytest.raises(ClientError) as caught:
            operation(**parameters)
        answer = caught.value.response
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]

    return call
