"""The first page of the console: from a cold cache until it can be used, and what it loads for that."""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from tests.browser.conftest import BUILT, CHROMIUM, FLAGS  # noqa: E402

from doubles.servers import start_server, stop_server  # noqa: E402

RUNS = 7
# The bars: seconds until a project can be clicked, KiB of JavaScript as it comes over the wire.
MOST_SECONDS, MOST_KIB = 1.5, 350


def main() -> int:
    """Open the console with an empty cache, several times; return 1 when a bar is missed."""
    assert BUILT.is_file(), "make console"
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        server = start_server(Path(place) / "data")
        server.client("rekognition").create_project(ProjectName="first")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        rows = [measure(browser, server.address, server.vedette("console").strip()) for _ in range(RUNS)]
        browser.close()
        stop_server(server)
    seconds, script, style, hosts = zip(*rows, strict=True)
    print(f"first page usable, median of {RUNS}: {statistics.median(seconds):.2f} s (bar {MOST_SECONDS} s)")
    print(f"slowest {max(seconds):.2f} s")
    print(f"JavaScript {script[0]:.0f} KiB (bar {MOST_KIB}), CSS {style[0]:.0f} KiB")
    print(f"hosts asked: {sorted(set().union(*hosts))}")
    return int(statistics.median(seconds) > MOST_SECONDS or script[0] > MOST_KIB)


def measure(browser: Browser, address: str, link: str) -> tuple[float, float, float, set[str]]:
    """Open the link in a fresh profile; return seconds, KiB of scripts and of styles, and the hosts asked."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    began = time.monotonic()
    page.goto(link)
    page.get_by_role("link", name="first").wait_for()
    seconds = time.monotonic() - began
    sizes: dict[str, float] = page.evaluate(
        """() => {
          const sizes = {js: 0, css: 0};
          for (const entry of performance.getEntriesByType("resource"))
            for (const kind of Object.keys(sizes))
              if (new URL(entry.name).pathname.endsWith("." + kind)) sizes[kind] += entry.encodedBodySize;
          return sizes;
        }"""
    )
    context.close()
    return seconds, sizes["js"] / 1024, sizes["css"] / 1024, hosts


if __name__ == "__main__":
    sys.exit(main())
