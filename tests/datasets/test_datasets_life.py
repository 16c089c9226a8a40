"""Datasets made, updated, copied, distributed and deleted, through the room's front."""

import io
import json

import pytest

from doubles.houses import HERE
from doubles.lines import a_box_line, a_line, a_ref, an_anomaly_line, refs_of
from vedette.datasets.dataset import Counts, ManifestSource, NewDataset
from vedette.dialects.rekognition.codes import flaw
from vedette.errors import Busy, Missing, Taken, TooEarly, Wrong
from vedette.identity.principal import root_of


def test_an_import_keeps_every_line_as_it_was(room):
    lines = [a_line(number, f"label-{number % 3}") for number in range(2500)]
    made = room.create(lines)
    assert (made.status, made.fault, made.message) == (
        "created",
        "",
        "The dataset was successfully created from the manifest file.",
    )
    assert made.counts == Counts(total=2500, labelled=2500, labels=3)
    assert made.bucket == "pictures"
    assert room.lines() == lines


def test_unknown_keys_and_spaces_of_a_line_are_kept(room):
    line = '{ "source-ref" : "s3://pictures/a.png",  "shift": {"hand": [1.50, "é"]} , "shift-metadata":{}}'
    room.create([line])
    assert room.lines() == [line]


def test_an_update_replaces_and_appends(room):
    room.create([a_line(1, "a"), a_line(2, "a"), a_box_line(3, "b", "b", "c")])
    assert room.labels() == {"a": (2, 0), "b": (1, 1), "c": (1, 1)}
    changed = room.update([a_line(2, "d"), a_line(4), a_line(3)])
    assert (changed.status, changed.counts) == ("updated", Counts(total=4, labelled=2, labels=2))
    assert refs_of(room.lines()) == ["1", "2", "3", "4"]
    assert room.labels() == {"a": (1, 0), "d": (1, 0)}


def test_a_label_that_nobody_uses_comes_back_when_somebody_does(room):
    room.create([a_line(1, "a"), a_line(2, "b")])
    room.update([a_line(1)])
    assert room.labels() == {"b": (1, 0)}
    room.update([a_line(3, "a")])
    assert room.labels() == {"a": (1, 0), "b": (1, 0)}


def test_an_empty_dataset_is_there_at_once_and_can_be_filled(room):
    made = room.datasets.create(room.project, NewDataset("train", None, root_of(HERE), {}))
    assert (made.status, made.counts) == ("created", Counts())
    assert room.lines() == []
    assert room.update([a_line(1, "a")]).counts.total == 1


def test_an_update_over_many_blocks_counts_right(room):
    room.create([a_line(number, "old") for number in range(3000)])
    changed = room.update([a_line(number, "new") for number in range(500, 3500, 3)])
    assert changed.counts == Counts(total=3166, labelled=3166, labels=2)
    assert room.labels() == {"old": (2166, 0), "new": (1000, 0)}
    assert len(room.lines(labels=("new",))) == 1000


def test_a_copy_has_what_the_other_had_then(room):
    first = room.create(
        [a_line(1, "a"), a_box_line(2, "b"), a_line(3), a_box_line(4, "b", box=(-9, 0, 30, 40))]
    )
    copy = room.copy(first, "test")
    assert (copy.status, copy.bucket, copy.counts) == ("created", "pictures", first.counts)
    room.update([a_line(1, "z")])
    assert room.lines("test")[0] == a_line(1, "a")
    assert room.labels("test") == {"a": (1, 0), "b": (1, 1)}
    assert refs_of(room.lines("test", has_errors=True)) == ["4"]


def test_a_distribution_moves_a_fifth_of_every_label(room):
    lines = [
        a_line(number, "ab"[number % 2], *(["rare"] if number % 50 == 0 else [])) for number in range(500)
    ]
    room.create(lines)
    room.create(None, "test")
    room.datasets.division.distribute(room.now(), room.now("test"), room.caller)
    train, test = room.settled(), room.settled("test")
    assert [(each.status, each.counts.total) for each in (train, test)] == [
        ("updated", 400),
        ("updated", 100),
    ]
    assert room.labels("test") == {"a": (50, 0), "b": (50, 0), "rare": (2, 0)}
    assert sorted(room.lines() + room.lines("test")) == sorted(lines)
    assert room.lines("test") == [line for line in lines if line in set(room.lines("test"))]
    moved = refs_of(room.lines("test"))[0]
    assert room.update([a_line(moved, "again")]).counts.total == 401
    assert room.lines()[-1] == a_line(moved, "again")


def test_a_division_moves_named_pictures_into_a_new_test_dataset(room):
    lines = [a_line(number, "ab"[number % 2]) for number in range(10)]
    train = room.create(lines)
    assert room.datasets.division.divide(train.id, [a_ref(3), a_ref(8), a_ref("gone since")], {})
    test = room.settled("test")
    assert (test.status, test.counts.total, test.bucket, test.message) == (
        "created",
        2,
        "pictures",
        "The dataset was successfully created from the training dataset.",
    )
    assert room.lines("test") == [lines[3], lines[8]]
    assert (room.now().status, room.lines()) == ("updated", [*lines[:3], *lines[4:8], lines[9]])


def test_a_division_asked_for_again_changes_nothing(room):
    train = room.create([a_line(number, "a") for number in range(10)])
    for asked in ([a_ref(1), a_ref(2)], [a_ref(1), a_ref(2)], [a_ref(5)]):
        assert room.datasets.division.divide(train.id, asked, {})
    assert (refs_of(room.lines("test")), room.now().counts.total) == (["1", "2"], 8)
    room.datasets.delete(room.project, room.now("test"))
    assert room.datasets.division.divide(train.id, [a_ref(1), a_ref(2)], {})
    with pytest.raises(Missing):
        room.now("test")
    assert room.settled().counts.total == 8
    room.datasets.delete(room.project, room.now())
    assert room.datasets.division.divide(train.id, [a_ref(5)], {})


def test_a_dataset_that_is_being_changed_is_not_divided(room):
    train = room.create([a_line(number, "a") for number in range(10)])
    room.jobs.stop_taking()
    room.begin_update(a_line(11, "a").encode())
    assert not room.datasets.division.divide(train.id, [a_ref(1)], {})


def test_a_label_with_one_picture_cannot_be_distributed(room):
    room.create([a_line(1, "a"), a_line(2, "a"), a_line(3, "lonely")])
    room.create(None, "test")
    room.datasets.division.distribute(room.now(), room.now("test"), room.caller)
    for kind in ("train", "test"):
        found = room.settled(kind)
        assert (found.status, found.fault, found.message) == (
            "update-failed",
            "client",
            "The manifest file doesn't have enough labeled images to distribute the dataset.",
        )
    assert (room.now().counts.total, room.now("test").counts.total) == (3, 0)


def test_what_can_not_be_distributed_is_refused_at_once(room):
    train = room.create(None)
    test = room.create([a_line(1, "a")], "test")
    for pair, why in (
        ((test, train), "training"),
        ((train, train), "training"),
        ((train, test), "must be empty"),
    ):
        with pytest.raises(Wrong, match=why):
            room.datasets.division.distribute(*pair, room.caller)
    room.datasets.delete(room.project, test)
    with pytest.raises(Wrong, match="has no entries"):
        room.datasets.division.distribute(train, room.create(None, "test"), room.caller)


def test_a_project_has_one_dataset_of_a_kind(room):
    room.create([a_line(1)])
    with pytest.raises(Taken, match="has a train dataset"):
        room.create([a_line(2)])
    assert room.create([a_line(2)], "test").counts.total == 1


def test_a_deleted_dataset_leaves_no_rows(room, database):
    room.create([a_line(number, "a") for number in range(2000)])
    room.create([a_line(number, "a") for number in range(10)], "test")
    room.datasets.delete(room.project, room.now())
    with pytest.raises(Missing):
        room.now()
    room.datasets.wait(30)
    with database.read() as connection:
        counts = {
            table: connection.exec_driver_sql(f"select count(*) from dataset_{table}").scalar()
            for table in ("parts", "entries", "blocks", "refs", "labels", "label_blocks")
        }
    assert counts == {
        "parts": 1,
        "entries": 10,
        "blocks": 1,
        "refs": 1,
        "labels": 1,
        "label_blocks": 1,
    }


def test_a_project_with_a_dataset_stays(room):
    room.create([a_line(1)])
    with pytest.raises(Busy, match="still has 1 dataset;"):
        room.projects.delete(room.project.scope, "boards")
    room.datasets.delete(room.project, room.now())
    room.projects.delete(room.project.scope, "boards")


def test_tags_of_a_dataset_live_as_long_as_it_does(room):
    made = room.datasets.create(room.project, NewDataset("train", None, root_of(HERE), {"line": "4"}))
    arn = str(made.arn(room.project))
    room.projects.tags.set(arn, {"shift": "2"})
    assert room.projects.tags.of(arn) == {"line": "4", "shift": "2"}
    room.datasets.delete(room.project, made)
    with pytest.raises(Missing):
        room.projects.tags.of(arn)


def test_frozen_lines_are_those_of_one_moment(room):
    lines = [a_line(number, "a") for number in range(1500)]
    made = room.create(lines)
    out = io.BytesIO()
    assert room.datasets.contents.freeze(made, out).dataset.counts.total == 1500
    assert out.getvalue().decode().splitlines() == lines


def test_a_missing_manifest_fails_the_creation(room):
    room.put([a_line(1)])
    made = room.create_from(ManifestSource("manifests", "nothing.manifest"))
    assert (made.status, made.fault, made.message) == (
        "create-failed",
        "client",
        "The manifest file extension or contents are invalid.",
    )
    assert room.lines() == []
    with pytest.raises(Busy, match="could not be made"):
        room.update([a_line(1)])
    room.datasets.delete(room.project, made)
    assert room.create([a_line(1)]).status == "created"


def test_one_version_of_the_manifest_is_read(room):
    room.put([a_line(1)])
    room.blobs.buckets.set_versioning("manifests", "Enabled")
    room.put([a_line(2)])
    second = room.blobs.find("manifests", "train.manifest").version
    room.put([a_line(3)])
    room.create_from(ManifestSource("manifests", "train.manifest", second))
    assert refs_of(room.lines()) == ["2"]


def test_a_failed_update_changes_nothing(room):
    lines = [a_line(number, "a") for number in range(3)]
    room.create(lines)
    failed = room.update([a_line(1, "b"), a_line(9, "b", bucket="elsewhere")])
    assert (failed.status, failed.fault, failed.message, failed.counts.total) == (
        "update-failed",
        "client",
        "The manifest file contains images from multiple S3 buckets.",
        3,
    )
    assert room.lines() == lines
    assert room.update([a_line(1, "b")]).status == "updated"


def test_labels_may_change_places_at_the_limit(room):
    room.create([a_line(number, f"l{number}") for number in range(250)])
    assert room.update([a_line(0, "new")]).status == "updated"
    failed = room.update([a_line(1000, "one too many")])
    assert (failed.status, failed.message) == ("update-failed", "The manifest file has too many labels.")
    assert len(room.labels()) == 250


def test_findings_of_pictures_show_in_listings_and_counts(room):
    made = room.create([a_line(1, "a"), a_line(2, "a"), a_box_line(3, "a", box=(-9, 0, 30, 40))])
    assert room.datasets.contents.addresses(made.part) == [
        (0, "s3://pictures/boards/1.png"),
        (1, "s3://pictures/boards/2.png"),
        (2, "s3://pictures/boards/3.png"),
    ]
    assert made.counts.errors == 1
    room.datasets.contents.say_of_pictures(made.part, {1: [flaw("ERROR_INVALID_IMAGE")], 2: []})
    assert room.now().counts.errors == 2
    assert refs_of(room.lines(has_errors=True)) == ["2", "3"]
    room.datasets.contents.say_of_pictures(made.part, {1: []})
    assert room.now().counts.errors == 1


def test_listeners_hear_of_what_is_new(room):
    heard = []
    room.datasets.watch(heard.append)
    room.create([a_line(1), a_line(2)])
    room.update([a_line(2, "a"), a_line(3)])
    assert [None if each.seqs is None else sorted(each.seqs) for each in heard] == [None, [1, 2]]


def test_anomalies_are_counted_by_their_class(lookout_room):
    room = lookout_room
    made = room.create(
        [an_anomaly_line(1, "normal"), an_anomaly_line(2, "anomaly"), an_anomaly_line(3, "unsure"), a_line(4)]
    )
    assert made.counts == Counts(total=4, labelled=2, normal=1, anomaly=1)
    assert refs_of(room.lines(is_anomalous=True)) == ["2"]
    assert refs_of(room.lines(is_anomalous=False)) == ["1"]
    assert refs_of(room.lines(is_labelled=False)) == ["3", "4"]
    assert json.loads(room.lines()[0]) == json.loads(an_anomaly_line(1, "normal"))


def test_a_line_that_lookout_refuses_refuses_all(lookout_room):
    room = lookout_room
    room.create([an_anomaly_line(1, "normal")])
    failed = room.update([an_anomaly_line(2, "normal"), "{]"])
    assert (failed.status, failed.message, failed.counts.total) == (
        "update-failed",
        "Line 2: The line is not a JSON object.",
        1,
    )


def test_entries_are_found_by_when_they_came(lookout_room):
    room = lookout_room
    dated = {"source-ref-metadata": {"creation-date": "2024-01-01T00:00:00"}}
    room.create([an_anomaly_line(1, "normal"), an_anomaly_line(2, "normal", **dated)])
    start = room.now().created_ms
    room.clock.move(hours=1)
    room.update([an_anomaly_line(3, "normal")])
    assert refs_of(room.lines(created_after_ms=start)) == ["3"]
    assert refs_of(room.lines(created_before_ms=start)) == ["2"]
    assert refs_of(room.lines(created_after_ms=start - 1, created_before_ms=start + 1)) == ["1"]


def test_a_dataset_in_the_making_can_not_be_touched(room, database):
    made = room.create([a_line(1, "a")])
    test = room.create(None, "test")
    with database.write() as connection:
        connection.exec_driver_sql("update datasets set status = 'updating'")
    for touch in (
        lambda: room.begin_update(b"{}"),
        lambda: room.datasets.delete(room.project, made),
    ):
        with pytest.raises(Busy, match="is being updated"):
            touch()
    with pytest.raises(TooEarly):
        room.datasets.division.distribute(made, test, room.caller)
    assert len(room.lines()) == 1
    with database.write() as connection:
        connection.exec_driver_sql("update datasets set status = 'creating'")
    with pytest.raises(TooEarly, match="is still being made"):
        room.lines()
