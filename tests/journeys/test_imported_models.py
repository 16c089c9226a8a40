"""A model that was trained elsewhere goes to a device over the air, and answers there as the server does."""

import io
import json
import shutil
import time

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image

from doubles.devices import SOON_S, bitmap_of
from doubles.lines import an_anomaly_line
from doubles.over_the_air import ACCOUNT, BUCKET, eventually, reporting_device, running_fleet
from doubles.trained import put_version
from vedette.learn.foreign.bring import BringOrder, bring

SIDE = 64
CARD = {
    "task": "anomaly",
    "input": {"height": SIDE, "width": SIDE},
    "output": {"layout": "map"},
    "thresholds": {"anomaly": 0.5},
}


def write_network(folder):
    """Write a network whose map of anomalies is how bright a picture is, as another tool would."""
    nodes = [helper.make_node("ReduceMax", ["images"], ["map"], axes=[1], keepdims=1)]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ("n", 3, SIDE, SIDE))
    graph = helper.make_graph(
        nodes, "foreign", [images], [helper.make_tensor_value_info("map", TensorProto.FLOAT, None)]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, folder / "bright.onnx")
    (folder / "bright.json").write_text(json.dumps(CARD))
    return BringOrder(folder / "bright.onnx", folder / "bright.json", folder / "package")


def pictures():
    random = np.random.default_rng(5)
    for most in (60, 120, 140, 255):
        yield random.integers(0, most, (SIDE, SIDE, 3), np.uint8)


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def put_brought(data, folder):
    """Put a network that was brought in where a version's model lies, as its training would have."""
    bring(write_network(folder))
    version = put_version(data, "lookoutvision", "bright", "anomaly", account=ACCOUNT)
    place = data / "versions" / version.folder
    shutil.rmtree(place / "package")
    shutil.copytree(folder / "package", place / "package")
    lines = [an_anomaly_line(number, "normal", bucket=BUCKET) for number in range(4)]
    (place / "test.manifest").write_text("\n".join(lines))
    return [json.loads(line)["source-ref"].removeprefix(f"s3://{BUCKET}/") for line in lines]


def test_an_imported_model_answers_on_a_device_as_on_the_server(tmp_path):
    with running_fleet(tmp_path / "data") as fleet:
        s3, lookout = fleet.server.client("s3"), fleet.server.client("lookoutvision")
        for key, pixels in zip(put_brought(fleet.server.data, tmp_path), pictures(), strict=True):
            s3.put_object(Bucket=BUCKET, Key=key, Body=png(pixels))
        package = fleet.package(1, "bright", project="bright")
        lookout.start_model(ProjectName="bright", ModelVersion="1", MinInferenceUnits=1)
        asked = {"ProjectName": "bright", "ModelVersion": "1"}
        deadline = time.monotonic() + 3 * SOON_S
        while lookout.describe_model(**asked)["ModelDescription"]["Status"] != "HOSTED":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        token = fleet.own.create_device(DeviceName="press")["Token"]
        with reporting_device(tmp_path / "models", fleet, token) as device:
            eventually(lambda: fleet.device("press"), lambda row: row["State"] == "online")
            fleet.order("press", package)
            fleet.await_states("press", "installed")
            assert device.await_status("bright", "RUNNING", "FAILED") == "RUNNING"
            golden = [path.name for path in (tmp_path / "models").rglob("golden*")]
            assert golden, "the device checked the package by pictures that went with it"
            verdicts = []
            for pixels in pictures():
                here = device.detect("bright", bitmap_of(pixels))
                there = lookout.detect_anomalies(**asked, Body=png(pixels), ContentType="image/png")
                result = there["DetectAnomalyResult"]
                assert here.is_anomalous == result["IsAnomalous"]
                assert np.float32(here.confidence) == np.float32(result["Confidence"])
                verdicts.append(result["IsAnomalous"])
            assert verdicts == [False, False, True, True]
        lookout.stop_model(**asked)
