"""Where the agent's token comes from: a file, the environment, and last the command line."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vedette.cli.device_tokens import MOST_BYTES, VARIABLE, find_token
from vedette.errors import Wrong


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "token"
    file.write_text(" from.the.file\n")
    file.chmod(0o600)
    return file


def test_the_file_comes_before_the_environment_and_the_environment_loses_it(place, caplog):
    environment = {VARIABLE: "from.the.environment\n"}
    assert find_token("", place, environment) == "from.the.file"
    assert environment == {}
    assert find_token("", None, {VARIABLE: "from.the.environment\n"}) == "from.the.environment"
    assert find_token("", None, {}) == ""
    assert caplog.records == []


def test_a_token_on_the_command_line_is_taken_with_a_warning(caplog):
    environment = {VARIABLE: "other"}
    assert find_token("typed", None, environment) == "typed"
    assert "--token-file" in caplog.text
    assert "typed" not in caplog.text
    assert environment == {}


def test_two_tokens_are_refused(place):
    with pytest.raises(Wrong, match="Give the token once"):
        find_token("typed", place, {})


def test_a_file_that_is_gone_is_said_and_keeps_no_device_from_its_models(tmp_path, caplog):
    assert find_token("", tmp_path / "gone", {VARIABLE: "other"}) == ""
    assert "gone cannot be read: No such file or directory." in caplog.text
    assert find_token("", tmp_path, {}) == ""
    assert "Is a directory" in caplog.text


def test_a_file_that_all_can_read_is_taken_with_a_warning(place, caplog):
    place.chmod(0o644)
    assert find_token("", place, {}) == "from.the.file"
    assert "chmod 600" in caplog.text


def test_a_file_that_is_no_token_s_is_refused(place):
    place.write_bytes(b"x" * (MOST_BYTES + 1))
    with pytest.raises(Wrong, match="too long to hold a token"):
        find_token("", place, {})
    place.write_bytes(b"\xff\xfe")
    assert find_token("", place, {}) == "��"  # which is then no token, by its own sentence


def test_a_pipe_can_hold_the_token(caplog):
    reader, writer = os.pipe()
    thread = threading.Thread(target=lambda: (os.write(writer, b"piped\n"), os.close(writer)))
    thread.start()
    try:
        assert find_token("", Path(f"/dev/fd/{reader}"), {}) == "piped"
    finally:
        thread.join()
        os.close(reader)
    assert caplog.records == []


def processes_of(pid):
    """Return a process and those below it."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (entry / "stat").exists():
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid:
                found.append(int(entry.name))
    return found


def test_no_command_line_and_no_model_s_environment_has_the_token(tmp_path, caplog):
    import grpc

    from doubles.devices import DeviceClient  # gRPC is needed here alone
    from doubles.order_server import running_order_server
    from doubles.over_the_air import eventually
    from doubles.packages import tiny_package

    caplog.set_level(logging.WARNING)
    tiny_package(tmp_path / "models" / "belt", "anomaly")
    socket = f"unix://{tmp_path}/agent.sock"
    with running_order_server() as server:
        words = [sys.executable, "-m", "vedette", "edge", "agent", "--models", str(tmp_path / "models")]
        words += ["--socket", socket, "--server", server.address, "--poll", "0.2", "--start", "belt"]
        agent = subprocess.Popen(
            [*words, "--threads", "1"],
            env={**os.environ, VARIABLE: server.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert agent.stdout.readline()
            with grpc.insecure_channel(socket) as channel:
                assert DeviceClient(channel).await_status("belt", "RUNNING", "FAILED") == "RUNNING"
            eventually(lambda: len(server.reports), lambda count: count > 0)
            pids = processes_of(agent.pid)
            assert len(pids) > 1, "the model has a process"
            secret = server.token.encode()
            for pid in pids:
                assert secret not in Path(f"/proc/{pid}/cmdline").read_bytes()
            for pid in pids[1:]:
                assert secret not in Path(f"/proc/{pid}/environ").read_bytes()
        finally:
            agent.send_signal(signal.SIGTERM)
            agent.wait(30)
            agent.stdout.close()
