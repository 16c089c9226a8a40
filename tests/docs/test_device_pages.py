"""The commands of the page on many devices run as they stand there, and a device takes what they order."""

import json
import re
from pathlib import Path

from docs.test_edge_package_pages import run
from doubles.over_the_air import ACCOUNT, eventually, reporting_device, running_fleet
from doubles.trained import put_version
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind

PAGE = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "many-devices.md").read_text("utf-8")


def test_the_commands_of_the_page_register_devices_and_order_a_model_for_them(tmp_path):
    with running_fleet(tmp_path / "data") as fleet:
        put_version(fleet.server.data, "lookoutvision", "doors", "anomaly", account=ACCOUNT)
        fleet.package(1, "doors", number="1.0.0", project="doors")
        place = {"AWS_ENDPOINT_URL": fleet.server.address, "VEDETTE_DATA": str(fleet.server.data)}
        register, order, show = re.findall(r"```sh\n.*?```", PAGE, re.DOTALL)
        run(register, tmp_path, **place)
        token = (tmp_path / "press-4.token").read_text().strip()
        with reporting_device(tmp_path / "models", fleet, token) as device:
            eventually(lambda: fleet.device("press-4"), lambda row: row["State"] == "online")
            output = run(order, tmp_path, **place)
            assert "press-5 is to have doors/doors/1.0.0\n" in output
            assert re.search(r"press-4  online  \d models\n", output)
            assert "press-5  waiting  0 models\n" in output
            fleet.await_states("press-4", "installed")
            assert device.await_status("doors", "RUNNING", "FAILED") == "RUNNING"
        shown = json.loads(run(show, tmp_path, **place))
        assert (shown["Description"], shown["Tags"]) == ("Press 4, hall 2", {"hall": "2"})


def test_the_policy_of_the_page_can_be_obeyed():
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert parse_policy(text, PolicyKind.IDENTITY)
