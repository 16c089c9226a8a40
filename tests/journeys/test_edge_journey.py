"""From CreateModel to the agent's answer: trained by a server, packaged into a bucket, asked on a device."""

import io
import os
import signal
import subprocess
import sys
import time

import grpc
import numpy as np
import pytest
from PIL import Image

from doubles.devices import DeviceClient, bitmap_of, segment
from doubles.drawn import draw_plate
from doubles.lines import BUCKET, an_anomaly_line
from doubles.published_protos import published_stub
from doubles.servers import start_server, stop_server
from journeys.test_training_journey import OUT, Inspection, put_picture
from vedette.cli.client import open_client
from vedette.runtime.component_archives import unpack_component
from vedette.runtime.golden import golden_pictures

STARTING, STOPPING = 1, 4
LEARNT, NORMAL, PICTURES = 12, 22, 32
SOON_S = 120.0


@pytest.fixture
def hasty(tmp_path):
    """A server whose trainings try little."""
    server = start_server(tmp_path / "data", VEDETTE_TRAINING_BUDGET="fast")
    for bucket in (BUCKET, "manifests", OUT):
        server.client("s3").create_bucket(Bucket=bucket)
    yield server
    assert stop_server(server) == 0


def train(plates):
    """Train a model on drawn plates; return its number, and a picture of either kind of its test part."""
    rng = np.random.default_rng(6)
    lines, pictures = {"train": [], "test": []}, {}
    for number in range(PICTURES):
        kind = "anomaly" if number >= NORMAL else "normal"
        picture = draw_plate(rng, defect="stain" if kind == "anomaly" else "", share=0.14)
        put_picture(plates.s3, f"belt-{number}", picture)
        lines["test" if number >= LEARNT else "train"].append(an_anomaly_line(f"belt-{number}", kind))
        pictures[kind] = np.asarray(picture.convert("RGB"))
    for part in lines:
        plates.dataset(part, lines[part])
    found = plates.train()
    assert found["Status"] == "TRAINED", found
    return found["ModelVersion"], pictures


def package(plates, version):
    """Package a model as the guide's script does; return what lies in the bucket afterwards."""
    greengrass = {
        "TargetPlatform": {"Os": "LINUX", "Arch": "X86_64"},
        "S3OutputLocation": {"Bucket": OUT, "Prefix": "edge/"},
        "ComponentName": "belt",
        "ComponentVersion": "1.0.0",
    }
    job = plates.client.start_model_packaging_job(
        ProjectName=plates.name, ModelVersion=version, Configuration={"Greengrass": greengrass}
    )["JobName"]
    deadline = time.monotonic() + SOON_S
    while True:
        found = plates.client.describe_model_packaging_job(ProjectName=plates.name, JobName=job)
        status = found["ModelPackagingDescription"]["Status"]
        if status not in ("CREATED", "RUNNING"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert status == "SUCCEEDED", found
    listed = plates.s3.list_objects_v2(Bucket=OUT, Prefix="edge/belt/1.0.0/")["Contents"]
    return {item["Key"].rpartition("/")[2]: item["Key"] for item in listed}


def from_server(plates, version, pictures):
    """Return the server's own answers, hosted as customers do."""
    plates.client.start_model(ProjectName=plates.name, ModelVersion=version, MinInferenceUnits=1)
    asked = {"ProjectName": plates.name, "ModelVersion": version}
    deadline = time.monotonic() + SOON_S
    while plates.client.describe_model(**asked)["ModelDescription"]["Status"] != "HOSTED":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    answers = {}
    for kind, pixels in pictures.items():
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        answer = plates.client.detect_anomalies(**asked, ContentType="image/png", Body=file.getvalue())
        result = answer["DetectAnomalyResult"]
        answers[kind] = result["IsAnomalous"], np.float32(result["Confidence"])
    plates.client.stop_model(**asked)
    return answers


def ask_as_the_samples_do(socket, pictures):
    """List, start, wait, detect by bytes and by shared memory, and stop, through published stubs."""
    with grpc.insecure_channel(socket) as channel:
        stub = published_stub("guide", channel)
        (listed,) = stub.call("ListModels").models
        assert (listed.model_component, listed.status) == ("belt", 0)
        assert stub.call("StartModel", model_component="belt").status == STARTING
        device = DeviceClient(channel)
        assert device.await_status("belt", "RUNNING", "FAILED") == "RUNNING"
        answers = {}
        for kind, pixels in pictures.items():
            by_bytes = device.detect("belt", bitmap_of(pixels))
            answers[kind] = by_bytes.is_anomalous, np.float32(by_bytes.confidence)
            height, width, _ = pixels.shape
            with segment(content=pixels.tobytes()) as path:
                handle = {"name": f"/{path.name}", "size": pixels.nbytes}
                bitmap = {"width": width, "height": height, "shared_memory_handle": handle}
                shared = stub.detect(model_component="belt", bitmap=bitmap)
            assert (shared.is_anomalous, np.float32(shared.confidence)) == answers[kind]
        assert stub.call("StopModel", model_component="belt").status in (0, STOPPING)
    return answers


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_model_that_was_created_by_boto3_answers_on_a_device(hasty, tmp_path):
    plates = Inspection(hasty, "belt")
    version, pictures = train(plates)
    keys = package(plates, version)
    archive = tmp_path / "belt-1.0.0.zip"
    plates.s3.download_file(OUT, keys["belt-1.0.0.zip"], str(archive))
    # As Greengrass unpacks it: NAME/VERSION/ARCHIVE.
    place = tmp_path / "unarchived" / "belt" / "1.0.0" / "belt-1.0.0"
    place.parent.mkdir(parents=True)
    component = unpack_component(archive, place)
    assert golden_pictures(component.folder, list(component.files)), "they are of its own test part"
    own = open_client("vedette", endpoint=hasty.address, data=hasty.data)
    key = own.get_device_signing_key()["PublicKey"]
    words = [sys.executable, "-m", "vedette", "edge"]
    tried = subprocess.run(
        [*words, "inspect", str(archive), "--try", "--require-signature", key], timeout=120
    )
    assert tried.returncode == 0
    socket = f"unix://{tmp_path}/agent.sock"
    words += ["agent", "--models", str(tmp_path / "unarchived"), "--socket", socket]
    agent = subprocess.Popen(
        [*words, "--require-signature", key], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        assert agent.stdout.readline().startswith("The agent answers at")
        answers = ask_as_the_samples_do(socket, pictures)
    finally:
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(60) == 0
        agent.stdout.close()
    assert answers == from_server(plates, version, pictures)
    assert {kind: is_anomalous for kind, (is_anomalous, _) in answers.items()} == {
        "normal": False,
        "anomaly": True,
    }
