"""A folder on its way in through a browser while all goes wrong: nothing is lost, all is said in words.

    python -m bench.console_attacks many [FILES]   10,000 files of which 50 are no pictures, to the very end
    python -m bench.console_attacks full           a disk that is full in the middle, and has room again later
    python -m bench.console_attacks asleep         a laptop that sleeps, its server killed and started
    python -m bench.console_attacks clock        the server's clock an hour back, then a day ahead

`full` mounts a small disk of its own (root); `clock` needs libfaketime (FAKETIME names its library). Run by
hand: they take minutes, or what a test machine does not have.
"""

import base64
import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from bench.common import machine, processor_s, resident_mib, row
from bench.console_upload import PATIENCE_MS, check, choose, lines_of, open_project, wait_for, window

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from doubles.servers import start_server, stop_server  # noqa: E402

FILES, ODD = 10_000, 50
DISK_MIB = 48
FAKETIME = os.environ.get("FAKETIME", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
# What lies in folders of pictures and is none, whatever it is called.
ODDITIES: tuple[bytes, ...] = (
    b"",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<!doctype html><script>alert(1)</script>",
    b"\xff\xd8\xff\xe0 the head of a JPEG and nothing more",
    b"\x89PNG\r\n\x1a\n" + bytes(40),
    b"PK\x03\x04" + bytes(100),
    b"just words",
    base64.b64decode("R0lGODlhAQABAAAAACw=")[:8],
)


def main() -> int:
    """Run one attack; return 1 where something was lost or not said."""
    attacks: dict[str, Callable[[Path], bool]] = {
        "many": many, "full": full, "asleep": asleep, "clock": clock,
    }  # fmt: skip
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        return int(not attacks[sys.argv[1]](Path(place)))


def draw(folder: Path, count: int, *, side: int = 160, quality: int = 60) -> int:
    """Draw pictures that have nothing in common, in two kinds; return how many bytes they have."""
    dice, total = np.random.default_rng(count), 0
    for kind in ("bolt", "nut"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        file = io.BytesIO()
        Image.fromarray(dice.integers(0, 60, (side, side, 3), np.uint8)).save(file, "JPEG", quality=quality)
        (folder / ("bolt", "nut")[number % 2] / f"part {number}.jpg").write_bytes(file.getvalue())
        total += file.tell()
    return total


def many(place: Path) -> bool:
    """Ten thousand files, fifty of them no pictures: every picture is there, every other file is named."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else FILES
    size = draw(place / "folder", count - ODD)
    odd = {
        f"odd {number}.jpg": ODDITIES[number % len(ODDITIES)] + bytes([number]) * 3 for number in range(ODD)
    }
    for name, data in odd.items():
        (place / "folder" / random.Random(name).choice(("bolt", "nut")) / name).write_bytes(data)
    server = start_server(place / "data")
    with window(server) as page:
        open_project(page, server, "many")
        before, began = processor_s(server.process.pid), time.monotonic()
        choose(page, place / "folder")
        page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
        seconds = time.monotonic() - began
        expect(page.get_by_text(f"{ODD} pictures were refused.").first).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the list").click()
        listed = download.value.path().read_text("utf-8").splitlines()
    spent = processor_s(server.process.pid) - before
    entered = len(lines_of(server, "many"))
    print(f"{size / count / 1000:.0f} kB a file; server {1000 * spent / count:.1f} ms of processor each")
    row(
        f"{count} files, {ODD} no pictures: to the end",
        f"{seconds:.0f} s, {count / seconds:.0f} a second",
        "-",
        is_met=True,
    )
    row("pictures entered", f"{entered}", f"{count - ODD}", entered == count - ODD)
    named = sum(any(line.startswith(name) for line in listed) for name in odd)
    row("other files named in the list", f"{named}", f"{ODD}", named == ODD)
    row("resident memory of the server", f"{resident_mib(server.process.pid):.0f} MiB", "-", is_met=True)
    stop_server(server)
    return entered == count - ODD and named == ODD


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a disk of some MiB."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def full(place: Path) -> bool:
    """A disk that fills up while a folder comes in: the page waits and says so, and goes on by itself."""
    draw(place / "folder", 260, side=640, quality=95)
    with small_disk(place / "disk") as disk:
        server = start_server(disk / "data", log=place / "server.log")
        with window(server) as page:
            open_project(page, server, "full")
            choose(page, place / "folder")
            expect(page.get_by_text("disk is full", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
            print("the page says:", page.get_by_text("disk is full", exact=False).first.inner_text())
            at_full = len(lines_of(server, "full"))
            larger = f"remount,size={DISK_MIB * 8}m"
            subprocess.run(["mount", "-o", larger, str(disk)], check=True)
            page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
        print(f"{at_full} pictures were entered when the disk was full")
        is_whole = check(server, "full", place / "folder")
        stop_server(server)
    return is_whole


def asleep(place: Path) -> bool:
    """A tab that is frozen while its server is killed and started again."""
    draw(place / "folder", 300, side=480)
    server = start_server(place / "data")
    with window(server) as page:
        open_project(page, server, "asleep")
        tab = page.context.new_cdp_session(page)
        choose(page, place / "folder")
        wait_for(server, 60)
        tab.send("Page.setWebLifecycleState", {"state": "frozen"})
        server.process.kill()
        server.process.wait()
        time.sleep(20)
        server = start_server(server.data, "--port", str(urlsplit(server.address).port))
        tab.send("Page.setWebLifecycleState", {"state": "active"})
        page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
    is_whole = check(server, "asleep", place / "folder")
    stop_server(server)
    return is_whole


def clock(place: Path) -> bool:
    """A clock that goes an hour back, and then a day ahead, while a folder comes in and somebody labels."""
    draw(place / "folder", 300, side=480)
    stamp = place / "stamp"
    stamp.write_text("+0")
    server = start_server(
        place / "data",
        LD_PRELOAD=FAKETIME,
        FAKETIME_TIMESTAMP_FILE=str(stamp),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    with window(server) as page:
        open_project(page, server, "clock")
        choose(page, place / "folder")
        for step, count in (("-1h", 60), ("+1d", 160)):
            wait_for_lines(page, count)
            stamp.write_text(step)
            print(f"the clock is set {step}; the page says:", said(page))
        over, left = page.get_by_test_id("upload-over"), page.get_by_label("Access key ID")
        expect(over.or_(left).first).to_be_visible(timeout=PATIENCE_MS)
        if left.is_visible():
            print("signed out:", page.get_by_text("session has ended", exact=False).first.inner_text())
            key, secret = server.key
            left.fill(key)
            page.get_by_label("Secret access key").fill(secret)
            page.get_by_role("button", name="Sign in").click()
            over.wait_for(timeout=PATIENCE_MS)
    stamp.write_text("+0")
    is_whole = check(server, "clock", place / "folder")
    stop_server(server)
    return is_whole


def wait_for_lines(page: Page, count: int) -> None:
    """Wait until so many files of the folder have arrived, by what the page says."""
    page.wait_for_function(
        "(count) => Number(/(\\d+) of/.exec(document.body.innerText)?.[1] ?? 0) >= count",
        arg=count,
        timeout=PATIENCE_MS,
    )


def said(page: Page) -> str:
    """Return what an alert on the page says, nothing without one."""
    page.wait_for_timeout(2000)
    alerts = page.locator("[data-testid=upload-runs] [role=group]")
    return " / ".join(alerts.all_inner_texts())


if __name__ == "__main__":
    sys.exit(main())
