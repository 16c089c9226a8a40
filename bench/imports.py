"""An import of 250,000 lines with four boxes each, whose pictures (4 KB each, 1 GB) lie in a bucket.

Bar: another request's p95 stays at 50 ms while the import is read and taken in. Printed without a bar: how
long both take, the memory of the server and of the process that reads, how soon a cancelled one ends, and
that a server killed with -9 in the middle brings everything once.

`python -m bench.imports [LINES]`. The pictures are put before the server starts, by the store itself.
"""

import contextlib
import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from bench.common import children, machine, percentile, resident_mib, row
from doubles.console import HOME, ConsoleBrowser, signed_in
from doubles.servers import RunningServer, start_server, stop_server
from vedette.store.blobs.folder import FolderBlobs

BAR_MS = 50.0
PICTURE_BYTES = 4096
EVERY_S = 0.02
BUCKET = "acme-pictures"
# How long an import is taken in before the server is killed.
KILL_AFTER_S = 15.0


def a_line(number: int) -> str:
    """Return a line with four boxes."""
    boxes = [
        {"class_id": (number + place) % 20, "left": 10 + place, "top": 20, "width": 30, "height": 40}
        for place in range(4)
    ]
    metadata = {
        "objects": [{"confidence": 1}] * 4,
        "class-map": {str(place): f"part-{place:02}" for place in range(20)},
        "type": "groundtruth/object-detection", "human-annotated": "yes",
        "creation-date": "2026-11-28T10:00:00", "job-name": "labeling-job/bench",
    }  # fmt: skip
    size = [{"width": 640, "height": 480, "depth": 3}]
    return json.dumps({
        "source-ref": f"s3://{BUCKET}/p/{number:06}.jpg",
        "parts": {"image_size": size, "annotations": boxes}, "parts-metadata": metadata,
    })  # fmt: skip


def fill(data: Path, lines: int) -> None:
    """Put pictures and manifest where the server will find them."""
    file = io.BytesIO()
    Image.new("RGB", (32, 24)).save(file, "JPEG")
    body = file.getvalue().ljust(PICTURE_BYTES, b"\0")
    blobs = FolderBlobs(data / "buckets")
    blobs.make_bucket(BUCKET, account=HOME)
    for number in range(lines):
        blobs.put(BUCKET, f"p/{number:06}.jpg", body)
    manifest = data / "m.manifest"
    with manifest.open("w") as stream:
        stream.writelines(f"{a_line(number)}\n" for number in range(lines))
    with manifest.open("rb") as whole:
        blobs.put(BUCKET, "m.manifest", whole)
    print(f"{manifest.stat().st_size / 1e6:.0f} MB of lines", flush=True)
    blobs.close()


class Others:
    """Somebody else's requests meanwhile, and the most memory that was seen."""

    def __init__(self, server: RunningServer) -> None:
        self.browser = signed_in(server)
        self.pid = server.process.pid
        self.times_ms: list[float] = []
        self.server_mib = self.reader_mib = 0.0

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Ask while the body runs."""
        self.times_ms.clear()
        self.server_mib = self.reader_mib = 0.0
        done = threading.Event()
        thread = threading.Thread(target=self._ask, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _ask(self, done: threading.Event) -> None:
        while not done.wait(EVERY_S):
            began = time.perf_counter()
            self.browser.call("rekognition", "DescribeProjects")
            self.times_ms.append((time.perf_counter() - began) * 1000)
            with contextlib.suppress(OSError):
                self.server_mib = max(self.server_mib, resident_mib(self.pid))
                readers = [resident_mib(child) for child in children(self.pid)]
                self.reader_mib = max([self.reader_mib, *readers])

    def show(self, subject: str) -> None:
        """Print what they waited."""
        p50, p95 = percentile(self.times_ms, 0.5), percentile(self.times_ms, 0.95)
        row(f"{subject}: others' requests, p50, p95", f"{p50:.0f}, {p95:.0f} ms", "≤ 50 ms", p95 <= BAR_MS)
        print(f"| | server {self.server_mib:.0f} MiB, its largest child {self.reader_mib:.0f} MiB | | |")


def wait(browser: ConsoleBrowser, names: dict[str, str], *over: str) -> dict[str, Any]:
    """Return the import once it is over."""
    while True:
        state = browser.call("vedette", "DescribeImport", **names).json
        if state["Status"] in over:
            return dict(state)
        time.sleep(0.25)


def begin(browser: ConsoleBrowser, project: str) -> dict[str, str]:
    """Begin to read the manifest."""
    source = {"Kind": "bucket", "Format": "manifest", "Address": f"s3://{BUCKET}/m.manifest"}
    made = browser.call("vedette", "CreateImport", ProjectArn=project, DatasetType="train", Source=source)
    return {"ProjectArn": project, "ImportId": made.json["ImportId"]}


def measure(data: Path, lines: int) -> None:
    """Print every figure."""
    server = start_server(data)
    browser, others = signed_in(server), Others(server)
    project = browser.call("rekognition", "CreateProject", ProjectName="parts").json["ProjectArn"]
    with others.asking():
        time.sleep(10)
    others.show("before")
    began = time.monotonic()
    with others.asking():
        names = begin(browser, project)
        state = wait(browser, names, "ready", "failed")
    print(f"| read and judged | {time.monotonic() - began:.0f} s, {state['Summary']['Usable']} usable | | |")
    others.show("while it is read")
    cancelled = begin(browser, project)
    time.sleep(5)
    began = time.monotonic()
    browser.call("vedette", "CancelImport", **cancelled)
    wait(browser, cancelled, "cancelled", "ready")
    print(f"| a reading that is cancelled ends after | {time.monotonic() - began:.1f} s | | |")
    began = time.monotonic()
    with others.asking():
        browser.call("vedette", "RunImport", **names)
        time.sleep(KILL_AFTER_S)
    others.show("while it is taken in")
    done = browser.call("vedette", "DescribeImport", **names).json
    server.process.kill()
    server.process.wait()
    server = start_server(data)
    browser, others = signed_in(server), Others(server)
    with others.asking():
        result = wait(browser, names, "done", "ready", "failed")
    others.show("after a kill -9")
    count = browser.call("vedette", "CountEntries", ProjectArn=project, DatasetType="train").json["Total"]
    print(f"| taken in, killed once after {done.get('Done')} | {time.monotonic() - began:.0f} s | | |")
    row("entries; added, already there", f"{count}; {result['Result']}", f"{lines}", count == lines)
    stop_server(server)


def main() -> None:
    """Fill a folder and measure."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 250_000
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        data = Path(place) / "data"
        stop_server(start_server(data))
        began = time.monotonic()
        fill(data, lines)
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
        measure(data, lines)


if __name__ == "__main__":
    main()
