"""Packaging by the room's front: rights, crashes, deletions, limits, and what lies on the disk in between."""

import json
import threading

import pytest

from doubles.houses import HERE, MovedClock, a_caller, a_house
from doubles.packages import tiny_package
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.jobs.kind import JobInterrupted
from vedette.jobs.runner import JobRunner
from vedette.packaging import works
from vedette.packaging.packagings import Packagings
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
