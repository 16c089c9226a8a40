"""What the public clients do, call by call, through stubs of the protos that they were made with."""

import time

import grpc
import numpy as np
import pytest

from doubles.devices import MEMORY, SOON_S, plain, running_device, segment, tiny_models
from doubles.published_protos import FORMS, published_stub
from vedette.edge.protos import edge_agent_pb2

STOPPED, STARTING, RUNNING, FAILED = 0, 1, 2, 3
RED = (255, 0, 0)
HEIGHT, WIDTH = 64, 96


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    with running_device(tiny_models(tmp_path_factory.mktemp("published") / "models")) as client:
        yield client


@pytest.fixture
def channel(device):
    with grpc.insecure_channel(f"unix://{device.socket}") as channel:
        yield channel


def stopped(device, name):
    if device.status(name) == "RUNNING":
        device.stop(name)


@pytest.mark.parametrize("form", ["guide", "samples"])
def test_the_samples_list_describe_start_detect_and_stop(device, channel, form):
    stopped(device, "masks")
    stub = published_stub(form, channel)

    models = stub.call("ListModels").models
    assert "masks" in [model.model_component for model in models]

    # The samples' loop: describe, start what is stopped, look again at once, and start again if need be.
    starts = 0
    deadline = time.monotonic() + SOON_S
    while True:
        description = stub.call("DescribeModel", model_component="masks").model_description
        if description.status == STOPPED:
            starts += 1
            assert stub.call("StartModel", model_component="masks").status == STARTING
            continue
        if description.status == RUNNING:
            break
        assert description.status == STARTING, description.status_message
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert starts == 1

    pixels = plain(0)
    pixels[:, :48] = RED
    result = stub.detect(
        model_component="masks",
        bitmap=stub.Bitmap(width=WIDTH, height=HEIGHT, byte_data=bytes(pixels.tobytes())),
    )
    assert result.is_anomalous
    mask = np.frombuffer(result.anomaly_mask.byte_data, np.uint8).reshape(
        result.anomaly_mask.height, result.anomaly_mask.width, 3
    )
    areas = {entry.name: entry.pixel_anomaly for entry in result.anomalies}
    assert areas["rust"].total_percentage_area == pytest.approx(0.5, abs=0.05)
    color = tuple(bytes.fromhex(areas["rust"].hex_color[1:]))
    assert (mask[10, 10] == color).all()

    assert stub.call("StopModel", model_component="masks").status == STOPPED
    assert stub.call("DescribeModel", model_component="masks").model_description.status == STOPPED


@pytest.mark.parametrize("form", ["guide", "samples"])
def test_masks_reach_shared_memory_under_both_numbers_of_the_field(device, channel, form):
    device.run("masks")
    stub = published_stub(form, channel)
    pixels = plain(RED)
    with segment(content=pixels.tobytes()) as picture, segment(pixels.size) as mask:
        result = stub.detect(
            model_component="masks",
            bitmap=stub.Bitmap(
                width=WIDTH,
                height=HEIGHT,
                shared_memory_handle=stub.SharedMemoryHandle(name=picture.name, size=pixels.size, offset=0),
            ),
            anomaly_mask_params=stub.AnomalyMaskParams(
                shared_memory_handle=stub.SharedMemoryHandle(name=mask.name, size=pixels.size, offset=0)
            ),
        )
        assert result.anomaly_mask.shared_memory_handle.name == mask.name
        assert result.anomaly_mask.byte_data == b""
        assert (np.frombuffer(mask.read_bytes(), np.uint8).reshape(-1, 3) == (0xD6, 0x27, 0x28)).all()


def test_the_newest_form_reads_score_and_threshold(device, channel):
    device.run("anomalies")
    stub = published_stub("guide", channel)
    bitmap = stub.Bitmap(width=WIDTH, height=HEIGHT, byte_data=plain(255).tobytes())
    result = stub.detect(model_component="anomalies", bitmap=bitmap)
    assert (result.anomaly_score, round(result.anomaly_threshold, 4)) == (1.0, 0.4)


def test_the_loop_that_starts_a_starting_model_again_gets_code_9(device, channel):
    stopped(device, "masks")
    stub = published_stub("samples", channel)
    stub.call("StartModel", model_component="masks")
    with pytest.raises(grpc.RpcError) as raised:
        stub.call("StartModel", model_component="masks")
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "can't perform the operation. The model is" in raised.value.details()
    device.await_status("masks", "RUNNING")


def test_the_gstreamer_plugin_starts_blindly_and_grows_one_segment(device, channel):
    stub = published_stub("gstreamer", channel)
    device.run("masks")
    # It does not ask whether the model runs, and goes on whatever StartModel answers.
    with pytest.raises(grpc.RpcError):
        stub.call("StartModel", model_component="masks")
    assert stub.call("DescribeModel", model_component="masks").model_description.status == RUNNING

    path = MEMORY / "gstreamer-lookoutvision-bitmap"
    path.touch()
    path.chmod(0o666)
    try:
        size = 0
        for height, width, color in (
            (64, 96, 0),
            (64, 96, 255),
            (480, 640, 255),
            (64, 96, 0),
            (1080, 1920, 255),
        ):
            pixels = plain(color, height=height, width=width)
            with path.open("r+b") as file:
                if pixels.size > size:
                    size = pixels.size
                    file.truncate(size)
                file.write(pixels.tobytes())
            handle = stub.SharedMemoryHandle(
                name="/gstreamer-lookoutvision-bitmap", size=pixels.size, offset=0
            )
            bitmap = stub.Bitmap(width=width, height=height, shared_memory_handle=handle)
            result = stub.detect(model_component="masks", bitmap=bitmap)
            assert result.is_anomalous == bool(color)
        assert path.stat().st_size == size
    finally:
        path.unlink()


def test_the_plugin_asks_for_a_model_that_is_not_there(channel):
    stub = published_stub("gstreamer", channel)
    for call in ("StartModel", "DescribeModel"):
        with pytest.raises(grpc.RpcError) as raised:
            stub.call(call, model_component="SampleModel")
        assert raised.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("form", FORMS)
def test_our_own_file_has_every_field_of_a_published_one(form, channel):
    stub = published_stub(form, channel)
    own = edge_agent_pb2.DESCRIPTOR.message_types_by_name
    for name in stub._messages:
        fields = {field.number: field for field in own[name].fields}
        for field in stub._messages[name].DESCRIPTOR.fields:
            twin = fields[field.number]
            assert (twin.type, twin.is_repeated) == (field.type, field.is_repeated)
            kind = field.message_type and field.message_type.full_name
            assert (twin.message_type and twin.message_type.full_name) == kind
            if name != "AnomalyMaskParams":
                assert twin.name == field.name


def test_the_service_is_named_as_on_the_wire():
    service = edge_agent_pb2.DESCRIPTOR.services_by_name["EdgeAgent"]
    assert service.full_name == "AWS.LookoutVision.EdgeAgent"
    assert [(m.name, m.client_streaming, m.server_streaming) for m in service.methods] == [
        (name, False, False)
        for name in ("DetectAnomalies", "StartModel", "StopModel", "ListModels", "DescribeModel")
    ]
    assert edge_agent_pb2.DESCRIPTOR.GetOptions().java_package == "com.amazonaws.lookoutvision"
