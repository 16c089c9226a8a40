"""The history and the snapshots of datasets, through Vedette's own operations."""

import io
from dataclasses import replace

import pytest

from doubles.houses import HERE, a_caller
from doubles.lines import a_line, a_ref
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.own import OPERATIONS
from vedette.api.rekognition import OPERATIONS as REKOGNITION
from vedette.clock import from_milliseconds
from vedette.datasets.snapshots import NewSnapshot
from vedette.errors import BadToken, Denied, Missing
from vedette.identity.builtin import builtin_document
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
ROOT = {"Arn": ALICE.principal.arn, "Name": ALICE.principal.name}


@pytest.fixture
def boards(house):
    """A Rekognition project with both datasets, empty."""
    caller = a_caller("rekognition")
    arn = REKOGNITION["CreateProject"](house, caller, {"ProjectName": "boards"})["ProjectArn"]
    for kind in ("TRAIN", "TEST"):
        REKOGNITION["CreateDataset"](house, caller, {"ProjectArn": arn, "DatasetType": kind})
    return arn


@pytest.fixture
def call(house, boards):
    def run(operation, caller=ALICE, kind="train", **request):
        whole = {"ProjectArn": boards, "DatasetType": kind, **request}
        return OPERATIONS[operation](house, caller, whole)

    return run


def put(call, *lines):
    call("UpdateEntries", Edits=[{"Line": line} for line in lines])


def as_(builtin):
    """Somebody whose rights are those of a built-in policy."""
    policy = parse_policy(builtin_document(builtin), PolicyKind.IDENTITY, name=builtin)
    return replace(ALICE, principal=replace(ALICE.principal, policies=(policy,), kind="user"))


def test_a_label_its_person_and_its_taking_back(call):
    put(call, a_line("a", "cat"), a_line("b"))
    put(call, a_line("b", "dog"))
    labelled, added = call("ListChanges")["Changes"]
    assert labelled == {
        "Number": labelled["Number"],
        "Kind": "edit",
        "Person": ROOT,
        "StartDate": labelled["StartDate"],
        "EndDate": labelled["StartDate"],
        "Added": 0,
        "Removed": 0,
        "Changed": 1,
        "Labels": [{"Name": "dog", "Gained": 1, "Lost": 0}],
        "Note": "",
        "CanRevert": True,
    }
    newest, oldest = call("ListEntryEvents", SourceRef=a_ref("b"))["Events"]
    assert (newest["Action"], newest["LabelsBefore"], newest["LabelsAfter"]) == ("changed", [], ["dog"])
    assert (oldest["Action"], oldest["Number"], oldest["Person"]) == ("added", added["Number"], ROOT)
    progress = call("RevertChange", Number=labelled["Number"])
    assert (progress["Status"], progress["Total"], progress["Number"]) == ("done", 1, labelled["Number"])
    assert call("ListChanges")["Changes"][1]["RevertedBy"] == call("ListChanges")["Changes"][0]["Number"]


def test_days_and_people(call, clock):
    put(call, a_line("a", "cat"))
    answer = call("CountChanges", UtcOffsetMinutes=120)
    (day,) = answer["Days"]
    assert (day["Kind"], day["Changes"], day["Entries"], day["Person"]) == ("edit", 1, 1, ROOT)
    midnight = clock().replace(hour=22, minute=0, second=0, microsecond=0)
    assert (midnight - day["Day"]).total_seconds() % 86_400 == 0
    assert answer["People"] == [ROOT]


def test_pages_belong_to_their_filter(call):
    for label in "abcde":
        put(call, a_line("x", label))
    first = call("ListChanges", MaxResults=3)
    rest = call("ListChanges", MaxResults=3, NextToken=first["NextToken"])
    assert (len(rest["Changes"]), "NextToken" in rest) == (2, False)
    with pytest.raises(BadToken):
        call("ListChanges", Label="a", NextToken=first["NextToken"])


def test_a_snapshot_is_made_compared_restored_and_deleted(call, house):
    put(call, a_line("a", "cat"), a_line("b", "dog"))
    made = call("CreateSnapshot", Name="first", Description="all labelled")
    assert made["Labels"] == [{"Name": "cat", "Pictures": 1}, {"Name": "dog", "Pictures": 1}]
    put(call, a_line("a", "dog"), a_line("c", "cat"))
    call("RemoveEntries", Entries=[{"SourceRef": a_ref("b")}])
    house.blobs.make_bucket("pictures", account=HERE, region="eu-west-1")
    answer = call("DescribeSnapshot", SnapshotId="first", Kind="gone")
    assert answer["Counts"] == {"Gone": 1, "New": 1, "Relabeled": 1, "Changed": 0, "Moved": 0}
    (gone,) = answer["Entries"]
    assert (gone["SourceRef"], gone["LabelsThen"], gone["PictureIsGone"]) == (a_ref("b"), ["dog"], True)
    house.blobs.put("pictures", "boards/b.png", b"a picture")
    (gone,) = call("DescribeSnapshot", SnapshotId="first", Kind="gone")["Entries"]
    assert gone["PictureIsGone"] is False
    (other,) = call("DescribeSnapshot", SnapshotId="first", Kind="relabeled")["Entries"]
    assert (other["LabelsThen"], other["LabelsNow"]) == (["cat"], ["dog"])
    progress = call("RestoreSnapshot", SnapshotId=made["SnapshotId"])
    assert (progress["Status"], progress["Done"], progress["Name"]) == ("done", 3, "first")
    again = call("DescribeRestoration", RestorationId=progress["RestorationId"])
    assert again == progress
    listed = call("ListSnapshots")
    assert {one["Name"] for one in listed["Snapshots"]} == {"first", "Before restoring first"}
    assert listed["Restoration"] == progress
    call("DeleteSnapshot", SnapshotId="first")
    assert [one["Reason"] for one in call("ListSnapshots")["Snapshots"]] == ["restore"]


def test_what_a_version_was_trained_with_is_listed_by_its_name(call, house, boards):
    put(call, a_line("a", "cat"))
    project = house.projects.find_by_arn(boards, "eu-west-1")
    version, _ = house.versions.create(project, NewVersion("v1"))
    moment = house.datasets.contents.freeze(house.datasets.find(project, "train"), io.BytesIO())
    new = NewSnapshot("Trained: v1", None, reason="training", version=version.id)
    house.versions.touch(
        version, lambda connection, _: house.datasets.snapshots.keep(connection, moment, new)
    )
    call("CreateSnapshot", Name="by hand")
    (listed,) = call("ListSnapshots", VersionName="v1")["Snapshots"]
    assert (listed["VersionName"], listed["Reason"], listed["Total"]) == ("v1", "training", 1)
    described = call("DescribeSnapshot", SnapshotId=listed["SnapshotId"])["Snapshot"]
    assert described["VersionName"] == "v1"
    assert call("ListSnapshots", VersionName="v2")["Snapshots"] == []
    assert len(call("ListSnapshots")["Snapshots"]) == 2


def test_who_may_do_what(call):
    put(call, a_line("a", "cat"))
    call("CreateSnapshot", as_("labeller"), Name="first")
    put(call, a_line("a", "dog"), a_line("b"))
    for builtin in ("viewer", "labeller", "trainer"):
        for operation in ("ListChanges", "CountChanges", "ListSnapshots"):
            call(operation, as_(builtin))
        call("DescribeSnapshot", as_(builtin), SnapshotId="first")
    number = call("ListChanges")["Changes"][0]["Number"]
    for builtin, operation, request in (
        ("viewer", "CreateSnapshot", {"Name": "x"}),
        ("viewer", "RevertChange", {"Number": number}),
        ("labeller", "RestoreSnapshot", {"SnapshotId": "first"}),
        ("labeller", "DeleteSnapshot", {"SnapshotId": "first"}),
        ("labeller", "RevertChange", {"Number": number}),
        ("annotator", "ListChanges", {}),
    ):
        with pytest.raises(Denied):
            call(operation, as_(builtin), **request)
    call("RestoreSnapshot", as_("trainer"), SnapshotId="first")
    call("DeleteSnapshot", as_("trainer"), SnapshotId="first")


def test_of_a_dataset_that_does_not_exist_nothing_is_said(call):
    for operation, request in (("ListChanges", {}), ("CreateSnapshot", {"Name": "x"}), ("ListSnapshots", {})):
        with pytest.raises(Missing):
            call(operation, ProjectArn=f"arn:aws:rekognition:eu-west-1:{HERE}:project/gone/1", **request)
    with pytest.raises(Missing):
        call("RestoreSnapshot", SnapshotId="gone")
    with pytest.raises(Missing):
        call("DescribeRestoration", RestorationId="0" * 32)


def test_times_are_those_of_the_change(call, clock):
    now = from_milliseconds(int(clock().timestamp() * 1000))
    put(call, a_line("a", "cat"))
    clock.move(hours=1)
    (change,) = call("ListChanges")["Changes"]
    assert change["StartDate"] == now
