"""The figures of /metrics, given to a collector by the same names every minute.

They are read from the registry that /metrics is written from, so that nothing is counted twice and no
request pays for it.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

log = logging.getLogger(__name__)

CUMULATIVE = AggregationTemporality.CUMULATIVE
Labels = tuple[tuple[str, str], ...]


class FigureSender:
    """Sends the figures of a registry until it is closed; a collector that is away costs its own thread."""

    def __init__(
        self, registry: CollectorRegistry, exporter: MetricExporter, resource: Resource, every_s: float
    ) -> None:
        self._registry = registry
        self._exporter = exporter
        self._resource = resource
        self._every_s = every_s
        self._began = time.time_ns()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send_often, name="telemetry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Send them a last time."""
        self._stop.set()
        self._thread.join()
        self._exporter.shutdown()

    def _send_often(self) -> None:
        while not self._stop.wait(self._every_s):
            self._send()
        self._send()

    def _send(self) -> None:
        try:
            self._exporter.export(read_figures(self._registry, self._resource, self._began))
        except Exception:
            log.warning("the figures could not be sent", exc_info=True)


def read_figures(registry: CollectorRegistry, resource: Resource, began: int) -> MetricsData:
    """Return what the registry counts now, since `began`."""
    now = time.time_ns()
    metrics = [metric for family in registry.collect() if (metric := _metric(family, began, now)) is not None]
    scope = ScopeMetrics(InstrumentationScope("vedette"), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _metric(family: Family, began: int, now: int) -> Metric | None:
    data: Sum | Gauge | Histogram
    if family.type == "counter":
        numbers = _numbers(family.samples, f"{family.name}_total", began, now)
        data = Sum(list(numbers), CUMULATIVE, is_monotonic=True)
    elif family.type == "gauge":
        data = Gauge(list(_numbers(family.samples, family.name, None, now)))
    elif family.type == "histogram":
        data = Histogram(list(_histograms(family, began, now)), CUMULATIVE)
    else:
        return None
    return Metric(family.name, family.documentation, "", data) if data.data_points else None


def _numbers(samples: Iterable[Sample], name: str, began: int | None, now: int) -> Iterator[NumberDataPoint]:
    for sample in samples:
        if sample.name == name:
            yield NumberDataPoint(sample.labels, began, now, sample.value)  # type: ignore[arg-type]


def _histograms(family: Family, began: int, now: int) -> Iterator[HistogramDataPoint]:
    bounds: dict[Labels, list[tuple[float, float]]] = {}
    sums: dict[Labels, float] = {}
    for sample in family.samples:
        of = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        if sample.name == f"{family.name}_bucket":
            bounds.setdefault(of, []).append((float(sample.labels["le"]), sample.value))
        elif sample.name == f"{family.name}_sum":
            sums[of] = sample.value
    for of, counted in bounds.items():
        yield _histogram(dict(of), sorted(counted), sums[of], began, now)


def _histogram(
    labels: dict[str, str], counted: list[tuple[float, float]], total: float, began: int, now: int
) -> HistogramDataPoint:
    """Return a point: Prometheus counts what is at most a bound, OpenTelemetry what lies between two."""
    counts = [int(count) for _, count in counted]
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=began,
        time_unix_nano=now,
        count=counts[-1],
        sum=total,
        bucket_counts=[later - before for before, later in zip([0, *counts[:-1]], counts, strict=True)],
        explicit_bounds=[bound for bound, _ in counted[:-1]],
        # Not counted: the bounds say as much as /metrics does.
        min=float("inf"),
        max=float("-inf"),
    )
