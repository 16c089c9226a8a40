"""`vedette doctor` beside servers that share a PostgreSQL and an S3: each fault is a sentence."""

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from doubles.clusters import members, until
from vedette.cli.main import app
from vedette.clock import system_clock
from vedette.jobs.store import DATABASE_MS
from vedette.jobs.tables import servers
from vedette.server import health_apart
from vedette.server.health_apart import examine_apart
from vedette.settings import Settings
from vedette.store.db import open_database

pytestmark = pytest.mark.cluster


def settings_of(cluster, **more):
    key, secret = cluster.s3.key
    facts = {
        "database": cluster.database,
        "s3_endpoint": cluster.s3.address,
        "s3_access_key": key,
        "s3_secret_key": secret,
    }
    return Settings(data=cluster.data, **{**facts, **more})


def said(settings, clock=system_clock):
    return {check.subject: (check.verdict, check.sentence) for check in examine_apart(settings, clock)}


@pytest.fixture
def another(pair):
    """Put one more server on the list for the time of a test: it is what the test says."""
    database = open_database(pair.database, pair.data)

    def put(**facts):
        with database.write() as connection:
            now = int(connection.execute(DATABASE_MS).scalar_one())
            own = {
                "id": "another", "host": "h", "address": "http://another", "folder": "f", "release": "0.1.0",
                "change": members(pair)[0].change, "began_ms": now, "seen_ms": now, "ahead_ms": 0,
                "units": "{}",
            }  # fmt: skip
            connection.execute(insert(servers).values(**{**own, **facts}))

    yield put
    with database.write() as connection:
        connection.execute(servers.delete().where(servers.c.id == "another"))
    database.close()


def test_a_cluster_that_is_well_is_four_good_sentences(pair):
    # A server's address stands on the list from its first beat on.
    until(lambda: all(member.address for member in members(pair)), True)
    found = said(settings_of(pair))
    assert {subject: verdict for subject, (verdict, _) in found.items()} == {
        "database": "good", "servers": "note", "S3": "good", "more servers": "good",
    }  # fmt: skip
    # PostgreSQL of the tests allows 60 connections, which two servers can use up.
    _, sentence = found["servers"]
    assert sentence.startswith("2 of release ")
    assert "each may use 32 connections, and PostgreSQL allows 60 in all: raise max_connections" in sentence
    assert all(server.address in sentence for server in pair.servers.values())
    assert "PostgreSQL " in found["database"][1]
    assert "of 60 connections in use" in found["database"][1]


def test_the_command_says_the_same(pair, monkeypatch):
    for name, value in {**pair.environment(), "VEDETTE_DATA": str(pair.data)}.items():
        monkeypatch.setenv(name, value)
    printed = CliRunner().invoke(app, ["doctor"]).stdout
    assert "any number may share this database, this S3 and the folder" in printed


def test_a_clock_apart_is_said_of_the_database_and_of_the_s3(pair):
    found = said(settings_of(pair), lambda: system_clock() - timedelta(minutes=1))
    assert found["database"][0] == "bad"
    # To the second: a busy machine answers late, and the middle of both looks is what counts.
    assert re.search(r"its clock is (59|60|61)\.\d s from this machine's", found["database"][1])
    assert "set both clocks by NTP" in found["database"][1]
    assert found["S3"][0] == "bad"
    assert "from this machine's: set both by NTP" in found["S3"][1]


def test_a_server_of_another_release_and_one_with_its_clock_apart_are_named(pair, another):
    another(release="0.0.9", change="0039", ahead_ms=61_000)
    verdict, sentence = said(settings_of(pair))["servers"]
    assert verdict == "bad"
    assert "The server http://another is of release 0.0.9 (change 0039)" in sentence
    assert "The clock of the server http://another is 61 s ahead of the database's" in sentence


def test_a_server_that_is_silent_is_none(pair, another):
    another(seen_ms=0, release="0.0.1")
    assert "http://another" not in said(settings_of(pair))["servers"][1]


def test_a_read_only_database_is_no_place_for_servers(pair):
    address = f"{pair.database}&options=-c%20default_transaction_read_only%3Don"
    verdict, sentence = said(settings_of(pair, database=address))["database"]
    assert (verdict, sentence[:33]) == ("bad", "it is a standby or read-only: VED")


def test_a_slow_commit_and_an_old_release_are_notes(pair, monkeypatch):
    monkeypatch.setattr(health_apart, "SLOW_MS", 0.0)
    assert said(settings_of(pair))["database"][0] == "note"
    monkeypatch.setattr(health_apart, "TESTED", 99)
    assert said(settings_of(pair))["database"][1].endswith("; tested is 99")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"s3_endpoint": "http://127.0.0.1:9"}, "http://127.0.0.1:9: Could not connect"),
        ({"s3_secret_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"s3_access_key": "AKIANOBODYNOBODYNO12"}, "InvalidAccessKeyId"),
    ],
)
def test_an_s3_that_does_not_answer_or_refuses_the_key_is_said(pair, more, sentence):
    verdict, found = said(settings_of(pair, **more))["S3"]
    assert verdict == "bad"
    assert sentence in found


def test_a_bucket_that_the_key_may_not_enter_is_named(pair, name):
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{name}",
    }
    s3 = pair.s3.client("s3")
    s3.create_bucket(Bucket=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    try:
        verdict, sentence = said(settings_of(pair))["S3"]
    finally:
        s3.delete_bucket_policy(Bucket=name)
        s3.delete_bucket(Bucket=name)
    assert verdict == "bad"
    assert sentence.endswith(f"of which the key may not enter {name}")


def test_a_database_that_is_not_there_is_said_without_its_password(pair, monkeypatch):
    address = "postgresql://vedette:secret@127.0.0.1:1/vedette?connect_timeout=2"
    monkeypatch.setattr("vedette.store.db.AWAY_S", 0.1)
    found = said(settings_of(pair, database=address))
    assert found["database"][0] == "bad"
    assert found["database"][1].startswith("PostgreSQL does not answer: ")
    assert "secret" not in str(found)
    # What can be said without it is said.
    assert found["S3"][0] == "good"


def test_without_an_s3_one_server_at_a_time(pair):
    verdict, sentence = said(settings_of(pair, s3_endpoint=""))["more servers"]
    assert (verdict, sentence) == ("note", "one at a time: for more, an S3 (VEDETTE_S3_ENDPOINT) is missing")


def test_a_database_of_sqlite_with_an_s3_lacks_the_other(pair, tmp_path):
    found = said(settings_of(pair, database=f"sqlite:///{tmp_path / 'x.db'}"))
    assert found["more servers"][1] == "one at a time: for more, a PostgreSQL (VEDETTE_DATABASE) is missing"
    assert "database" not in found
