"""Buckets and clients of three kinds of caller: the owner, a stranger with a key, and nobody."""

import itertools

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from vedette.identity.directory import Directory
from vedette.identity.seal import open_seal
from vedette.store.db import open_database

COUNT = itertools.count()


@pytest.fixture(scope="session")
def s3(server):
    return server.client("s3")


@pytest.fixture(scope="session")
def directory(server):
    """The directory of the running server, opened beside it: a command of its own takes seconds."""
    database = open_database("", server.data)
    yield Directory(database, open_seal(server.data))
    database.close()


@pytest.fixture(scope="session")
def stranger(server, directory):
    """A client of another account."""
    directory.create_account("111122223333")
    key = directory.create_key("111122223333", None)
    return server.client("s3", key=(key.id, key.secret))


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
