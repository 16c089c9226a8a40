"""Trainings asked for, queued, ended and taken up again, with workers that a test plays."""

import errno
import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from doubles.houses import ELSEWHERE, HERE
from doubles.lines import a_line, refs_of
from doubles.trainings import a_training_room, approve, die, divide, draw, hang, refuse, stumble, succeed
from vedette.datasets.dataset import ManifestSource
from vedette.dialects.registry import dialect_of
from vedette.engines.port import Event
from vedette.errors import Busy, Missing, Taken, Wrong
from vedette.identity.principal import root_of
from vedette.jobs.tables import jobs
from vedette.projects.tokens import ClientToken
from vedette.training.admission import NO_DATASET
from vedette.training.finish import STOPPED
from vedette.training.folder import NO_ROOM, Folder
from vedette.training.order import NewTraining
from vedette.training.results import key_at

UNREADABLE = "The manifest file extension or contents are invalid."


@pytest.fixture
def training(database, tmp_path, clock):
    """Return a function that opens the room with these scripts; every room is closed at the end."""
    opened = []

    def begin(*scripts, **options):
        manager = a_training_room(database, tmp_path, clock, *scripts, **options)
        opened.append(manager)
        return manager.__enter__()

    yield begin
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


def until(claim):
    deadline = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def objects(training):
    return {found.key for found in training.room.blobs.list("out")}


def test_a_training_ends_with_its_files_at_the_output_location(training):
    training = training()
    training.with_dataset()
    version = training.trained(prefix="results/", description="first", tags={"line": "A"})
    assert (version.state, version.description, version.billable_s) == ("trained", "first", 7)
    assert version.results == {
        "task": "classification",
        "metrics": {"F1Score": 0.75},
        "pictures": {},
        "files": {
            "manifest_summary": "results/ManifestSummary-boards-v1.json",
            "evaluation_summary": "results/EvaluationResultSummary-boards-v1.json",
        },
    }
    assert objects(training) == set(version.results["files"].values())
    assert training.trainings.folder(version).package.is_dir()
    assert training.room.projects.tags.of(str(version.arn)) == {"line": "A"}


def test_masks_lie_where_the_worker_was_told_that_they_would(training):
    training = training(draw, service="lookoutvision")
    training.with_dataset()
    version = training.trained(prefix="results/")
    assert training.engine.orders[0]["masks"] == "s3://out/results/EvaluationMasks-boards-1"
    assert training.room.blobs.read("out", "results/EvaluationMasks-boards-1/one.png") == b"a mask"
    assert "results/EvaluationMasks-boards-1/one.png" not in version.results["files"].values()


@pytest.mark.parametrize(
    ("prefix", "key"), [("", "Man"), ("a", "a/Man"), ("a/", "a/Man"), ("a/b", "a/b/Man")]
)
def test_a_prefix_is_a_folder_whether_it_ends_with_a_slash_or_not(prefix, key, training):
    training = training()
    training.with_dataset()
    assert training.trained(prefix=prefix).results["files"]["manifest_summary"].startswith(key)


def test_the_worker_is_given_every_picture_of_that_moment(training):
    seen = []

    def look(order, stop):
        folder = training.trainings.folder(training.versions.find(training.project, "v1"))
        linked = sorted(folder.pictures.iterdir(), key=lambda path: path.read_bytes())
        seen.extend((path.read_bytes(), path.stat().st_nlink) for path in linked)
        yield from succeed(order, stop)

    training = training(look)
    training.with_dataset()
    version = training.trained()
    assert seen == [(b"train 0", 2), (b"train 1", 2), (b"train 2", 2), (b"train 3", 2)]
    until(lambda: not training.trainings.folder(version).pictures.exists())


def test_a_training_learns_from_the_lines_of_the_moment_it_was_asked_for(training):
    training = training(hang, succeed, at_once=1)
    training.with_dataset()
    training.order("first")
    second = training.order("second")
    training.room.update([a_line("late", "a")])
    training.room.jobs.close()
    frozen = training.trainings.folder(second).manifest("train").read_text("utf-8")
    assert frozen.count("\n") == 4
    assert "late" not in frozen


def test_what_a_version_was_trained_with_is_a_snapshot_until_the_version_goes(training):
    training = training()
    training.with_dataset()
    training.with_dataset("test", 2)
    version = training.trained("first")
    room = training.room
    before = room.lines()
    room.update([a_line("late", "a")])
    listed = {kind: room.datasets.snapshots.list(room.now(kind)) for kind in ("train", "test")}
    assert [(one.name, one.reason, one.version, one.counts.total) for one in listed["train"]] == [
        ("Trained: first", "training", version.id, 4)
    ]
    assert [one.counts.total for one in listed["test"]] == [2]
    room.datasets.restorations.restore(training.project, room.now(), listed["train"][0].id, root_of(HERE))
    assert room.lines() == before
    training.trainings.delete(version)
    assert [one.reason for one in room.datasets.snapshots.list(room.now())] == ["restore"]
    assert room.datasets.snapshots.list(room.now("test")) == []


def test_without_a_test_dataset_the_worker_splits(training):
    training = training()
    training.with_dataset()
    training.trained()
    training.with_dataset("test", 2)
    training.trained("v2")
    assert [order["has_test"] for order in training.engine.orders] == [False, True]


def test_what_one_model_was_tested_with_becomes_the_test_dataset_of_those_after_it(training):
    training = training(divide)
    training.with_dataset()
    training.trained()
    assert refs_of(training.room.lines("test")) == ["train0"]
    assert refs_of(training.room.lines()) == ["train1", "train2", "train3"]
    training.trained("v2")
    assert [(order["has_test"], order["divides"]) for order in training.engine.orders] == [
        (False, True),
        (True, False),
    ]


def test_two_trainings_asked_for_at_once_divide_a_dataset_once(training):
    training = training(divide, at_once=2)
    training.with_dataset()
    for version in (training.order("v1"), training.order("v2")):
        assert training.ended(version).state == "trained"
    assert [training.room.settled(kind).counts.total for kind in ("train", "test")] == [3, 1]


def test_a_training_that_is_refused_divides_nothing(training):
    training = training(refuse)
    training.with_dataset()
    training.trained()
    with pytest.raises(Missing):
        training.room.now("test")
    assert training.room.now().counts.total == 4


def test_lookouts_single_dataset_stays_whole(training):
    training = training(divide, service="lookoutvision")
    training.with_dataset()
    training.trained()
    assert training.engine.orders[0]["divides"] is False
    assert training.room.now().counts.total == 4


def test_a_split_that_the_request_asks_for_is_for_that_training_alone(training):
    training = training(divide)
    training.with_dataset()
    training.trained(auto_create=True)
    assert training.engine.orders[0]["divides"] is False
    assert training.room.now().counts.total == 4


def test_a_division_waits_for_what_is_done_to_the_dataset(training):
    training = training(divide)
    training.with_dataset()
    changing = threading.Event()
    training.room.datasets.division.divide = answer_twice(training.room.datasets.division.divide, changing)
    assert training.trained().state == "trained"
    assert changing.is_set()
    assert training.room.now("test").counts.total == 1


def answer_twice(divide, changing):
    """Return a division that finds the dataset being changed the first time."""

    def asked(*arguments):
        if changing.is_set():
            return divide(*arguments)
        changing.set()
        return False

    return asked


def test_a_server_that_died_before_it_divided_does_so_at_the_next_start(training):
    def divide_unheard(order, stop):
        yield from list(divide(order, stop))[1:-1]
        assert stop.wait(30)
        yield from hang(order, stop)

    first = training(divide_unheard)
    first.with_dataset()
    first.room.datasets.division.divide = lambda *_: False
    version = first.order()
    until(lambda: first.trainings.folder(version).result.exists())
    first.room.jobs.close()
    again = training(stumble)
    assert again.ended(version).state == "trained"
    assert refs_of(again.room.lines("test")) == ["train0"]


def test_what_a_worker_refuses_is_said_and_its_files_are_delivered(training):
    training = training(refuse)
    training.with_dataset()
    version = training.trained()
    assert (version.state, version.message) == ("failed", "The manifest file has too few labels.")
    assert objects(training) == {"ManifestSummary-boards-v1.json"}
    assert version.billable_s is None
    assert version.ended is not None


def test_a_worker_that_dies_is_run_again(training):
    training = training(die, die, succeed)
    training.with_dataset()
    assert training.trained().state == "trained"
    assert len(training.engine.orders) == 3


def test_a_worker_that_always_dies_ends_the_training_and_leaves_the_project_free(training):
    training = training(die, die, die, succeed)
    training.with_dataset()
    version = training.trained()
    assert (version.state, version.message) == ("failed", "The process of the job was killed by signal 9.")
    assert version.results == {"fault": "service"}
    assert training.trained("v2").state == "trained"


def choke(order, stop):
    """A worker that finds no room for its files."""
    del order, stop
    yield Event("failed", {"sentence": "Training needs 9 MiB in /data/somewhere.", "refusal": "TooMuch"})


def litter(order, stop):
    """A worker that is killed over everything it was about to leave."""
    folder = Folder(Path(order["folder"]))
    for place in (folder.out, folder.scratch, folder.root / ".package.x1"):
        place.mkdir(exist_ok=True)
        (place / "half").write_bytes(b"half")
    yield from die(order, stop)


def files_of(training, version):
    return {path.name for path in training.trainings.folder(version).root.iterdir()}


def test_what_killed_workers_left_goes_when_their_training_is_over(training):
    training = training(litter, litter, litter, litter, succeed)
    training.with_dataset()
    assert files_of(training, training.trained()) == {"train.manifest"}
    version = training.trained("v2")
    training.room.jobs.close()
    assert files_of(training, version) == {"package", "result.json", "train.manifest"}


def test_what_a_crash_left_beside_a_finished_version_goes_at_the_next_start(training):
    first = training()
    first.with_dataset()
    version = first.trained()
    first.room.jobs.close()
    folder, part = first.trainings.folder(version), first.data / "cache" / "features" / "ab" / "c.part"
    for place in (folder.pictures, folder.out, folder.scratch, folder.root / ".package.x1", part.parent):
        place.mkdir(parents=True)
    part.write_bytes(b"half")
    again = training()
    assert files_of(again, version) == {"package", "result.json", "train.manifest"}
    assert not part.exists()


def test_a_full_disk_is_said_and_leaves_the_project_free(training):
    training = training()
    training.with_dataset()
    no_room = OSError(errno.ENOSPC, "no room")
    training.room.blobs.put, failed = fail_once(training.room.blobs.put, no_room)
    version = training.trained()
    assert (version.state, version.message, failed.is_set()) == ("failed", NO_ROOM, True)
    assert training.trained("v2").state == "trained"


def test_a_worker_without_room_is_our_fault_and_says_nothing_of_our_folders(training, caplog):
    training = training(choke)
    training.with_dataset()
    version = training.trained()
    assert (version.state, version.message) == ("failed", NO_ROOM)
    assert version.results == {"fault": "service"}
    assert "/data/somewhere" in caplog.text


def test_an_end_that_cannot_be_written_down_is_written_down_later(training, caplog):
    training = training(die)
    training.with_dataset()
    failing = RuntimeError("the database is full")
    training.versions.move, failed = fail_once(training.versions.move, failing)
    version = training.trained()
    assert (version.state, failed.is_set()) == ("failed", True)
    assert "is not written down yet" in caplog.text


def fail_once(act, error):
    """Return what fails the first time, and an event that says that it did."""
    failed = threading.Event()

    def acted(*arguments, **options):
        if failed.is_set():
            return act(*arguments, **options)
        failed.set()
        raise error

    return acted, failed


def test_a_mistake_of_ours_is_not_told_to_the_caller(training, caplog):
    training = training(stumble)
    training.with_dataset()
    version = training.trained()
    assert version.state == "failed"
    assert version.message.startswith("The service failed while it trained the model")
    assert "KeyError" in caplog.text


def test_as_many_trainings_run_as_are_allowed_and_the_others_wait(training):
    training = training(hang, hang, succeed, at_once=2)
    training.with_dataset()
    for name in ("a", "b", "c"):
        training.order(name)
    until(lambda: len(training.engine.orders) == 2)
    training.room.jobs.close()
    assert len(training.engine.orders) == 2
    assert len(training.versions.in_state("training")) == 3


def test_a_copy_does_not_wait_for_trainings(training):
    training = training(succeed, hang, at_once=1)
    training.with_dataset()
    source = training.trained()
    training.versions.record(source, results={})
    running = training.order("v2")
    until(lambda: len(training.engine.orders) == 2)
    wanted = NewTraining(root_of(HERE), name="copy", bucket="out")
    copied = training.ended(training.trainings.copy(source, training.project, wanted))
    assert copied.state == "copied"
    assert training.versions.find_by_id(running.id).state == "training"


THEIRS = "The bucket {} is not of the project's account."
FAR = "The bucket {} is in the region us-east-1; it must be in eu-west-1, as the project is."


@pytest.mark.parametrize(
    ("where", "sentence"), [({"account": ELSEWHERE}, THEIRS), ({"region": "us-east-1"}, FAR)]
)
def test_the_buckets_of_a_lookout_training_are_of_its_account_and_region(training, where, sentence):
    training = training(service="lookoutvision")
    training.with_dataset()
    blobs, other = training.room.blobs, {"account": HERE, "region": "eu-west-1", **where}
    blobs.make_bucket("far", **other)
    if other["account"] == HERE:
        with pytest.raises(Wrong) as refused:
            training.order(bucket="far")
        assert refused.value.sentence == sentence.format("far")
    else:
        with pytest.raises(Wrong, match="Unable to write"):
            training.order(bucket="far")
    for name in list(blobs.list("pictures")):
        blobs.delete("pictures", name.key)
    blobs.buckets.delete("pictures")
    blobs.make_bucket("pictures", **other)
    version = training.trained()
    assert (version.state, version.message) == ("failed", sentence.format("pictures"))


@pytest.mark.parametrize(
    ("service", "prefix", "key"),
    [
        ("lookoutvision", "", "EvaluationResult-doors-1.json"),
        ("lookoutvision", "doors/", "doors/EvaluationResult-doors-1.json"),
        ("lookoutvision", "k_fold_", "k_fold_EvaluationResult-doors-1.json"),
        ("lookoutvision", "doors/1", "doors/1EvaluationResult-doors-1.json"),
        ("rekognition", "", "ManifestSummary-doors-1.json"),
        ("rekognition", "doors/", "doors/ManifestSummary-doors-1.json"),
        ("rekognition", "doors", "doors/ManifestSummary-doors-1.json"),
    ],
)
def test_lookout_continues_a_prefix_and_rekognition_takes_it_for_a_folder(service, prefix, key):
    dialect = dialect_of(service)
    assert key_at(dialect, prefix, dialect.first_result, project="doors", name="1") == key


def test_the_stage_is_known_while_a_training_runs_and_the_message_stays_the_same(training):
    def judge(order, stop):
        yield Event("progress", {"stage": "judging", "done": 1, "of": 4, "seconds_left": 2.5})
        assert go_on.wait(30)
        yield from succeed(order, stop)

    go_on, watched = threading.Event(), []
    training = training(judge)
    training.trainings.stages.watch = lambda arn, facts: watched.append((arn, facts and facts["stage"]))
    training.with_dataset()
    version = training.order()
    until(lambda: (training.trainings.stages.of(version) or {}).get("stage") == "judging")
    assert training.trainings.stages.of(version)["done"] == 1
    assert training.versions.find_by_id(version.id).message == "The model is being trained."
    go_on.set()
    training.ended(version)
    until(lambda: watched[-1] == (str(version.arn), None))
    assert training.trainings.stages.of(version) is None
    assert [stage for _, stage in watched] == ["gathering the pictures", "judging", "judging", None]


def waiting(training, **options):
    """A room in which one training runs for ever, so that those after it wait."""
    training = training(hang, succeed, at_once=1, **options)
    training.with_dataset()
    training.order("runs")
    until(lambda: training.engine.orders)
    return training


def test_a_training_that_cannot_begin_fails_while_others_are_trained(training):
    training = waiting(training)
    training.engine.check = refuse
    version = training.ended(training.order("waits"))
    assert (version.state, version.message) == ("failed", "The manifest file has too few labels.")
    assert version.results == {"files": {"manifest_summary": "ManifestSummary-boards-waits.json"}}
    assert len(training.engine.orders) == 1


def test_an_empty_dataset_is_told_while_others_are_trained(training):
    training = waiting(training)
    training.room.create(None, "test")
    version = training.ended(training.order("waits"))
    assert (version.state, version.message) == ("failed", "The manifest file is empty.")


@pytest.mark.parametrize("check", [approve, die, stumble])
def test_a_check_that_says_nothing_lets_the_training_have_its_turn(training, check):
    training = waiting(training)
    training.engine.check = check
    version = training.order("waits")
    until(lambda: training.engine.checks)
    assert training.versions.find_by_id(version.id).state == "training"
    training.engine.stops["run 1"].set()
    assert training.ended(version).state == "trained"
    assert {order["version"] for order in training.engine.orders} == {"runs", "waits"}


def test_a_training_that_need_not_wait_is_checked_once(training):
    training = training()
    training.with_dataset()
    assert training.trained().state == "trained"
    assert training.engine.checks == []


def test_what_was_refused_while_it_waited_may_be_deleted_before_its_turn(training):
    training = waiting(training)
    training.engine.check = refuse
    version = training.ended(training.order("waits"))
    training.trainings.delete(version)
    training.engine.check = approve
    training.engine.stops["run 1"].set()
    assert training.trained("after").state == "trained"
    assert {order["version"] for order in training.engine.orders} == {"runs", "after"}


def test_a_stop_during_a_check_leaves_the_training_for_the_next_start(training):
    def stay(order, stop):
        del order
        assert stop.wait(30)
        yield Event("cancelled", {"sentence": "It was asked to stop."})

    first = waiting(training)
    first.engine.check = stay
    version = first.order("waits")
    until(lambda: first.engine.checks)
    first.room.jobs.close()
    assert first.versions.find_by_id(version.id).state == "training"
    again = training(succeed)
    assert again.ended(version).state == "trained"


def test_what_a_stop_interrupted_goes_on_at_the_next_start(training):
    first = training(hang)
    first.with_dataset()
    version = first.order()
    until(lambda: first.engine.orders)
    first.room.jobs.close()
    assert first.versions.find_by_id(version.id).state == "training"
    again = training(succeed)
    assert again.ended(version).state == "trained"
    assert again.engine.orders[0]["folder"] == first.engine.orders[0]["folder"]


@pytest.mark.parametrize("service", ["rekognition", "lookoutvision"])
def test_a_training_of_a_release_without_jobs_is_taken_up(training, database, service):
    first = training(hang, service=service)
    first.with_dataset()
    version = first.order()
    until(lambda: first.engine.orders)
    first.room.jobs.close()
    with database.write() as connection:
        connection.exec_driver_sql("delete from jobs")
    assert training(succeed, service=service).ended(version).state == "trained"


def test_a_training_is_promised_with_its_version_or_not_at_all(training):
    training = training(hang)
    training.with_dataset()

    def refuse_job(*arguments):
        raise OSError(errno.ENOSPC, "no room")

    training.room.jobs.add = refuse_job
    with pytest.raises(OSError, match="no room"):
        training.order()
    assert training.versions.list(training.project)[0] == []


def test_accounts_take_turns_with_their_trainings(training, database):
    training = training(hang, succeed, at_once=1)
    training.with_dataset()
    training.order("runs")
    until(lambda: training.engine.orders)
    for name in ("mine1", "mine2"):
        training.order(name)
    theirs = training.versions.find(training.project, "mine2")
    with database.write() as connection:
        whose = update(jobs).where(jobs.c.subject == f"version:{theirs.id}")
        connection.execute(whose.values(account=ELSEWHERE))
    training.engine.stops["run 1"].set()
    training.ended(training.versions.find(training.project, "mine1"))
    begun = dict.fromkeys(order["version"] for order in training.engine.orders)
    assert list(begun) == ["runs", "mine2", "mine1"]


def test_a_training_that_was_over_when_the_server_died_is_not_run_again(training):
    def succeed_and_stop(order, stop):
        yield from list(succeed(order, stop))[:-1]
        assert stop.wait(30)
        yield from hang(order, stop)

    first = training(succeed_and_stop)
    first.with_dataset()
    version = first.order()
    until(lambda: first.trainings.folder(version).result.exists())
    first.room.jobs.close()
    again = training(stumble)
    assert again.ended(version).state == "trained"
    assert again.engine.orders == []


def test_lines_that_a_crash_left_unfrozen_are_frozen_again(training):
    first = training(hang)
    first.with_dataset()
    version = first.order()
    first.room.jobs.close()
    shutil.rmtree(first.trainings.folder(version).root)
    assert training(succeed).ended(version).state == "trained"


def test_a_deletion_that_a_crash_interrupted_is_finished(training):
    first = training()
    first.with_dataset()
    version = first.versions.move(first.trained(), "deleting")
    first.room.jobs.close()
    again = training()
    assert again.versions.list(again.project)[0] == []
    assert not again.trainings.folder(version).root.exists()


def test_a_version_is_deleted_with_its_files(training):
    training = training()
    training.with_dataset()
    version = training.trained()
    training.trainings.delete(version)
    assert training.versions.list(training.project)[0] == []
    assert not training.trainings.folder(version).root.exists()
    assert objects(training) != set(), "results are the customer's"


def test_a_version_that_is_being_trained_is_not_deleted(training):
    training = training(hang)
    training.with_dataset()
    with pytest.raises(Busy, match="is being trained"):
        training.trainings.delete(training.order())


def test_a_name_is_trained_once(training):
    training = training()
    training.with_dataset()
    training.trained()
    with pytest.raises(Taken):
        training.order()


def test_a_repeated_token_trains_once(training):
    training = training(service="lookoutvision")
    training.with_dataset()
    token = ClientToken(training.project.scope, "CreateModel", "t", {})
    first, second = training.order(token=token), training.order(token=token)
    assert first.id == second.id
    training.ended(first)
    assert len(training.engine.orders) == 1


def test_a_project_without_datasets_has_nothing_to_train_with(training):
    with pytest.raises(Busy, match="no training dataset"):
        training().order()


def test_a_dataset_that_could_not_be_made_is_not_trained_with(training):
    training = training()
    training.room.create(b"no json\n" * 10)
    with pytest.raises(Busy, match="could not be made; delete it") as refused:
        training.order()
    assert refused.value.kind == NO_DATASET, "no waiting mends it"


def test_an_empty_dataset_fails_in_the_services_words(training):
    training = training()
    training.room.create()
    assert training.trained().message == "The manifest file is empty."


@pytest.mark.parametrize("bucket", ["nowhere", "theirs"])
def test_an_output_bucket_must_be_the_callers(bucket, training):
    training = training()
    training.with_dataset()
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    with pytest.raises(Wrong, match="Unable to write to output S3 bucket"):
        training.order(bucket=bucket)
    assert training.versions.list(training.project)[0] == []


def test_an_output_bucket_that_vanishes_fails_the_training(training):
    def vanish(order, stop):
        training.room.blobs.remove_bucket("out")
        yield from succeed(order, stop)

    training = training(vanish)
    training.with_dataset()
    assert training.trained().message == "Unable to write to output S3 bucket."


# Manifests of the caller's own


def a_manifest(training, key="a.manifest", count=4):
    return training.room.put([a_line(number, "ab"[number % 2]) for number in range(count)], key)


def test_manifests_can_be_named_where_a_project_has_no_datasets(training):
    training = training()
    source = a_manifest(training)
    assert training.trained(train=source, test=a_manifest(training, "b.manifest")).state == "trained"
    assert training.trained("v2", train=source, auto_create=True).state == "trained"
    assert [order["has_test"] for order in training.engine.orders] == [True, False]


def test_manifests_cannot_be_named_where_a_project_has_datasets(training):
    training = training()
    source = a_manifest(training)
    training.with_dataset()
    with pytest.raises(Wrong, match="has datasets"):
        training.order(train=source, auto_create=True)


@pytest.mark.parametrize("named", [{"train": True}, {"test": True}, {"test": True, "auto_create": True}])
def test_a_training_manifest_needs_a_testing_one_and_the_other_way_round(named, training):
    training = training()
    wanted = {name: a_manifest(training) if name != "auto_create" else True for name in named}
    with pytest.raises(Wrong, match="either a testing manifest or AutoCreate"):
        training.order(**wanted)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            ManifestSource("manifests", "none.manifest"),
            UNREADABLE,
        ),
        (ManifestSource("nowhere", "a.manifest"), UNREADABLE),
        (ManifestSource("manifests", "noextension"), UNREADABLE),
        (ManifestSource("manifests", "empty.manifest"), "The manifest file is empty."),
        (ManifestSource("theirs", "a.manifest"), "The S3 bucket permissions are incorrect."),
    ],
)
def test_a_manifest_that_is_no_manifest_fails_in_the_services_words(source, message, training):
    training = training()
    a_manifest(training)
    training.room.put(b"", "empty.manifest")
    training.room.put(b"{}", "noextension")
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    version = training.trained(train=source, auto_create=True)
    assert (version.state, version.message, version.results) == ("failed", message, {})


def share(training, bucket, *actions, effect="Allow", resource="*"):
    """Let every account do this in a bucket, or none."""
    statement = {
        "Effect": effect,
        "Principal": "*",
        "Action": list(actions),
        "Resource": f"arn:aws:s3:::{bucket}/{resource}",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
    training.room.blobs.buckets.put_document(bucket, "policy", text)


def linked(training, version="v1"):
    """What a worker was given of the pictures, while it is at it."""
    folder = training.trainings.folder(training.versions.find(training.project, version))
    return sorted(path.read_bytes() for path in folder.pictures.iterdir())


def test_pictures_that_another_account_lets_the_caller_read_are_learnt_from(training):
    seen = []

    def look(order, stop):
        seen.extend(linked(training))
        yield from succeed(order, stop)

    training = training(look)
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    for name in ("x", "y"):
        training.room.blobs.put("theirs", f"boards/{name}.png", name.encode())
    share(training, "theirs", "s3:GetObject", resource="boards/x*")
    training.room.create([a_line(name, "a", bucket="theirs") for name in ("x", "y")])
    training.trained()
    assert seen == [b"x"]
    order = training.engine.orders[0]
    assert (order["denied"], order["foreign"]) == ([], [])


def test_pictures_of_ones_own_that_a_policy_denies_are_not_read(training):
    seen = []

    def look(order, stop):
        seen.extend(linked(training))
        yield from succeed(order, stop)

    training = training(look)
    training.with_dataset()
    share(training, "pictures", "s3:*", effect="Deny", resource="boards/train1.png")
    training.trained()
    assert seen == [b"train 0", b"train 2", b"train 3"]
    share(training, "pictures", "s3:*", effect="Deny")
    training.trained("v2")
    assert training.engine.orders[1]["denied"] == ["pictures"]


def test_a_manifest_and_its_pictures_are_of_one_owner(training):
    training = training()
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    training.room.blobs.put("theirs", "boards/x.png", b"x")
    share(training, "theirs", "s3:GetObject")
    source = training.room.put([a_line("x", "a", bucket="theirs")], "a.manifest")
    training.trained(train=source, auto_create=True)
    order = training.engine.orders[0]
    assert (order["denied"], order["foreign"]) == ([], ["theirs"])


def test_results_go_where_a_policy_lets_the_caller_write_and_nowhere_else(training):
    training = training()
    training.with_dataset()
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    share(training, "theirs", "s3:PutObject", resource="ours/*")
    with pytest.raises(Wrong, match="Unable to write to output S3 bucket"):
        training.order(bucket="theirs", prefix="other")
    assert training.trained(bucket="theirs", prefix="ours").state == "trained"
    share(training, "out", "s3:PutObject", effect="Deny")
    with pytest.raises(Wrong, match="Unable to write to output S3 bucket"):
        training.order("v2")


def test_a_bucket_that_was_closed_meanwhile_gets_no_results(training):
    def close(order, stop):
        share(training, "out", "s3:PutObject", effect="Deny", resource="Eval*")
        yield from succeed(order, stop)

    training = training(close)
    training.with_dataset()
    assert training.trained().message == "Unable to write to output S3 bucket."
    assert objects(training) == set()


def test_buckets_of_other_accounts_are_named_to_the_worker_and_not_read(training):
    training = training()
    training.room.blobs.make_bucket("theirs", account=ELSEWHERE)
    training.room.blobs.put("theirs", "boards/x.png", b"secret")
    training.room.create([a_line("x", "a", bucket="theirs")])
    version = training.trained()
    assert training.engine.orders[0]["denied"] == ["theirs"]
    assert version.inputs["account"] == HERE
    with pytest.raises(Missing):
        training.versions.find(training.project, "none")


def test_a_number_that_is_given_out_again_takes_no_model_away(training, caplog):
    """As by a database put back from an older copy, beside models that it does not know."""
    training = training()
    training.with_dataset()
    orphan = training.data / "versions" / "1"
    (orphan / "package").mkdir(parents=True)
    (orphan / "package" / "model.onnx").write_bytes(b"of another version")
    version = training.trained()
    assert (version.folder, version.state) == ("1", "trained")
    assert files_of(training, version) == {"package", "result.json", "train.manifest"}
    (aside,) = (training.data / "versions").glob("aside-1-*")
    assert (aside / "package" / "model.onnx").read_bytes() == b"of another version"
    assert "is no version of this database" in caplog.text


def test_folders_of_unknown_versions_are_named_at_the_start_and_left(training, caplog):
    training = training()
    for name in ("out", "scratch", "package"):
        (training.data / "versions" / "7" / name).mkdir(parents=True)
    training.trainings.start()
    assert "1 folders in" in caplog.text
    assert {place.name for place in (training.data / "versions" / "7").iterdir()} == {
        "out",
        "scratch",
        "package",
    }


def test_a_training_under_way_is_stopped_and_says_so(training):
    training = training(hang)
    training.with_dataset()
    version = training.order()
    until(lambda: training.engine.orders)
    training.trainings.stop(version)
    ended = training.ended(version)
    assert (ended.state, ended.message) == ("failed", STOPPED)
    assert ended.results == {}, "nobody failed"
    assert ended.ended is not None
    assert not training.trainings.folder(version).pictures.exists()


def test_a_training_that_waits_is_stopped_without_its_turn(training):
    training = training(hang, succeed, at_once=1)
    training.with_dataset()
    first, second = training.order("first"), training.order("second")
    until(lambda: training.engine.orders)
    training.trainings.stop(second)
    assert training.versions.find_by_id(second.id).message == STOPPED
    assert training.room.jobs.number("train-version", f"version:{second.id}") is None
    training.trainings.stop(first)
    training.ended(first)
    assert len(training.engine.orders) == 1, "the second one never began"


def test_what_is_no_training_is_not_stopped(training):
    training = training()
    training.with_dataset()
    version = training.trained()
    with pytest.raises(Busy, match="no training to stop"):
        training.trainings.stop(version)
    assert training.versions.find_by_id(version.id).state == "trained"


def test_a_training_that_was_told_to_stop_is_not_begun_again_by_the_next_server(training, database):
    first = training(hang)
    first.with_dataset()
    version = first.order()
    until(lambda: first.engine.orders)
    first.room.jobs.close()
    with database.write() as connection:
        connection.execute(update(jobs).values(cancelled=True))
    again = training(succeed)
    assert again.ended(version).message == STOPPED
    assert again.engine.orders == []


def test_a_tag_gives_a_training_another_budget(training):
    training = training()
    training.with_dataset()
    training.trained("v1", tags={"vedette:training-budget": "best"})
    version = training.trained("v2")
    assert [order["budget"] for order in training.engine.orders] == ["best", "balanced"]
    assert version.inputs["budget"] == "balanced"
    with pytest.raises(Wrong, match="fast, balanced or best"):
        training.order("v3", tags={"vedette:training-budget": "hours"})
