"""Each script of the Lookout for Vision examples, in the order of a person who follows its tutorials."""

import json
import re
import shutil
from pathlib import Path

import boto3
import pytest
from PIL import Image

from doubles.example_runs import ExampleRuns, assert_as_shown, load_script, scripts_of, shown_on
from doubles.servers import start_server, stop_server
from vedette.cli.example_folders import write_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BUCKET = "examples"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A server that trains quickly, a folder with two example sets, and a bucket."""
    folder = tmp_path_factory.mktemp("lookout")
    for name in ("cookies", "circuit-board"):
        write_folder(name, folder / name)
    server = start_server(folder / "data", VEDETTE_TRAINING_BUDGET="fast")
    server.client("s3").create_bucket(Bucket=BUCKET)
    yield ExampleRuns(server, "lookout_for_vision", folder)
    stop_server(server)


@pytest.fixture(scope="module")
def cookies(runs):
    """The name of the project that the getting-started script made, after a look at what it printed."""
    assert runs("check_access").endswith("Done.\n")
    printed = runs("getting_started", "cookies", f"s3://{BUCKET}/getting-started/")
    verdicts = dict(re.findall(r"^test-(\w+)-\d+\.jpg: (\w+)", printed, re.MULTILINE))
    assert verdicts == {"normal": "normal", "anomaly": "anomalous"}, printed
    found = re.findall(r"test-anomaly.*cracked (\S+)%", printed)
    assert len(found) == 8
    assert max(map(float, found)) > 0.3, printed
    # A confidence, then a share of the picture in per cent.
    assert_as_shown(printed, shown_on("find-cookies-with-cracks.md", "F1"), 0.1, 0.5)
    return re.search(r"^getting-started-\d+", runs("check_access"), re.MULTILINE)[0]


@pytest.fixture(scope="module")
def boards(runs):
    """What the script of two folders printed; its pictures and manifests lie in the bucket since."""
    return runs("circuit_board", "circuit-board", BUCKET)


@pytest.fixture(scope="module")
def table(runs, boards):
    """What the script of a table printed, which wrote boards.manifest."""
    shutil.copy(runs.folder / "circuit-board" / "train.csv", runs.folder / "boards.csv")
    return runs("csv_to_manifest", "boards.csv", "--s3_path", f"s3://{BUCKET}/circuit-board/")


def test_boards_of_two_folders_are_told_apart(boards):
    verdicts = re.findall(r"extra_images-(\w+)_\d+\.jpg: (\w+)", boards)
    assert len(verdicts) == 20
    right = sum((truth == "anomaly") == (word == "anomalous") for truth, word in verdicts)
    assert right >= 14, boards


def test_what_a_model_says_of_itself(runs, cookies):
    assert "F1Score" in runs("describe_model", cookies, "1")
    assert "Images: 63, labelled: 63" in runs("describe_dataset", cookies, "train")
    assert f"{cookies} 1  TRAINED" in runs("list_models")
    arn = re.search(r"arn:\S+", runs("describe_model", cookies, "1"))[0]
    assert runs("tag_model", arn, "--set", "stage=production,line=2").split() == [
        "line=2",
        "stage=production",
    ]
    assert runs("find_tag", "stage", "production") == f"{cookies} 1\n"
    assert runs("find_tag", "stage", "trial") == ""
    assert runs("tag_model", arn, "--remove", "line").split() == ["stage=production"]


def test_a_model_is_started_asked_and_stopped(runs, cookies):
    assert runs("start_model", cookies, "1").startswith("HOSTED")
    assert runs("hosted_models") == f"us-east-1  {cookies} 1\n1 models run.\n"
    pictures = runs.folder / "cookies" / "test-images"
    cracked, whole = (str(pictures / f"test-{kind}-1.jpg") for kind in ("anomaly", "normal"))
    assert runs("detect_anomalies", cookies, "1", cracked).startswith("Reject: ")
    assert runs("detect_anomalies", cookies, "1", whole).startswith("Keep: ")
    # A crack that is larger than the whole picture does not count, nor does a kind that there is not.
    for more in (("--kind", "cracked", "--area", "1.1"), ("--kind", "burnt", "--area", "0.001")):
        assert runs("detect_anomalies", cookies, "1", cracked, *more).startswith("Keep: ")
    assert "anomalous" in runs("show_anomalies", cookies, "1", cracked)
    assert (runs.folder / "anomalies.png").exists()
    assert " a second, median " in runs("measure_rate", cookies, "1", cracked, "--seconds", "1")
    assert runs("predict_folder", cookies, "1", str(pictures)) == "22 results: predictions\n"
    result = json.loads((runs.folder / "predictions/prediction-test-anomaly-1.jpg.json").read_text("utf-8"))
    assert result["IsAnomalous"]
    assert result["AnomalyMask"]
    s3 = runs.server.client("s3")
    for number, path in enumerate((cracked, whole)):
        s3.upload_file(path, BUCKET, f"new/{number}.jpg")
    printed = runs(
        "review_doubtful", cookies, "1", f"s3://{BUCKET}/new/", "--confidence", "1.1", typed="a\n\n"
    )
    assert "1 pictures are in the training dataset." in printed
    assert "Images: 64, labelled: 64" in runs("describe_dataset", cookies, "train")


def test_a_handler_for_lambda_answers_both_events(runs, cookies, monkeypatch):
    if "HOSTED" not in runs("describe_model", cookies, "1"):
        runs("start_model", cookies, "1")
    handler = load_script("lookout_for_vision", "lambda_function")
    key, secret = runs.server.key
    for name, value in {
        "AWS_ENDPOINT_URL": runs.server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "PROJECT_NAME": cookies,
        "MODEL_VERSION": "1",
    }.items():
        monkeypatch.setenv(name, value)
    # boto3 keeps the credentials of its first client, perhaps of the other service's example and server.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.syspath_prepend(str(Path(handler.__file__).parent))
    client = load_script("lookout_for_vision", "lambda_client")
    cracked = runs.folder / "cookies" / "test-images" / "test-anomaly-1.jpg"
    runs.server.client("s3").upload_file(str(cracked), BUCKET, "new/0.jpg")
    events = [client.event_for(str(cracked)), client.event_for(f"s3://{BUCKET}/new/0.jpg")]
    events.append({"S3object": events[1]["S3Object"]})
    for event in events:
        body = handler.lambda_handler(event, None)["body"]
        assert body.get("Reject") is True, body
        assert body["RejectMessage"].endswith("is anomalous.")
    monkeypatch.setenv("CONFIDENCE", "100")
    assert handler.lambda_handler(events[0], None)["body"]["Reject"] is False
    assert handler.lambda_handler({}, None)["body"]["Error"] == "ValueError"
    wrong = handler.lambda_handler({"image": "bm8gcGljdHVyZQ==", "filename": "a.jpg"}, None)
    assert wrong == handler.refused("ValueError", "The picture is neither a JPEG nor a PNG.", "a.jpg")
    assert runs("stop_model", cookies, "1") == "TRAINED\n"
    assert runs("hosted_models") == "0 models run.\n"
    assert handler.lambda_handler(events[0], None)["statusCode"] == 400


def test_a_table_and_folders_become_manifests(runs, table):
    assert "40 images, 20 normal, 20 anomalous" in table
    rows = "a.jpg,Normal\n\nb.jpg,rusty\na.jpg,anomaly\nc.jpg,ANOMALY\n"
    (runs.folder / "bad.csv").write_text(rows, "utf-8")
    refused = runs.run("csv_to_manifest", "bad.csv")
    assert "2 rows cannot be used" in refused.stderr
    assert not (runs.folder / "bad.manifest").exists()
    errors = (runs.folder / "bad_errors.csv").read_text("utf-8").split()
    assert errors == ["3,b.jpg,rusty,INVALID_CLASSIFICATION", "4,a.jpg,anomaly,DUPLICATE"]
    kept = (runs.folder / "bad_deduplicated.csv").read_text("utf-8").split()
    assert kept == ["a.jpg,normal", "c.jpg,anomaly"]
    printed = runs("manifest_from_folders", f"s3://{BUCKET}/circuit-board/train", "folders.manifest")
    assert printed == f"40 images: s3://{BUCKET}/folders.manifest\n"
    refused = runs.run("manifest_from_folders", f"s3://{BUCKET}/nothing/", "nothing.manifest")
    assert "There are no pictures" in refused.stderr


def test_pictures_are_checked_and_brought_to_one_size(runs, cookies):
    mixed, masks = runs.folder / "mixed", runs.folder / "some-masks"
    shutil.copytree(runs.folder / "cookies" / "test-images", mixed)
    shutil.copytree(runs.folder / "cookies" / "dataset-files" / "mask-images", masks)
    first = sorted(mixed.iterdir())[0]
    with Image.open(first) as image:
        side, small = image.width, image.resize((60, 90))
    assert runs("check_pictures", "mixed").splitlines() == [
        f"22 of {side} by {side}",
        "Channels: RGB 22",
        "Every picture can be used.",
    ]
    small.save(first)
    Image.new("L", (side, side)).save(mixed / "a.png", "GIF")
    (mixed / "b.jpg").write_bytes(b"no picture")
    refused = runs.run("check_pictures", "mixed")
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[:3] == [
        "mixed/a.png: is a GIF file, where JPEG and PNG are taken",
        "mixed/b.jpg: cannot be read as a picture",
        f"mixed/{first.name}: is 60 by 90, where sides from 64 to 4096 are taken",
    ]
    assert "3 pictures have faults, and there are 2 sizes instead of one." in refused.stderr
    for name in ("a.png", "b.jpg"):
        (mixed / name).unlink()
    printed = runs("rescale_pictures", "mixed", "one-size")
    assert printed == f"22 pictures of {side} by {side}, 1 of them scaled: one-size\n"
    assert "Every picture can be used." in runs("check_pictures", "one-size")
    assert "31 of them scaled" in runs(
        "rescale_pictures", "some-masks", "small-masks", "--width", "90", "--kind", "masks"
    )
    colors: set[tuple[int, ...]] = set()
    for file in (runs.folder / "small-masks").iterdir():
        with Image.open(file) as image:
            colors |= {color for _, color in image.convert("RGB").getcolors()}
    assert len(colors) == 2
    assert "There are no pictures" in runs.run("rescale_pictures", ".vedette", "out").stderr


def test_folds_of_a_manifest_are_trained_and_leave_nothing(runs, boards):
    place = f"s3://{BUCKET}/folds/"
    before = runs("list_models")
    printed = runs("cross_validate", BUCKET, "circuit-board/train.manifest", place, "--folds", "2")
    folds = re.findall(r"^Fold (\d): F1Score \S+, Precision \S+, Recall \S+$", printed, re.MULTILINE)
    assert folds == ["1", "2"]
    mean = float(re.search(r"^F1Score: mean (\S+), spread", printed, re.MULTILINE)[1])
    assert mean > 0.5, printed
    assert runs("list_models") == before
    assert "folds-" not in runs("check_access")
    s3 = runs.server.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix="folds/folds-")["Contents"]]
    manifests = sorted(key for key in keys if key.endswith(("-train.manifest", "-test.manifest")))
    lines = [s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().splitlines() for key in manifests]
    assert list(map(len, lines)) == [20] * 4
    assert sorted(lines[0]) == sorted(lines[3])
    assert not set(lines[0]) & set(lines[1])


def test_a_project_from_its_creation_to_its_end(runs, cookies, table):
    assert "arn:aws:lookoutvision:" in runs("create_project", "boards")
    runs("create_dataset", "boards", "train", BUCKET, "circuit-board/train.manifest")
    runs("create_dataset", "boards", "test", BUCKET, "circuit-board/test.manifest")
    manifest = (runs.folder / "boards.manifest").read_text("utf-8").splitlines()[0]
    (runs.folder / "one.jsonl").write_text(manifest + "\n", "utf-8")
    assert "UPDATE_COMPLETE" in runs("update_dataset_entries", "boards", "train", "one.jsonl")
    printed = runs("train_model", "boards", f"s3://{BUCKET}/boards/", "--description", "second-try")
    assert printed.startswith("Version 1: TRAINED, F1 ")
    printed = runs("export_dataset", cookies, f"s3://{BUCKET}/exported")
    assert printed == f"s3://{BUCKET}/exported/datasets/train.manifest\n"
    body = runs.server.client("s3").get_object(Bucket=BUCKET, Key="exported/datasets/train.manifest")["Body"]
    entries = [json.loads(line) for line in body.read().decode().splitlines()]
    total = re.search(r"Images: (\d+)", runs("describe_dataset", cookies, "train"))[1]
    assert len(entries) == int(total) >= 63
    assert all(entry["source-ref"].startswith(f"s3://{BUCKET}/exported/train/images/") for entry in entries)
    assert sum("anomaly-mask-ref" in entry for entry in entries) == 31
    assert runs("delete_model", "boards", "1", typed="no\n").endswith("Not deleted.\n")
    assert runs("delete_model", "boards", "1", typed="delete\n").endswith("Deleted.\n")
    assert "still has 2 datasets" in runs.run("delete_project", "boards").stderr
    for kind in ("train", "test"):
        assert runs("delete_dataset", "boards", kind) == "Deleted.\n"
    assert "project/boards" in runs("delete_project", "boards")
    refused = runs.run("describe_dataset", "boards", "train")
    assert refused.returncode == 1
    assert "ResourceNotFoundException" in refused.stderr


def test_no_script_is_left_out():
    tests = Path(__file__).read_text("utf-8")
    assert {name for name in scripts_of("lookout_for_vision") if f'"{name}"' not in tests} == set()
