"""A device added by clicks, its agent run with the command shown, a model ordered, and what it says."""

import re
import shlex
import time

from playwright.sync_api import Page, expect

from browser.looks import axe_everywhere, take_pictures
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.devices import running_device
from doubles.trained import put_version
from vedette.edge.over_the_air import ServerOptions

PACKED_MS = 60_000
BUCKET = "device-packages"


def package(console, name: str) -> None:
    """Package a model by an order, and wait for it."""
    put_version(console.data, "lookoutvision", name, "anomaly", account=HOME)
    console.client("s3").create_bucket(Bucket=BUCKET)
    browser = signed_in_browser(console)
    arn = f"arn:aws:lookoutvision:us-east-1:{HOME}:model/{name}/1"
    order = {"ModelArn": arn, "ComponentName": name, "Address": f"s3://{BUCKET}/edge"}
    answer = browser.call("vedette", "StartEdgePackage", **order)
    assert answer.status == 200, answer.body
    project = f"arn:aws:lookoutvision:us-east-1:{HOME}:project/{name}"
    deadline = time.monotonic() + PACKED_MS / 1000
    while (
        browser.call("vedette", "ListEdgePackages", ProjectArn=project).json["Packages"][0]["Status"]
        != "succeeded"
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def add_device(page: Page, name: str) -> tuple[str, str]:
    """Add a device; return the server and the token in the command that is shown."""
    page.goto("/console/devices")
    page.get_by_role("button", name="Add a device").click()
    dialog = page.get_by_role("dialog", name="Add a device")
    dialog.get_by_label("Name").fill("press 4")
    expect(dialog.get_by_role("button", name="Add a device")).to_be_disabled()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Add a device").click()
    shown = page.get_by_role("dialog", name=f"Connect {name}")
    command = shown.get_by_test_id("agent-command").inner_text()
    take_pictures(page, "device-token")
    assert axe_everywhere(page) == {}
    shown.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text("Waits for its agent")).to_be_visible()
    words = shlex.split(re.sub(r"\\\n", " ", command))
    return words[words.index("--server") + 1], words[0].removeprefix("VEDETTE_DEVICE_TOKEN=")


def tag_device(page: Page, console, name: str) -> None:
    """Give the device whose page it is a tag, while a program gives it another one; both stay."""
    browser = signed_in_browser(console)
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_role("textbox", name="Key").fill("hall")
    page.get_by_role("textbox", name="Value").fill("2")
    assert browser.call("vedette", "UpdateDevice", DeviceName=name, Tags={"line": "7"}).status == 200
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags were saved.")).to_be_visible()
    described = browser.call("vedette", "DescribeDevice", DeviceName=name).json["Device"]
    assert described["Tags"] == {"hall": "2", "line": "7"}
    expect(page.get_by_role("textbox", name="Key")).to_have_count(2)


def order_model(page: Page, project: str) -> None:
    """Order the package of a project for the device whose page it is."""
    page.get_by_role("button", name="Order models").click()
    dialog = page.get_by_role("dialog", name="Order models")
    dialog.get_by_role("button", name=re.compile("Choose a project")).click()
    page.get_by_role("option", name=project).click()
    dialog.get_by_role("button", name=re.compile("Choose a package")).click()
    page.get_by_role("option", name=f"{project} 1.0.0").click()
    expect(dialog.get_by_role("button", name=f"Take {project} 1.0.0 out")).to_be_visible()
    take_pictures(page, "device-order")
    assert axe_everywhere(page) == {}
    dialog.get_by_role("button", name="Order", exact=True).click()
    expect(dialog).to_be_hidden()


def delete_device(page: Page, name: str) -> None:
    """Delete a device from the list of all."""
    page.get_by_role("link", name="Devices").first.click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
    expect(row.get_by_text("Online")).to_be_visible()
    take_pictures(page, "devices")
    assert axe_everywhere(page) == {}
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Delete device").click()
    dialog = page.get_by_role("dialog", name=f"Delete {name}?")
    dialog.get_by_role("button", name="Delete device").click()
    expect(page.get_by_role("heading", name="Devices", level=1)).to_be_visible()
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)


def test_a_device_is_added_reports_and_takes_the_model_that_is_ordered(signed_in: Page, console, tmp_path):
    page = signed_in
    package(console, "shipped-doors")
    server, token = add_device(page, "press-4")
    tag_device(page, console, "press-4")
    models = tmp_path / "models"
    models.mkdir()
    with running_device(models, server=ServerOptions(server, token, poll_s=0.5)) as device:
        expect(page.get_by_text("Online", exact=True)).to_be_visible()
        order_model(page, "shipped-doors")
        row = page.get_by_role("row", name="shipped-doors")
        expect(row.get_by_text("Installed")).to_be_visible(timeout=PACKED_MS)
        expect(row.get_by_text("RUNNING")).to_be_visible()
        assert device.status("shipped-doors") == "RUNNING"
        take_pictures(page, "device")
        assert axe_everywhere(page) == {}
    delete_device(page, "press-4")
