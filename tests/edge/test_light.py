"""The agent's process carries no network, no torch and no database; a model's process no gRPC."""

import os
import socket
import subprocess
import sys

import pytest

from vedette import errors
from vedette.edge.faults import CODES
from vedette.edge.notify import notified_systemd


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("vedette.edge.agent", {"torch", "onnxruntime", "sqlalchemy", "pydantic", "botocore", "sklearn"}),
        ("vedette.edge.worker", {"torch", "grpc", "sqlalchemy", "pydantic", "botocore", "sklearn"}),
        ("vedette.edge.streams.running", {"torch", "grpc", "onnxruntime", "av", "sqlalchemy", "pydantic"}),
        ("vedette.edge.streams.camera", {"torch", "grpc", "onnxruntime", "paho", "sqlalchemy", "pydantic"}),
    ],
)
def test_what_a_process_imports_is_light(module, heavy):
    program = f"import sys, {module}; print(sorted({heavy!r} & set(sys.modules)))"
    observed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert observed.stdout.strip() == "[]"


def test_every_refusal_has_a_code():
    assert set(CODES) == set(errors.Refusal.__subclasses__())


def test_systemd_hears_when_the_agent_answers_lives_and_stops(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        monkeypatch.setitem(os.environ, "NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setitem(os.environ, "WATCHDOG_USEC", "100000")
        with notified_systemd():
            assert manager.recv(100) == b"READY=1"
            assert manager.recv(100) == b"WATCHDOG=1"
        while (text := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert text == b"STOPPING=1"


def test_without_systemd_nothing_is_told(monkeypatch):
    monkeypatch.delitem(os.environ, "NOTIFY_SOCKET", raising=False)
    with notified_systemd():
        pass
