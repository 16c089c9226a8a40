"""Trials by the house's operations: pictures looked at once, verified by people, added to datasets."""

import json

import pytest

from doubles.houses import ELSEWHERE, a_caller, a_house
from doubles.lines import an_anomaly_line
from doubles.tried import ALICE, BEN, BRIGHT, BUCKET, DARK, RED, TriedProject, a_png
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.lines import read_line
from vedette.trials import running
from vedette.trials.running import TRIALS


@pytest.fixture
def line(house):
    project = TriedProject(house)
    for name, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        project.put(f"in/{name}.png", a_png(color))
    return project


def class_of(text):
    return read_line(text)["anomaly-label-metadata"]["class-name"]


def test_a_trial_guesses_at_every_picture_of_a_folder(line):
    line.put("in/notes.txt", b"no picture")
    line.put("inside/d.png", a_png(DARK))
    trial = line.run()
    described = line.describe(trial)
    assert [described[name] for name in ("Status", "Total", "Answered", "Unreadable")] == ["done", 3, 3, 0]
    pictures = line.pictures(trial)
    assert [(one["SourceRef"], one["AnomalyClass"]) for one in pictures] == [
        (f"s3://{BUCKET}/in/a.png", "anomaly"),
        (f"s3://{BUCKET}/in/b.png", "normal"),
        (f"s3://{BUCKET}/in/c.png", "normal"),
    ]
    assert [class_of(one["Line"]) for one in pictures] == ["anomaly", "normal", "normal"]


def test_pictures_that_cannot_be_looked_at_say_so_and_stop_nothing(line):
    line.put("in/d.png", b"no picture at all")
    line.put("in/other.png", a_png(DARK, (64, 80)))
    line.put("in/turned.png", a_png(DARK, (64, 96)))
    names = [*(f"in/{name}.png" for name in ("a", "d", "other", "turned")), "in/gone.png"]
    line.house.versions.record(line.version, results={"size": [96, 64]})
    trial = line.run(SourceRefs=[f"s3://{BUCKET}/{name}" for name in names])
    assert {one["SourceRef"].rpartition("/")[2]: one["Message"] for one in line.pictures(trial)} == {
        "a.png": "",
        "d.png": "The picture is damaged, or is none.",
        "gone.png": "The picture is not in its bucket any more.",
        "other.png": "The picture has 64 × 80 pixels; the model was trained with 96 × 64.",
        "turned.png": "",
    }
    assert line.describe(trial)["Status"] == "done"


@pytest.mark.parametrize(
    ("service", "task", "size", "sentence"),
    [
        ("lookoutvision", "anomaly", (64, 64), ""),
        ("lookoutvision", "anomaly", (64, 63), "The picture has 64 × 63 pixels; 64 a side are the least."),
        ("rekognition", "classification", (4096, 64), "one side may be 20 times the other at most."),
        ("rekognition", "classification", (16, 16), "16 × 16 pixels; 64 a side are the least."),
        ("rekognition", "classification", (4097, 256), "4096 a side are the most."),
        ("rekognition", "detection", (1280, 64), ""),
    ],
)
def test_a_picture_that_the_service_would_not_take_is_not_guessed_at(house, service, task, size, sentence):
    project = TriedProject(house, service, task)
    project.put("in/odd.png", a_png(DARK, size))
    (picture,) = project.pictures(project.run())
    assert picture["Message"].endswith(sentence)
    assert picture["State"] == ("unreadable" if sentence else "answered")
    assert bool(picture["Line"]) == (not sentence)


def test_two_thousand_pictures_are_a_trial_and_one_more_is_refused(line, monkeypatch):
    refs = [f"s3://{BUCKET}/in/{number}.png" for number in range(2001)]
    with pytest.raises(TooMuch, match=r"at most 2,000 pictures. These are 2,001"):
        line.begin(SourceRefs=refs)
    assert line.call("ListTrialDetections")["Trials"] == []
    assert line.describe(line.begin(SourceRefs=refs[:2000]))["Total"] == 2000
    monkeypatch.setattr("vedette.trials.choosing.MOST_PICTURES", 2)
    with pytest.raises(TooMuch, match="There are more below s3://line-pictures/in/"):
        line.begin()


def test_what_is_verified_becomes_entries_by_its_verdict(line):
    trial = line.run()
    line.verify(trial, (1, "incorrect", 0), (2, "correct", 0))
    assert line.describe(trial)["Addable"] == 2
    assert line.add(trial) == {"Added": 2, "Present": 0, "LeftOut": []}
    assert [(read_line(text).source, class_of(text)) for text in line.lines()] == [
        (f"s3://{BUCKET}/in/a.png", "normal"),
        (f"s3://{BUCKET}/in/b.png", "normal"),
    ]
    assert line.add(trial) == {"Added": 0, "Present": 0, "LeftOut": []}
    changes = line.call("ListChanges", DatasetType="train")["Changes"]
    assert [(change["Kind"], change["Added"], change["Note"]) for change in changes] == [
        ("trial", 2, "Monday")
    ]


def test_two_people_who_verify_one_trial_lose_nothing_and_hear_of_each_other(line):
    trial = line.run()
    line.verify(trial, (1, "correct", 0), (2, "correct", 0))
    answer = line.verify(trial, (1, "incorrect", 0), (2, "correct", 0), (3, "correct", 0), caller=BEN)
    assert [one["PictureId"] for one in answer["Pictures"]] == [2, 3]
    (conflict,) = answer["Conflicts"]
    assert (conflict["PictureId"], conflict["Verdict"], conflict["VerifiedBy"], conflict["Revision"]) == (
        1,
        "correct",
        ALICE.principal.arn,
        1,
    )
    line.verify(trial, (1, "incorrect", 1), caller=BEN)
    assert [(one["Verdict"], one["VerifiedBy"]) for one in line.pictures(trial)] == [
        ("incorrect", BEN.principal.arn),
        ("correct", ALICE.principal.arn),
        ("correct", BEN.principal.arn),
    ]


def test_a_correction_is_a_line_that_can_be_learnt_from(line):
    trial = line.run()
    source = f"s3://{BUCKET}/in/a.png"
    mended = an_anomaly_line("x", "normal").replace(
        json.loads(an_anomaly_line("x", "normal"))["source-ref"], source
    )
    for text, reason in (
        (an_anomaly_line("x", "normal"), "about another picture"),
        (json.dumps({"source-ref": source}), "cannot be learnt from"),
        ("{", "not JSON"),
    ):
        with pytest.raises(Wrong, match=reason):
            line.verify(trial, (1, "corrected", 0, text))
    line.verify(trial, (1, "corrected", 0, mended))
    line.add(trial)
    assert line.lines() == [mended]
    assert [one["PictureId"] for one in line.verify(trial, (1, "none", 1))["Conflicts"]] == [1]


def test_a_dataset_keeps_its_own_labels_and_its_test_pictures(line):
    test = line.house.datasets.create(line.project, NewDataset("test", None, ALICE.principal, {}))
    a, b, c = (f"s3://{BUCKET}/in/{name}.png" for name in "abc")
    blank = an_anomaly_line("x", "normal")
    ref = json.loads(blank)["source-ref"]

    def put(dataset, text):
        line.house.datasets.editor.update(line.project, dataset, [EntryEdit(text)], ALICE.principal)

    train = line.house.datasets.find(line.project, "train")
    put(train, blank.replace(ref, a))
    put(train, json.dumps({"source-ref": b, "note": "seen on line 3"}))
    put(test, blank.replace(ref, c))
    trial = line.run()
    line.verify(trial, (1, "correct", 0), (2, "correct", 0), (3, "correct", 0))
    answer = line.add(trial)
    assert (answer["Added"], [one["PictureId"] for one in answer["LeftOut"]]) == (1, [1, 3])
    assert [one["Reason"] for one in answer["LeftOut"]] == [
        "It is in the train dataset already, with labels of its own.",
        "It is in the test dataset; a picture is in one of the two.",
    ]
    kept, labelled = (read_line(text) for text in line.lines())
    assert kept.text == blank.replace(ref, a)
    assert (labelled["note"], labelled["anomaly-label-metadata"]["class-name"]) == (
        "seen on line 3",
        "normal",
    )


def test_a_picture_that_changed_or_went_is_not_added(line):
    trial = line.run()
    line.verify(trial, (1, "correct", 0), (2, "correct", 0), (3, "correct", 0))
    line.put("in/a.png", a_png(RED))
    line.house.blobs.delete(BUCKET, "in/b.png")
    answer = line.add(trial)
    assert (answer["Added"], [one["Reason"] for one in answer["LeftOut"]]) == (
        1,
        [
            "The picture was replaced by another since the model looked at it.",
            "The picture is not in its bucket any more.",
        ],
    )


def test_a_bucket_of_another_account_or_another_region_is_refused(line):
    blobs = line.house.blobs
    blobs.make_bucket("theirs", account=ELSEWHERE, region=ALICE.region)
    blobs.make_bucket("overseas", account=ALICE.account, region="ap-south-1")
    for bucket, kind, reason in (
        ("theirs", Missing, "This account has no bucket theirs"),
        ("nowhere", Missing, "This account has no bucket nowhere"),
        ("overseas", Wrong, "is in the region ap-south-1"),
    ):
        with pytest.raises(kind, match=reason):
            line.begin(f"s3://{bucket}/")
        with pytest.raises(kind, match=reason):
            line.begin(SourceRefs=[f"s3://{bucket}/a.png"])


def test_who_may_not_see_a_project_sees_none_of_its_trials(line):
    trial = line.run()
    with pytest.raises(Missing):
        line.call("DescribeTrialDetection", a_caller("vedette", account=ELSEWHERE), TrialId=trial)


def test_a_trial_goes_on_after_a_crash_and_looks_at_no_picture_twice(line, tmp_path, monkeypatch):
    looked = []
    store = running._TrialRun._store

    def stop_after_two(run, answers, etags):
        looked.extend(picture.number for picture, _ in answers)
        store(run, answers, etags)
        if len(looked) == 2:
            raise JobInterrupted

    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(running._TrialRun, "_store", stop_after_two)
    trial = line.run()
    line.house.jobs.close()
    assert line.describe(trial)["Status"] == "running"
    again = a_house(line.house.datasets._database, line.house.clock, tmp_path)
    again.jobs.start()
    assert again.jobs.wait(60, TRIALS)
    assert (sorted(looked), line.describe(trial)["Answered"]) == ([1, 2, 3], 3)
    again.jobs.close()


def test_a_version_that_is_deleted_meanwhile_ends_a_trial_with_a_sentence(line, monkeypatch):
    def remove(*_):
        line.house.versions.move(line.version, "deleting")
        raise RuntimeError("its files are gone")

    monkeypatch.setattr(running._TrialRun, "_guess", remove)
    trial = line.run()
    assert line.describe(trial)["Status"] == "failed"
    monkeypatch.undo()
    with pytest.raises(Busy, match="is being deleted: there is no model to try"):
        line.begin()


def test_labels_of_a_classification_are_verified_and_added_doubtful_ones_first(house):
    project = TriedProject(house, "rekognition", "classification")
    project.put("in/a.png", a_png(RED))
    project.put("in/b.png", a_png((120, 60, 60)))
    trial = project.run()
    doubtful = project.pictures(trial, Order="doubt")
    assert [one["Doubt"] for one in doubtful] == sorted((one["Doubt"] for one in doubtful), reverse=True)
    project.verify(trial, (1, "correct", 0), (2, "incorrect", 0))
    assert project.describe(trial)["Addable"] == 1
    assert project.add(trial)["Added"] == 1


def test_a_guessed_mask_is_stored_when_its_picture_is_added(house):
    project = TriedProject(house, "lookoutvision", "segmentation")
    project.put("in/a.png", a_png(RED))
    trial = project.run()
    (picture,) = project.pictures(trial)
    assert picture["HasMask"], "the tiny model sees rust in what is red"
    mask = project.call("GetTrialMask", TrialId=trial, PictureId=1)["Body"]
    ref = read_line(picture["Line"])["anomaly-mask-ref"]
    project.verify(trial, (1, "correct", 0))
    assert project.add(trial)["Added"] == 1
    bucket, _, key = ref.removeprefix("s3://").partition("/")
    assert house.blobs.read(bucket, key) == mask


def test_trials_are_forgotten_when_they_are_over_and_datasets_keep_what_was_added(line):
    trial = line.run()
    line.verify(trial, (2, "correct", 0))
    line.add(trial)
    line.call("DeleteTrialDetection", TrialId=trial)
    assert line.call("ListTrialDetections")["Trials"] == []
    assert len(line.lines()) == 1
    with pytest.raises(Missing):
        line.describe(trial)
