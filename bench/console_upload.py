"""Two thousand pictures into a dataset through a browser: how fast, and what a cut line and a restart do.

    python -m bench.console_upload [PICTURES]

A folder is chosen in Chromium, labels from its folders, and the time counts from the click until the last
entry is in the dataset. Then a second folder is chosen, the server is killed in the middle and started again,
and the page is reloaded in the middle; nothing may be there twice and nothing may be missing.
"""

import contextlib
import hashlib
import io
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from bench.common import machine, processor_s, resident_mib, row

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402
from tests.browser.conftest import BUILT, CHROMIUM, FLAGS  # noqa: E402

from doubles.servers import RunningServer, start_server, stop_server  # noqa: E402

PICTURES = 2000
LEAST_A_SECOND = 40
SIDES = (1050, 780)
# Noise in so many levels makes a JPEG of 500 KB out of these sides.
LEVELS = 120
KINDS = ("bolt", "nut", "washer", "screw")
PATIENCE_MS = 1_800_000


def main() -> int:
    """Measure, cut and count; return 1 where a bar is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    assert BUILT.is_file(), "make console"
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        first, second = Path(place) / "first", Path(place) / "second"
        size = draw_folder(first, count, seed=1) / count
        draw_folder(second, count // 4, seed=2)
        server = start_server(Path(place) / "data")
        with window(server) as page:
            is_fast = measure(page, server, first, count, size)
            server, is_whole = cut(page, server, second, count // 4)
        stop_server(server)
    return int(not (is_fast and is_whole))


def draw_folder(folder: Path, count: int, *, seed: int) -> int:
    """Draw pictures of 500 KB that have nothing in common; return how many bytes they have together."""
    random, total = np.random.default_rng(seed), 0
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
    for number in range(count):
        noise = random.integers(0, LEVELS, (SIDES[1], SIDES[0], 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(noise).save(file, "JPEG", quality=88)
        (folder / KINDS[number % len(KINDS)] / f"part {number}.jpg").write_bytes(file.getvalue())
        total += file.tell()
    return total


@contextlib.contextmanager
def window(server: RunningServer) -> Iterator[Page]:
    """Yield a page of Chromium, signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(base_url=server.address, locale="en").new_page()
        page.goto(f"/console/#{urlsplit(server.vedette('console').strip()).fragment}")
        expect(page.locator("#top-bar")).to_be_visible(timeout=30_000)
        yield page
        browser.close()


def measure(page: Page, server: RunningServer, folder: Path, count: int, size: float) -> bool:
    """Time one folder, undisturbed."""
    open_project(page, server, "timed")
    before, began = processor_s(server.process.pid), time.monotonic()
    choose(page, folder)
    page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
    seconds = time.monotonic() - began
    spent = processor_s(server.process.pid) - before
    rate = count / seconds
    row(
        f"{count} JPEGs of {size / 1000:.0f} kB, folder to dataset",
        f"{rate:.0f} a second ({seconds:.1f} s; server {1000 * spent / count:.1f} ms of processor each)",
        f">= {LEAST_A_SECOND} a second",
        rate >= LEAST_A_SECOND,
    )
    row("resident memory of the server", f"{resident_mib(server.process.pid):.0f} MiB", "-", is_met=True)
    return check(server, "timed", folder) and rate >= LEAST_A_SECOND


def cut(page: Page, server: RunningServer, folder: Path, count: int) -> tuple[RunningServer, bool]:
    """Kill the server in the middle, then reload the page in the middle; return the server that runs now."""
    open_project(page, server, "cut")
    before = len(objects_of(server))
    choose(page, folder)
    wait_for(server, before + count // 4)
    server.process.kill()
    server.process.wait()
    time.sleep(2)
    server = start_server(server.data, "--port", str(urlsplit(server.address).port))
    wait_for(server, before + count // 2)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Add pictures").first.click()
    choose(page, folder)
    page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
    return server, check(server, "cut", folder)


def open_project(page: Page, server: RunningServer, name: str) -> None:
    """Create a project and open the page of its datasets."""
    server.client("rekognition").create_project(ProjectName=name)
    page.goto(f"/console/projects/rekognition/{name}/datasets")


def choose(page: Page, folder: Path) -> None:
    """Choose a folder and take its pictures, with the labels that it proposes."""
    page.get_by_test_id("choose-folder-train").set_input_files(folder)
    page.get_by_test_id("upload-begin").click(timeout=PATIENCE_MS)


def lines_of(server: RunningServer, name: str) -> list[str]:
    """Return the lines of the training dataset, none where there is none yet."""
    client = server.client("rekognition")
    (project,) = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    if not project["Datasets"]:
        return []
    pages = client.get_paginator("list_dataset_entries").paginate(
        DatasetArn=project["Datasets"][0]["DatasetArn"]
    )
    return [line for page in pages for line in page["DatasetEntries"]]


def objects_of(server: RunningServer) -> list[str]:
    """Return the hashes under which pictures are stored, each as often as it is."""
    s3 = server.client("s3")
    return [
        item["Key"].split("/")[1]
        for bucket in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
        for listing in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="uploads/")
        for item in listing.get("Contents", ())
    ]


def wait_for(server: RunningServer, count: int) -> None:
    """Wait until so many pictures are stored."""
    while len(objects_of(server)) < count:
        time.sleep(0.2)


def check(server: RunningServer, name: str, folder: Path) -> bool:
    """Hold the dataset and the bucket against the folder."""
    files = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.jpg")}
    lines = lines_of(server, name)
    entered = [line.split("/uploads/")[1][:64] for line in lines]
    objects = objects_of(server)
    is_whole = set(entered) == files and len(entered) == len(files) and files <= set(objects)
    is_single = len(objects) == len(set(objects))
    row(f"entries of {name}; objects", f"{len(entered)}; {len(objects)}", f"{len(files)}, once", is_whole)
    return is_whole and is_single


if __name__ == "__main__":
    sys.exit(main())
