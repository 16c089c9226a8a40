"""An OpenTelemetry collector on loopback: takes OTLP over HTTP as protobuf and keeps what it was told."""

import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {"/v1/traces": ExportTraceServiceRequest, "/v1/metrics": ExportMetricsServiceRequest}


@dataclass
class Collector:
    """What came, and how it came."""

    address: str = ""
    raw: list[bytes] = field(default_factory=list)
    spans: list[Any] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    resources: list[dict[str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    # Set: answers wait for it. A collector that is stuck takes requests and says nothing.
    let_go: threading.Event | None = None

    def take(self, path: str, body: bytes) -> None:
        told = KINDS[path]()
        told.ParseFromString(body)
        with self.changed:
            self.raw.append(body)
            for resource in getattr(told, "resource_spans", ()):
                self.resources.append(plain(resource.resource.attributes))
                self.spans += [span for scope in resource.scope_spans for span in scope.spans]
            for resource in getattr(told, "resource_metrics", ()):
                self.figures |= {m.name: m for scope in resource.scope_metrics for m in scope.metrics}
            self.changed.notify_all()

    def wait_for(self, is_there: Callable[["Collector"], Any], within_s: float = 60) -> Any:
        """Return what `is_there` returns once it is something."""
        deadline = time.monotonic() + within_s
        with self.changed:
            while not (found := is_there(self)):
                left = deadline - time.monotonic()
                assert left > 0, [span.name for span in self.spans]
                self.changed.wait(left)
        return found

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


def plain(attributes: Any) -> dict[str, Any]:
    """Return attributes as a dictionary."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextlib.contextmanager
def running_collector(*, stuck: bool = False) -> Iterator[Collector]:
    """Yield a collector on a free port; one that is stuck answers nobody until the end."""
    collector = Collector(let_go=threading.Event() if stuck else None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            if collector.let_go is not None:
                collector.let_go.wait(120)
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        if collector.let_go is not None:
            collector.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def variables_for(collector: Collector, **more: str) -> dict[str, str]:
    """Return the standard variables that send everything there at once."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
        **more,
    }
