"""Trials on bad days: full datasets, odd keys, what others delete, replace or label meanwhile."""

import errno
import json
import threading
import time
from dataclasses import replace

import pytest

from doubles.houses import a_caller
from doubles.lines import an_anomaly_line
from doubles.tried import ALICE, BEN, BRIGHT, BUCKET, DARK, RED, TriedProject, a_png
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit, revision_of
from vedette.dialects.lookout import intake, limits
from vedette.errors import Denied, MalformedPolicy, Missing, NoSpace, TooMuch, Wrong
from vedette.identity.access import ObjectAccess
from vedette.manifest.lines import read_line
from vedette.store.disk import NO_SPACE
from vedette.trials import running
from vedette.trials.running import TRIALS

FULL = "The server's disk is full. The trial goes on by itself once there is room."
ODD_KEYS = [
    "in/<img src=x onerror=alert(1)>.png",
    "in/../../../etc/passwd.png",
    "in/a\nb.png",
    "in/%2e%2e%2fc%20d+e?f#g&h.png",
    "in/Ünïcödé 检测 \u202egnp.png",
    "in/" + "long" * 250 + ".png",
    "in/ '\"\\.png",
]


@pytest.fixture
def line(house):
    project = TriedProject(house)
    for name, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        project.put(f"in/{name}.png", a_png(color))
    return project


def label(line, kind, name):
    """Put a picture into a dataset, without a label."""
    dataset = line.house.datasets.find(line.project, kind)
    text = json.dumps({"source-ref": f"s3://{BUCKET}/in/{name}.png", "note": name})
    line.house.datasets.editor.update(line.project, dataset, [EntryEdit(text)], ALICE.principal)


def names_in(line, kind):
    return [read_line(text).source.rpartition("/")[2] for text in line.lines(kind)]


def add_test_dataset(line):
    line.house.datasets.create(line.project, NewDataset("test", None, ALICE.principal, {}))


def restrict(caller, *statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    policy = parse_policy(document, PolicyKind.IDENTITY)
    return replace(caller, principal=replace(caller.principal, policies=(policy,)))


def test_every_odd_key_is_tried_verified_and_added_and_none_is_left_out(line):
    for key in ODD_KEYS:
        line.put(key, a_png(DARK))
    trial = line.run()
    pictures = line.pictures(trial)
    assert sorted(item["SourceRef"].removeprefix(f"s3://{BUCKET}/") for item in pictures) == sorted(
        [*ODD_KEYS, "in/a.png", "in/b.png", "in/c.png"]
    )
    assert {item["State"] for item in pictures} == {"answered"}
    line.verify(trial, *((item["PictureId"], "correct", 0) for item in pictures))
    answer = line.add(trial)
    assert (answer["Added"], answer["LeftOut"]) == (len(pictures), [])
    assert sorted(read_line(text).source for text in line.lines()) == sorted(
        item["SourceRef"] for item in pictures
    )


def test_a_dataset_that_gets_full_takes_what_it_has_room_for_and_names_the_rest(line, monkeypatch):
    for number in range(9):
        line.put(f"in/n{number}.png", a_png((number, number, number)))
    trial = line.run()
    line.verify(trial, *((number, "correct", 0) for number in range(1, 13)))
    room = replace(limits.DATASETS, entries={"train": 7, "test": 7})
    monkeypatch.setattr(
        "vedette.dialects.lookout.dialect.LookoutDialect.refuse_beyond_limits",
        lambda self, kind, **counts: intake.refuse_beyond_limits(room, kind, **counts),
    )
    answer = line.add(trial)
    assert (answer["Added"], len(answer["LeftOut"]), len(line.lines())) == (7, 5, 7)
    assert [item["PictureId"] for item in answer["LeftOut"]] == [8, 9, 10, 11, 12]
    assert len({item["Reason"] for item in answer["LeftOut"]}) == 1
    assert line.describe(trial)["Addable"] == 5


def test_pictures_of_a_dataset_without_labels_are_tried_and_labelled_there(line):
    for name in ("a", "b"):
        label(line, "train", name)
    line.verify(trial := line.run(DatasetType="train"), (1, "correct", 0), (2, "correct", 0))
    assert [item["SourceRef"].rpartition("/")[2] for item in line.pictures(trial)] == ["a.png", "b.png"]
    assert line.add(trial)["Added"] == 2
    assert [read_line(text)["note"] for text in line.lines()] == ["a", "b"]
    with pytest.raises(Wrong, match="Every picture of the train dataset has labels"):
        line.begin(DatasetType="train")
    with pytest.raises(Missing):
        line.begin(DatasetType="test")
    with pytest.raises(Wrong, match="A trial is of the pictures below an Address"):
        line.begin(DatasetType="train", SourceRefs=[f"s3://{BUCKET}/in/a.png"])


def test_the_first_2000_without_labels_are_tried(line, monkeypatch):
    for name in ("a", "b", "c"):
        label(line, "train", name)
    monkeypatch.setattr("vedette.trials.choosing.MOST_PICTURES", 2)
    assert line.describe(line.run(DatasetType="train"))["Total"] == 2


def test_a_picture_without_labels_moves_to_the_dataset_that_it_is_added_to(line):
    add_test_dataset(line)
    label(line, "train", "a")
    trial = line.run(DatasetType="train")
    line.verify(trial, (1, "correct", 0))
    assert line.add(trial, "test") == {"Added": 1, "Present": 0, "LeftOut": []}
    assert (names_in(line, "train"), names_in(line, "test")) == ([], ["a.png"])
    assert read_line(line.lines("test")[0])["note"] == "a"


def test_who_may_not_move_entries_moves_none_by_adding(line):
    add_test_dataset(line)
    label(line, "train", "a")
    trial = line.run(DatasetType="train")
    line.verify(trial, (1, "correct", 0))
    some = restrict(
        ALICE,
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "vedette:MoveEntries", "Resource": "*"},
    )
    answer = line.call("AddTrialPictures", some, TrialId=trial, DatasetType="test")
    assert [item["Reason"] for item in answer["LeftOut"]] == [
        "It is in the train dataset; a picture is in one of the two."
    ]
    assert (names_in(line, "train"), names_in(line, "test")) == (["a.png"], [])


def test_who_may_not_list_entries_tries_none_of_a_dataset(line):
    label(line, "train", "a")
    some = restrict(
        ALICE,
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "vedette:ListEntries", "Resource": "*"},
    )
    with pytest.raises(Denied):
        line.call("StartTrialDetection", some, VersionName="1", TrialName="x", DatasetType="train")


def test_an_entry_that_others_label_while_verified_pictures_are_added_keeps_its_labels(line, monkeypatch):
    label(line, "train", "a")
    label(line, "train", "b")
    trial = line.run(DatasetType="train")
    line.verify(trial, (1, "correct", 0), (2, "correct", 0))
    editor = line.house.datasets.editor
    update, calls = editor.update, []

    def race(project, dataset, edits, caller, origin=None):
        calls.append(len(edits))
        if len(calls) == 1:
            own = an_anomaly_line("x", "normal")
            source = json.loads(own)["source-ref"]
            mended = own.replace(source, f"s3://{BUCKET}/in/a.png")
            update(project, dataset, [EntryEdit(mended)], BEN.principal)
        return update(project, dataset, edits, caller, origin)

    monkeypatch.setattr(editor, "update", race)
    answer = line.add(trial)
    assert calls == [2, 1], "what is stale is read anew, and the other picture is added"
    assert (answer["Added"], [item["Reason"] for item in answer["LeftOut"]]) == (
        1,
        ["It is in the train dataset already, with labels of its own."],
    )


def test_a_bucket_that_is_deleted_during_a_trial_ends_nothing(line, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    look, buckets = running._TrialRun._look_at, line.house.blobs.buckets

    def delete_after_the_first(run, pictures):
        look(run, pictures)
        if pictures[0].number == 1:
            for name in "abc":
                line.house.blobs.delete(BUCKET, f"in/{name}.png")
            buckets.delete(BUCKET)

    monkeypatch.setattr(running._TrialRun, "_look_at", delete_after_the_first)
    trial = line.run()
    assert line.describe(trial)["Status"] == "done"
    assert [(item["State"], item["Message"]) for item in line.pictures(trial)] == [
        ("answered", ""),
        ("unreadable", "The bucket of the picture was deleted."),
        ("unreadable", "The bucket of the picture was deleted."),
    ]
    line.verify(trial, (1, "correct", 0))
    assert [item["Reason"] for item in line.add(trial)["LeftOut"]] == [
        "The bucket of the picture was deleted."
    ]


class GoneCaller:
    """Access of a caller who is deleted after so many pictures."""

    def __init__(self, access: ObjectAccess, left: int) -> None:
        self._access = access
        self._left = left

    def __getattr__(self, name):
        return getattr(self._access, name)

    def may_read(self, caller, bucket, key, version=""):
        self._left -= 1
        return self._left >= 0 and self._access.may_read(caller, bucket, key, version)

    def missing_caller(self, caller):
        return "" if self._left > 0 else f"{caller.arn} was deleted."


class FullDisk:
    """A disk that fills up after the first picture of a trial, and what hits upon it."""

    def __init__(self, monkeypatch, method, error):
        self.has_room, self.hits, self._usual = threading.Event(), 0, getattr(running._TrialRun, method)
        self.error, self._calls = error, 0
        monkeypatch.setattr(running, "BATCH", 1)
        monkeypatch.setattr(running, "AGAIN_S", 0.01)
        monkeypatch.setattr(running._TrialRun, method, lambda run, *words: self._do(run, *words))

    def _do(self, run, *words):
        self._calls += 1
        if self._calls > 1 and not self.has_room.is_set():
            self.hits += 1
            raise self.error
        return self._usual(run, *words)


def wait_until(claim):
    deadline = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("method", ["_bring_one", "_store", "_look_at"])
@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EDQUOT, "quota"), NoSpace(NO_SPACE)],
    ids=["full", "quota", "refused"],
)
def test_a_trial_on_a_full_disk_says_so_and_goes_on_once_there_is_room(line, monkeypatch, method, error):
    disk = FullDisk(monkeypatch, method, error)
    trial = line.begin()
    wait_until(lambda: disk.hits > 1)
    described = line.describe(trial)
    assert (described["Status"], described["Answered"], described["Message"]) == ("running", 1, FULL)
    assert [one["Message"] for one in line.call("ListTrialDetections")["Trials"]] == [FULL]
    disk.has_room.set()
    assert line.house.jobs.wait(60, TRIALS)
    described = line.describe(trial)
    assert (described["Status"], described["Answered"], described["Message"]) == ("done", 3, "")
    assert [item["State"] for item in line.pictures(trial)] == ["answered"] * 3


def test_a_trial_takes_no_room_that_deleting_needs(line):
    line.house.datasets._database.is_short_of_room = lambda: True
    trial = line.begin()
    wait_until(lambda: line.describe(trial)["Message"] != "")
    assert (line.describe(trial)["Message"], line.describe(trial)["Answered"]) == (FULL, 0)
    line.call("StopTrialDetection", TrialId=trial)
    assert line.house.jobs.wait(60, TRIALS)
    assert (line.describe(trial)["Status"], line.describe(trial)["Message"]) == ("cancelled", "")


def test_a_disk_that_fails_otherwise_ends_a_trial_with_the_reason(line, monkeypatch):
    FullDisk(monkeypatch, "_look_at", OSError(errno.EIO, "Input/output error"))
    described = line.describe(line.run())
    assert (described["Status"], described["Answered"]) == ("failed", 1)
    assert described["Message"] == "The server's disk cannot be used: Input/output error."


def test_a_user_who_is_removed_ends_a_trial_and_the_rest_waits(line, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    tools = line.house.trials.tools
    object.__setattr__(tools, "access", GoneCaller(tools.access, 1))
    trial = line.run()
    described = line.describe(trial)
    assert (described["Status"], described["Message"]) == ("failed", f"{ALICE.principal.arn} was deleted.")
    assert [item["State"] for item in line.pictures(trial)] == ["answered", "waiting", "waiting"]


def test_a_picture_that_is_replaced_before_it_is_verified_is_not_added_and_the_new_one_can_be_tried(line):
    first = line.run()
    line.put("in/a.png", a_png(RED))
    line.verify(first, (1, "correct", 0))
    assert [item["Reason"] for item in line.add(first)["LeftOut"]] == [
        "The picture was replaced by another since the model looked at it."
    ]
    second = line.run(name="again")
    line.verify(second, (1, "correct", 0))
    assert line.add(second)["Added"] == 1


def test_a_trial_of_2001_pictures_below_a_folder_is_refused_and_nothing_of_it_begins(line):
    for number in range(2001):
        line.put(f"many/{number:04}.jpg", b"x")
    with pytest.raises(TooMuch, match="at most 2,000 pictures"):
        line.begin(f"s3://{BUCKET}/many/")
    assert line.call("ListTrialDetections")["Trials"] == []


START = "lookoutvision:StartTrialDetection"


@pytest.mark.parametrize(
    ("statements", "is_let_in"),
    [
        ([{"Effect": "Allow", "Action": START, "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": START, "Resource": "arn:aws:lookoutvision:*:*:project/line"}], False),
        ([{"Effect": "Allow", "Action": "lookoutvision:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "vedette:StartTrialDetection", "Resource": "*"}], False),
        (
            [
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {
                    "Effect": "Deny",
                    "Action": START,
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalTag/shift": "night"}},
                },
            ],
            False,
        ),
        (
            [
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {
                    "Effect": "Deny",
                    "Action": START,
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:PrincipalTag/shift": "night"}},
                },
            ],
            True,
        ),
    ],
    ids=["star", "on-a-project", "all", "ours", "deny-met", "deny-not-met"],
)
def test_the_services_action_decides_on_everything_with_its_conditions(line, statements, is_let_in):
    objects = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    caller = restrict(a_caller("vedette"), *statements, objects)
    caller = replace(caller, principal=replace(caller.principal, tags={"shift": "night"}))
    request = {"VersionName": "1", "TrialName": "x", "Address": f"s3://{BUCKET}/in/"}
    if is_let_in:
        assert line.call("StartTrialDetection", caller, **request)["Trial"]["Total"] == 3
    else:
        with pytest.raises(Denied, match=START):
            line.call("StartTrialDetection", caller, **request)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringResembles": {"aws:username": "x"}},
        {"StringEquals": {"lookoutvision:NoSuchKey": "x"}},
    ],
    ids=["operator", "key"],
)
def test_a_condition_that_nobody_understands_is_refused_where_it_is_written(condition):
    for effect in ("Allow", "Deny"):
        with pytest.raises(MalformedPolicy):
            restrict(ALICE, {"Effect": effect, "Action": START, "Resource": "*", "Condition": condition})


def test_a_label_that_was_given_up_since_comes_back_by_name(house):
    """The attack: a version knows a label that nobody uses any more, and one word would bring it back."""
    project = TriedProject(house, "rekognition", "classification")
    for name in ("a", "b", "c"):
        project.put(f"in/{name}.png", a_png(RED))
    trial = project.run()
    project.verify(trial, (1, "correct", 0), (2, "correct", 0))
    answer = project.call("AddTrialPictures", TrialId=trial, DatasetType="train", PictureIds=[1])
    # Of a project without labels every one is new, and none is named.
    assert answer == {"Added": 1, "Present": 0, "LeftOut": []}
    dataset = project.house.datasets.find(project.project, "train")
    (text,) = project.lines("train")
    crimson = EntryEdit(text.replace("red", "crimson"), revision_of(text))
    project.house.datasets.editor.update(project.project, dataset, [crimson], ALICE.principal)
    answer = project.call("AddTrialPictures", TrialId=trial, DatasetType="train", PictureIds=[2])
    assert (answer["Added"], answer["NewLabels"]) == (1, ["red"])
    project.verify(trial, (3, "correct", 0))
    assert "NewLabels" not in project.add(trial)
