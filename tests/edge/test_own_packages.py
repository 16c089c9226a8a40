"""A package signed by a key of one's own goes over the air to devices that know the key."""

import json
import zlib

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.devices import bitmap_of, plain
from doubles.over_the_air import BUCKET, eventually, reporting_device, running_fleet
from doubles.packages import tiny_package
from vedette.cli.client import open_client
from vedette.cli.main import app
from vedette.packaging.signing import make_key


def run_command(*words):
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet") / "data") as fleet:
        fleet.packed = fleet.package(1, "belt")
        yield fleet


@pytest.fixture
def signed(fleet, tmp_path):
    """The address of a package in a bucket, and the public key that it is signed with."""
    tiny_package(tmp_path / "own", "anomaly", thresholds={"anomaly": 0.7})
    key = make_key(tmp_path / "own.pem")
    words = ("--model", tmp_path / "own", "--sign", tmp_path / "own.pem", "--out", tmp_path / "out")
    run_command("edge", "package", *words)
    content = (tmp_path / "out" / "own-1.0.0.zip").read_bytes()
    fleet.server.client("s3").put_object(Bucket=BUCKET, Key="own.zip", Body=content)
    return f"s3://{BUCKET}/own.zip", str(key.public)


def order(fleet, name, *words):
    place = ("--endpoint", fleet.server.address, "--data", fleet.server.data)
    return run_command("device", "order", name, *words, *place)


def test_a_device_that_knows_the_key_runs_it_beside_what_the_server_made(fleet, signed, tmp_path):
    address, key = signed
    token = fleet.own.create_device(DeviceName="knows")["Token"]
    server_key = fleet.own.get_device_signing_key()["PublicKey"]
    order(fleet, "knows", "--package", address, "--signed-by", key, "--package", "belt/belt/1.0.1")
    with reporting_device(tmp_path / "models", fleet, token, keys=(key, server_key)) as device:
        wanted = fleet.await_states("knows", "installed", "installed")["Wanted"]
        assert (wanted[0]["Address"], wanted[0]["PublicKey"]) == (address, key)
        assert "ProjectArn" not in wanted[0]
        assert "PublicKey" not in wanted[1]
        device.await_status("own", "RUNNING", "FAILED")
        answer = device.detect("own", bitmap_of(plain((255, 255, 255))))
        assert (answer.is_anomalous, round(answer.anomaly_threshold, 3)) == (True, 0.7)
        assert device.await_status("belt", "RUNNING", "FAILED") == "RUNNING"


def test_a_device_that_wants_other_keys_refuses_it_and_says_so(fleet, signed, tmp_path):
    address, key = signed
    token = fleet.own.create_device(DeviceName="wants-others")["Token"]
    order(fleet, "wants-others", "--package", address, "--signed-by", key)
    server_key = fleet.own.get_device_signing_key()["PublicKey"]
    with reporting_device(tmp_path / "models", fleet, token, keys=(server_key,)) as device:
        (row,) = fleet.await_states("wants-others", "refused")["Wanted"]
        assert "a key that the agent does not know" in row["Message"]
        assert "own" not in eventually(device.list, lambda models: True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PublicKey": "A" * 43}, "signed with a key that"),
        ({"PublicKey": "A"}, "is no key of a Vedette server"),
        ({"Address": "own.zip"}, "is no package in a bucket"),
        ({"Address": f"s3://{BUCKET}/none.zip"}, "was deleted; or was never there"),
        ({"JobName": "x"}, "by ProjectArn and JobName, or by Address and PublicKey"),
    ],
)
def test_what_is_no_such_package_is_refused_with_a_sentence(fleet, signed, change, sentence):
    address, key = signed
    name = f"refuses-{zlib.crc32(sentence.encode())}"
    fleet.own.create_device(DeviceName=name)
    with pytest.raises(ClientError, match=sentence):
        fleet.order(name, {"Address": address, "PublicKey": key, **change})
    assert fleet.device(name)["Wanted"] == []


def test_who_may_only_order_what_was_packaged_here_sends_no_package_of_his_own(fleet, signed):
    address, key = signed
    fleet.own.create_device(DeviceName="guarded")
    actions = ["vedette:UpdateDevice", "vedette:DownloadEdgePackage", "s3:*"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    fleet.own.put_policy(
        PolicyName="orders", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )
    fleet.own.create_user(UserName="ann", Policies=["orders"])
    made = fleet.own.create_access_key(UserName="ann")
    ann = open_client("vedette", endpoint=fleet.server.address, data=fleet.server.data)
    ann._request_signer._credentials = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    with pytest.raises(ClientError, match="vedette:OrderOwnPackage"):
        ann.update_device(DeviceName="guarded", Packages=[{"Address": address, "PublicKey": key}])
    assert ann.update_device(DeviceName="guarded", Packages=[fleet.packed])["Device"]["Wanted"]
