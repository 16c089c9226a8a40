"""The agent over TCP: who sends heads of calls and no messages keeps nobody out, and leaves in the end."""

import contextlib
import socket
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from doubles.devices import SOON_S, DeviceClient, bitmap_of, plain, running_device, tiny_models
from vedette.edge.agent import THREADS
from vedette.edge.listening import ListenLimits
from vedette.edge.protos import edge_agent_pb2 as pb

CONNECTIONS, CALLS = 6, 30
LIST_MODELS = "/AWS.LookoutVision.EdgeAgent/ListModels"


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listening") / "models"
    with running_device(tiny_models(folder), listen=("127.0.0.1:0", "127.0.0.1:0")) as device:
        device.run("anomalies")
        yield device


def connected(address):
    """A channel with a connection of its own."""
    return grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])


@contextlib.contextmanager
def half_calls(address, connections=CONNECTIONS, calls=CALLS):
    """Calls that have begun, whose messages never come; yield what becomes of each."""
    over = threading.Event()

    def nothing():
        over.wait(SOON_S)
        return
        yield

    with contextlib.ExitStack() as ending:
        ending.callback(over.set)
        futures = []
        for _ in range(connections):
            channel = ending.enter_context(connected(address))
            grpc.channel_ready_future(channel).result(SOON_S)
            begin = channel.stream_unary(LIST_MODELS, bytes, bytes)
            futures += [begin.future(nothing()) for _ in range(calls)]
        yield futures


def test_more_half_calls_than_threads_keep_no_client_out(device):
    """The attack: each call held a thread of the agent's from its head on."""
    assert CONNECTIONS * CALLS > THREADS
    address = device.agent.addresses[1]
    with half_calls(address) as futures, connected(address) as channel:
        client = DeviceClient(channel)
        # Once the last of them has begun: a call of the last connection, behind its half ones.
        for _ in range(20):
            assert client.detect("anomalies", bitmap_of(plain(255))).is_anomalous
        assert device.detect("anomalies", bitmap_of(plain(255))).is_anomalous
        assert not any(future.done() for future in futures)


def test_lines_that_say_nothing_keep_no_client_out(device):
    host, _, port = device.agent.addresses[2].rpartition(":")
    with contextlib.ExitStack() as ending:
        for _ in range(200):
            ending.enter_context(socket.create_connection((host, int(port)), timeout=SOON_S))
        with connected(device.agent.addresses[2]) as channel:
            assert DeviceClient(channel).status("anomalies") == "RUNNING"


def test_every_code_and_the_health_of_models_are_as_on_the_socket(device):
    with connected(device.agent.addresses[1]) as channel:
        client = DeviceClient(channel)
        assert set(client.list()) == set(device.list())
        for act in (
            lambda one: one.describe("none"),
            lambda one: one.start("anomalies"),
            lambda one: one.detect("labels", bitmap_of(plain(255))),
            lambda one: one.detect("anomalies", pb.Bitmap(width=3, height=3, byte_data=b"1")),
        ):
            errors = []
            for one in (device, client):
                with pytest.raises(grpc.RpcError) as error:
                    act(one)
                errors.append((error.value.code(), error.value.details()))
            assert errors[0] == errors[1]
        stub = health_pb2_grpc.HealthStub(channel)
        watched = stub.Watch(health_pb2.HealthCheckRequest(service="masks"), timeout=SOON_S)
        statuses = iter(watched)
        assert next(statuses).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        device.run("masks")
        expected = health_pb2.HealthCheckResponse.SERVING
        assert any(answer.status == expected for answer in statuses)
        watched.cancel()
        mask = client.detect("masks", bitmap_of(plain(255)))
        assert mask == device.detect("masks", bitmap_of(plain(255)))
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        answers = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([question]))
        names = {service.name for answer in answers for service in answer.list_services_response.service}
        assert names >= {"AWS.LookoutVision.EdgeAgent", "vedette.edge.v1.Edge", "grpc.health.v1.Health"}


def test_a_client_that_leaves_ends_its_call(device):
    with connected(device.agent.addresses[1]) as channel:
        client = DeviceClient(channel)
        request = pb.DetectAnomaliesRequest(model_component="anomalies", bitmap=bitmap_of(plain(255)))
        calls = [client.stub.DetectAnomalies.future(request) for _ in range(20)]
        for call in calls:
            call.cancel()
    deadline = time.monotonic() + SOON_S
    while device.agent.models.waiting().get("anomalies"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert device.detect("anomalies", bitmap_of(plain(255))).is_anomalous


def test_half_calls_end_with_their_connection_s_age_and_good_clients_notice_nothing(tmp_path):
    limits = ListenLimits(age_s=1.0, grace_s=1.0)
    folder = tiny_models(tmp_path / "models")
    with running_device(folder, listen=("127.0.0.1:0",), listen_limits=limits) as device:
        address = device.agent.addresses[1]
        with half_calls(address, 1, 5) as futures, connected(address) as channel:
            client = DeviceClient(channel)
            deadline = time.monotonic() + SOON_S
            while not all(future.done() for future in futures):
                assert time.monotonic() < deadline
                assert client.status("anomalies") == "STOPPED"  # each second on another connection
                time.sleep(0.01)
            assert {future.code() for future in futures} == {grpc.StatusCode.UNAVAILABLE}
