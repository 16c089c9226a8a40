"""Drafts in the console: guessed at, over a server that is killed meanwhile, looked at, and accepted."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser.conftest import enter, open_page
from browser.looks import axe_findings, take_pictures
from browser.test_datasets import entries
from browser.test_labelling import saved, shown
from doubles.console import HOME, ConsoleBrowser, signed_in
from doubles.lines import a_line
from doubles.servers import RunningServer, start_server, stop_server
from doubles.trained import put_version

NAME, BUCKET = "drafted", "drafted-pictures"
# More than two batches of a hundred, so that a kill after the first finds work done and work left.
COUNT = 220
PATIENCE_MS = 90_000


def fill(server: RunningServer) -> str:
    """Put pictures without labels into a project with a tiny model, which tells red from dark."""
    arn = str(put_version(server.data, "rekognition", NAME, "classification", account=HOME).project.arn)
    buckets, client = server.client("s3"), server.client("rekognition")
    buckets.create_bucket(Bucket=BUCKET)
    for number in range(COUNT):
        file = io.BytesIO()
        color = (200 + number % 50, number // 50, 5) if number % 2 else (number % 20, 5, number // 20)
        Image.new("RGB", (80, 64), color).save(file, "PNG")
        buckets.put_object(Bucket=BUCKET, Key=f"boards/{number}.png", Body=file.getvalue())
    dataset = client.create_dataset(ProjectArn=arn, DatasetType="TRAIN")["DatasetArn"]
    lines = "\n".join(a_line(number, bucket=BUCKET) for number in range(COUNT))
    client.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": lines.encode()})
    until(lambda: len(entries(server, NAME)) == COUNT)
    return arn


def until(check: Callable[[], bool]) -> None:
    """Wait for what the server says, as long as a machine with other work may take for three batches."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not check():
        assert time.monotonic() < end
        time.sleep(0.05)


def drafts(browser: ConsoleBrowser, arn: str) -> dict[str, Any]:
    """Return how far the guessing is."""
    names = {"ProjectArn": arn, "DatasetType": "train", "MaxResults": 1}
    return dict(browser.call("vedette", "ListDrafts", **names).json)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder of this test's own, since its server is killed."""
    return tmp_path / "data"


def test_drafts_survive_a_killed_server_and_become_labels(chromium: Browser, data: Path):
    server = start_server(data)
    arn = fill(server)
    page = open_page(chromium, server)
    enter(page, server)
    page.goto(f"/console/projects/rekognition/{NAME}/datasets")
    page.get_by_role("button", name="Let the newest model guess").click()
    browser = signed_in(server)
    until(lambda: drafts(browser, arn)["Done"] > 0)
    server.process.kill()
    server.process.wait()
    if server.process.stdout:
        server.process.stdout.close()
    server = start_server(data, "--port", str(urlsplit(server.address).port))
    try:
        browser = signed_in(server)
        until(lambda: drafts(browser, arn)["Status"] == "ready")
        assert drafts(browser, arn)["Count"] == COUNT
        accept_by_clicks(page, server)
    finally:
        page.context.close()
        stop_server(server)


def accept_by_clicks(page: Page, server: RunningServer) -> None:
    """Take the first draft by its key, and all others of at least some confidence."""
    expect(page.get_by_role("heading", name=f"Drafts ({COUNT})")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Look at them one by one")).to_be_visible()
    take_pictures(page, "drafts")
    page.goto(f"/console/projects/rekognition/{NAME}/datasets/train/label?show=unlabelled")
    shown(page)
    expect(page.get_by_text("dark", exact=True).first).to_be_visible()
    take_pictures(page, "label-draft")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Take it (T)").click()
    saved(page)
    assert len(labels(entries(server, NAME))) == 1
    page.goto(f"/console/projects/rekognition/{NAME}/datasets")
    expect(page.get_by_role("heading", name=f"Drafts ({COUNT - 1})")).to_be_visible()
    slider = page.get_by_label("Accept from this confidence on")
    slider.focus()
    slider.press("Home")
    page.get_by_role("button", name=f"Accept {COUNT - 1} drafts").click()
    until(lambda: len(labels(entries(server, NAME))) == COUNT)
    assert set(labels(entries(server, NAME))) == {"red", "dark"}


def labels(lines: list[str]) -> list[str]:
    """Return the label of each line that has one."""
    return [
        item["class-name"]
        for line in lines
        for item in json.loads(line).values()
        if isinstance(item, dict) and "class-name" in item
    ]
