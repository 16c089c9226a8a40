"""What the agent counts: calls, their codes and times, how models stand. For Prometheus and people."""

import time
from collections.abc import Callable
from typing import Any

import grpc
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from vedette.edge.device_models import DeviceModels
from vedette.edge.life import ModelState

# Names of models come from clients; what is none of the device's is counted under one name.
UNKNOWN_MODEL = "unknown"
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class AgentFigures:
    """The figures of one agent."""

    def __init__(self, models: DeviceModels) -> None:
        self._registry = CollectorRegistry()
        self._models = models
        self._calls = Counter(
            "vedette_edge_calls", "Calls answered.", ("call", "model", "code"), registry=self._registry
        )
        self._seconds = Histogram(
            "vedette_edge_call_seconds",
            "Seconds from a picture's call to its answer.",
            ("call", "model"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._registry.register(_ModelCollector(models))

    def count(self, call: str, model: str, code: grpc.StatusCode, seconds: float) -> None:
        """Count one answer."""
        name = model if self._models.is_known(model) else UNKNOWN_MODEL
        self._calls.labels(call, name, code.name).inc()
        self._seconds.labels(call, name).observe(seconds)

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        return generate_latest(self._registry)

    def total(self, model: str, code: str) -> int:
        """Return how many pictures of a model were answered so."""
        return round(
            sum(
                sample.value
                for metric in self._calls.collect()
                for sample in metric.samples
                if sample.name.endswith("_total")
                and (sample.labels["model"], sample.labels["code"]) == (model, code)
            )
        )


class _ModelCollector(Collector):
    """How models stand at the moment of asking."""

    def __init__(self, models: DeviceModels) -> None:
        self._models = models

    def collect(self) -> Any:
        """Yield a gauge of states, and one of waiting calls."""
        states = GaugeMetricFamily(
            "vedette_edge_model_state", "1 for the state that a model is in.", labels=("model", "state")
        )
        for report in self._models.reports():
            for state in ModelState:
                states.add_metric((report.name, state.value), float(report.state is state))
        yield states
        waiting = GaugeMetricFamily(
            "vedette_edge_model_waiting", "Calls that a model has now.", labels=("model",)
        )
        for name, count in self._models.waiting().items():
            waiting.add_metric((name,), count)
        yield waiting


class CountingInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]
    """Counts the calls with pictures."""

    COUNTED = frozenset({"DetectAnomalies", "DetectCustomLabels"})

    def __init__(self, figures: AgentFigures) -> None:
        self._figures = figures

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Return the handler of a call, counted where it has a picture."""
        handler = continuation(details)
        call = details.method.rpartition("/")[2]
        if handler is None or call not in self.COUNTED:
            return handler

        def counted(request: Any, context: Any) -> Any:
            began = time.monotonic()
            try:
                return handler.unary_unary(request, context)
            finally:
                code = context.code() or grpc.StatusCode.OK
                self._figures.count(call, request.model_component, code, time.monotonic() - began)

        return grpc.unary_unary_rpc_method_handler(
            counted,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )
