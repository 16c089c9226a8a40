"""An edge package ordered from a version's page, followed until it is ready, and fetched, by clicks."""

import tarfile

from playwright.sync_api import Page, expect

from browser.looks import axe_everywhere, take_pictures
from doubles.console import HOME
from doubles.trained import put_version

PACKED_MS = 60_000


def test_a_package_is_ordered_on_a_version_s_page_and_fetched_when_it_is_ready(
    signed_in: Page, console, tmp_path
):
    page = signed_in
    put_version(console.data, "lookoutvision", "packed-doors", "anomaly", account=HOME)
    console.client("s3").create_bucket(Bucket="edge-packages")
    page.goto("/console/projects/lookoutvision/packed-doors/packages")
    expect(page.get_by_text("No packages yet")).to_be_visible()
    page.goto("/console/projects/lookoutvision/packed-doors/versions/1/use")
    page.get_by_role("link", name="Order an edge package").click()
    dialog = page.get_by_role("dialog", name="Order a package")
    expect(dialog.get_by_label("Component", exact=True)).to_have_value("packed-doors")
    dialog.get_by_label("Component version").fill("1.0")
    dialog.get_by_label("Folder in a bucket").fill("s3://edge-packages/line-4")
    expect(dialog.get_by_role("button", name="Order", exact=True)).to_be_disabled()
    dialog.get_by_label("Component version").fill("1.2.0")
    take_pictures(page, "edge-order")
    assert axe_everywhere(page) == {}
    dialog.get_by_role("button", name="Order", exact=True).click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row", name="packed-doors 1.2.0")
    expect(row.get_by_text("Ready")).to_be_visible(timeout=PACKED_MS)
    take_pictures(page, "edge-packages")
    assert axe_everywhere(page) == {}
    row.get_by_role("button", name="Download packed-doors 1.2.0").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="For a Linux machine").click()
    archive = tmp_path / "package.tar.gz"
    started.value.save_as(archive)
    assert started.value.suggested_filename == "packed-doors-1.2.0-linux-x86_64.tar.gz"
    with tarfile.open(archive) as file:
        assert "packed-doors-1.2.0-linux-x86_64/models/packed-doors/model/model.onnx" in file.getnames()
    page.get_by_role("button", name="Order a package").click()
    expect(dialog.get_by_label("Component version")).to_have_value("1.2.1")
