"""A device takes its models from a server: registered by a token, told by signed orders."""

import pytest

from doubles.devices import bitmap_of, plain
from doubles.over_the_air import eventually, reporting_device, running_fleet

WHITE = (255, 255, 255)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet") / "data") as fleet:
        fleet.first = fleet.package(1, "belt")
        fleet.second = fleet.package(2, "belt")
        yield fleet


@pytest.fixture
def registered(fleet, request):
    """Return the name of a device of this test's own, and its token."""
    name = request.node.name[:100].replace("[", "-").replace("]", "")
    return name, fleet.own.create_device(DeviceName=name)["Token"]


def threshold(device, name="belt"):
    return round(device.detect(name, bitmap_of(plain(WHITE))).anomaly_threshold, 3)


def test_a_device_registers_takes_a_model_and_switches_to_the_next(fleet, registered, tmp_path):
    name, token = registered
    assert fleet.device(name)["State"] == "waiting"
    with reporting_device(tmp_path / "models", fleet, token) as device:
        eventually(lambda: fleet.device(name), lambda row: row["State"] == "online")
        assert device.list() == {}
        fleet.order(name, fleet.first)
        fleet.await_states(name, "installed")
        assert device.await_status("belt", "RUNNING", "FAILED") == "RUNNING"
        assert threshold(device) == 0.4
        fleet.order(name, fleet.second)
        fleet.await_states(name, "installed")
        assert threshold(device) == 0.6
        row = eventually(lambda: fleet.device(name)["Models"], lambda rows: rows[0]["Answered"] == 2)[0]
        assert (row["Name"], row["Version"], row["Status"], row["IsOrdered"]) == (
            "belt", "1.0.2", "RUNNING", True,
        )  # fmt: skip
    with reporting_device(tmp_path / "models", fleet) as device:  # anew, without the token
        assert device.await_status("belt", "RUNNING", "FAILED") == "RUNNING"
        assert threshold(device) == 0.6
