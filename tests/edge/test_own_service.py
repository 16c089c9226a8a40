"""What the agent answers beside Lookout's service: labels, health, reflection, figures, the status page."""

import io
import threading
import time
import urllib.error
import urllib.request

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from PIL import Image

from doubles.devices import SOON_S, bitmap_of, plain, running_device, tiny_models
from vedette.edge.device_models import DeviceModels
from vedette.edge.health import MOST_REFLECTIONS
from vedette.edge.protos import vedette_edge_pb2 as pb
from vedette.edge.protos import vedette_edge_pb2_grpc
from vedette.edge.status_page import local_address
from vedette.errors import Wrong

STATUS = "127.0.0.1:0"


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    models = tiny_models(tmp_path_factory.mktemp("own") / "models")
    with running_device(models, status=STATUS) as client:
        for name in ("labels", "boxes", "anomalies"):
            client.run(name)
        yield client


@pytest.fixture
def detect(device):
    stub = vedette_edge_pb2_grpc.EdgeStub(device.channel)

    def send(name, **fields):
        return stub.DetectCustomLabels(pb.DetectCustomLabelsRequest(model_component=name, **fields))

    return send


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def pairs(response):
    return [(label.name, round(label.confidence, 2)) for label in response.custom_labels]


def code_of(call, *arguments, **options):
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments, **options)
    return raised.value.code().name


def test_labels_are_found_in_bitmaps_and_in_picture_files(detect):
    red = plain((255, 0, 0))
    for picture in ({"bitmap": bitmap_of(red)}, {"image_bytes": png(red)}):
        assert pairs(detect("labels", **picture)) == [("red", 100.0)]


def test_min_confidence_and_max_results_hold(detect):
    dim = plain((153, 0, 0))
    assert pairs(detect("labels", bitmap=bitmap_of(dim), min_confidence=0)) == [("red", 60.0), ("dark", 40.0)]
    assert pairs(detect("labels", bitmap=bitmap_of(dim), min_confidence=50)) == [("red", 60.0)]
    assert pairs(detect("labels", bitmap=bitmap_of(dim), min_confidence=0, max_results=1)) == [("red", 60.0)]
    assert code_of(detect, "labels", bitmap=bitmap_of(dim), min_confidence=101) == "INVALID_ARGUMENT"


def test_boxes_come_in_shares_of_the_picture(detect):
    pixels = plain(0)
    pixels[:32, :48] = 255
    (label,) = detect("boxes", bitmap=bitmap_of(pixels)).custom_labels
    box = label.geometry.bounding_box
    assert label.name == "light"
    assert (box.left, box.top, box.width, box.height) == (0, 0, 0.5, 0.5)


def test_what_is_no_picture_and_who_judges_anomalies_is_refused(detect):
    assert code_of(detect, "labels", image_bytes=b"no picture") == "INVALID_ARGUMENT"
    assert code_of(detect, "labels") == "INVALID_ARGUMENT"
    assert code_of(detect, "anomalies", bitmap=bitmap_of(plain(255))) == "INVALID_ARGUMENT"
    assert code_of(detect, "masks", bitmap=bitmap_of(plain(255))) == "FAILED_PRECONDITION"
    assert code_of(detect, "nothing", bitmap=bitmap_of(plain(255))) == "NOT_FOUND"


def test_health_tells_the_agent_from_its_models(device):
    stub = health_pb2_grpc.HealthStub(device.channel)

    def health(name):
        status = stub.Check(health_pb2.HealthCheckRequest(service=name)).status
        return health_pb2.HealthCheckResponse.ServingStatus.Name(status)

    assert health("") == "SERVING"
    assert health("AWS.LookoutVision.EdgeAgent") == "SERVING"
    assert health("labels") == "SERVING"
    assert code_of(health, "masks") == "NOT_FOUND"
    device.run("masks")
    device.stop("masks")
    assert health("masks") == "NOT_SERVING"


def test_reflection_names_both_services(device):
    stub = reflection_pb2_grpc.ServerReflectionStub(device.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (response,) = stub.ServerReflectionInfo(iter([request]))
    names = {service.name for service in response.list_services_response.service}
    assert names >= {"AWS.LookoutVision.EdgeAgent", "vedette.edge.v1.Edge", "grpc.health.v1.Health"}


def fetch(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as response:
        return response.read().decode()


def test_the_page_shows_models_and_the_figures_count_their_calls(device, detect):
    page_address = device.agent.page
    detect("labels", bitmap=bitmap_of(plain(255)))
    code_of(detect, "labels", image_bytes=b"no picture")
    code_of(detect, "made up by a client", bitmap=bitmap_of(plain(255)))
    page = fetch(page_address)
    assert "<td>labels</td><td>RUNNING</td><td>classification</td>" in page
    figures = fetch(f"{page_address}metrics")
    assert 'vedette_edge_model_state{model="labels",state="RUNNING"} 1.0' in figures
    assert 'call="DetectCustomLabels",code="INVALID_ARGUMENT",model="labels"' in figures
    assert 'model="unknown"' in figures
    assert "made up" not in figures
    assert fetch(f"{page_address}healthz") == "ok\n"
    for path, headers in (("nothing", {}), ("", {"Host": "evil.example:80"})):
        with pytest.raises(urllib.error.HTTPError):
            fetch(f"{page_address}{path}", **headers)


@pytest.mark.parametrize(
    "address", ["0.0.0.0:9464", "192.168.1.5:80", "9464", "127.0.0.1:x", "example.org:80", ":80"]
)
def test_the_page_is_for_this_machine_alone(address):
    with pytest.raises(Wrong):
        local_address(address)


def test_a_name_with_markup_in_it_is_text_on_the_page(tmp_path):
    models = tiny_models(tmp_path / "models")
    (models / "labels").rename(models / "<script>x")
    with running_device(models, status=STATUS) as device:
        assert isinstance(device.agent.models, DeviceModels)
        assert "&lt;script&gt;x" in fetch(device.agent.page)


def test_streams_of_reflection_that_stay_open_are_few(device):
    """Each holds a thread for as long as its client keeps it open, and pictures need threads."""
    is_over = threading.Event()

    def open_requests():
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        is_over.wait(SOON_S)

    def ask():
        stream = reflection_pb2_grpc.ServerReflectionStub(device.channel).ServerReflectionInfo(
            open_requests()
        )
        streams.append(stream)
        try:
            return len(next(stream).list_services_response.service)
        except grpc.RpcError as error:
            return error.code().name

    streams = []
    try:
        answers = [ask() for _ in range(MOST_REFLECTIONS + 2)]
    finally:
        is_over.set()
        for stream in streams:
            stream.cancel()
    assert answers == [4] * MOST_REFLECTIONS + ["RESOURCE_EXHAUSTED"] * 2
    deadline = time.monotonic() + SOON_S
    while ask() != 4:  # until those that ended are seen to have
        assert time.monotonic() < deadline
        time.sleep(0.05)
