"""Telemetry of a server: opened where the environment asks for it, and never in the way of a request."""

import contextlib
import importlib
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vedette.telemetry.environment import TelemetryPlan, read_telemetry_plan

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from vedette.telemetry.tracing import Tracing

log = logging.getLogger(__name__)

# A stop waits no longer than this for a collector; what it has not taken by then is lost.
CLOSE_S = 3.0
# The standard's default (OTEL_METRIC_EXPORT_INTERVAL).
EVERY_MS = 60_000.0


class Telemetry:
    """What is sent of one server. `tracing` is None where no traces are asked for."""

    def __init__(self, tracing: "Tracing | None", closers: list[Callable[[], None]]) -> None:
        self.tracing = tracing
        self._closers = closers

    def close(self) -> None:
        """Send the rest, unless that takes long."""
        threads = [threading.Thread(target=closer, name="telemetry", daemon=True) for closer in self._closers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(CLOSE_S / len(threads))
        if any(thread.is_alive() for thread in threads):
            log.warning("The collector did not take the last of the telemetry; it is lost.")


def open_telemetry(
    environ: Mapping[str, str], registry: "CollectorRegistry", release: str
) -> Telemetry | None:
    """Return the telemetry that the environment asks for, or None; a fault of it stops no server."""
    plan = read_telemetry_plan(environ)
    for complaint in plan.complaints:
        log.warning(complaint)
    if not (plan.traces or plan.metrics):
        return None
    try:
        return _open(plan, environ, registry, release)
    except ModuleNotFoundError:
        log.warning("Telemetry is asked for and not installed. Type: pip install 'vedette[telemetry]'")
    except ValueError as error:
        log.warning("Telemetry is asked for and does not start: %s The server goes on without.", error)
    except Exception:
        log.warning("Telemetry is asked for and does not start; the server goes on without.", exc_info=True)
    return None


def _open(
    plan: TelemetryPlan, environ: Mapping[str, str], registry: "CollectorRegistry", release: str
) -> Telemetry:
    # Loaded only where it is asked for: a start takes longer by it.
    load = importlib.import_module
    resource = _resource(load("opentelemetry.sdk.resources").Resource, release)
    exporters = "opentelemetry.exporter.otlp.proto.http"
    closers: list[Callable[[], None]] = []
    tracing = None
    if plan.traces:
        exporter = load(f"{exporters}.trace_exporter").OTLPSpanExporter()
        tracing = load("vedette.telemetry.tracing").Tracing(exporter, resource, release)
        closers.append(tracing.close)
    if plan.metrics:
        exporter = load(f"{exporters}.metric_exporter").OTLPMetricExporter()
        sender = load("vedette.telemetry.figures").FigureSender
        closers.append(sender(registry, exporter, resource, _every_s(environ)).close)
    return Telemetry(tracing, closers)


def _resource(kind: Any, release: str) -> Any:
    """Return who sends; what the environment says of it (OTEL_SERVICE_NAME …) goes first."""
    own = {"service.version": release, "service.instance.id": str(uuid.uuid4())}
    resource = kind.create({})
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(kind({"service.name": "vedette"}))
    return kind(own).merge(resource)


def _every_s(environ: Mapping[str, str]) -> float:
    every_ms = EVERY_MS
    with contextlib.suppress(ValueError):
        every_ms = float(environ.get("OTEL_METRIC_EXPORT_INTERVAL", "") or EVERY_MS)
    return (every_ms if every_ms >= 100 else 100.0) / 1000  # not a number is less, too
