"""A device takes its models from a server: registered by a token, told by signed orders."""

import json
import threading
import urllib.error
import urllib.request

import pytest

from doubles.devices import bitmap_of, plain
from doubles.over_the_air import eventually, reporting_device, running_fleet
from vedette.cli.client import open_client
from vedette.edge.enrolment import hash_of
from vedette.runtime.device_orders import read_order
from vedette.runtime.signatures import decode

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


def test_who_is_no_device_of_the_server_reads_nothing_of_it(fleet, registered):
    name, token = registered
    identity, secret, _ = token.split(".")
    fleet.order(name, fleet.first)

    def ask(method, path, bearer="", body=None):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        request = urllib.request.Request(
            f"{fleet.server.address}/-/devices/v1/{path}", body, headers, method=method
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    mine = f"{identity}.{'s' * 43}"
    body = json.dumps({"secret_hash": hash_of("s" * 43)}).encode()
    assert ask("POST", "announce", mine, b"{}")[0] == 401
    assert ask("POST", "register", f"{identity}.{secret}", b"{}")[0] == 400
    assert ask("POST", "register", f"{identity}.{secret}", body)[0] == 200
    other = json.dumps({"secret_hash": hash_of("t" * 43)}).encode()
    assert ask("POST", "register", f"{identity}.{secret}", other)[0] == 409
    status, answer = ask("POST", "announce", mine, b"{}")
    order = read_order(decode(json.loads(answer)["order"]["text"]))
    archive = order.models[0].archive
    assert (status, order.device) == (200, identity)
    assert len(ask("GET", f"packages/{archive}", mine)[1]) == order.models[0].size
    for path in (f"packages/{'0' * 64}", "packages/..%2f..%2fvedette.db", "packages/", "else"):
        assert ask("GET", path, mine)[0] == 404
    assert ask("GET", f"packages/{archive}")[0] == 401
    assert ask("GET", f"packages/{archive}", f"{identity}.{secret}")[0] == 401
    assert ask("POST", "announce", mine, b"x" * 70_000)[0] == 413
    assert ask("POST", "announce", mine, b"[]")[0] == 400
    fleet.own.delete_device(DeviceName=name)
    assert ask("GET", f"packages/{archive}", mine)[0] == 401


def test_no_call_is_lost_while_a_model_is_switched(fleet, registered, tmp_path):
    name, token = registered
    with reporting_device(tmp_path / "models", fleet, token) as device:
        fleet.order(name, fleet.first)
        fleet.await_states(name, "installed")
        device.await_status("belt", "RUNNING", "FAILED")
        answers, is_over = [], threading.Event()

        def keep_asking():
            while not is_over.is_set():
                answers.append(threshold(device))

        askers = [threading.Thread(target=keep_asking) for _ in range(3)]
        for asker in askers:
            asker.start()
        try:
            fleet.order(name, fleet.second)
            fleet.await_states(name, "installed")
            eventually(lambda: answers[-1], lambda value: value == 0.6)
        finally:
            is_over.set()
            for asker in askers:
                asker.join()
        assert set(answers) == {0.4, 0.6}


def test_a_sealed_package_is_handed_out_while_its_key_is_enabled(fleet, registered, tmp_path):
    name, token = registered
    kms = open_client("kms", endpoint=fleet.server.address, data=fleet.server.data)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    closed = fleet.package(1, "belt", KmsKeyId=key)
    order = fleet.order(name, closed, fleet.package(2, "lid"))
    assert [row.get("KmsKeyId") for row in order["Wanted"]] == [key, None]
    home = fleet.server.data / "devices" / "packages"
    assert [b"package.json" in file.read_bytes() for file in home.glob("*/*.sealed")] == [False]
    kms.disable_key(KeyId=key)
    with reporting_device(tmp_path / "models", fleet, token) as device:
        fleet.await_states(name, "waiting", "installed")  # the one does not keep the other waiting
        message = fleet.device(name)["Wanted"][0]["Message"]
        assert message.endswith(f"cannot be handed out: {key} is disabled.")
        kms.enable_key(KeyId=key)
        fleet.await_states(name, "installed", "installed")
        assert device.await_status("belt", "RUNNING", "FAILED") == "RUNNING"
