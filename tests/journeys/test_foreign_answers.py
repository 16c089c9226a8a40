"""A classifier and a detector that others trained answer as ONNX Runtime says, on a device too."""

import contextlib
import json

import numpy as np
import onnxruntime
import pytest
from click.testing import CliRunner
from PIL import Image

from doubles.devices import bitmap_of
from doubles.foreign_networks import export_onnx, write_card
from doubles.lines import BUCKET as PICTURES
from doubles.lines import a_box_line, a_line, an_anomaly_line
from doubles.networks_abroad import SHAPES, SIDE, ShapeClassifier, ShapeDetector, draw, taught
from doubles.over_the_air import ACCOUNT, eventually, reporting_device, running_fleet
from doubles.pictures import encoded
from journeys.test_training_journey import OUT, Inspection, Script, put_picture
from vedette.cli.main import app
from vedette.edge.protos import vedette_edge_pb2 as pb
from vedette.edge.protos import vedette_edge_pb2_grpc

CLASSIFIER = {"labels": [*SHAPES, None], "output": {"layout": "scores", "activation": "softmax"}}
DETECTOR = {"labels": [*SHAPES], "output": {"layout": "yolov8"}}
NEAR = 1e-4
LEAST = 0.05


def put_card(network, layout, task, thresholds):
    size = {"name": "images", "height": SIDE, "width": SIDE}
    card = {**layout, "task": task, "input": size, "thresholds": thresholds, "licence": "Apache-2.0"}
    return write_card(network, card)


@contextlib.contextmanager
def imported(fleet, project, network, service, arn):
    """Bring a network in by the command, and have it running."""
    words = ["model", "import", network, "--project", project, "--to", f"s3://{OUT}/{project}"]
    words += ["--name", "v1"] if service == "rekognition" else []
    more = ["--endpoint", fleet.server.address, "--data", fleet.server.data, "--service", service]
    answer = CliRunner().invoke(app, [*map(str, [*words, *more])])
    assert answer.exit_code == 0, answer.output
    assert float(answer.output.rpartition("F1 ")[2].split()[0]) > 0.9, "it was judged on the test pictures"
    operate = [*map(str, ["--project", project, *more])]
    started = CliRunner().invoke(app, ["model", "start", *operate])
    assert started.exit_code == 0, started.output
    yield arn()
    assert CliRunner().invoke(app, ["model", "stop", *operate]).exit_code == 0


def bare(network, pixels):
    """Return what ONNX Runtime says of the file as it came."""
    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    picture = np.float32(pixels).transpose(2, 0, 1)[None] / 255
    return session.run(None, {"images": picture})[0][0]


def bare_labels(network, pixels):
    exponents = np.exp(bare(network, pixels).astype(np.float64))
    return dict(zip(SHAPES, exponents / exponents.sum(), strict=False))


def bare_boxes(network, pixels):
    """Return (label, score, left, top, width, height) in shares, the surest of those that overlap by half."""
    table = bare(network, pixels).astype(np.float64)
    boxes = []
    for number, label in enumerate(SHAPES):
        rows = []
        for x, y, width, height, score in zip(*table[:4], table[4 + number], strict=True):
            edges = np.clip([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 0, SIDE) / SIDE
            rows.append((score, edges))
        kept = []
        for score, box in sorted(rows, key=lambda row: -row[0]):
            if score >= LEAST and all(overlap(box, other) <= 0.5 for _, other in kept):
                kept.append((score, box))
        boxes += [(label, score, *box[:2], *(box[2:] - box[:2])) for score, box in kept]
    return sorted(boxes)


def overlap(one, other):
    inner = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None).prod()
    return inner / ((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - inner)


def pictures(seed, count):
    rng = np.random.default_rng(seed)
    return [draw(rng, number % 3) for number in range(count)]


def labels_of(answer):
    return {label["Name"]: label["Confidence"] / 100 for label in answer["CustomLabels"]}


def boxes_of(answer):
    rows = []
    for label in answer["CustomLabels"]:
        box = label["Geometry"]["BoundingBox"]
        sides = (box[side] for side in ("Left", "Top", "Width", "Height"))
        rows.append((label["Name"], label["Confidence"] / 100, *sides))
    return sorted(rows)


def score_of(result):
    """Return the anomaly's score, out of how sure the verdict is: the card's threshold is a half."""
    return result["Confidence"] if result["IsAnomalous"] else 1 - result["Confidence"]


def assert_same_boxes(boxes, expected):
    assert [box[0] for box in boxes] == [box[0] for box in expected]
    for box, wanted in zip(boxes, expected, strict=True):
        assert box[1:] == pytest.approx(wanted[1:], abs=NEAR)


def on_device(device, component, pixels):
    """Return the device's answer in the form of the service's."""
    stub = vedette_edge_pb2_grpc.EdgeStub(device.channel)
    request = pb.DetectCustomLabelsRequest(
        model_component=component, bitmap=bitmap_of(pixels), min_confidence=100 * LEAST
    )
    labels = []
    for label in stub.DetectCustomLabels(request).custom_labels:
        entry = {"Name": label.name, "Confidence": label.confidence}
        if label.HasField("geometry"):
            box = label.geometry.bounding_box
            sides = {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
            entry["Geometry"] = {"BoundingBox": sides}
        labels.append(entry)
    return {"CustomLabels": labels}


def verdict_on_device(device, component, pixels):
    result = device.detect(component, bitmap_of(pixels))
    return {"IsAnomalous": result.is_anomalous, "Confidence": result.confidence}


def package(fleet, model, project, component):
    """Write a running model's package for devices; return what an order names."""
    place = {"ComponentName": component, "ComponentVersion": "1.0.0", "Address": f"s3://{OUT}/edge"}
    job = fleet.own.start_edge_package(ModelArn=model, **place)["Package"]["JobName"]

    def state():
        rows = fleet.own.list_edge_packages(ProjectArn=project)["Packages"]
        return next(row for row in rows if row["JobName"] == job)

    settled = eventually(state, lambda row: row["Status"] in ("succeeded", "failed"))
    assert settled["Status"] == "succeeded", settled
    return {"ProjectArn": project, "JobName": job}


def shipped(fleet, device, order, component):
    device_name = "press"
    fleet.order(device_name, order)
    fleet.await_states(device_name, "installed")
    assert device.await_status(component, "RUNNING", "FAILED") == "RUNNING"


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """The two files, as their makers handed them out."""
    folder = tmp_path_factory.mktemp("abroad")
    classifier = export_onnx(taught(ShapeClassifier(), steps=60), folder / "kinds.onnx", SIDE)
    detector = export_onnx(taught(ShapeDetector(), steps=150), folder / "places.onnx", SIDE)
    return classifier, detector


@pytest.fixture
def workshop(tmp_path):
    """A server, and a device that reports to it."""
    with running_fleet(tmp_path / "data") as fleet:
        for bucket in (PICTURES, "manifests", OUT):
            fleet.server.client("s3").create_bucket(Bucket=bucket)
        token = fleet.own.create_device(DeviceName="press")["Token"]
        with reporting_device(tmp_path / "models", fleet, token) as device:
            eventually(lambda: fleet.device("press"), lambda row: row["State"] == "online")
            yield fleet, device


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["classifier", "detector"])
def test_through_custom_labels_and_on_a_device(networks, workshop, kind):
    (network, layout, task, line, read, expect, same) = {
        "classifier": (
            networks[0], CLASSIFIER, "classification",
            lambda name, shape, box: a_line(name, SHAPES[shape]),
            labels_of,
            lambda pixels: {k: v for k, v in bare_labels(networks[0], pixels).items() if v >= LEAST},
            lambda labels, expected: labels == pytest.approx(expected, abs=NEAR),
        ),
        "detector": (
            networks[1], DETECTOR, "detection",
            lambda name, shape, box: json.dumps(
                {
                    **(entry := json.loads(a_box_line(name, SHAPES[shape], box=box))),
                    "boxes": {**entry["boxes"], "image_size": [{"width": SIDE, "height": SIDE, "depth": 3}]},
                }
            ),
            boxes_of,
            lambda pixels: bare_boxes(networks[1], pixels),
            lambda boxes, expected: assert_same_boxes(boxes, expected) is None,
        ),
    }[kind]  # fmt: skip
    fleet, device = workshop
    put_card(network, layout, task, dict.fromkeys(SHAPES, 0.5))
    script = Script(fleet.server, f"{kind}s")
    for part, seed in ("TRAIN", 1), ("TEST", 2):
        lines = []
        for number, (pixels, shape, box) in enumerate(pictures(seed, 18)):
            if shape < 2:
                script.put(f"{part}{number}", Image.fromarray(pixels))
                lines.append(line(f"{script.name}-{part}{number}", shape, box))
        script.dataset(part, lines)

    def find():
        versions = script.client.describe_project_versions(ProjectArn=script.project)
        return versions["ProjectVersionDescriptions"][0]["ProjectVersionArn"]

    with imported(fleet, script.name, network, "rekognition", find) as arn:
        shipped(fleet, device, package(fleet, arn, script.project, kind), kind)
        for pixels, _, _ in pictures(3, 12):
            picture = {"Bytes": encoded(Image.fromarray(pixels))}
            answer = script.client.detect_custom_labels(
                ProjectVersionArn=arn, Image=picture, MinConfidence=100 * LEAST
            )
            assert same(read(answer), expect(pixels)), (read(answer), expect(pixels))
            assert same(read(on_device(device, kind, pixels)), expect(pixels))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["classifier", "detector"])
def test_through_lookout_and_on_a_device(networks, workshop, kind):
    network, layout, expect = {
        "classifier": (
            networks[0],
            CLASSIFIER,
            lambda pixels: max(bare_labels(networks[0], pixels).values()),
        ),
        "detector": (networks[1], DETECTOR, lambda pixels: bare(networks[1], pixels)[4:].max()),
    }[kind]
    fleet, device = workshop
    put_card(network, layout, "anomaly", {"anomaly": 0.5})
    plates = Inspection(fleet.server, f"{kind}s")
    for part, seed in ("train", 1), ("test", 2):
        lines = []
        for number, (pixels, shape, _) in enumerate(pictures(seed, 36)):
            put_picture(plates.s3, f"{plates.name}-{part}{number}", Image.fromarray(pixels))
            word = "normal" if shape == 2 else "anomaly"
            lines.append(an_anomaly_line(f"{plates.name}-{part}{number}", word))
        plates.dataset(part, lines)
    project = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/{plates.name}"
    model = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:model/{plates.name}/1"
    with imported(fleet, plates.name, network, "lookoutvision", lambda: model) as arn:
        shipped(fleet, device, package(fleet, arn, project, kind), kind)
        for pixels, shape, _ in pictures(3, 12):
            picture = encoded(Image.fromarray(pixels))
            answer = plates.client.detect_anomalies(
                ProjectName=plates.name, ModelVersion="1", Body=picture, ContentType="image/png"
            )["DetectAnomalyResult"]
            assert answer["IsAnomalous"] == (shape != 2)
            assert score_of(answer) == pytest.approx(expect(pixels), abs=NEAR)
            here = verdict_on_device(device, kind, pixels)
            assert here["IsAnomalous"] == answer["IsAnomalous"]
            assert score_of(here) == pytest.approx(expect(pixels), abs=NEAR)
