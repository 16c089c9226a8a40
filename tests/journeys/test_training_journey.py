"""Trainings through boto3: from an empty server to a trained version of every kind, and back."""

import io
import json
import time

import numpy as np
import pytest
from botocore.exceptions import ClientError
from PIL import Image

from doubles.console import signed_in
from doubles.drawn import draw_plain, draw_plate
from doubles.drawn_boxes import draw_scene
from doubles.drawn_masks import COLORS
from doubles.drawn_masks import draw_plate as draw_masked_plate
from doubles.evaluated import unpack_columns
from doubles.lines import BUCKET, a_line, a_ref, an_anomaly_line
from doubles.servers import start_server, stop_server

OUT = "results"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server whose trainings try little."""
    server = start_server(tmp_path_factory.mktemp("hasty") / "data", VEDETTE_TRAINING_BUDGET="fast")
    for bucket in (BUCKET, "manifests", OUT):
        server.client("s3").create_bucket(Bucket=bucket)
    yield server
    assert stop_server(server) == 0


class Script:
    """The steps of the guides' scripts for Custom Labels."""

    def __init__(self, server, name):
        self.client, self.s3 = server.client("rekognition"), server.client("s3")
        self.name = name
        self.project = self.client.create_project(ProjectName=name)["ProjectArn"]

    def put(self, name, picture):
        put_picture(self.s3, f"{self.name}-{name}", picture)

    def dataset(self, kind, lines):
        place = put_manifest(self.s3, f"{self.name}-{kind}", lines)
        source = {"GroundTruthManifest": {"S3Object": {"Bucket": place["Bucket"], "Name": place["Key"]}}}
        arn = self.client.create_dataset(ProjectArn=self.project, DatasetType=kind, DatasetSource=source)[
            "DatasetArn"
        ]
        poll(lambda: self.client.describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"])
        return arn

    def train(self, version="v1", **more):
        output = {"S3Bucket": OUT, "S3KeyPrefix": self.name}
        made = self.client.create_project_version(
            ProjectArn=self.project, VersionName=version, OutputConfig=output, **more
        )
        asked = {"ProjectArn": self.project, "VersionNames": [version]}
        waiter = self.client.get_waiter("project_version_training_completed")
        waiter.wait(**asked, WaiterConfig={"Delay": 1, "MaxAttempts": 500})
        (found,) = self.client.describe_project_versions(**asked)["ProjectVersionDescriptions"]
        assert found["ProjectVersionArn"] == made["ProjectVersionArn"]
        return found

    def read(self, place):
        return read(self.s3, place["Bucket"], place["Name"])

    def clear(self, *datasets):
        """Delete all of it, as the guide's last chapter does."""
        asked = {"ProjectArn": self.project}
        for found in self.client.describe_project_versions(**asked)["ProjectVersionDescriptions"]:
            self.client.delete_project_version(ProjectVersionArn=found["ProjectVersionArn"])
        for arn in datasets:
            self.client.delete_dataset(DatasetArn=arn)
        self.client.delete_project(ProjectArn=self.project)
        assert self.client.describe_projects(ProjectNames=[self.name])["ProjectDescriptions"] == []


def put_picture(s3, name, picture):
    data = io.BytesIO()
    picture.save(data, "PNG")
    s3.put_object(Bucket=BUCKET, Key=a_ref(name).removeprefix(f"s3://{BUCKET}/"), Body=data.getvalue())


def put_manifest(s3, name, lines):
    s3.put_object(Bucket="manifests", Key=f"{name}.manifest", Body="\n".join(lines).encode())
    return {"Bucket": "manifests", "Key": f"{name}.manifest"}


def read(s3, bucket, key):
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in text.splitlines()]


def poll(status):
    deadline = time.monotonic() + 300
    while "PROGRESS" in status() or status() == "TRAINING":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def snapshot(script, found, part):
    asset = found[f"{part}DataResult"]["Output"]["Assets"][0]
    return script.read(asset["GroundTruthManifest"]["S3Object"])


@pytest.mark.slow
def test_a_classifier_is_trained_on_a_distributed_dataset(hasty):
    script = Script(hasty, "shapes")
    rng = np.random.default_rng(3)
    names = [(f"{label}{n}", label) for label in ("disc", "square") for n in range(12)]
    for name, label in names:
        script.put(name, draw_plain(label, rng))
    train = script.dataset("TRAIN", [a_line(f"shapes-{name}", label) for name, label in names])
    test = script.client.create_dataset(ProjectArn=script.project, DatasetType="TEST")["DatasetArn"]
    script.client.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    poll(lambda: script.client.describe_dataset(DatasetArn=test)["DatasetDescription"]["Status"])
    found = script.train(VersionDescription="The first one", Tags={"line": "A"})
    assert found["StatusMessage"] == "The model is ready to run."
    assert found["VersionDescription"] == "The first one"
    assert found["BillableTrainingTimeInSeconds"] >= 1
    assert found["TrainingEndTimestamp"] > found["CreationTimestamp"]
    assert found["EvaluationResult"]["F1Score"] > 0.7
    (summary,) = script.read(found["EvaluationResult"]["Summary"]["S3Object"])
    assert summary["EvaluationDetails"]["Labels"] == ["disc", "square"]
    assert summary["EvaluationDetails"]["NumberOfTestingImages"] == 4
    (checked,) = script.read(found["ManifestSummary"]["S3Object"])
    assert checked["statistics"]["training"]["valid_json_lines"] == 20
    assert checked["statistics"]["testing"]["use_case"] == "IMAGE_LEVEL_LABELS"
    assert len(snapshot(script, found, "Training")) == 20
    assert len(snapshot(script, found, "Testing")) == 4
    arn = found["ProjectVersionArn"]
    assert script.client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"line": "A"}
    script.clear(train, test)


@pytest.mark.slow
def test_two_versions_of_a_single_dataset_are_judged_on_the_same_pictures(hasty):
    script = Script(hasty, "single")
    rng = np.random.default_rng(9)
    names = [(f"{label}{n}", label) for label in ("disc", "square") for n in range(10)]
    for name, label in names:
        script.put(name, draw_plain(label, rng))
    train = script.dataset("TRAIN", [a_line(f"single-{name}", label) for name, label in names])
    first = script.train("v1")
    asked = {"ProjectNames": [script.name]}
    datasets = script.client.describe_projects(**asked)["ProjectDescriptions"][0]["Datasets"]
    assert [(each["DatasetType"], each["Status"]) for each in datasets] == [
        ("TRAIN", "UPDATE_COMPLETE"),
        ("TEST", "CREATE_COMPLETE"),
    ]
    test = datasets[1]["DatasetArn"]
    kept = script.client.list_dataset_entries(DatasetArn=test)["DatasetEntries"]
    tested = {line["source-ref"] for line in snapshot(script, first, "Testing")}
    assert {json.loads(line)["source-ref"] for line in kept} == tested
    assert len(tested) == 4
    second = script.train("v2")
    assert {line["source-ref"] for line in snapshot(script, second, "Testing")} == tested
    assert len(snapshot(script, second, "Training")) == 16
    script.clear(train, test)


@pytest.mark.slow
def test_several_labels_and_manifests_of_ones_own(hasty):
    script = Script(hasty, "many")
    rng = np.random.default_rng(4)
    lines = []
    for number in range(30):
        shapes = [["disc"], ["cross"], ["disc", "cross"]][number % 3]
        picture, _ = draw_scene(rng, shapes=shapes, side=128, span=(0.3, 0.4))
        script.put(number, picture)
        lines.append(a_line(f"many-{number}", *shapes))
    place = put_manifest(script.s3, "many", lines)
    manifest = {"GroundTruthManifest": {"S3Object": {"Bucket": place["Bucket"], "Name": place["Key"]}}}
    training = {"Assets": [manifest]}
    found = script.train(TrainingData=training, TestingData={"AutoCreate": True})
    assert found["TrainingDataResult"]["Input"] == training
    assert found["TestingDataResult"]["Input"] == {"AutoCreate": True}
    (summary,) = script.read(found["EvaluationResult"]["Summary"]["S3Object"])
    assert {row["Label"] for row in summary["LabelEvaluationResults"]} == {"cross", "disc"}
    assert snapshot(script, found, "Testing")[0]["rekognition-custom-labels-evaluation-1-metadata"]
    # The validation manifests of one training are the manifests for the next.
    checked = [found[f"{part}DataResult"]["Validation"]["Assets"] for part in ("Training", "Testing")]
    sizes = [len(script.read(assets[0]["GroundTruthManifest"]["S3Object"])) for assets in checked]
    assert sizes == [24, 6]
    script.clear()


@pytest.mark.slow
def test_objects_are_found_where_boxes_were_drawn(hasty):
    script = Script(hasty, "boxes")
    rng = np.random.default_rng(5)
    lines = []
    for number in range(24):
        shapes = ["disc", "square"][: 1 + number % 2]
        picture, boxes = draw_scene(rng, shapes=shapes, side=160, span=(0.3, 0.45))
        script.put(number, picture)
        lines.append(a_line_of_boxes(f"boxes-{number}", boxes, 160))
    train = script.dataset("TRAIN", lines[:18])
    test = script.dataset("TEST", lines[18:])
    found = script.train()
    (summary,) = script.read(found["EvaluationResult"]["Summary"]["S3Object"])
    figures = summary["AggregatedEvaluationResults"]
    assert {"AveragePrecision", "AverageRecall"} < set(figures)
    assert figures["AveragePrecision"] > 0.3
    line = snapshot(script, found, "Testing")[0]
    assert line["rekognition-custom-labels-evaluation"]["image_size"] == [
        {"width": 160, "height": 160, "depth": 3}
    ]
    script.clear(train, test)


def a_line_of_boxes(name, boxes, side):
    names = sorted({label for label, _ in boxes})
    return json.dumps(
        {
            "source-ref": a_ref(name),
            "parts": {
                "image_size": [{"width": side, "height": side, "depth": 3}],
                "annotations": [
                    {
                        "class_id": names.index(label),
                        "left": int(box.left * side),
                        "top": int(box.top * side),
                        "width": int(box.width * side),
                        "height": int(box.height * side),
                    }
                    for label, box in boxes
                ],
            },
            "parts-metadata": {
                "objects": [{"confidence": 1}] * len(boxes),
                "class-map": {str(number): label for number, label in enumerate(names)},
                "type": "groundtruth/object-detection",
                "human-annotated": "yes",
                "creation-date": "2026-05-04T11:00:00.000",
                "job-name": "labeling-job/parts",
            },
        }
    )


# Lookout for Vision


class Inspection:
    """The steps of the guide's scripts for Lookout for Vision."""

    def __init__(self, server, name):
        self.client, self.s3 = server.client("lookoutvision"), server.client("s3")
        self.name = name
        self.client.create_project(ProjectName=name)

    def dataset(self, kind, lines):
        place = put_manifest(self.s3, f"{self.name}-{kind}", lines)
        asked = {"ProjectName": self.name, "DatasetType": kind}
        source = {"GroundTruthManifest": {"S3Object": place}}
        self.client.create_dataset(**asked, DatasetSource=source)
        poll(lambda: self.client.describe_dataset(**asked)["DatasetDescription"]["Status"])

    def train(self, **more):
        output = {"S3Location": {"Bucket": OUT, "Prefix": f"{self.name}/"}}
        made = self.client.create_model(ProjectName=self.name, OutputConfig=output, **more)["ModelMetadata"]
        assert made["Status"] == "TRAINING"
        asked = {"ProjectName": self.name, "ModelVersion": made["ModelVersion"]}
        poll(lambda: self.client.describe_model(**asked)["ModelDescription"]["Status"])
        return self.client.describe_model(**asked)["ModelDescription"]

    def clear(self, *kinds):
        for found in self.client.list_models(ProjectName=self.name)["Models"]:
            self.client.delete_model(ProjectName=self.name, ModelVersion=found["ModelVersion"])
        for kind in kinds:
            self.client.delete_dataset(ProjectName=self.name, DatasetType=kind)
        self.client.delete_project(ProjectName=self.name)
        with pytest.raises(self.client.exceptions.ResourceNotFoundException):
            self.client.describe_project(ProjectName=self.name)


@pytest.mark.slow
def test_anomalies_are_told_from_normal_pictures(hasty):
    plates = Inspection(hasty, "plates")
    lines = {"train": [], "test": []}
    rng = np.random.default_rng(6)
    for number in range(32):
        defect = "stain" if number >= 22 else ""
        put_picture(plates.s3, f"plates-{number}", draw_plate(rng, defect=defect, share=0.14))
        part = "test" if number >= 12 else "train"
        lines[part].append(an_anomaly_line(f"plates-{number}", "anomaly" if defect else "normal"))
    for part in lines:
        plates.dataset(part, lines[part])
    found = plates.train(Description="first", ClientToken="plates-1")
    assert (found["Status"], found["StatusMessage"]) == ("TRAINED", "Training completed successfully.")
    assert found["Performance"]["F1Score"] > 0.7
    assert set(found["Performance"]) == {"F1Score", "Recall", "Precision"}
    assert found["EvaluationResult"] == {"Bucket": OUT, "Key": "plates/EvaluationResult-plates-1.json"}
    (result,) = read(plates.s3, **{name.lower(): value for name, value in found["EvaluationResult"].items()})
    details = result["EvaluationDetails"]
    assert (details["NumberOfTrainingImages"], details["NumberOfTestingImages"]) == (12, 20)
    assert "PixelAnomalyClassMetrics" not in result["AggregatedEvaluationResults"]["Metrics"]
    tested = read(plates.s3, OUT, found["EvaluationManifest"]["Key"])
    assert {line["anomaly-label-detected-metadata"]["model-version"] for line in tested} == {"1"}
    plates.clear("train", "test")


@pytest.mark.slow
def test_anomalies_are_found_on_the_pixels_that_masks_show(hasty):
    plates = Inspection(hasty, "masks")
    lines, rng = [], np.random.default_rng(8)
    for number in range(44):
        name, kinds = f"masks-{number}", () if number < 22 else ("stain",)
        picture, mask = draw_masked_plate(rng, kinds, 128)
        put_picture(plates.s3, name, picture)
        if kinds:
            put_picture(plates.s3, f"mask-{name}", mask)
        lines.append(a_masked_line(name) if kinds else an_anomaly_line(name, "normal"))
    plates.dataset("train", lines)
    found = plates.train()
    assert (found["Status"], found["StatusMessage"]) == ("TRAINED", "Training completed successfully.")
    (result,) = read(plates.s3, OUT, found["EvaluationResult"]["Key"])
    (row,) = result["AggregatedEvaluationResults"]["Metrics"]["PixelAnomalyClassMetrics"]
    assert row["ClassName"] == "stain"
    assert row["AIOU"] > 0.3
    tested = read(plates.s3, OUT, found["EvaluationManifest"]["Key"])
    (line, *_) = [line for line in tested if "anomaly-mask-ref" in line and line["anomaly-label-detected"]]
    bucket, _, key = line["anomaly-mask-ref-detected"].removeprefix("s3://").partition("/")
    assert key.startswith("masks/EvaluationMasks-masks-1/")
    mask = Image.open(plates.s3.get_object(Bucket=bucket, Key=key)["Body"])
    assert (mask.size, mask.mode) == ((128, 128), "RGB")
    check_page_of_masks(hasty, found, result["AggregatedEvaluationResults"]["Metrics"])
    plates.clear("train")


def check_page_of_masks(server, model, metrics):
    """Hold what the console's page of the evaluation is made of against the service's own documents."""
    page = signed_in(server)
    packed = page.call("vedette", "GetEvaluationColumns", ModelArn=model["ModelArn"])
    head, columns = unpack_columns(packed.body)
    figures = head["figures"]
    names = {"Precision": "precision", "Recall": "recall", "F1Score": "f1"}
    assert {name: figures[key] for name, key in names.items()} == model["Performance"]
    assert (figures["auroc"], figures["average_precision"]) == (
        metrics["ROCAUC"],
        metrics["AveragePrecision"],
    )
    _, stain = figures["labels"]
    of_pixels = {**{name: stain[key] for name, key in names.items()}, "AIOU": stain["iou"]}
    assert [{**of_pixels, "ClassName": "stain"}] == metrics["PixelAnomalyClassMetrics"]
    # What is drawn and what is found cover about as much, and so they do picture by picture.
    assert stain["true_area"] == pytest.approx(stain["found_area"], rel=0.5)
    asked = {"ModelArn": model["ModelArn"], "Numbers": list(range(len(head["pictures"])))}
    images = page.call("vedette", "ListEvaluationImages", **asked).json["Images"]
    assert [image["IsAnomalous"] for image in images] == [bool(flag) for flag in columns["truth/0"]][
        : len(images)
    ]
    overlaps = [overlap for image in images for overlap in image["Overlaps"]]
    assert sum(overlap["IoU"] for overlap in overlaps) / len(overlaps) == pytest.approx(stain["iou"])
    areas = [sum(overlap[name] for overlap in overlaps) for name in ("TrueArea", "FoundArea")]
    whole = [area / len(images) for area in areas]
    assert whole == [pytest.approx(stain["true_area"]), pytest.approx(stain["found_area"])]


def a_masked_line(name):
    colors = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0},
        "1": {"class-name": "stain", "hex-color": COLORS["stain"], "confidence": 0.0},
    }
    metadata = {
        "internal-color-map": colors,
        "type": "groundtruth/semantic-segmentation",
        "human-annotated": "yes",
        "creation-date": "2026-05-04T11:00:00.000",
        "job-name": "labeling-job/masks",
    }
    mask = {"anomaly-mask-ref": a_ref(f"mask-{name}"), "anomaly-mask-ref-metadata": metadata}
    return an_anomaly_line(name, "anomaly", **mask)


# What cannot be trained with; no model is learnt here, so that these are quick


def test_a_training_with_broken_lines_fails_and_the_project_goes_on(hasty):
    script = Script(hasty, "broken")
    rng = np.random.default_rng(7)
    for number in range(4):
        script.put(number, draw_plain("disc", rng))
    lines = [a_line(f"broken-{number}", "disc") for number in range(4)]
    train = script.dataset("TRAIN", lines)
    for version in ("v1", "v2"):
        with pytest.raises(Exception, match="terminal failure state"):
            script.train(version)
    asked = {"ProjectArn": script.project, "VersionNames": ["v1"]}
    (found,) = script.client.describe_project_versions(**asked)["ProjectVersionDescriptions"]
    assert (found["Status"], found["StatusMessage"]) == (
        "TRAINING_FAILED",
        "The manifest file has too few labels.",
    )
    (checked,) = script.read(found["ManifestSummary"]["S3Object"])
    assert checked["statistics"]["training"]["errors"] == [
        {"code": "ERROR_MANIFEST_TOO_FEW_LABELS", "message": "The manifest file has too few labels."}
    ]
    assert "EvaluationResult" not in found
    script.clear(train)


def test_pictures_that_show_nothing_are_told_by_their_addresses(hasty):
    script = Script(hasty, "spoilt")
    lines = []
    for number in range(8):
        data = io.BytesIO()
        draw_plain("disc", np.random.default_rng(number)).save(data, "PNG")
        spoilt = bytearray(data.getvalue())
        spoilt[len(spoilt) // 2 : len(spoilt) // 2 + 200] = bytes(200)  # its head and its end are well
        key = a_ref(f"spoilt-{number}").removeprefix(f"s3://{BUCKET}/")
        script.s3.put_object(Bucket=BUCKET, Key=key, Body=bytes(spoilt))
        lines.append(a_line(f"spoilt-{number}", "ab"[number % 2]))
    script.dataset("TRAIN", lines)
    with pytest.raises(Exception, match="terminal failure state"):
        script.train()
    (found,) = script.client.describe_project_versions(ProjectArn=script.project)[
        "ProjectVersionDescriptions"
    ]
    assert "None of the 6 pictures can be read; the first: s3://" in found["StatusMessage"]
    assert str(hasty.data) not in found["StatusMessage"]
    datasets = script.client.describe_projects(ProjectNames=[script.name])["ProjectDescriptions"][0]
    script.clear(*(each["DatasetArn"] for each in datasets["Datasets"]))


def test_a_training_under_way_can_neither_be_deleted_nor_taken_for_done(hasty):
    plates = Inspection(hasty, "busy")
    plates.dataset("train", [an_anomaly_line(f"busy-{number}", "normal") for number in range(30)])
    output = {"S3Location": {"Bucket": OUT}}
    plates.client.create_model(ProjectName="busy", OutputConfig=output)
    with pytest.raises(ClientError) as refused:
        plates.client.delete_model(ProjectName="busy", ModelVersion="1")
    assert refused.value.response["Error"]["Code"] == "ConflictException"
    asked = {"ProjectName": "busy", "ModelVersion": "1"}
    poll(lambda: plates.client.describe_model(**asked)["ModelDescription"]["Status"])
    found = plates.client.describe_model(**asked)["ModelDescription"]
    assert found["Status"] == "TRAINING_FAILED"
    assert "0 images labeled anomaly; at least 10 are needed" in found["StatusMessage"]
    plates.clear("train")
