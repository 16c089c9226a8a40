"""Addresses of what does not exist any more, or never did: every page says so, and none waits for ever."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from browser.looks import GO, take_pictures
from browser.test_early_ends import expected
from doubles.servers import RunningServer

SAYS = re.compile("does not exist|nothing at this address|was deleted|no longer there|may not do this")
ID = "0123456789abcdef0123456789abcdef"
IN_PROJECT = (
    "", "/datasets", "/datasets/new", f"/datasets/new?import={ID}", "/datasets/train", "/datasets/test/label",
    "/datasets/train/camera", "/datasets/train/video", "/datasets/train/export", "/datasets/train/history",
    "/datasets/train/snapshots", f"/datasets/train/snapshots/{ID}", "/datasets/train/rounds",
    f"/datasets/train/rounds/{ID}", "/train", "/versions", "/versions/v1", "/versions/v1/evaluation",
    "/versions/v1/use", "/versions/v1/copies", "/compare", "/trials", f"/trials/{ID}", "/feedback",
)  # fmt: skip
# What nothing can be called, of a project that there is and instead of one.
MISTYPED = (
    "rekognition/a b!", "rekognition/a b!/datasets", "lookoutvision/a b!/datasets/train/label",
    "rekognition/NAME/datasets/new?import=xyz", "rekognition/NAME/datasets/train/snapshots/xyz",
    "rekognition/NAME/datasets/train/rounds/xyz", "rekognition/NAME/trials/xyz",
)  # fmt: skip
# Of a project that there is.
BELOW_PROJECT = (
    f"/datasets/new?import={ID}", f"/datasets/train/snapshots/{ID}", f"/datasets/train/rounds/{ID}",
    "/versions/v1", "/versions/v1/evaluation", "/versions/v1/use", "/versions/v1/copies", f"/trials/{ID}",
)  # fmt: skip


def addresses(name: str) -> Iterator[str]:
    """Every address of a project that does not exist, in both services, and of parts of one that does."""
    for service in ("rekognition", "lookoutvision"):
        yield from (f"/projects/{service}/gone{below}" for below in IN_PROJECT)
    yield from (f"/projects/rekognition/{name}{below}" for below in BELOW_PROJECT)
    yield from (f"/projects/{mistyped.replace('NAME', name)}" for mistyped in MISTYPED)
    yield from (f"/my-work/{ID}/label", "/account/users/nobody-of-this-name", "/no/such/page")


def problems_of(page: Page, path: str) -> list[str]:
    """Return what a page of nothing leaves unsaid, or waits for still."""
    page.evaluate(GO, f"/console{path}")
    content = page.locator("main")
    try:
        expect(content.get_by_text(SAYS).first).to_be_visible(timeout=5000)
        expect(content.locator("[class*=awsui_spinner]:visible")).to_have_count(0, timeout=3000)
        expect(content.get_by_text(re.compile("^Loading"))).to_have_count(0, timeout=3000)
        expect(content.get_by_text("failed to satisfy constraint")).to_have_count(0, timeout=1000)
    except AssertionError:
        return [f"{path}: {content.inner_text()[:300]!r}"]
    return []


def test_every_address_of_what_does_not_exist_says_so(console: RunningServer, signed_in: Page) -> None:
    page, name = signed_in, "half-there"
    client = console.client("rekognition")
    project = client.create_project(ProjectName=name)["ProjectArn"]
    client.create_dataset(ProjectArn=project, DatasetType="TRAIN")
    page.goto("/console/projects")
    expect(page.get_by_role("heading", name="Projects", exact=False).first).to_be_visible()
    problems = [problem for path in addresses(name) for problem in problems_of(page, path)]
    page.evaluate(GO, "/console/projects/rekognition/gone/datasets/train/rounds")
    expect(page.get_by_text("This does not exist")).to_be_visible()
    take_pictures(page, "rounds-gone")
    expected(page, "404 ", "400 ")
    assert "\n".join(problems) == ""
