"""A client of the Edge Agent goes through a model's whole life over the socket."""

import grpc
import numpy as np
import pytest

from doubles.devices import bitmap_of, handle_of, plain, running_device, segment, tiny_models
from vedette.edge.protos import edge_agent_pb2 as pb

RED, GREEN, BLACK, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 0), (255, 255, 255)
RUST, MOSS = (0xD6, 0x27, 0x28), (0x23, 0xA4, 0x36)


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    with running_device(tiny_models(tmp_path_factory.mktemp("device") / "models")) as client:
        yield client


@pytest.fixture(scope="module")
def running(device):
    for name in ("masks", "anomalies", "labels"):
        device.run(name)
    return device


def half_red():
    pixels = plain(BLACK)
    pixels[:, :48] = RED
    return pixels


def rounded(result):
    return [
        (entry.name, round(entry.pixel_anomaly.total_percentage_area, 3), entry.pixel_anomaly.hex_color)
        for entry in result.anomalies
    ]


def refusal(call, *arguments, **options):
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments, **options)
    return raised.value.code().name, raised.value.details()


def test_every_model_in_the_folder_is_listed_and_stopped(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        models = device.list()
        assert list(models) == ["anomalies", "boxes", "damaged", "labels", "masks"]
        assert {model.status for model in models.values()} == {pb.STOPPED}
        assert {model.lookout_vision_model_arn for model in models.values()} == {""}


def test_a_model_starts_answers_and_stops(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        assert device.start("anomalies") == pb.STARTING
        # Without waiting: the published loop starts it once more where it still sees STOPPED.
        assert device.status("anomalies") in ("STARTING", "RUNNING")
        assert device.await_status("anomalies", "RUNNING", "FAILED") == "RUNNING"
        assert device.detect("anomalies", bitmap_of(plain(WHITE))).is_anomalous
        assert device.stop("anomalies") == pb.STOPPED
        assert device.status("anomalies") == "STOPPED"
        device.run("anomalies")
        assert not device.detect("anomalies", bitmap_of(plain(BLACK))).is_anomalous


def test_an_anomaly_model_answers_with_score_and_threshold(running):
    result = running.detect("anomalies", bitmap_of(plain(WHITE)))
    assert result.is_anomalous
    assert result.anomaly_score == pytest.approx(1.0)
    assert result.anomaly_threshold == pytest.approx(0.4)
    assert result.confidence == pytest.approx(1.0)
    assert (len(result.anomalies), result.HasField("anomaly_mask")) == (0, False)
    normal = running.detect("anomalies", bitmap_of(plain(51)))
    assert not normal.is_anomalous
    assert normal.anomaly_score == pytest.approx(0.2)
    assert normal.confidence == pytest.approx(0.75)


def test_a_segmentation_model_answers_with_its_types_and_a_mask_in_their_colours(running):
    result = running.detect("masks", bitmap_of(half_red()))
    assert rounded(result) == [("background", 0.5, "#FFFFFF"), ("rust", 0.5, "#D62728")]
    mask = np.frombuffer(result.anomaly_mask.byte_data, np.uint8).reshape(
        result.anomaly_mask.height, result.anomaly_mask.width, 3
    )
    assert mask.shape == (64, 96, 3)
    assert tuple(mask[32, 10]) == RUST
    assert tuple(mask[32, 80]) == WHITE


def test_a_normal_picture_has_the_background_alone(running):
    result = running.detect("masks", bitmap_of(plain(BLACK)))
    assert rounded(result) == [("background", 1.0, "#FFFFFF")]
    assert result.anomaly_mask.byte_data == b"\xff" * (64 * 96 * 3)


def test_a_picture_in_shared_memory_gets_the_answer_of_its_bytes(running):
    pixels = half_red()
    with segment(content=bytes(100) + pixels.tobytes()) as path:
        bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle_of(path, offset=100))
        assert running.detect("masks", bitmap) == running.detect("masks", bitmap_of(pixels))
        assert path.exists()


@pytest.mark.parametrize("name", ["/vedette-test-slash", "vedette-test-bare"])
def test_a_segment_is_opened_by_its_name_with_or_without_the_slash(running, name):
    with segment(content=plain(WHITE).tobytes(), name=name.removeprefix("/")):
        handle = pb.SharedMemoryHandle(name=name, size=64 * 96 * 3)
        bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle)
        assert running.detect("anomalies", bitmap).is_anomalous


def test_a_segment_that_the_client_grows_is_read_as_it_is(running):
    small, large = plain(WHITE), plain(WHITE, height=640, width=960)
    with segment(content=small.tobytes()) as path:
        small_bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle_of(path))
        assert running.detect("anomalies", small_bitmap).is_anomalous
        with path.open("r+b") as file:
            file.truncate(large.size)
            file.write(large.tobytes())
        large_bitmap = pb.Bitmap(width=960, height=640, shared_memory_handle=handle_of(path))
        assert running.detect("anomalies", large_bitmap).is_anomalous


def test_a_mask_goes_into_the_segment_that_the_client_names(running):
    size = 64 * 96 * 3
    with segment(size + 50) as path:
        handle = handle_of(path, size=size, offset=50)
        result = running.detect("masks", bitmap_of(half_red()), mask=handle)
        assert result.anomaly_mask.shared_memory_handle == handle
        assert (result.anomaly_mask.width, result.anomaly_mask.height) == (96, 64)
        mask = np.frombuffer(path.read_bytes()[50:], np.uint8).reshape(64, 96, 3)
        assert (tuple(mask[0, 0]), tuple(mask[0, 95])) == (RUST, WHITE)


def test_a_mask_that_no_client_would_receive_is_left_out_and_the_metadata_say_so(running):
    request = pb.DetectAnomaliesRequest(
        model_component="masks", bitmap=bitmap_of(plain(RED, height=1200, width=1200))
    )
    response, call = running.stub.DetectAnomalies.with_call(request)
    result = response.detect_anomaly_result
    assert rounded(result) == [("background", 0.0, "#FFFFFF"), ("rust", 1.0, "#D62728")]
    assert not result.HasField("anomaly_mask")
    ((key, value),) = call.trailing_metadata()
    over = 1200 * 1200 * 3 + (8 << 10) - (4 << 20)
    assert (key, value) == ("vedette-mask", f"omitted; {over} bytes over the client's limit")


def test_max_answer_lets_larger_masks_through(tmp_path):
    with running_device(tiny_models(tmp_path / "models"), most_answer=8 << 20) as device:
        device.run("masks")
        with grpc.insecure_channel(
            f"unix://{tmp_path}/agent.sock", options=[("grpc.max_receive_message_length", 8 << 20)]
        ) as channel:
            result = type(device)(channel).detect("masks", bitmap_of(plain(RED, height=1200, width=1200)))
        assert result.anomaly_mask.byte_data == bytes(RUST) * (1200 * 1200)


def test_the_largest_picture_comes_in_as_bytes(running):
    assert running.detect("anomalies", bitmap_of(plain(WHITE, height=4096, width=4096))).is_anomalous


@pytest.mark.parametrize("call", ["start", "stop", "describe"])
def test_an_unknown_model_is_not_found(device, call):
    assert refusal(getattr(device, call), "nothing") == (
        "NOT_FOUND",
        "There is no model nothing on this device.",
    )
    assert refusal(getattr(device, call), "")[0] == "INVALID_ARGUMENT"
    for name in ("x" * 129, "../models/masks", "a/b", "a b", "\0", "é"):
        assert refusal(getattr(device, call), name)[0] == "INVALID_ARGUMENT"


def test_pictures_for_unknown_and_stopped_models_are_refused(device):
    assert refusal(device.detect, "nothing", bitmap_of(plain(RED)))[0] == "NOT_FOUND"
    assert refusal(device.detect, "boxes", bitmap_of(plain(RED))) == (
        "FAILED_PRECONDITION",
        "The agent can't perform the operation. The model is STOPPED.",
    )


def test_a_running_model_is_not_started_and_a_stopped_one_not_stopped(running):
    assert refusal(running.start, "masks") == (
        "FAILED_PRECONDITION",
        "The agent can't perform the operation. The model is RUNNING.",
    )
    assert refusal(running.stop, "boxes")[0] == "FAILED_PRECONDITION"


def test_a_damaged_package_fails_with_a_sentence_and_can_be_tried_again(device):
    device.start("damaged")
    assert device.await_status("damaged", "RUNNING", "FAILED") == "FAILED"
    assert "is not as it was written (its checksum differs)" in device.describe("damaged").status_message
    assert refusal(device.stop, "damaged")[0] == "FAILED_PRECONDITION"
    assert device.start("damaged") == pb.STARTING
    assert device.await_status("damaged", "RUNNING", "FAILED") == "FAILED"


def test_a_model_that_finds_labels_judges_no_anomalies(running):
    code, sentence = refusal(running.detect, "labels", bitmap_of(plain(RED)))
    assert (code, "DetectCustomLabels" in sentence) == ("INVALID_ARGUMENT", True)


@pytest.mark.parametrize(
    "bitmap",
    [
        pb.Bitmap(width=96, height=64),
        pb.Bitmap(width=96, height=64, byte_data=bytes(64 * 96 * 3 - 1)),
        pb.Bitmap(width=96, height=65, byte_data=bytes(64 * 96 * 3)),
        pb.Bitmap(width=95, height=64, byte_data=bytes(64 * 96 * 3)),
        # As many bytes as GStreamer's rows of 95 pixels have, padded to words: still not what the wire says.
        pb.Bitmap(width=97, height=64, byte_data=bytes(64 * 100 * 3)),
        pb.Bitmap(width=0, height=0, byte_data=b""),
        pb.Bitmap(width=-96, height=-64, byte_data=bytes(64 * 96 * 3)),
        pb.Bitmap(width=63, height=64, byte_data=bytes(63 * 64 * 3)),
        pb.Bitmap(width=4097, height=64, byte_data=bytes(4097 * 64 * 3)),
        pb.Bitmap(
            width=96, height=64, shared_memory_handle=pb.SharedMemoryHandle(name="/none", size=64 * 96 * 3)
        ),
        pb.Bitmap(width=96, height=64, shared_memory_handle=pb.SharedMemoryHandle(name="/none", size=5)),
        pb.Bitmap(
            width=96, height=64, shared_memory_handle=pb.SharedMemoryHandle(name="/a/b", size=64 * 96 * 3)
        ),
        pb.Bitmap(
            width=96,
            height=64,
            shared_memory_handle=pb.SharedMemoryHandle(name="/../etc/passwd", size=64 * 96 * 3),
        ),
        pb.Bitmap(
            width=96, height=64, shared_memory_handle=pb.SharedMemoryHandle(name="/", size=64 * 96 * 3)
        ),
    ],
)
def test_a_bitmap_that_is_not_what_it_says_is_an_invalid_argument(running, bitmap):
    assert refusal(running.detect, "anomalies", bitmap)[0] == "INVALID_ARGUMENT"
    assert running.detect("anomalies", bitmap_of(plain(WHITE))).is_anomalous


def test_a_segment_that_is_too_small_or_read_past_its_end_is_refused(running):
    size = 64 * 96 * 3
    with segment(size - 1) as path:
        for offset in (0, 1, size, 1 << 40, (1 << 64) - size):
            handle = pb.SharedMemoryHandle(name=path.name, size=size, offset=offset)
            bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle)
            assert refusal(running.detect, "anomalies", bitmap)[0] == "INVALID_ARGUMENT"
        for handle in (handle_of(path), pb.SharedMemoryHandle(name="/none", size=size)):
            code, _ = refusal(running.detect, "masks", bitmap_of(plain(RED)), mask=handle)
            assert code == "INVALID_ARGUMENT"
        assert path.stat().st_size == size - 1


def test_a_name_that_leads_elsewhere_is_not_followed(running, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(64 * 96 * 3))
    with segment(8) as path:
        path.unlink()
        path.symlink_to(secret)
        handle = pb.SharedMemoryHandle(name=path.name, size=64 * 96 * 3)
        bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle)
        assert refusal(running.detect, "anomalies", bitmap)[0] == "INVALID_ARGUMENT"


def test_a_model_that_is_copied_in_is_listed_without_a_restart(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        (tmp_path / "models" / "masks").rename(tmp_path / "models" / "later")
        assert "later" in device.list()
        assert "masks" not in device.list()
        device.run("later")


def test_a_package_that_goes_while_it_runs_stays_in_service_until_it_is_stopped(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        device.run("masks")
        (tmp_path / "models" / "masks").rename(tmp_path / "away")
        assert device.detect("masks", bitmap_of(plain(RED))).is_anomalous
        assert device.list()["masks"].status == pb.RUNNING
        device.stop("masks")
        assert "masks" not in device.list()
        assert refusal(device.start, "masks")[0] == "NOT_FOUND"


def test_a_failed_model_whose_package_is_gone_is_no_model(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        device.start("damaged")
        assert device.await_status("damaged", "FAILED", "RUNNING") == "FAILED"
        (tmp_path / "models" / "damaged").rename(tmp_path / "away")
        assert "damaged" not in device.list()
        assert refusal(device.start, "damaged")[0] == "NOT_FOUND"


def test_two_packages_of_one_name_are_told_apart_by_nobody(tmp_path):
    models = tiny_models(tmp_path / "models")
    (models / "anomalies").mkdir()
    for file in (models / "labels").iterdir():
        (models / "anomalies" / file.name).write_bytes(file.read_bytes())
    with running_device(models) as device:
        device.start("anomalies")
        assert device.await_status("anomalies", "FAILED", "RUNNING") == "FAILED"
        assert "Two models are named anomalies" in device.describe("anomalies").status_message
