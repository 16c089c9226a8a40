"""A real server, a real Chromium, and pages that fail on what nobody looks at.

What tests use: `console` (a running server with the built console), `page` (a window that fails the test
on an error in its log, and on every request to another host), `signed_in` (the same, signed in by its
cookie), and from `looks`: `take_pictures` and `axe_findings`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright

from doubles.console import signed_in as signed_in_browser
from doubles.servers import RunningServer, start_server, stop_server

ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / "src" / "vedette" / "api" / "console" / "static" / "index.html"
CHROMIUM = os.environ.get("VEDETTE_CHROMIUM", "/usr/bin/chromium")
# No sandbox, since tests run as root in containers; no service of the browser's maker.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WINDOW = {"width": 1280, "height": 800}
# Two processors that also run the server and other tests.
PATIENCE_MS = 20_000


# Whom alarms may call: a webhook where nobody listens, and a topic with a hostile name that runs a command.
TOPICS = """
[topics.night-shift]
webhook = "http://127.0.0.1:9/services/very-secret-path"
secret = "very-secret"
events = ["drift"]
emails = ["very-secret@example.com"]

[topics."<img src=x onerror=alert(1)> a-very-long-topic-name_a-very-long-topic-name_a-very-long-topic-name"]
command = ["/bin/true"]
"""
# Files of one long test or two; a worker that gets one last works on alone when the others are done.
LONGEST = ("test_every_page.py", "test_training.py", "test_suggestions.py", "test_wrong_label.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here for the browser lane, so that nobody forgets to; the longest files come first."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole lane; tests keep apart by the names they give."""
    assert BUILT.is_file(), "the console is not built: make console"
    folder = tmp_path_factory.mktemp("console")
    book = folder / "actions.toml"
    book.write_text(TOPICS, "utf-8")
    running = start_server(folder / "data", VEDETTE_ALARM_ACTIONS=str(book))
    yield running
    assert stop_server(running) == 0


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser; every page has a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watch:
    """What a page asked for and complained about; an expected complaint is taken out of `errors`."""

    def __init__(self, page: Page, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.errors: list[str] = []
        self.strangers: list[str] = []
        # How complaints begin that the test has provoked.
        self.expected: tuple[str, ...] = ()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self.ask)
        page.on("response", self.answer)

    def hear(self, message: ConsoleMessage) -> None:
        """Note an error; a refused request is noted by `answer`, with its status."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def ask(self, request: Request) -> None:
        """Note a request to another host."""
        target = urlsplit(request.url)
        if target.scheme not in ("blob", "data") and target.netloc != self.host:
            self.strangers.append(request.url)

    def answer(self, response: Response) -> None:
        """Note an answer that is no success; before signing in, a session is asked for in vain."""
        is_asking = response.request.method == "GET" and response.url.endswith("/console/api/session")
        if response.status >= 400 and not (is_asking and response.status == 401):
            self.errors.append(f"{response.status} {response.url}")


@pytest.fixture
def watch(page: Page) -> Watch:
    """What the page asked for and complained about."""
    return page.vedette_watch  # type: ignore[attr-defined,no-any-return]


def open_page(chromium: Browser, console: RunningServer, **options: object) -> Page:
    """Open a window with a fresh profile, watched."""
    context = chromium.new_context(
        base_url=console.address,
        **{"viewport": WINDOW, "locale": "en", "reduced_motion": "reduce", **options},
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.vedette_watch = Watch(page, console.address)
    return page


def close_page(page: Page) -> None:
    """Close the window, and fail on what it complained about or asked of strangers."""
    noted: Watch = page.vedette_watch
    page.context.close()
    assert noted.strangers == []
    assert [error for error in noted.errors if not error.startswith(noted.expected)] == []


@pytest.fixture
def page(chromium: Browser, console: RunningServer) -> Iterator[Page]:
    """A window with a fresh profile; what it complains about fails the test."""
    expect.set_options(timeout=PATIENCE_MS)
    opened = open_page(chromium, console)
    yield opened
    close_page(opened)


def sign_in(page: Page, console: RunningServer, *words: str) -> None:
    """Sign in by a one-time link, as `vedette console` prints it."""
    link = console.vedette("console", *words).strip()
    page.goto(f"/console/#{urlsplit(link).fragment}")
    expect(page.locator("#top-bar")).to_be_visible()


def enter(page: Page, server: RunningServer, key: tuple[str, str] | None = None) -> None:
    """Have somebody signed in, the account's owner unless a key says whom; the page opens what it wants.

    A link is a page more to load: only tests of signing in and of the first page sign in by one.
    """
    cookies = signed_in_browser(server, key).cookies
    page.context.add_cookies(
        [
            {
                "name": name,
                "value": value,
                "domain": urlsplit(server.address).hostname,
                "path": "/console/",
                "httpOnly": True,
                "sameSite": "Strict",
            }
            for name, value in cookies.items()
        ]
    )


@pytest.fixture
def signed_in(page: Page, console: RunningServer) -> Page:
    """The window, with the account's owner signed in; no page is open yet."""
    enter(page, console)
    return page
