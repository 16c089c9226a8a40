"""Models that were trained elsewhere become versions, and answer through both services' clients."""

import json
import time
import uuid

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from doubles.foreign_networks import ANOMALY_CARD, DETECTOR_CARD, BrightSpots, export_onnx, write_card
from doubles.pictures import encoded
from vedette.cli.main import app

SIDE = 64


def png(pixels):
    return encoded(Image.fromarray(pixels))


def spotted(color, left, top, side=16):
    """Return a dark picture with a spot."""
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[top : top + side, left : left + side] = color
    return pixels


@pytest.fixture
def place(server, tmp_path):
    """A bucket, and the words that lead a command to the server."""
    name = f"foreign-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(Bucket=name)
    return name


def run(server, *words):
    return CliRunner().invoke(
        app, [*map(str, words), "--endpoint", server.address, "--data", str(server.data)]
    )


def wait(look, *states):
    deadline = time.monotonic() + 120
    while (state := look()) not in states:
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    return state


def put_dataset(server, bucket, project_arn, kind, lines):
    text = "\n".join(map(json.dumps, lines))
    server.client("s3").put_object(Bucket=bucket, Key=f"{kind}.manifest", Body=text)
    rekognition = server.client("rekognition")
    place = {"S3Object": {"Bucket": bucket, "Name": f"{kind}.manifest"}}
    arn = rekognition.create_dataset(
        ProjectArn=project_arn, DatasetType=kind, DatasetSource={"GroundTruthManifest": place}
    )["DatasetArn"]
    wait(
        lambda: rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"],
        "CREATE_COMPLETE",
    )


def boxes_line(bucket, key, left, top):
    annotation = {"class_id": 0, "left": left, "top": top, "width": 16, "height": 16}
    return {
        "source-ref": f"s3://{bucket}/{key}",
        "boxes": {"annotations": [annotation], "image_size": [{"width": SIDE, "height": SIDE, "depth": 3}]},
        "boxes-metadata": {
            "objects": [{"confidence": 1}], "class-map": {"0": "spot"}, "human-annotated": "yes",
            "creation-date": "2026-11-29T10:00:00", "type": "groundtruth/object-detection",
        },
    }  # fmt: skip


def test_a_detector_of_foreign_origin_answers_through_rekognition(server, place, tmp_path):
    rekognition, s3 = server.client("rekognition"), server.client("s3")
    arn = rekognition.create_project(ProjectName=place)["ProjectArn"]
    for kind, tops in ("TRAIN", range(0, 40, 8)), ("TEST", range(2, 42, 8)):
        lines = []
        for top in tops:
            s3.put_object(Bucket=place, Key=f"{top}.png", Body=png(spotted(255, 16, top)))
            lines.append(boxes_line(place, f"{top}.png", 16, top))
        put_dataset(server, place, arn, kind, lines)
    network = export_onnx(BrightSpots(), tmp_path / "spots.onnx", SIDE)
    write_card(network, DETECTOR_CARD)
    words = ("model", "import", network, "--project", place, "--to", f"s3://{place}/out", "--name", "v1")
    answer = run(server, *words)
    assert answer.exit_code == 0, answer.output
    assert "v1: TRAINING_COMPLETED" in answer.output

    found = run(server, "model", "start", "--project", place)
    assert found.exit_code == 0, found.output
    version = rekognition.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"][0]
    answer = rekognition.detect_custom_labels(
        ProjectVersionArn=version["ProjectVersionArn"], Image={"Bytes": png(spotted(255, 40, 8))}
    )
    [label] = answer["CustomLabels"]
    box = label["Geometry"]["BoundingBox"]
    assert label["Name"] == "spot"
    assert [box[side] * SIDE for side in ("Left", "Top", "Width", "Height")] == pytest.approx(
        [40, 8, 16, 16], abs=0.01
    )
    assert run(server, "model", "stop", "--project", place).exit_code == 0


def test_an_anomaly_map_of_foreign_origin_answers_through_lookout(server, place, tmp_path):
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName=place)
    for kind, first in ("train", 0), ("test", 50):
        lines = []
        for number in range(first, first + 20):
            is_anomalous = number % 2
            s3.put_object(
                Bucket=place,
                Key=f"{number}.png",
                Body=png(spotted(60 + 150 * is_anomalous, 8, number % 40)),
            )
            metadata = {
                "class-name": "anomaly" if is_anomalous else "normal",
                "confidence": 1,
                "human-annotated": "yes",
                "creation-date": "2026-11-29T10:00:00",
                "type": "groundtruth/image-classification",
            }
            lines.append(
                {
                    "source-ref": f"s3://{place}/{number}.png",
                    "anomaly-label": is_anomalous,
                    "anomaly-label-metadata": metadata,
                }
            )
        s3.put_object(Bucket=place, Key=f"{kind}.manifest", Body="\n".join(map(json.dumps, lines)))
        source = {"GroundTruthManifest": {"S3Object": {"Bucket": place, "Key": f"{kind}.manifest"}}}
        lookout.create_dataset(ProjectName=place, DatasetType=kind, DatasetSource=source)
        wait(
            lambda kind=kind: lookout.describe_dataset(ProjectName=place, DatasetType=kind)[
                "DatasetDescription"
            ]["Status"],
            "CREATE_COMPLETE",
        )
    network = export_onnx(BrightSpots(map_only=True), tmp_path / "map.onnx", SIDE)
    write_card(network, ANOMALY_CARD)
    answer = run(server, "model", "import", network, "--project", place, "--to", f"s3://{place}/out")
    assert answer.exit_code == 0, answer.output
    assert "1: TRAINED." in answer.output
    assert "F1 1.000" in answer.output
    assert run(server, "model", "start", "--project", place).exit_code == 0
    for level, verdict in (40, False), (250, True):
        answer = lookout.detect_anomalies(
            ProjectName=place, ModelVersion="1", Body=png(spotted(level, 3, 30)), ContentType="image/png"
        )
        assert answer["DetectAnomalyResult"]["IsAnomalous"] is verdict
    assert run(server, "model", "stop", "--project", place).exit_code == 0


def test_a_network_with_steps_of_its_own_fails_its_version_with_a_sentence(server, place, tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"no network at all")
    write_card(tmp_path / "net.onnx", DETECTOR_CARD)
    rekognition = server.client("rekognition")
    arn = rekognition.create_project(ProjectName=place)["ProjectArn"]
    for kind in "TRAIN", "TEST":
        lines = []
        for top in range(0, 40, 8):
            server.client("s3").put_object(Bucket=place, Key=f"{top}.png", Body=png(spotted(255, 16, top)))
            lines.append(boxes_line(place, f"{top}.png", 16, top))
        put_dataset(server, place, arn, kind, lines)
    words = (
        "model",
        "import",
        tmp_path / "net.onnx",
        "--project",
        place,
        "--to",
        f"s3://{place}",
        "--name",
        "v1",
    )
    answer = run(server, *words)
    assert (answer.exit_code, "net.onnx is no ONNX file" in answer.output) == (1, True), answer.output
    output = {"S3Bucket": place, "S3KeyPrefix": ""}
    rekognition.create_project_version(
        ProjectArn=arn,
        VersionName="v2",
        OutputConfig=output,
        Tags={"vedette:network": f"s3://{place}/no.onnx"},
    )
    look = lambda: rekognition.describe_project_versions(ProjectArn=arn, VersionNames=["v2"])  # noqa: E731
    wait(lambda: look()["ProjectVersionDescriptions"][0]["Status"], "TRAINING_FAILED")
    assert look()["ProjectVersionDescriptions"][0]["StatusMessage"] == f"There is no s3://{place}/no.onnx."
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match="address of an ONNX file"):
        rekognition.create_project_version(
            ProjectArn=arn,
            VersionName="v3",
            OutputConfig=output,
            Tags={"vedette:network": "file:///etc/passwd"},
        )
