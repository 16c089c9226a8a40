"""A small page for who stands at the device: models, their states and counts. On loopback alone, read only.

/          the page
/metrics   figures for Prometheus
/healthz   200 while the agent runs
"""

import html
import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Protocol

import vedette
from vedette.edge.device_models import DeviceModels
from vedette.errors import Wrong

if TYPE_CHECKING:  # with gRPC, which a watch of a stream has not
    from vedette.edge.figures import AgentFigures

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>Vedette edge agent</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}}
table{{border-collapse:collapse}}
td,th{{text-align:left;padding:.3rem 1rem .3rem 0;border-bottom:1px solid #8888}}
td.n,th.n{{text-align:right}}</style></head><body>
<h1>Vedette edge agent</h1><p>Version {version}, answers at {addresses}</p>
<table><thead><tr><th>Model</th><th>State</th><th>Task</th><th class="n">Answered</th>
<th class="n">Waiting</th><th>Message</th></tr></thead><tbody>{rows}</tbody></table>
</body></html>
"""
LOCAL_NAMES = ("localhost",)


class LocalPages(Protocol):
    """What answers for paths."""

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body for a path."""


class StatusPages:
    """What the page shows."""

    def __init__(self, models: DeviceModels, figures: "AgentFigures", addresses: tuple[str, ...]) -> None:
        self._models = models
        self._figures = figures
        self._addresses = addresses

    def page(self) -> bytes:
        """Return the page."""
        waiting = self._models.waiting()
        rows = "".join(
            _row(
                (report.name, report.state.value, report.task),
                (self._figures.total(report.name, "OK"), waiting.get(report.name, 0)),
                report.message,
            )
            for report in self._models.reports()
        )
        addresses = html.escape(", ".join(self._addresses))
        return PAGE.format(version=vedette.__version__, addresses=addresses, rows=rows).encode()

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body for a path."""
        if path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", self.page()
        if path == "/metrics":
            return HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", self._figures.text()
        if path == "/healthz":
            return HTTPStatus.OK, "text/plain; charset=utf-8", b"ok\n"
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is /, /metrics and /healthz.\n"


@contextmanager
def served_pages(pages: LocalPages, address: str) -> Iterator[str]:
    """Serve the pages while the block runs; yield their address."""
    host, port = local_address(address)
    try:
        server = ThreadingHTTPServer((host, port), _handler(pages, host))
    except OSError as error:
        raise Wrong(f"The status page cannot be at {address}: {error.strerror}.", kind="socket") from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def local_address(address: str) -> tuple[str, int]:
    """Return host and port of an address; refuse one that others could reach."""
    host, colon, port = address.rpartition(":")
    if not (colon and port.isdigit() and int(port) < 1 << 16):
        raise Wrong(f"{address!r} is no HOST:PORT for the status page.", kind="socket")
    if host in LOCAL_NAMES:
        return "127.0.0.1", int(port)
    try:
        is_local = ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise Wrong(f"The status page is for this machine alone, such as 127.0.0.1:9464, not {address}.")
    return host, int(port)


def _handler(pages: LocalPages, host: str) -> type[BaseHTTPRequestHandler]:
    class StatusHandler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            # A page of another site cannot read this one by a name of its own that leads here.
            # A browser leaves the port out where it is HTTP's own.
            name = (self.headers.get("Host") or "").partition(":")[0]
            if name not in (host, *LOCAL_NAMES):
                self.send_error(HTTPStatus.FORBIDDEN)
                return
            status, kind, body = pages.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name in the library)
            del format, args

    return StatusHandler


def _row(texts: tuple[str, ...], counts: tuple[int, ...], message: str) -> str:
    cells = [f"<td>{html.escape(text)}</td>" for text in texts]
    cells += [f'<td class="n">{count:,}</td>' for count in counts]
    return f"<tr>{''.join(cells)}<td>{html.escape(message)}</td></tr>"
