"""What commands about a server ask and print, word by word, against a server of answers."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from doubles.answering import AnsweringServer
from vedette.cli import alias, dataset_history
from vedette.cli.main import app
from vedette.cli.remote import RekognitionDataset

PROJECT = "arn:aws:rekognition:us-east-1:000000000000:project/boards/1"
MODEL = "arn:aws:rekognition:us-east-1:000000000000:project/boards/version/v2/2"
ALIAS_ARN = "arn:aws:rekognition:us-east-1:000000000000:project/boards/alias/live"
RESTORATION = "r" * 32
DAY = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)
PERSON = {"Name": "ann"}
DATASET = {"ProjectArn": PROJECT, "DatasetType": "train"}
ALIAS = {
    "AliasName": "live",
    "AliasArn": ALIAS_ARN,
    "ModelArn": MODEL,
    "VersionName": "v2",
    "State": "running",
}
SNAPSHOT = {
    "SnapshotId": "s1", "Name": "before", "Description": "as it was", "CreationDate": DAY, "Person": PERSON,
    "Total": 9, "Labeled": 7,
}  # fmt: skip


@pytest.fixture
def server(monkeypatch):
    projects = [{"ProjectArn": PROJECT, "Status": "CREATED", "Datasets": []}]
    answers = {"DescribeProjects": {"ProjectDescriptions": projects}, "ListProjects": {"Projects": []}}
    return AnsweringServer(answers).stand_in(monkeypatch)


def typed(server, *words, code=0):
    server.requests.clear()
    result = CliRunner().invoke(app, [*words, "--project", "boards"])
    assert result.exit_code == code, (result.output, result.exception)
    asked = [request for request in server.requests if request[0] not in ("DescribeProjects", "ListProjects")]
    return result.output.splitlines(), asked


def test_the_history_of_a_dataset(server):
    change = {
        "Number": 3, "StartDate": DAY, "Person": PERSON, "Kind": "edit", "Added": 0,
        "Removed": 2, "Changed": 5, "CanRevert": True,
        "Labels": [
            {"Name": "dent", "Gained": 4, "Lost": 0},
            {"Name": "scratch", "Gained": 1, "Lost": 2},
        ],
    }  # fmt: skip
    server.answers |= {"ListChanges": {"Changes": [change, {**change, "Number": 2, "Labels": []}]}}
    lines, asked = typed(server, "dataset", "history", "--label", "dent")
    assert lines == [
        "3  2026-02-11 09:30  ann  edit  2 removed, 5 changed  dent +4 scratch +1-2",
        "2  2026-02-11 09:30  ann  edit  2 removed, 5 changed",
    ]
    assert asked == [("ListChanges", {**DATASET, "Label": "dent"})]


def test_the_past_of_one_picture(server):
    event = {
        "Number": 3, "Date": DAY, "Action": "label", "LabelsBefore": [], "LabelsAfter": ["dent", "scratch"],
    }  # fmt: skip
    server.answers |= {"ListEntryEvents": {"Events": [{**event, "Person": PERSON}, event, event]}}
    lines, asked = typed(server, "dataset", "history", "s3://b/a.png", "--type", "test", "--most", "2")
    assert lines == [
        "3  2026-02-11 09:30  ann  label  no label → dent, scratch",
        "3  2026-02-11 09:30  -    label  no label → dent, scratch",
    ]
    assert asked == [("ListEntryEvents", {**DATASET, "DatasetType": "test", "SourceRef": "s3://b/a.png"})]


def test_snapshots_made_listed_compared_and_deleted(server):
    counts = {"Gone": 1, "Moved": 2, "New": 3, "Relabeled": 4, "Changed": 5}
    server.answers |= {
        "CreateSnapshot": SNAPSHOT,
        "ListSnapshots": {"Snapshots": [SNAPSHOT]},
        "DescribeSnapshot": {"Snapshot": SNAPSHOT, "Counts": counts},
        "DeleteSnapshot": {},
    }
    words = ("dataset", "snapshot")
    assert typed(server, *words, "make", "before", "--description", "as it was") == (
        ["Snapshot before: 9 pictures, 7 labelled."],
        [("CreateSnapshot", {**DATASET, "Name": "before", "Description": "as it was"})],
    )
    assert typed(server, *words, "make", "before")[1] == [("CreateSnapshot", {**DATASET, "Name": "before"})]
    assert typed(server, *words, "list") == (
        ["before  2026-02-11 09:30  ann  9 pictures  7 labelled  as it was"],
        [("ListSnapshots", DATASET)],
    )
    assert typed(server, *words, "compare", "s1") == (
        [
            "removed since                  1",
            "moved to the other dataset     2",
            "added since                    3",
            "other labels                   4",
            "other boxes, masks or remarks  5",
        ],
        [("DescribeSnapshot", {**DATASET, "SnapshotId": "s1"})],
    )
    assert typed(server, *words, "delete", "s1") == (
        ["Deleted snapshot s1."],
        [("DeleteSnapshot", {**DATASET, "SnapshotId": "s1"})],
    )


@pytest.mark.parametrize(
    ("outcome", "code", "last"),
    [
        ({"Status": "done", "Done": 9, "Skipped": 0}, 0, "Restored 9 entries."),
        (
            {"Status": "done", "Done": 8, "Skipped": 1},
            0,
            "Restored 8 entries, and left 1 that somebody changed since.",
        ),
        ({"Status": "failed", "Done": 0, "Skipped": 0, "Message": "It broke."}, 1, "It broke."),
    ],
)
def test_a_restoration_is_followed_to_its_end(server, monkeypatch, outcome, code, last):
    monkeypatch.setattr(dataset_history, "LOOK_S", 0)
    begun = {"RestorationId": RESTORATION, "Status": "running", "Done": 0, "Total": 9, "Skipped": 0}
    looks = iter([begun, {**begun, **outcome}])
    server.answers |= {"RestoreSnapshot": begun, "DescribeRestoration": lambda _: next(looks)}
    lines, asked = typed(server, "dataset", "snapshot", "restore", "s1", "--only-labels", code=code)
    assert lines[-1] == last
    follow = ("DescribeRestoration", {"ProjectArn": PROJECT, "RestorationId": RESTORATION})
    assert asked == [
        ("RestoreSnapshot", {**DATASET, "SnapshotId": "s1", "OnlyLabels": True}), follow, follow,
    ]  # fmt: skip


def test_whoever_does_not_wait_is_told_where_to_look(server):
    begun = {"RestorationId": RESTORATION, "Status": "running", "Done": 0, "Total": 9, "Skipped": 0}
    server.answers |= {"RevertChange": begun}
    lines, asked = typed(server, "dataset", "revert", "3", "--no-wait")
    assert lines[-1] == "It goes on in the background; `vedette dataset show` says when the dataset is ready."
    assert asked == [("RevertChange", {**DATASET, "Number": 3})]


MOVE = {
    "MoveDate": DAY, "Kind": "moved", "VersionName": "v2", "MovedBy": "arn:aws:iam::0:user/ann",
    "Reason": "better",
}  # fmt: skip


def test_where_an_alias_points_and_who_moved_it(server):
    facts = {"Alias": ALIAS, "Moves": [MOVE], "RollbackVersion": "v1"}
    server.answers |= {"ListAliases": {"Aliases": [ALIAS]}, "DescribeAlias": facts}
    assert typed(server, "alias", "show", "live") == (
        [
            "live → v2 (running)",
            ALIAS_ARN,
            "A rollback leads to v1.",
            "2026-02-11 09:30  moved  v2  ann  better",
        ],
        [
            ("ListAliases", {"ProjectArn": PROJECT}),
            ("DescribeAlias", {"ProjectArn": PROJECT, "AliasName": "live"}),
        ],
    )
    assert typed(server, "alias", "list")[0] == ["live  v2  running"]
    lines, _ = typed(server, "alias", "show", "other", code=2)
    assert "There is no alias other; `vedette alias list` lists those of boards." in lines[-1]


def test_an_alias_is_moved_at_its_expected_place_and_deleted_with_a_reason(server):
    version = {
        "ProjectVersionArn": MODEL, "Status": "TRAINING_COMPLETED", "StatusMessage": "",
        "CreationTimestamp": DAY,
    }  # fmt: skip
    server.answers |= {
        "ListAliases": {"Aliases": [{**ALIAS, "VersionName": "v1"}]},
        "DescribeAlias": {"Alias": {**ALIAS, "VersionName": "v1"}, "Moves": []},
        "DescribeProjectVersions": {"ProjectVersionDescriptions": [version]},
        "SetAlias": {"Alias": ALIAS},
        "DeleteAlias": {},
    }
    lines, asked = typed(server, "alias", "set", "live", "v2", "--idle", "--reason", "a try")
    assert lines == ["live → v2, before v1"]
    assert asked[-1] == (
        "SetAlias",
        {
            "ModelArn": MODEL, "AliasName": "live", "Reason": "a try", "ExpectedVersion": "v1",
            "AllowIdle": True,
        },
    )  # fmt: skip
    assert typed(server, "alias", "delete", "live", "--reason", "done") == (
        ["Deleted: live of boards."],
        [("DeleteAlias", {"ProjectArn": PROJECT, "AliasName": "live", "Reason": "done"})],
    )
    assert alias.STILL_BELIEVED_S > 0.9


def test_a_dataset_of_custom_labels_is_named_by_the_arn_that_its_project_tells():
    datasets = [{"DatasetType": kind, "DatasetArn": f"arn:{kind}"} for kind in ("TRAIN", "TEST")]
    answers = {"ProjectDescriptions": [{"ProjectArn": PROJECT, "Datasets": datasets}]}
    client = SimpleNamespace(
        describe_projects=lambda **_: answers,
        describe_dataset=lambda DatasetArn: {"DatasetDescription": {"StatusMessage": DatasetArn}},
    )
    server = SimpleNamespace(client=lambda: client)
    assert RekognitionDataset(server, "boards", "test").describe() == {"StatusMessage": "arn:TEST"}
    datasets.pop()
    assert RekognitionDataset(server, "boards", "test").describe() is None
