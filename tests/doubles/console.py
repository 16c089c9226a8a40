"""A browser at the console, as far as requests tell: cookies, origin, and the token of its session."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlsplit

from doubles.servers import RunningServer
from vedette.identity.identity import Identity
from vedette.server.installation import open_installation
from vedette.settings import Settings

# The account of an installation that names none.
HOME = "000000000000"
# A busy machine draws the pictures of an example project in more than half a minute.
PATIENCE_S = 120


@dataclass(frozen=True)
class BrowserAnswer:
    """An answer as a page gets it."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error."""
        return str(self.json["code"])


@dataclass
class ConsoleBrowser:
    """Sends what a page of the console sends, and keeps the cookie."""

    server: RunningServer
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    region: str = ""

    @property
    def netloc(self) -> str:
        """The server's host and port."""
        return urlsplit(self.server.address).netloc

    def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        headers: dict[str, str | None] | None = None,
        body: bytes | None = None,
    ) -> BrowserAnswer:
        """Send a request as a page of ours would; a header of None is left out."""
        fields: dict[str, str | None] = {"Host": self.netloc, "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method not in ("GET", "HEAD"):
            fields |= {"Origin": self.server.address, "Content-Type": "application/json"}
            fields |= {"X-Vedette-Csrf": self.csrf} if self.csrf else {}
        if self.region:
            fields["X-Vedette-Region"] = self.region
        fields |= headers or {}
        data = body if body is not None else b"" if content is None else json.dumps(content).encode()
        line = HTTPConnection(self.netloc, timeout=PATIENCE_S)
        try:
            named = {name: value for name, value in fields.items() if value is not None}
            line.request(method, path, data, named)
            response = line.getresponse()
            answer = BrowserAnswer(response.status, response.headers, response.read())
        finally:
            line.close()
        self._keep(answer)
        return answer

    def _keep(self, answer: BrowserAnswer) -> None:
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]

    def sign_in(self, key: tuple[str, ...] | None = None, *, link: str = "") -> BrowserAnswer:
        """Sign in by a link, or by a key: the root's when none is given."""
        key = key or self.server.key
        content = {"link": link} if link else {"accessKeyId": key[0], "secretAccessKey": key[1]}
        answer = self.ask("POST", "/console/api/session", content)
        self.csrf = answer.json.get("csrf", "")
        return answer

    def call(self, service: str, operation: str, **members: Any) -> BrowserAnswer:
        """Ask for a service's operation."""
        return self.ask("POST", f"/console/api/{service}/{operation}", members)


def signed_in(server: RunningServer, key: tuple[str, ...] | None = None) -> ConsoleBrowser:
    """Return a browser in which somebody has signed in."""
    browser = ConsoleBrowser(server)
    answer = browser.sign_in(key)
    assert answer.status == 200, answer.body
    return browser


@contextmanager
def directory_beside(server: RunningServer) -> Iterator[Identity]:
    """Yield the identities of the server's installation, as a command beside it opens them."""
    with open_installation(Settings(data=server.data)) as installation:
        yield installation.identity


def a_user(server: RunningServer, name: str, *policies: str) -> tuple[str, str]:
    """Create a user with these policies, and return a key of it."""
    with directory_beside(server) as identity:
        identity.directory.create_user(HOME, name, policies)
        key = identity.directory.create_key(HOME, name)
    return key.id, key.secret
