"""A fortnight without the server, by a clock that is moved: all runs on, nothing grows, and it comes back."""

import contextlib
import logging
import socket
import threading
from types import SimpleNamespace

import pytest

from doubles.order_server import running_order_server
from doubles.over_the_air import eventually
from vedette.edge import over_the_air
from vedette.edge.catalogue import Catalogue
from vedette.edge.device_models import DeviceModels
from vedette.edge.figures import AgentFigures
from vedette.edge.installed import InstalledModels
from vedette.edge.over_the_air import MOST_RETRY_S, OnDevice, OverTheAir, ServerOptions, following_orders
from vedette.edge.process import ProcessLimits

DAY_S = 86_400
# What each look at the clock adds: offline three looks are the longest wait, online two the usual one.
OFFLINE_STEP_S, ONLINE_STEP_S = MOST_RETRY_S / 3, 0.4


@pytest.fixture
def clock(monkeypatch):
    """A monotonic clock that goes on whenever it is looked at."""
    moved = SimpleNamespace(now=0.0, step=ONLINE_STEP_S)

    def monotonic():
        moved.now += moved.step
        return moved.now

    monkeypatch.setattr(over_the_air, "time", SimpleNamespace(monotonic=monotonic))
    monkeypatch.setattr(over_the_air, "TICK_S", 0.001)
    return moved


@contextlib.contextmanager
def following_device(folder, server):
    """A device without its gRPC server: its models, its record and what follows the orders."""
    folder.mkdir()
    installed, limits = InstalledModels(folder), ProcessLimits(threads=1)
    models = DeviceModels(Catalogue(folder, installed.on_disk, ()), limits)
    figures = AgentFigures(models)
    orders = OverTheAir(
        ServerOptions(server.address, server.token), OnDevice(models, figures, installed, limits)
    )
    try:
        with following_orders(orders):
            yield SimpleNamespace(models=models, figures=figures, installed=installed, orders=orders)
    finally:
        models.close()
        installed.close()


def files_of(folder):
    return {place: place.read_bytes() for place in folder.rglob("*") if place.is_file()}


def closed_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def test_a_fortnight_offline_leaves_all_as_it_was_and_ends_by_itself(tmp_path, clock, caplog):
    caplog.set_level(logging.INFO, "vedette.edge")
    packages = tmp_path / "packages"
    packages.mkdir()
    with running_order_server() as server:
        first, second = server.package(packages), server.package(packages, version="1.1.0", threshold=0.6)
        server.give(1, first)
        with following_device(tmp_path / "models", server) as device:

            def has(model):
                return lambda row: row.get("digest") == model.digest

            eventually(server.model, has(first), "the first model")
            eventually(lambda: device.models.state("belt").value, lambda state: state == "RUNNING")
            # Whether it proves itself is written down when its probation ends, within minutes of this clock.
            eventually(lambda: device.orders._switched, lambda left: not left, "the probation's end")
            before, lines = files_of(tmp_path / "models"), device.figures.text().count(b"\n")
            port, device.orders._link._port = device.orders._link._port, closed_port()
            eventually(lambda: device.orders._failures, bool, "offline")
            clock.step = OFFLINE_STEP_S
            began, failed, seen = clock.now, device.orders._failures, len(caplog.records)
            threads = threading.active_count()

            eventually(lambda: clock.now - began, lambda passed: passed > 14 * DAY_S, "fourteen days")
            asked = device.orders._failures - failed
            # At least twice an hour, and never more often than half of the longest wait.
            assert 14 * 48 <= asked <= 2 * 14 * DAY_S / MOST_RETRY_S + 1
            assert device.models.state("belt").value == "RUNNING"
            assert files_of(tmp_path / "models") == before, "keys, orders and packages"
            assert device.figures.text().count(b"\n") == lines
            assert threading.active_count() <= threads
            assert [record.message for record in caplog.records[seen:]] == [], "said once, not each time"

            clock.step = ONLINE_STEP_S
            server.give(2, second)
            device.orders._link._port = port
            eventually(server.model, has(second), "the second model, by itself")
            # The device's last word of an order comes before it counts the failures as over.
            eventually(lambda: device.orders._failures, lambda failures: failures == 0, "online")
            assert "the server answers again" in caplog.text
            assert device.installed.record.number == 2
            assert sum("run on" in record.message for record in caplog.records) == 1
