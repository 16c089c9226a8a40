"""What may befall a training while pages look at it: a killed server, a stop, a deletion, a copy.

Every stage is killed in by `python -m bench.training_pages`; here it is one, in the midst of learning.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import enter, open_page
from browser.test_labelling import until
from browser.test_training import make_example
from doubles.console import HOME
from doubles.servers import RunningServer, start_server, stop_server
from doubles.trained import put_version
from vedette.cli.client import open_client

# A training begins anew on a server that has just been started, on two busy cores.
RESUMED_MS = 60_000
OPTIONS = {"VEDETTE_TRAINING_BUDGET": "fast", "OMP_NUM_THREADS": "1"}


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[list[RunningServer]]:
    """A server of this test's own, since it is killed; the newest is the last."""
    servers = [start_server(tmp_path / "data", **OPTIONS)]
    yield servers
    stop_server(servers[-1])


def kill_and_start(servers: list[RunningServer]) -> None:
    """Kill the server with -9, and start one on what it left, at the same address."""
    old = servers[-1]
    old.process.kill()
    old.process.wait()
    if old.process.stdout:
        old.process.stdout.close()
    servers.append(start_server(old.data, "--port", str(urlsplit(old.address).port), **OPTIONS))


def stage_of(server: RunningServer, arn: str) -> str:
    """Return the stage that the training is in."""
    own = open_client("vedette", endpoint=server.address, data=server.data)
    return str(own.describe_training(ModelArn=arn).get("Stage", ""))


def arn_of(server: RunningServer, route: str) -> str:
    rekognition = server.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[route.rsplit("/", 1)[1]])["ProjectDescriptions"]
    (version,) = rekognition.describe_project_versions(ProjectArn=project["ProjectArn"])[
        "ProjectVersionDescriptions"
    ]
    return str(version["ProjectVersionArn"])


def begin(page: Page, route: str) -> None:
    page.goto(f"{route}/train")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("v1 is being trained")).to_be_visible()


def test_pages_outlive_a_killed_server_and_say_that_the_training_was_stopped_and_deleted(
    chromium: Browser, killed: list[RunningServer]
) -> None:
    page = open_page(chromium, killed[0])
    enter(page, killed[0])
    route = make_example(killed[0], "sort-parts")
    begin(page, route)
    arn = arn_of(killed[0], route)
    other = page.context.new_page()
    other.goto(f"{route}/versions/v1")
    expect(other.get_by_text("v1 is being trained")).to_be_visible()
    until(lambda: "features" in stage_of(killed[-1], arn))
    expect(page.get_by_role("progressbar").first).to_be_visible()
    kill_and_start(killed)
    # Nobody loads a page anew: both go on by themselves, with what is so now.
    for watching in (page, other):
        watching.bring_to_front()
        expect(watching.get_by_text("v1 is being trained")).to_be_visible(timeout=RESUMED_MS)
        expect(watching.get_by_role("progressbar").first).to_be_visible(timeout=RESUMED_MS)
    page.bring_to_front()
    page.get_by_role("button", name="Stop the training").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop the training").click()
    expect(page.get_by_text("The training was stopped", exact=True)).to_be_visible(timeout=RESUMED_MS)
    other.bring_to_front()
    expect(other.get_by_text("The training was stopped", exact=True)).to_be_visible(timeout=RESUMED_MS)
    killed[-1].client("rekognition").delete_project_version(ProjectVersionArn=arn)
    for watching in (other, page):
        watching.bring_to_front()
        expect(watching.get_by_text("Version v1 was deleted")).to_be_visible(timeout=RESUMED_MS)
    page.context.close()


def test_a_copy_that_is_looked_at_says_when_it_is_whole_and_when_it_failed(console, signed_in: Page) -> None:
    page = signed_in
    for state, moves in (("copying", ("copying",)), ("failed", ("copying", "copy-failed"))):
        put_version(console.data, "rekognition", f"copy-{state}", "classification", account=HOME, moves=moves)
    page.goto("/console/projects/rekognition/copy-copying/versions/1")
    expect(page.get_by_text("1 is being copied")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_disabled()
    page.goto("/console/projects/rekognition/copy-failed/versions/1")
    expect(page.get_by_text("The copy came to nothing")).to_be_visible()
