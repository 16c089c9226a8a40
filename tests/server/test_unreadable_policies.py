"""Stored policies that this release cannot obey deny everything, and the server names them when it starts."""

import json

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import update

from doubles.installations import an_installation
from doubles.servers import start_server, stop_server
from vedette.identity.directory import Directory
from vedette.identity.seal import open_seal
from vedette.identity.tables import roles
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.db import open_database

HERE = "000000000000"
LATER = json.dumps({"Version": "2031-01-01", "Statement": []})


@pytest.fixture
def data(sqlite_maker):
    """A data folder that a later release wrote into: a bucket's policy and a role's trust."""
    folder = an_installation(sqlite_maker)
    blobs = FolderBlobs(folder / "buckets")
    blobs.make_bucket("pictures", account=HERE)
    blobs.put("pictures", "a", b"1")
    blobs.buckets.put_document("pictures", "policy", LATER.encode())
    blobs.close()
    database = open_database("", folder)
    directory = Directory(database, open_seal(folder))
    for name in ("later", "nobodys"):
        directory.create_role(HERE, name, [])
    with database.write() as connection:
        connection.execute(update(roles).where(roles.c.name == "later").values(trust=LATER))
    database.close()
    return folder


def test_a_start_names_what_it_cannot_obey_and_nothing_gets_in(data, tmp_path):
    server = start_server(data, log=tmp_path / "log")
    try:
        s3 = server.client("s3")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.get_object(Bucket="pictures", Key="a")
        assert s3.get_bucket_policy(Bucket="pictures")["Policy"] == LATER
        s3.delete_bucket_policy(Bucket="pictures")
        assert s3.get_object(Bucket="pictures", Key="a")["Body"].read() == b"1"
    finally:
        assert stop_server(server) == 0
    log = (tmp_path / "log").read_text("utf-8")
    why = "The policy document cannot be used: its Version is one of 2012-10-17 and 2008-10-17."
    assert f"The policy of the bucket pictures denies everything. {why}" in log
    assert f"The role later of account {HERE} trusts nobody. {why}" in log
    assert "nobodys" not in log
