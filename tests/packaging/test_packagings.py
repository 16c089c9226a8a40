"""Packaging by the room's front: rights, crashes, deletions, limits, and what lies on the disk in between."""

import dataclasses
import json
import threading

import pytest
from sqlalchemy import select

from doubles.houses import ELSEWHERE, HERE, MovedClock, a_caller, a_house
from doubles.packages import tiny_package
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.own import OPERATIONS
from vedette.api.own.edge_packages import open_package_file
from vedette.api.s3.sealing import ObjectSealing
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.errors import Busy, Denied, Missing, Taken, TooMuch, Wrong
from vedette.jobs.kind import JobInterrupted
from vedette.jobs.runner import JobRunner
from vedette.packaging import works
from vedette.packaging.packagings import Packagings
from vedette.packaging.tables import packaging_jobs
from vedette.packaging.values import PackagingWish
from vedette.packaging.works import PackagingRun
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.store.db import open_database

OUT = "edge-out"


class Desk:
    """A project with a trained version in a house, and a bucket."""

    def __init__(self, house, folder):
        self.house, self.folder = house, folder
        self.caller = a_caller("lookoutvision").principal
        self.project = house.projects.create(Scope("lookoutvision", HERE, "eu-west-1"), NewProject("doors"))
        self.version = self.trained()
        house.blobs.make_bucket(OUT, account=HERE, region="eu-west-1")

    def trained(self):
        made, _ = self.house.versions.create(self.project, NewVersion(bucket=OUT))
        tiny_package(self.folder / "versions" / made.folder / "package", "anomaly")
        return self.house.versions.move(made, "trained")

    def order(self, component="doors", **more):
        wish = PackagingWish(component, more.pop("bucket", OUT), prefix="belt/", **more)
        return self.house.packagings.create(self.version, wish, self.caller)

    def settled(self, job):
        self.house.jobs.wait(20)
        return self.house.packagings.describe(self.project, job.wish.name)

    def keys(self):
        return [item.key for item in self.house.blobs.list(OUT, "")]

    def scratch(self):
        return sorted(place.name for place in (self.folder / "packaging").iterdir())


@pytest.fixture
def desk(sqlite_maker, tmp_path):
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    house = a_house(database, MovedClock(), folder)
    house.jobs.start()
    yield Desk(house, folder)
    house.jobs.close()
    house.blobs.close()
    database.close()


def test_a_job_writes_its_files_and_leaves_nothing_on_the_disk(desk):
    job = desk.settled(desk.order())
    assert (job.status, job.message, job.precision) == ("succeeded", "The model was packaged.", "float32")
    assert sorted(job.files.values()) == desk.keys()
    assert sorted(job.files) == ["component", "linux", "manifest", "recipe_json", "recipe_yaml", "sums"]
    assert desk.scratch() == []


def test_a_version_may_be_deleted_while_it_is_packaged(desk, monkeypatch):
    may_go_on = threading.Event()
    build = works.build_component
    monkeypatch.setattr(
        works, "build_component", lambda *words, **more: may_go_on.wait(20) and build(*words, **more)
    )
    job = desk.order()
    desk.house.trainings.delete(desk.version)
    with pytest.raises(Busy, match="packaging job under way"):
        desk.house.projects.delete(desk.project.scope, "doors")
    may_go_on.set()
    assert desk.settled(job).status == "succeeded"
    desk.house.projects.delete(desk.project.scope, "doors")


def test_a_right_that_is_gone_at_the_end_writes_nothing(desk, monkeypatch):
    access = desk.house.packagings._tools.access
    answers = iter([True])
    monkeypatch.setattr(type(access), "may_write", lambda *_: next(answers, False))
    job = desk.settled(desk.order())
    assert job.status == "failed"
    assert "is not authorized to perform: s3:PutObject on edge-out/belt/doors/1.0.0/" in job.message
    assert desk.keys() == []
    assert desk.scratch() == []


def test_a_caller_that_is_gone_at_the_end_writes_nothing(desk, monkeypatch):
    access = desk.house.packagings._tools.access
    monkeypatch.setattr(type(access), "missing_caller", lambda *_: "The user alice was deleted.")
    job = desk.settled(desk.order())
    assert (job.status, job.message, desk.keys()) == ("failed", "The user alice was deleted.", [])


@pytest.mark.parametrize("stage", ["build_component", "write_files", "_deliver"])
def test_a_run_that_is_cut_off_is_taken_up_and_writes_the_same(desk, monkeypatch, stage):
    whole = desk.settled(desk.order("before"))
    before = {key: desk.house.blobs.read(OUT, key) for key in whole.files.values()}
    target = PackagingRun if stage == "_deliver" else works
    original, cuts = getattr(target, stage), iter([True])

    def cut(*words, **more):
        result = original(*words, **more)
        if next(cuts, False):
            raise JobInterrupted
        return result

    monkeypatch.setattr(target, stage, cut)
    job = desk.order("cut")
    desk.house.jobs.wait(20)
    assert desk.house.packagings.describe(desk.project, job.wish.name).status == "running"
    number = desk.house.jobs.number("package", str(job.id))
    desk.house.jobs.begin("package", number)
    done = desk.settled(job)
    assert done.status == "succeeded"
    after = json.loads(desk.house.blobs.read(OUT, done.files["manifest"]))
    assert after["files"] == json.loads(before[whole.files["manifest"]])["files"]


def test_a_component_and_a_job_s_name_are_given_out_once(desk):
    first = desk.order(name="one")
    with pytest.raises(Taken, match="by the packaging job one"):
        desk.order()
    with pytest.raises(Taken, match="named one already"):
        desk.order("other", name="one")
    desk.settled(first)
    with pytest.raises(Taken):
        desk.order()
    assert desk.settled(desk.order(component_version="1.0.1")).status == "succeeded"


def test_two_orders_of_one_component_at_once_make_one(desk):
    outcomes = []

    def order():
        try:
            outcomes.append(desk.order().wish.component_version)
        except Taken:
            outcomes.append("taken")

    threads = [threading.Thread(target=order) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["1.0.0", "taken", "taken", "taken"]


def test_a_failed_job_gives_its_component_back(desk, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(works, "build_component", lambda *_, **__: 1 / 0)
        job = desk.settled(desk.order())
    assert (job.status, job.message) == ("failed", works.UNFORESEEN)
    assert desk.settled(desk.order()).status == "succeeded"


def test_a_full_disk_is_said_to_be_full(desk, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(works, "write_files", full)
    job = desk.settled(desk.order())
    assert job.status == "failed"
    assert "full" in job.message
    assert desk.scratch() == []


def test_no_more_than_so_many_are_under_way(desk, monkeypatch):
    may_go_on = threading.Event()
    build = works.build_component
    monkeypatch.setattr(
        works, "build_component", lambda *words, **more: may_go_on.wait(20) and build(*words, **more)
    )
    jobs = [desk.order(f"part-{number}") for number in range(20)]
    with pytest.raises(TooMuch, match="20 packaging jobs of this account are under way"):
        desk.order("one-more")
    may_go_on.set()
    assert {desk.settled(job).status for job in jobs} == {"succeeded"}
    assert desk.settled(desk.order("one-more")).status == "succeeded"


def test_a_version_without_a_package_is_refused(desk):
    package = desk.folder / "versions" / desk.version.folder / "package"
    package.rename(package.with_name("gone"))
    with pytest.raises(Missing, match="damaged"):
        desk.order()
    assert desk.scratch() == []
    with pytest.raises(Missing):
        desk.house.packagings.describe(desk.project, "none")


@pytest.mark.parametrize("bucket", ["nowhere", "theirs", "far"])
def test_a_bucket_of_others_or_of_another_region_is_refused(desk, bucket):
    desk.house.blobs.make_bucket("theirs", account="999999999999", region="eu-west-1")
    desk.house.blobs.make_bucket("far", account=HERE, region="us-east-1")
    with pytest.raises(Wrong):
        desk.order(bucket=bucket)


def test_a_start_clears_what_a_crash_left_of_jobs_that_are_over(desk):
    desk.settled(desk.order())
    (desk.folder / "packaging" / "1" / "package").mkdir(parents=True)
    tools = desk.house.packagings._tools
    Packagings(tools, JobRunner(tools.database), most_under_way=1).start()
    assert desk.scratch() == []


KEY_USER = a_caller("vedette")


@pytest.fixture
def key(desk):
    desk.house.blobs.keys = ObjectSealing(desk.house.encryption)
    return desk.house.encryption.keys.create(KeyPlace(HERE, "eu-west-1"), NewEncryptionKey())


def order_under(desk, text, component="doors", caller=KEY_USER):
    request = {"ModelArn": str(desk.version.arn), "ComponentName": component, "Address": f"s3://{OUT}/belt"}
    return OPERATIONS["StartEdgePackage"](desk.house, caller, {**request, "KmsKeyId": text})["Package"]


def test_a_package_under_a_key_lies_encrypted_in_its_bucket(desk, key):
    desk.house.encryption.aliases.create(KeyPlace(HERE, "eu-west-1"), "alias/edge", key)
    package = order_under(desk, "alias/edge")
    assert package["KmsKeyId"] == "alias/edge"
    desk.house.jobs.wait(20)
    job = desk.house.packagings.describe(desk.project, package["JobName"])
    assert job.status == "succeeded", job.message
    assert len(job.files) == 6
    for name in job.files.values():
        encryption = desk.house.blobs.objects.find(OUT, name).about.encryption
        assert encryption["x-amz-server-side-encryption-aws-kms-key-id"] == str(key.arn)
    assert not lies_clear(desk)
    manifest = {"ProjectArn": str(desk.project.arn), "JobName": job.wish.name, "Part": "manifest"}
    with open_package_file(desk.house, KEY_USER, manifest).stream as stream:
        assert json.load(stream)
    desk.house.encryption.keys.switch(key, on=False)
    with pytest.raises((Denied, Busy)):
        open_package_file(desk.house, KEY_USER, manifest)
    desk.settled(desk.order("windows"))
    assert lies_clear(desk)


def lies_clear(desk):
    """Whether a recipe can be read in the folders of buckets."""
    files = [file for file in (desk.folder / "buckets").rglob("*") if file.is_file()]
    return any(b"RecipeFormatVersion" in file.read_bytes() for file in files)


def test_a_disabled_or_unknown_key_takes_no_order(desk, key):
    desk.house.encryption.keys.switch(key, on=False)
    for text in (key.id, str(key.arn), "alias/none", str(key.arn)[:-1] + "0"):
        with pytest.raises(Wrong, match="KmsKeyId: "):
            order_under(desk, text)
    assert desk.keys() == []


def test_a_key_that_is_disabled_meanwhile_stops_the_package(desk, key, monkeypatch):
    write = works.write_files

    def disable_and_write(*wanted):
        desk.house.encryption.keys.switch(key, on=False)
        return write(*wanted)

    monkeypatch.setattr(works, "write_files", disable_and_write)
    order = order_under(desk, key.id)
    desk.house.jobs.wait(20)
    job = desk.house.packagings.describe(desk.project, order["JobName"])
    assert job.status == "failed"
    assert f"under the key {key.arn}, or it is disabled" in job.message
    assert desk.keys() == []


def test_who_may_not_use_a_key_orders_nothing_under_it(desk, key):
    rules = [{"Effect": "Allow", "Action": "*"}, {"Effect": "Deny", "Action": "kms:GenerateDataKey"}]
    document = {"Version": "2012-10-17", "Statement": [{**rule, "Resource": "*"} for rule in rules]}
    policy = parse_policy(json.dumps(document), PolicyKind.IDENTITY)
    principal = dataclasses.replace(KEY_USER.principal, policies=(policy,))
    poor = dataclasses.replace(KEY_USER, principal=principal)
    with pytest.raises(Denied, match="kms:GenerateDataKey"):
        order_under(desk, key.id, caller=poor)
    stranger = str(
        desk.house.encryption.keys.create(KeyPlace(ELSEWHERE, "eu-west-1"), NewEncryptionKey()).arn
    )
    for text in (stranger, stranger[:-1] + "0"):
        with pytest.raises(Denied, match="kms:GenerateDataKey"):
            order_under(desk, text)
    assert desk.keys() == []


@pytest.mark.parametrize(
    ("condition", "is_let"),
    [
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, True),
        ({"ArnNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "{key}"}}, True),
        ({"ArnEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "{key}"}}, False),
    ],
    ids=["other kinds are denied", "other keys are denied", "this key is denied"],
)
def test_a_bucket_s_policy_is_asked_with_the_key(desk, key, condition, is_let):
    rule = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{OUT}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**rule, "Condition": condition}]})
    policy = policy.replace("{key}", str(key.arn))
    desk.house.blobs.buckets.put_document(OUT, "policy", policy.encode())
    if not is_let:
        with pytest.raises(Wrong):
            order_under(desk, key.id)
        return
    order = order_under(desk, key.id)
    desk.house.jobs.wait(20)
    job = desk.house.packagings.describe(desk.project, order["JobName"])
    assert job.status == "succeeded", job.message


# What a server that knows no keys of packages reads of an order: it fails on any other member, rather than to
# write in clear what was ordered under a key.
OF_RELEASE_BEFORE = {
    "component", "bucket", "prefix", "name", "component_version", "component_description", "description",
    "target", "options", "precision", "tags", "thresholds", "configuration",
}  # fmt: skip


def test_an_order_without_a_key_is_read_by_servers_of_the_release_before(desk, key):
    desk.order("before")
    order_under(desk, key.id)
    desk.house.jobs.wait(20)
    with desk.house.packagings._database.read() as connection:
        wishes = connection.execute(select(packaging_jobs.c.wish).order_by(packaging_jobs.c.id)).scalars()
        plain, keyed = (set(json.loads(wish)) for wish in wishes)
    assert plain == OF_RELEASE_BEFORE
    assert keyed - plain == {"kms_key", "encryption_key"}
