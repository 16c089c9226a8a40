"""One agent a socket, whatever the last one left there, and nobody in it who should not be."""

import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import grpc
import pytest

from doubles.devices import SOON_S, DeviceClient, bitmap_of, plain, running_device, tiny_models
from vedette.edge.sockets import socket_path
from vedette.errors import Taken, Wrong


def start_agent(folder, *words):
    """Start the command itself; return it once it answers, and where."""
    command = [sys.executable, "-m", "vedette", "edge", "agent", "--models", folder / "models", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    words = process.stdout.readline()
    assert words.startswith("The agent answers at "), process.stderr.read()
    return process, words.removeprefix("The agent answers at ").strip().split(", ")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("unix:///tmp/a.sock", "/tmp/a.sock"),
        ("unix:/tmp/a.sock", "/tmp/a.sock"),
        ("/tmp/a.sock", "/tmp/a.sock"),
    ],
)
def test_an_address_is_read_in_every_form_that_clients_write(address, path):
    assert str(socket_path(address)) == path


@pytest.mark.parametrize("address", ["", "unix://", "127.0.0.1:80", "unix:///tmp/" + "x" * 120, "tcp://x"])
def test_what_is_no_socket_is_refused(address):
    with pytest.raises(Wrong):
        socket_path(address)


def test_the_socket_is_for_its_user_and_group_alone_and_goes_with_the_agent(tmp_path):
    with running_device(tiny_models(tmp_path / "models"), socket_group=str(os.getgid())) as device:
        about = device.socket.stat()
        assert (stat.S_ISSOCK(about.st_mode), stat.S_IMODE(about.st_mode)) == (True, 0o660)
        assert about.st_gid == os.getgid()
    assert not device.socket.exists()


# Numbers that no user and no group of a machine has by itself.
OTHER_USER, OTHER_GROUP = 54_321, 54_322
# It becomes the other user once all is loaded, which that one may not be able to read.
CALL = """
import os, sys
import grpc
from vedette.edge.protos import edge_agent_pb2 as pb, edge_agent_pb2_grpc

user, groups = int(sys.argv[2]), [int(text) for text in sys.argv[3:]]
os.setgroups(groups)
os.setgid(user)
os.setuid(user)
assert (os.getresuid(), os.getgroups()) == ((user, user, user), groups)
with grpc.insecure_channel(sys.argv[1]) as channel:
    stub = edge_agent_pb2_grpc.EdgeAgentStub(channel)
    try:
        bitmap = pb.Bitmap(width=96, height=64, byte_data=bytes([255]) * (96 * 64 * 3))
        request = pb.DetectAnomaliesRequest(model_component="anomalies", bitmap=bitmap)
        print(stub.DetectAnomalies(request, timeout=60).detect_anomaly_result.is_anomalous)
    except grpc.RpcError as error:
        print(error.code().name, error.details())
"""


@pytest.fixture
def open_folder():
    """A folder that every user may walk through, as /run is; pytest's own are root's alone."""
    with tempfile.TemporaryDirectory(prefix="vedette-socket-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be another user for a moment")
def test_a_second_user_of_the_socket_s_group_connects_and_a_third_does_not(open_folder):
    def call_as(*groups):
        """Call the agent as another user of the machine, with these groups and no others."""
        words = [str(number) for number in (OTHER_USER, *groups)]
        known = subprocess.run(
            [sys.executable, "-c", CALL, device.agent.addresses[0], *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=SOON_S,
        )
        assert known.returncode == 0, known.stderr
        return known.stdout.strip()

    with running_device(tiny_models(open_folder / "models"), socket_group=str(OTHER_GROUP)) as device:
        device.run("anomalies")
        assert (device.socket.stat().st_uid, device.socket.stat().st_gid) == (0, OTHER_GROUP)
        assert call_as(OTHER_GROUP) == "True"
        refused = call_as()
        assert refused.startswith("UNAVAILABLE")
        assert "Permission denied" in refused


def test_a_group_that_does_not_exist_is_refused_before_anything_listens(tmp_path):
    with (
        pytest.raises(Wrong, match="no group nobody-has-this"),
        running_device(tiny_models(tmp_path / "models"), socket_group="nobody-has-this"),
    ):
        pass
    assert not (tmp_path / "agent.sock").exists()


def test_two_agents_do_not_share_a_socket(tmp_path):
    with running_device(tiny_models(tmp_path / "models")) as device:
        with (
            pytest.raises(Taken, match="Another agent answers at"),
            running_device(tmp_path / "models"),
        ):
            pass
        assert set(device.list()) > {"anomalies"}


def test_a_socket_that_another_program_answers_is_left_to_it(tmp_path):
    tiny_models(tmp_path / "models")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "agent.sock"))
        other.listen()
        with pytest.raises(Taken, match="Another program answers"), running_device(tmp_path / "models"):
            pass
    assert (tmp_path / "agent.sock").exists()


def test_a_file_in_the_socket_s_place_is_not_removed(tmp_path):
    tiny_models(tmp_path / "models")
    (tmp_path / "agent.sock").write_text("mine")
    with pytest.raises(Taken, match="is no socket"), running_device(tmp_path / "models"):
        pass
    assert (tmp_path / "agent.sock").read_text() == "mine"


def test_a_socket_that_a_power_cut_left_makes_way(tmp_path):
    tiny_models(tmp_path / "models")
    address = f"unix://{tmp_path}/agent.sock"
    first, _ = start_agent(tmp_path, "--socket", address, "--start", "anomalies")
    os.kill(first.pid, signal.SIGKILL)
    first.wait(SOON_S)
    first.stdout.close()
    first.stderr.close()
    assert (tmp_path / "agent.sock").exists()
    with running_device(tmp_path / "models") as device:
        assert device.status("anomalies") == "STOPPED"


def test_a_lock_that_a_dying_agent_s_child_still_has_is_waited_for(tmp_path):
    tiny_models(tmp_path / "models")
    number = os.open(tmp_path / "agent.sock.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(number, fcntl.LOCK_EX)
    threading.Timer(0.3, os.close, (number,)).start()
    with running_device(tmp_path / "models") as device:
        assert set(device.list()) > {"anomalies"}


def test_the_command_starts_a_model_answers_over_tcp_too_and_ends_in_order(tmp_path):
    tiny_models(tmp_path / "models")
    address = f"unix://{tmp_path}/agent.sock"
    process, places = start_agent(
        tmp_path,
        "--socket",
        address,
        "--start",
        "anomalies",
        "--start",
        "none",
        "--listen",
        "127.0.0.1:0",
    )
    assert places[0] == address
    for place in places:
        with grpc.insecure_channel(place) as channel:
            client = DeviceClient(channel)
            assert client.await_status("anomalies", "RUNNING", "FAILED") == "RUNNING"
            assert client.detect("anomalies", bitmap_of(plain(255))).is_anomalous
    other = subprocess.run(
        [
            sys.executable,
            "-m",
            "vedette",
            "edge",
            "agent",
            "--models",
            tmp_path / "models",
            "--socket",
            address,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (other.returncode, other.stderr.startswith("Another agent answers at")) == (2, True)
    began = time.monotonic()
    process.terminate()
    assert process.wait(SOON_S) == 0
    assert time.monotonic() - began < 10
    assert "none was not started: There is no model none on this device." in process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert not (tmp_path / "agent.sock").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--models", "nowhere"], "There is no folder nowhere."),
        (["--models", ".", "--listen", "nonsense"], "'nonsense' is no HOST:PORT to listen on."),
        (["--models", ".", "--socket", "/proc/none/a.sock"], "The agent may not make its socket"),
    ],
)
def test_what_cannot_begin_is_a_sentence(tmp_path, words, sentence):
    socket_words = [] if "--socket" in words else ["--socket", f"{tmp_path}/agent.sock"]
    command = [sys.executable, "-m", "vedette", "edge", "agent", *words, *socket_words]
    observed = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert observed.returncode == 2
    assert observed.stderr.startswith(sentence)
