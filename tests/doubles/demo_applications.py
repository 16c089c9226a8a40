"""The demonstration application of the examples, served in this process, and its page's requests."""

import json
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import quote


class DemoApplication:
    """Serves the example's handler on loopback while the context lasts."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], token: str) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.token = token

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Return status and body of an answer; headers are sent as given, with dashes for underscores."""
        names = {"X-Token": self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, body, names)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def send(self, action: str, model: str, body: bytes = b"") -> tuple[int, str]:
        """Ask for an action with a model."""
        return self.ask(f"/{action}?model={quote(model, safe='')}", body)

    def wait_for(self, model: str, status: str) -> None:
        """Return as soon as the list of models shows one with a status."""
        deadline = time.monotonic() + 120
        while (model, status) not in self.statuses():
            assert time.monotonic() < deadline, self.statuses()
            time.sleep(0.2)

    def statuses(self) -> set[tuple[str, str]]:
        """Return each model of the list with its status."""
        return {(entry["arn"], entry["status"]) for entry in json.loads(self.ask("/models")[1])}
