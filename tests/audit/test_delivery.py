"""Events reach a bucket once each, whatever is killed in between, and digests name what was put."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from vedette.audit import trail as trail_module
from vedette.audit.delivery import DIGEST_S, PERIOD_S, DeliveryTools, deliver_due
from vedette.audit.digest_key import public_digest_keys
from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.trail import AuditTrail
from vedette.audit.trails import Trail, Trails
from vedette.clock import milliseconds
from vedette.dialects.cloudtrail_files import CloudTrailFiles
from vedette.dialects.cloudtrail_verify import verify_delivered
from vedette.errors import Missing, Taken, TooMuch, Unwritable, Wrong
from vedette.store.blobs.port import StoredObject

START = datetime(2026, 11, 29, 14, 30, tzinfo=UTC)
ACCOUNT = "111111111111"
ANN = AuditCaller("user", f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT, "AIDAANN", "ann", "AKIAANN")
BOB = AuditCaller("user", "arn:aws:iam::222222222222:user/bob", "222222222222")


class Killed(BaseException):
    """What ends a process, and no handler catches."""


class Bucket:
    """A bucket in memory that counts puts, and can be made to fail or to kill at one of them."""

    def __init__(self):
        self.objects, self.puts, self.dies_before, self.dies_after, self.error = {}, 0, 0, 0, None

    def has_bucket(self, bucket):
        return bucket == "logs"

    def owner(self, bucket):
        return ACCOUNT if bucket == "logs" else ""

    def list(self, bucket, prefix=""):
        for key in sorted(self.objects):
            if key.startswith(prefix):
                content, _ = self.objects[key]
                yield StoredObject(bucket, key, "", len(content), "another", START, "")

    def put(self, bucket, key, data, *, content_type="", metadata=None):
        self.puts += 1
        if self.error:
            raise self.error
        if self.puts == self.dies_before:
            raise Killed
        self.objects[key] = (data, dict(metadata or {}))
        if self.puts == self.dies_after:
            raise Killed

    def documents(self, kind):
        return [
            (key, json.loads(gzip.decompress(data)), properties)
            for key, (data, properties) in sorted(self.objects.items())
            if f"/{kind}/" in key
        ]

    def names(self):
        return [
            record["eventName"] for _, file, _ in self.documents("CloudTrail") for record in file["Records"]
        ]


@pytest.fixture
def plant(tmp_path, monkeypatch):
    monkeypatch.setattr(trail_module, "SIGNED_S", 3600)
    return Plant(tmp_path)


class Plant:
    """An audit trail, a trail of an account, and a bucket, on a clock that is set by hand."""

    def __init__(self, data):
        self.data, self.now, self.bucket, self.count = data, START, Bucket(), 0
        (data / "keys").mkdir()
        self.audit = AuditTrail(data, days=0, clock=self.clock)
        self.trails = Trails(data)
        self.trails.make(Trail(ACCOUNT, "us-east-1", "main", "logs"))

    def clock(self):
        return self.now

    def start(self):
        self.trails.start(ACCOUNT, "main", milliseconds(self.now))

    def stop(self):
        self.trails.change(ACCOUNT, "main", is_on=False, stopped_ms=milliseconds(self.now))
        self.now += timedelta(seconds=3)

    def note(self, operation, *, caller=ANN, region="us-east-1"):
        self.count += 1
        event = AuditEvent(f"e{self.count}", milliseconds(self.now), "rekognition", operation, region, caller)
        self.audit.note(event)

    def deliver(self, *, after_s=PERIOD_S):
        self.now += timedelta(seconds=after_s)
        self.audit.sign()
        tools = DeliveryTools(self.data, Trails(self.data), self.bucket, CloudTrailFiles(), self.clock)
        deliver_due(tools)

    def state(self):
        return self.trails.state(self.trails.find(ACCOUNT, "main"))


def test_events_of_the_account_since_the_start_are_delivered(plant):
    plant.note("Before")
    plant.now += timedelta(seconds=1)
    plant.start()
    plant.note("CreateProject")
    plant.note("Elsewhere", region="eu-west-1")
    plant.note("NotMine", caller=BOB)
    plant.deliver()
    assert plant.bucket.names() == ["CreateProject"]
    [(key, _, _)] = plant.bucket.documents("CloudTrail")
    assert key.startswith(
        f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/11/29/{ACCOUNT}_CloudTrail_us-east-1_20261129T1435Z_"
    )
    plant.deliver(after_s=1)
    assert plant.bucket.puts == 1
    plant.deliver()
    assert plant.bucket.names() == ["CreateProject"]


@pytest.mark.parametrize("when", ["dies_before", "dies_after"])
@pytest.mark.parametrize("step", range(1, 7))
def test_a_kill_at_any_put_neither_loses_nor_doubles(plant, when, step):
    plant.start()
    expected = []
    setattr(plant.bucket, when, step)
    kills = 0
    for hour in range(3):
        for number in range(4):
            expected.append(f"Do{hour}{number}")
            plant.note(expected[-1])
        for _ in range(2):
            try:
                plant.deliver(after_s=DIGEST_S)
            except Killed:
                kills += 1
                plant.note(f"Late{hour}{kills}")
                expected.append(f"Late{hour}{kills}")
    plant.stop()
    plant.deliver()
    assert kills == 1
    assert sorted(plant.bucket.names()) == sorted(expected)
    assert_chained(plant)
    assert not plant.state().is_open


def assert_chained(plant):
    """Hold every digest to its signature, to the files it names and to the digest before it."""
    der = public_digest_keys(plant.data)[0].der
    key = serialization.load_der_public_key(der)
    previous, named = None, {}
    for place, document, properties in plant.bucket.documents("CloudTrail-Digest"):
        text = gzip.decompress(plant.bucket.objects[place][0])
        digest = hashes.Hash(hashes.SHA256())
        digest.update(text)
        before = document["previousDigestSignature"] or "null"
        signed = f"{document['digestEndTime']}\nlogs/{place}\n{digest.finalize().hex()}\n{before}"
        key.verify(
            bytes.fromhex(properties["signature"]), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        assert document["digestS3Object"] == place
        assert document["previousDigestS3Object"] == (previous and previous[0])
        assert document["previousDigestSignature"] == (previous and previous[1])
        named |= {file["s3Object"]: file["hashValue"] for file in document["logFiles"]}
        previous = (place, properties["signature"])
    for place, _, _ in plant.bucket.documents("CloudTrail"):
        digest = hashes.Hash(hashes.SHA256())
        digest.update(gzip.decompress(plant.bucket.objects[place][0]))
        assert named.pop(place) == digest.finalize().hex()
    assert named == {}


def test_a_bucket_that_fails_is_told_and_loses_nothing(plant):
    plant.start()
    plant.note("First")
    plant.bucket.error = Unwritable("The disk is full.")
    plant.deliver()
    assert plant.state().problem == "The disk is full."
    plant.note("Second")
    plant.deliver(after_s=10)
    assert plant.bucket.puts == 1  # not each second
    plant.bucket.error = None
    plant.deliver()
    assert (plant.bucket.names(), plant.state().problem) == (["First", "Second"], "")


def test_a_stop_waits_for_what_is_not_signed_yet(plant):
    plant.start()
    plant.note("Last")
    plant.stop()
    tools = DeliveryTools(plant.data, plant.trails, plant.bucket, CloudTrailFiles(), plant.clock)
    assert deliver_due(tools) is True
    assert plant.bucket.objects == {}
    plant.note("After")
    plant.deliver(after_s=3)
    assert (plant.bucket.names(), plant.state().is_open) == (["Last"], False)
    plant.note("Later")
    plant.now += timedelta(seconds=1)
    plant.start()
    plant.note("Again")
    plant.deliver()
    assert plant.bucket.names() == ["Last", "Again"]


def test_a_start_right_after_a_stop_goes_on_as_if_there_had_been_none(plant):
    plant.start()
    plant.note("First")
    plant.stop()
    plant.start()
    plant.note("Second")
    plant.deliver()
    assert plant.bucket.names() == ["First", "Second"]


def test_lines_that_were_removed_before_they_were_delivered_are_counted(plant):
    plant.start()
    plant.bucket.error = Unwritable("It is gone.")
    plant.note("Old")
    plant.now += timedelta(hours=2)
    plant.note("New")
    plant.audit.sign()
    plant.audit._end_parts()
    plant.audit._days = 1
    plant.now += timedelta(hours=24)
    assert plant.audit.remove_old() == 1
    plant.bucket.error = None
    plant.deliver()
    assert plant.bucket.names() == ["New"]
    assert plant.state().missed >= 1


@pytest.mark.parametrize(
    "name", ["a", "a..b", "../x", "a/b", "1.2.3.4", "-ab", "x" * 129, "a\n", "é" * 4, ""]
)
def test_a_name_that_is_none_makes_no_file(plant, name):
    with pytest.raises(Wrong):
        plant.trails.make(Trail(ACCOUNT, "us-east-1", name, "logs"))
    with pytest.raises(Missing):
        plant.trails.find(ACCOUNT, name)


def test_trails_are_few_and_of_one_name(plant):
    with pytest.raises(Taken):
        plant.trails.make(Trail(ACCOUNT, "us-east-1", "main", "logs"))
    for number in range(4):
        plant.trails.make(Trail(ACCOUNT, "us-east-1", f"more{number}", "logs"))
    with pytest.raises(TooMuch):
        plant.trails.make(Trail(ACCOUNT, "us-east-1", "over", "logs"))
    plant.trails.make(Trail("222222222222", "us-east-1", "main", "logs"))
    assert len(plant.trails.every()) == 6


def test_a_restored_chain_goes_on_where_its_lines_do(plant):
    plant.start()
    plant.note("First")
    plant.deliver()
    trail = plant.trails.find(ACCOUNT, "main")
    ahead = {"chain-1": plant.state().positions["chain-1"] + 5}
    plant.trails.keep(trail, replace(plant.state(), positions=ahead))
    plant.deliver()
    plant.note("Second")
    plant.deliver()
    assert plant.bucket.names() == ["First", "Second"]
    (plant.data / "audit" / "chain-1" / "head.json").write_bytes(b"{")
    plant.now += timedelta(seconds=PERIOD_S)
    deliver_due(DeliveryTools(plant.data, plant.trails, plant.bucket, CloudTrailFiles(), plant.clock))
    assert plant.bucket.names() == ["First", "Second"]


# Verified


class Delivered:
    """What is in the bucket, as a bucket has it, or as a copy in a folder, which has no properties."""

    def __init__(self, bucket, *, is_copy=False):
        self.objects = dict(bucket.objects)
        self.is_copy = is_copy

    def names(self):
        return [f"copy/{name}" for name in self.objects]

    def read(self, name):
        data, properties = self.objects[name.removeprefix("copy/")]
        return data, {} if self.is_copy else properties


@pytest.fixture
def delivered(plant):
    """Three hours of deliveries, and a file that no digest names yet."""
    plant.start()
    for hour in range(3):
        plant.note(f"Do{hour}")
        plant.deliver()
        plant.note(f"Do{hour}")
        plant.deliver(after_s=DIGEST_S)
    plant.note("Last")
    plant.deliver()
    return Delivered(plant.bucket)


def keys_of(plant):
    return {key.fingerprint: key.der for key in public_digest_keys(plant.data)}


def of_kind(delivered, kind):
    return sorted(name for name in delivered.objects if f"/{kind}/" in name)


@pytest.mark.parametrize("is_copy", [False, True])
def test_what_was_delivered_is_verified_in_a_bucket_and_in_a_copy(plant, delivered, is_copy):
    delivered.is_copy = is_copy
    verdict = verify_delivered(delivered, keys_of(plant))
    assert verdict.findings == []
    assert (verdict.digests, verdict.files) == (3, 6)
    last = of_kind(delivered, "CloudTrail-Digest")[-1]
    unknown = [f"{last}: the last digest's signature is a property of its object, which is not here"]
    assert verdict.notes == [
        *(unknown if is_copy else []), "1 files are newer than the last digest, which will name them"
    ]  # fmt: skip


def changed(data):
    return gzip.compress(gzip.decompress(data).replace(b"Do", b"Du"), mtime=0)


TAMPERING = {
    "a file is changed": lambda logs, digests, put: put(logs[0], changed),
    "a file is damaged": lambda logs, digests, put: put(logs[1], lambda data: data[:-5]),
    "a file is removed": lambda logs, digests, put: put(logs[2], None),
    "a file is put in": lambda logs, digests, put: put(logs[0].replace("Z_", "Z_0"), lambda _: b"x"),
    "a file is moved": lambda logs, digests, put: (
        put(logs[0].replace("/us-east-1/", "/eu-west-1/"), lambda _: b""), put(logs[0], None)
    ),
    "a digest is removed": lambda logs, digests, put: put(digests[1], None),
    "the first digest is removed": lambda logs, digests, put: put(digests[0], None),
    "a digest is damaged": lambda logs, digests, put: put(digests[1], lambda data: data[20:]),
    "a digest lies elsewhere": lambda logs, digests, put: put(
        digests[1].replace("T1", "T0"), lambda _: put(digests[1])
    ),
}  # fmt: skip


@pytest.mark.parametrize("is_copy", [False, True])
@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_done_to_delivered_files_is_found(plant, delivered, what, is_copy):
    delivered.is_copy = is_copy
    logs, digests = of_kind(delivered, "CloudTrail"), of_kind(delivered, "CloudTrail-Digest")

    def put(name, change=bytes):
        data, properties = delivered.objects.get(name, (b"", {}))
        if change is None:
            del delivered.objects[name]
            return data
        delivered.objects[name] = (change(data), properties)
        return data

    TAMPERING[what](logs, digests, put)
    assert verify_delivered(delivered, keys_of(plant)).findings


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_digest_that_was_written_anew_without_the_key_is_found(plant, delivered, number):
    place = of_kind(delivered, "CloudTrail-Digest")[number]
    data, properties = delivered.objects[place]
    facts = json.loads(gzip.decompress(data))
    gone = facts["logFiles"].pop()
    del delivered.objects[gone["s3Object"]]
    delivered.objects[place] = (gzip.compress(json.dumps(facts).encode()), properties)
    findings = verify_delivered(delivered, keys_of(plant)).findings
    assert f"{place}: its signature is wrong, or is of a key that is not known" in findings
    assert bool(verify_delivered(delivered, {}).findings)


def test_a_trail_that_was_stopped_for_a_while_is_told_and_is_no_finding(plant):
    plant.start()
    plant.note("One")
    plant.stop()
    plant.deliver()
    plant.now += timedelta(hours=5)
    plant.start()
    plant.trails.change(ACCOUNT, "main", is_on=True)
    plant.note("Two")
    plant.deliver()
    plant.deliver(after_s=DIGEST_S)
    verdict = verify_delivered(Delivered(plant.bucket), keys_of(plant))
    assert verdict.findings == []
    assert verdict.digests == 2
    assert ["was stopped from" in note for note in verdict.notes] == [True]
