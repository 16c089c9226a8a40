"""The live view of the console: pictures a second of an image-level model at 640 pixels, and its queue."""

import sys
import time

from playwright.sync_api import Page, sync_playwright

from bench.common import machine, median, own_server, row
from browser.conftest import BUILT, CHROMIUM, FLAGS, open_page, sign_in
from doubles.console import signed_in

# Chromium's own camera, in the 640 × 480 that the page asks for.
CAMERA = ["--use-fake-device-for-media-stream=fps=30", "--use-fake-ui-for-media-stream"]
SECONDS = 15
# Pictures a second, and requests that wait at once: one is under way, so that none may wait.
LEAST_RATE, MOST_WAITING = 10.0, 0
TRAINED_S = 600


def main() -> int:
    """Train the example of sorted parts, look through the camera, and print the figures."""
    assert BUILT.is_file(), "make console"
    print(machine())
    with own_server() as server, sync_playwright() as playwright:
        browser = signed_in(server)
        arn, route = train(server, browser)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *CAMERA])
        page = open_page(chromium, server)
        sign_in(page, server)
        page.goto(route)
        page.get_by_role("button", name="Start the model").click()
        page.get_by_role("button", name="Stop the model").wait_for(timeout=60_000)
        page.get_by_role("tab", name="Camera").click()
        page.get_by_role("button", name="Turn the camera on").click()
        page.locator("[data-answered]").wait_for()
        time.sleep(3)
        rates, waiting = watch(page, browser, arn)
        serving = browser.call("vedette", "DescribeServing", ModelArn=arn).json
        chromium.close()
    rate = median(rates)
    row(
        "pictures a second at 640 px",
        f"{rate:.1f} (lowest {min(rates):.1f})",
        f">= {LEAST_RATE:g}",
        rate >= LEAST_RATE,
    )
    row("requests that wait", f"{max(waiting)}", f"<= {MOST_WAITING}", max(waiting) <= MOST_WAITING)
    print(
        f"answers within {serving['P50Milliseconds']:.0f} ms / {serving['P99Milliseconds']:.0f} ms (p50/p99)"
    )
    return 0


def train(server, browser) -> tuple[str, str]:
    """Train the example with the smallest budget; return the version's ARN and its page."""
    made = browser.call("vedette", "CreateExampleProject", Example="sort-parts", Labeled="all").json
    rekognition, s3 = server.client("rekognition"), server.client("s3")
    s3.create_bucket(Bucket="live-view-results")
    arn = rekognition.create_project_version(
        ProjectArn=made["ProjectArn"],
        VersionName="v1",
        OutputConfig={"S3Bucket": "live-view-results", "S3KeyPrefix": ""},
        Tags={"vedette:training-budget": "fast"},
    )["ProjectVersionArn"]
    until = time.monotonic() + TRAINED_S
    while browser.call("vedette", "DescribeServing", ModelArn=arn).json["State"] == "training":
        assert time.monotonic() < until, "the training takes too long"
        time.sleep(1)
    return arn, f"/console/projects/rekognition/{made['ProjectName']}/versions/v1/use"


def watch(page: Page, browser, arn: str) -> tuple[list[float], list[int]]:
    """Count answers each second, and what waits."""
    rates, waiting = [], []
    count = "() => Number(document.querySelector('[data-answered]').dataset.answered)"
    before, at = page.evaluate(count), time.monotonic()
    for _ in range(SECONDS):
        time.sleep(1)
        after, now = page.evaluate(count), time.monotonic()
        rates.append((after - before) / (now - at))
        before, at = after, now
        waiting.append(browser.call("vedette", "DescribeServing", ModelArn=arn).json["Waiting"])
    return rates, waiting


if __name__ == "__main__":
    sys.exit(main())
