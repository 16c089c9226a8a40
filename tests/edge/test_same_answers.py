"""A server and an agent say the same of the same picture, to the last bit that the wire of each holds."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from doubles.devices import SOON_S, bitmap_of, running_device
from doubles.packages import tiny_package
from doubles.trained import put_version

COLORS = {"rust": "#d62728", "moss": "#23a436"}


def pictures():
    """Return noise, a part of it in colour, dark and bright."""
    random = np.random.default_rng(7)
    for share in (0.0, 0.1, 0.5, 1.0):
        pixels = random.integers(0, 90, (72, 100, 3), np.uint8)
        pixels[: round(72 * share), :40, 0] = 255
        pixels[: round(72 * share), 60:, 1] = 255
        yield pixels


def from_server(client, project, pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    result = client.detect_anomalies(
        ProjectName=project, ModelVersion="1", ContentType="image/png", Body=buffer.getvalue()
    )["DetectAnomalyResult"]
    mask = result.get("AnomalyMask")
    return (
        result["IsAnomalous"],
        np.float32(result["Confidence"]),
        [
            (
                entry["Name"],
                np.float32(entry["PixelAnomaly"]["TotalPercentageArea"]),
                entry["PixelAnomaly"]["Color"],
            )
            for entry in result.get("Anomalies", [])
        ],
        mask and Image.open(io.BytesIO(mask)).convert("RGB").tobytes(),
    )


def from_agent(device, pixels):
    result = device.detect("model", bitmap_of(pixels))
    return (
        result.is_anomalous,
        result.confidence,
        [
            (entry.name, entry.pixel_anomaly.total_percentage_area, entry.pixel_anomaly.hex_color)
            for entry in result.anomalies
        ],
        result.anomaly_mask.byte_data or None,
    )


@pytest.mark.parametrize("task", ["anomaly", "segmentation"])
def test_a_server_and_an_agent_give_the_same_answers(server, task, tmp_path):
    facts = {"colors": COLORS} if task == "segmentation" else {"thresholds": {"anomaly": 0.6}}
    tiny_package(tmp_path / "models" / "model", task, **facts)
    account = server.client("sts").get_caller_identity()["Account"]
    project = f"same-{task}"
    put_version(server.data, "lookoutvision", project, task, account=account, **facts)
    client = server.client("lookoutvision")
    client.start_model(ProjectName=project, ModelVersion="1", MinInferenceUnits=1)
    deadline = time.monotonic() + SOON_S
    while (
        client.describe_model(ProjectName=project, ModelVersion="1")["ModelDescription"]["Status"] != "HOSTED"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    try:
        with running_device(tmp_path / "models") as device:
            device.run("model")
            for pixels in pictures():
                assert from_agent(device, pixels) == from_server(client, project, pixels)
    finally:
        client.stop_model(ProjectName=project, ModelVersion="1")
