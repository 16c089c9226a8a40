"""Each script of the Custom Labels examples, in the order of a person who goes from pictures to answers."""

import json
import re
import shutil
from pathlib import Path

import boto3
import cv2
import numpy as np
import pytest

from doubles.demo_applications import DemoApplication
from doubles.example_runs import EXAMPLES, ExampleRuns, assert_as_shown, load_script, scripts_of, shown_on
from doubles.servers import start_server, stop_server
from vedette.cli.example_folders import write_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BUCKET = "examples"
ARN = re.compile(r"arn:aws:rekognition:\S+")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A server that trains quickly, a folder with two example sets, and a bucket."""
    folder = tmp_path_factory.mktemp("custom-labels")
    for name in ("parts", "board-parts"):
        write_folder(name, folder / name)
    server = start_server(folder / "data", VEDETTE_TRAINING_BUDGET="fast")
    server.client("s3").create_bucket(Bucket=BUCKET)
    yield ExampleRuns(server, "custom_labels", folder)
    stop_server(server)


def upload(runs: ExampleRuns, name: str) -> None:
    s3 = runs.server.client("s3")
    for file in sorted((runs.folder / name).rglob("*.jpg")):
        s3.upload_file(str(file), BUCKET, file.relative_to(runs.folder).as_posix())


@pytest.fixture(scope="module")
def project(runs):
    """A project that has tags, and nothing else."""
    assert runs("check_access") == "Done.\n"
    return runs("create_project", "boards", "--tags", "stage=production,line=2").strip()


@pytest.fixture(scope="module")
def trained(runs):
    """The project, and the version that the whole walk of a script trained."""
    printed = runs("classify_pictures", str(runs.folder / "parts"), BUCKET)
    assert float(re.search(r"F1 (\S+)", printed)[1]) > 0.8, printed
    assert printed.count('"Name"') == 6, printed
    # F1 has a line of its own; the others' figures are confidences in per cent.
    shown = shown_on("classify-pictures.md", "F1")
    assert_as_shown("\n".join(printed.splitlines()[1:]), shown[1:], 15)
    named = re.findall(r"arn:\S+project/parts-\S+", runs("describe_projects"))
    return named[0], ARN.search(runs("describe_model", named[0]))[0]


def test_tables_coco_and_ground_truth_become_manifests_of_datasets(runs, project):
    upload(runs, "board-parts")
    printed = runs("coco_to_manifest", "board-parts/train.coco.json", f"s3://{BUCKET}/board-parts/")
    assert f"40 lines: s3://{BUCKET}/board-parts/custom_labels.manifest" in printed
    training = runs(
        "create_dataset_from_manifest", project, "train", BUCKET, "board-parts/custom_labels.manifest"
    ).strip()
    test = runs("create_empty_dataset", project, "test").strip()
    assert "Distribution complete." in runs("distribute_dataset_entries", training, test)
    given = len(runs("list_dataset_entries", test).splitlines())
    assert 5 <= given <= 10
    assert f"Pictures: {40 - given}, labelled: {40 - given}\n" in runs("describe_dataset", training)
    assert runs("list_dataset_entries", test, "--errors", "yes").strip() == ""
    entry = json.loads(runs("list_dataset_entries", test).splitlines()[0])
    assert entry["bounding-box"]["annotations"]
    shown = runs("describe_projects", "--project_name", "boards")
    assert "TRAIN" in shown
    assert "CREATE_COMPLETE" not in runs("describe_projects", "--project_name", "nobody")

    other = runs("create_project", "copies").strip()
    assert "Datasets: None" in runs("describe_projects", "--project_name", "copies")
    copy = runs("copy_dataset", other, "train", training).strip()
    assert f"Pictures: {40 - given}," in runs("describe_dataset", copy)
    (runs.folder / "more.jsonl").write_text(json.dumps(entry) + "\n", "utf-8")
    assert "UPDATE_COMPLETE" in runs("update_dataset_entries", copy, "more.jsonl")
    assert f"Pictures: {41 - given}," in runs("describe_dataset", copy)
    assert runs("delete_dataset", copy) == "Deleted.\n"
    assert "Deleted." in runs("delete_project", other)


def test_a_table_with_a_picture_twice_becomes_no_manifest(runs):
    shutil.copy(runs.folder / "parts" / "train.csv", runs.folder / "table.csv")
    printed = runs("csv_to_manifest", "table.csv", "--s3_path", f"s3://{BUCKET}/parts/")
    assert "36 images, 36 labels" in printed
    line = json.loads((runs.folder / "table.manifest").read_text("utf-8").splitlines()[0])
    assert line["source-ref"].startswith(f"s3://{BUCKET}/parts/train/bolt/")
    assert line["bolt"] == 1
    rows = (runs.folder / "table.csv").read_text("utf-8")
    (runs.folder / "twice.csv").write_text(rows + rows.splitlines()[0] + "\n", "utf-8")
    refused = runs.run("csv_to_manifest", "twice.csv")
    assert refused.returncode == 1
    assert "1 rows name a picture again" in refused.stderr
    assert not (runs.folder / "twice.manifest").exists()
    assert len((runs.folder / "twice-duplicates.csv").read_text("utf-8").splitlines()) == 1
    assert len((runs.folder / "twice-deduplicated.csv").read_text("utf-8").splitlines()) == 36


def test_a_multi_label_job_becomes_a_pair_a_label(runs):
    metadata = {
        "class-map": {"1": "ball", "3": "football"},
        "confidence-map": {"1": 0.9, "3": 0.8},
        "type": "groundtruth/image-classification-multilabel",
        "job-name": "labeling-job/tags",
        "human-annotated": "yes",
        "creation-date": "2026-01-05T08:00:00.000000",
    }
    line = {"source-ref": "s3://acme/1.jpg", "tags": [1, 3], "tags-metadata": metadata}
    (runs.folder / "output.manifest").write_text(json.dumps(line) + "\n\n", "utf-8")
    runs("multi_label_manifest", "output.manifest")
    entry = json.loads((runs.folder / "custom_labels_output.manifest").read_text("utf-8"))
    assert (entry["tags0"], entry["tags1"]) == (0, 1)
    assert entry["tags1-metadata"]["class-name"] == "football"
    assert entry["tags1-metadata"]["type"] == "groundtruth/image-classification"
    missing = runs.run("multi_label_manifest", "nothing.manifest")
    assert missing.returncode == 1
    assert "No such file" in missing.stderr


def test_what_a_training_says_of_itself(runs, trained):
    project, model = trained
    shown = runs("describe_model", project, "--version", "first")
    assert "TRAINING_COMPLETED" in shown or "STOPPED" in shown
    assert "F1:" in shown
    assert "summary:" in shown
    assert json.loads(runs("show_model_files", project, "first"))["ProjectVersionArn"] == model
    name = project.split("/")[1]
    matrix = runs("confusion_matrix", name, "first")
    assert re.search(r"^washer.*\d %$", matrix, re.MULTILINE), matrix
    refused = runs.run("confusion_matrix", "nobody", "first")
    assert "There is no project nobody." in refused.stderr


def test_a_model_is_started_asked_and_stopped(runs, trained):
    project, model = trained
    assert runs("start_model", project, model, "1", "--max_inference_units", "2").startswith("RUNNING")
    picture = next((runs.folder / "parts" / "new").iterdir())
    printed = runs("show_custom_labels", model, str(picture))
    assert "Custom labels detected: 1" in printed
    assert (runs.folder / "found.png").exists()
    upload(runs, "parts")
    key = picture.relative_to(runs.folder).as_posix()
    assert "Custom labels detected: 1" in runs("show_custom_labels", model, key, "--bucket", BUCKET)
    (runs.folder / "text.jpg").write_text("no picture", "utf-8")
    assert "cannot identify" in runs.run("show_custom_labels", model, "text.jpg").stderr

    film = str(runs.folder / "belt.avi")
    frame = cv2.imread(str(picture))
    writer = cv2.VideoWriter(film, cv2.VideoWriter.fourcc(*"MJPG"), 5.0, (frame.shape[1], frame.shape[0]))
    for _ in range(12):
        writer.write(frame)
    writer.release()
    assert runs("detect_in_video", model, film).startswith("12 frames, ")
    labels = json.loads(Path(f"{film}.json").read_text("utf-8"))
    assert {label["Timestamp"] for label in labels} == {0, 1000, 2000}
    assert "no frames that can be read" in runs.run("detect_in_video", model, "text.jpg").stderr
    assert "cannot be read as a film" in runs.run("detect_in_video", model, "nothing.avi").stderr

    table = runs.folder / "review.csv"
    runs("feedback_loop", "look", project, model, f"s3://{BUCKET}/parts/new/", str(table))
    rows = [row.split(",") for row in table.read_text("utf-8").splitlines()]
    assert len(rows) == 6
    assert [float(row[2]) for row in rows] == sorted(float(row[2]) for row in rows)
    assert runs("stop_model", project, model) == "STOPPED\n"
    printed = runs("feedback_loop", "train", project, "second", f"s3://{BUCKET}/parts/results/", str(table))
    assert "TRAINING_COMPLETED" in printed
    printed = runs("usage_report", project.split("/")[1], "first")
    assert re.search(r"Hours running: [12]\b", printed), printed


def test_the_demonstration_application_starts_asks_and_stops_a_model(runs, trained, monkeypatch):
    _, model = trained
    monkeypatch.syspath_prepend(str(EXAMPLES / "custom_labels"))
    application = load_script("custom_labels", "demo_application")
    monkeypatch.setattr(application, "client", runs.server.client)
    picture = next((runs.folder / "parts" / "new").iterdir()).read_bytes()
    with DemoApplication(application.DemoRequest, application.DemoRequest.token) as demo:
        demo.send("start", model)
        demo.wait_for(model, "RUNNING")
        assert json.loads(demo.send("detect", model, picture)[1])[0]["Name"] in ("bolt", "nut", "washer")
        status, body = demo.send("detect", model, b"no picture")
        assert (status, "InvalidImageFormatException" in body) == (400, True)
        demo.send("stop", model)
        demo.wait_for(model, "STOPPED")


def test_a_handler_for_lambda_answers_both_events(runs, trained, monkeypatch):
    project, model = trained
    if "RUNNING" not in runs("describe_model", project, "--version", "first"):
        runs("start_model", project, model, "1")
    upload(runs, "parts")
    handler = load_script("custom_labels", "lambda_function")
    key, secret = runs.server.key
    for name, value in {
        "AWS_ENDPOINT_URL": runs.server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "MODEL_ARN": model,
        "CONFIDENCE": "30",
    }.items():
        monkeypatch.setenv(name, value)
    # boto3 keeps the credentials of its first client, perhaps of the other service's example and server.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    picture = next((runs.folder / "parts" / "new").iterdir())
    monkeypatch.syspath_prepend(str(Path(handler.__file__).parent))
    client = load_script("custom_labels", "lambda_client")
    place = f"s3://{BUCKET}/{picture.relative_to(runs.folder).as_posix()}"
    for event in (client.event_for(str(picture)), client.event_for(place)):
        answer = handler.lambda_handler(event, None)
        assert answer["statusCode"] == 200, answer
        assert json.loads(answer["body"])[0]["Name"] in ("bolt", "nut", "washer")
    assert handler.lambda_handler({}, None)["body"]["Error"] == "ValueError"
    nowhere = {"S3Object": {"Bucket": BUCKET, "Name": "nothing.jpg"}}
    assert handler.lambda_handler(nowhere, None)["body"]["Error"] == "InvalidS3ObjectException"
    large = runs.folder / "large.jpg"
    large.write_bytes(np.zeros(client.MOST, np.uint8).tobytes())
    with pytest.raises(ValueError, match="upload it"):
        client.event_for(str(large))
    runs("stop_model", project, model)


def test_the_way_of_getting_started_from_an_example_set_to_a_stopped_model(runs, monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES / "custom_labels"))
    # Labels of whole pictures train in seconds; how boxes are learnt is told by the tutorial's own test.
    folder, table = runs.folder / "labelled-parts", load_script("custom_labels", "csv_to_manifest")
    shutil.copytree(runs.folder / "parts", folder)
    for part in ("train", "test"):
        pictures = sorted((folder / part).glob("*/*.jpg"))
        lines = [table.line([file.relative_to(folder).as_posix(), file.parent.name], "") for file in pictures]
        (folder / f"{part}.manifest").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    printed = runs("getting_started", folder.name, BUCKET, typed="no\nstop\n")
    assert re.search(r"^F1 \d\.\d{3} on the test dataset$", printed, re.MULTILINE), printed
    assert "\naws rekognition detect-custom-labels --project-version-arn arn:" in printed
    assert re.search(r'"Name": "(bolt|nut|washer)"', printed), printed
    assert printed.count("Type stop") == 2
    assert printed.endswith("STOPPED\n")


def test_a_version_is_trained_tagged_copied_and_deleted(runs, trained):
    project, model = trained
    place = ("examples", "results")
    printed = runs("train_model", project, "tagged", *place, "--tag_name", "stage", "--tag_value", "trial")
    assert "TRAINING_COMPLETED" in printed
    tagged = ARN.search(printed)[0]
    assert runs("find_tag", "stage", "trial").split() == [tagged]
    assert runs("find_tag", "stage", "nothing").split() == []

    target = runs("create_project", "elsewhere").strip()
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "rekognition:CopyProjectVersion",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    (runs.folder / "policy.json").write_text(policy, "utf-8")
    revision = runs("attach_project_policy", project, "copies", "policy.json").strip()
    shown = runs("list_project_policies", project)
    assert revision in shown
    assert "CopyProjectVersion" in shown
    printed = runs("copy_model", project, model, target, "copy", "s3://examples/copied")
    assert printed.startswith("COPYING_COMPLETED")
    copied = ARN.search(printed)[0]
    assert runs("delete_project_policy", "copies", project, typed="no\n").endswith("Not deleted.\n")
    assert runs("delete_project_policy", "copies", project, typed="delete\n").endswith("Deleted.\n")
    assert runs("list_project_policies", project) == ""

    assert runs("delete_model", target, copied, typed="no\n").endswith("Not deleted.\n")
    assert runs("delete_model", target, copied, typed="delete\n").endswith("Deleted.\n")
    assert "Deleted." in runs("delete_project", target)
    refused = runs.run("delete_project", project)
    assert refused.returncode == 1
    assert "ResourceInUseException" in refused.stderr


def test_no_script_is_left_out():
    tests = Path(__file__).read_text("utf-8")
    assert {name for name in scripts_of("custom_labels") if f'"{name}"' not in tests} == set()
