"""What ends, hangs or crowds a model's process takes neither the agent nor another model down."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from doubles.devices import (
    SOON_S,
    DeviceClient,
    bitmap_of,
    children,
    handle_of,
    plain,
    running_device,
    segment,
    tiny_models,
)
from vedette.edge import served
from vedette.edge.agent import THREADS
from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.memory import available_bytes, refuse_without_memory
from vedette.edge.process import ProcessLimits
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.errors import TooMuch

WHITE = bitmap_of(plain(255))
GREY = bitmap_of(plain(51))


@pytest.fixture
def device(tmp_path):
    with running_device(tiny_models(tmp_path / "models"), limits=ProcessLimits(answer_s=2.0)) as client:
        yield client


def code_of(call, *arguments, **options):
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments, **options)
    return raised.value.code().name


def only_child():
    (pid,) = children()
    return pid


def test_a_killed_process_is_started_anew_and_no_call_fails(device):
    device.run("anomalies")
    for _ in range(2):
        os.kill(only_child(), signal.SIGKILL)
        assert device.detect("anomalies", WHITE).is_anomalous
        assert device.status("anomalies") == "RUNNING"


def test_a_process_that_is_killed_over_a_picture_gets_it_once_more(device):
    device.run("anomalies")
    first = only_child()
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        result = pool.submit(device.detect, "anomalies", WHITE)
        time.sleep(0.2)
        os.kill(first, signal.SIGKILL)
        assert result.result(SOON_S).is_anomalous
    assert only_child() != first


def test_a_process_that_hangs_is_ended_and_the_next_picture_is_answered(device):
    device.run("anomalies")
    first = only_child()
    os.kill(first, signal.SIGSTOP)
    assert code_of(device.detect, "anomalies", WHITE) == "INTERNAL"
    assert device.detect("anomalies", WHITE).is_anomalous
    assert only_child() != first


def test_an_idle_process_that_hangs_is_noticed_without_a_call(device, monkeypatch):
    monkeypatch.setattr(served, "PING_AFTER_S", 0.2)
    device.run("anomalies")
    first = only_child()
    os.kill(first, signal.SIGSTOP)
    deadline = time.monotonic() + SOON_S
    while first in children() or not children():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert device.detect("anomalies", WHITE).is_anomalous


def test_a_process_that_ends_again_and_again_fails_its_model_alone(device):
    device.run("masks")
    kept_child = only_child()
    device.run("anomalies")
    deadline = time.monotonic() + SOON_S
    while device.status("anomalies") == "RUNNING":
        assert time.monotonic() < deadline
        for pid in children():
            if pid != kept_child:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    report = device.describe("anomalies")
    assert (pb.ModelStatus.Name(report.status), report.status_message) == (
        "FAILED",
        "Its process ended 4 times within 60 s.",
    )
    assert device.detect("masks", WHITE).is_anomalous
    device.run("anomalies")
    assert device.detect("anomalies", WHITE).is_anomalous


def test_fifty_clients_at_once_get_their_own_answers(device):
    device.run("anomalies")
    address = f"unix://{device.socket}"

    def ask(number):
        with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            client = DeviceClient(channel)
            bitmap = WHITE if number % 2 else GREY
            return [client.detect("anomalies", bitmap).is_anomalous for _ in range(4)]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    assert answers == [[bool(number % 2)] * 4 for number in range(50)]


@pytest.mark.parametrize(
    ("bound", "most"), [("MOST_WAITING", 3), ("MOST_WAITING_BYTES", 3 * len(WHITE.byte_data))]
)
def test_more_calls_than_can_wait_are_refused_and_the_agent_still_lists(device, monkeypatch, bound, most):
    monkeypatch.setattr(served, bound, most)
    device.run("anomalies")
    first = only_child()
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(device.detect, "anomalies", WHITE) for _ in range(8)]
        deadline = time.monotonic() + SOON_S
        while sum(call.done() for call in calls) < 5:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert device.list()["anomalies"].status == pb.RUNNING
        os.kill(first, signal.SIGCONT)
        errors = [call.exception(SOON_S) for call in calls]
    assert sorted(error.code().name for error in errors if error) == ["RESOURCE_EXHAUSTED"] * 5


def test_a_picture_beyond_the_bound_is_looked_at_where_no_other_waits(device, monkeypatch):
    monkeypatch.setattr(served, "MOST_WAITING_BYTES", 1)
    device.run("anomalies")
    assert [device.detect("anomalies", WHITE).is_anomalous for _ in range(2)] == [True, True]


def test_a_client_whose_calls_never_send_their_message_leaves_threads_for_others(device):
    is_over = threading.Event()

    def never():
        is_over.wait(SOON_S)
        yield from ()

    options = [("grpc.use_local_subchannel_pool", 1)]  # a connection of its own, as another program has
    with grpc.insecure_channel(device.agent.addresses[0], options=options) as channel:
        call = channel.stream_unary("/AWS.LookoutVision.EdgeAgent/DetectAnomalies")
        calls = [call.future(never()) for _ in range(THREADS + 32)]
        try:
            time.sleep(1)  # until the heads are there
            answer = device.stub.ListModels(pb.ListModelsRequest(), timeout=SOON_S)
        finally:
            is_over.set()
            for pending in calls:
                pending.cancel()
    assert answer.models


def test_a_client_that_hangs_up_costs_nobody_an_answer(device):
    device.run("anomalies")
    os.kill(only_child(), signal.SIGSTOP)
    request = pb.DetectAnomaliesRequest(model_component="anomalies", bitmap=WHITE)
    impatient = [device.stub.DetectAnomalies.future(request) for _ in range(5)]
    time.sleep(0.2)
    for call in impatient:
        call.cancel()
    os.kill(only_child(), signal.SIGCONT)
    assert device.detect("anomalies", WHITE).is_anomalous
    assert device.stop("anomalies") == pb.STOPPED


def test_a_segment_that_is_unlinked_or_shrunk_between_calls_is_refused_and_asked_again(device):
    device.run("anomalies")
    pixels = plain(255)
    with segment(content=pixels.tobytes()) as path:
        bitmap = pb.Bitmap(width=96, height=64, shared_memory_handle=handle_of(path))
        assert device.detect("anomalies", bitmap).is_anomalous
        os.truncate(path, 10)
        assert code_of(device.detect, "anomalies", bitmap) == "INVALID_ARGUMENT"
        path.unlink()
        assert code_of(device.detect, "anomalies", bitmap) == "INVALID_ARGUMENT"
        path.write_bytes(pixels.tobytes())
        assert device.detect("anomalies", bitmap).is_anomalous


def test_a_segment_that_changes_its_size_all_the_time_ends_nothing(device):
    device.run("anomalies")
    first, pixels, is_over = only_child(), plain(255, height=640, width=960), threading.Event()
    with segment(content=pixels.tobytes()) as path:

        def change():
            while not is_over.is_set():
                os.truncate(path, 100)
                path.write_bytes(pixels.tobytes())

        changing = threading.Thread(target=change)
        changing.start()
        handle = pb.SharedMemoryHandle(name=path.name, size=pixels.size)
        bitmap = pb.Bitmap(width=960, height=640, shared_memory_handle=handle)
        codes = set()
        for _ in range(60):
            try:
                device.detect("anomalies", bitmap)
                codes.add("OK")
            except grpc.RpcError as error:
                codes.add(error.code().name)
        is_over.set()
        changing.join()
    assert codes <= {"OK", "INVALID_ARGUMENT"}
    assert only_child() == first


def test_a_message_over_the_limit_is_refused_by_its_size(device):
    device.run("anomalies")
    bitmap = pb.Bitmap(width=4096, height=4096, byte_data=bytes(4096 * 4096 * 3 + (2 << 20)))
    assert code_of(device.detect, "anomalies", bitmap) == "RESOURCE_EXHAUSTED"
    assert device.detect("anomalies", WHITE).is_anomalous


def test_a_model_starts_while_another_one_answers(device):
    device.run("anomalies")
    is_over, answers = threading.Event(), []

    def ask():
        while not is_over.is_set():
            answers.append(device.detect("anomalies", WHITE).is_anomalous)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(2):
        device.run("masks")
        device.stop("masks")
    is_over.set()
    asking.join()
    assert len(answers) > 5
    assert set(answers) == {True}


def test_a_model_that_needs_more_memory_than_it_may_have_fails_alone(tmp_path):
    limits = ProcessLimits(memory=16 << 20)
    with running_device(tiny_models(tmp_path / "models"), limits=limits) as device:
        device.start("anomalies")
        assert device.await_status("anomalies", "RUNNING", "FAILED") == "FAILED"
        assert device.describe("anomalies").status_message
        assert set(device.list()) > {"anomalies"}


def test_a_start_without_room_in_memory_is_refused_at_once(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 900 kB\nMemAvailable:    20480 kB\n", "ascii")
    model = ModelOnDisk("big", tmp_path)
    with pytest.raises(TooMuch, match=r"not enough memory to load big: .* 20 MiB are free"):
        refuse_without_memory(model, meminfo)
    refuse_without_memory(model, tmp_path / "none")
    assert available_bytes(meminfo) == 20 << 20


def test_no_process_stays_behind_the_agent(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        device.run("anomalies")
        device.run("masks")
        device.start("labels")
        assert len(children()) >= 2
    deadline = time.monotonic() + SOON_S
    while children():
        assert time.monotonic() < deadline
        time.sleep(0.05)
