"""What the standard variables ask for."""

import logging
import subprocess
import sys

import pytest
from prometheus_client import CollectorRegistry

from vedette.telemetry.environment import TelemetryPlan, read_telemetry_plan
from vedette.telemetry.sending import open_telemetry

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
THERE = {ENDPOINT: "http://collector:4318"}
BOTH = TelemetryPlan(traces=True, metrics=True)


@pytest.mark.parametrize(
    ("environ", "plan"),
    [
        ({}, TelemetryPlan()),
        ({"OTEL_SERVICE_NAME": "vision"}, TelemetryPlan()),
        (THERE, BOTH),
        ({ENDPOINT: "  "}, TelemetryPlan()),
        (THERE | {"OTEL_SDK_DISABLED": "true"}, TelemetryPlan()),
        (THERE | {"OTEL_SDK_DISABLED": "TRUE"}, TelemetryPlan()),
        (THERE | {"OTEL_SDK_DISABLED": "1"}, BOTH),
        (THERE | {"OTEL_TRACES_EXPORTER": "none"}, TelemetryPlan(metrics=True)),
        (THERE | {"OTEL_METRICS_EXPORTER": "none"}, TelemetryPlan(traces=True)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, TelemetryPlan(traces=True)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, TelemetryPlan(traces=True)),
        (THERE | {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, BOTH),
    ],
)
def test_an_endpoint_or_an_exporter_asks_for_it_and_nothing_else_does(environ, plan):
    assert read_telemetry_plan(environ) == plan


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is 'zipkin'"),
        (THERE | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"),
        ({ENDPOINT: "collector:4317"}, "OTEL_EXPORTER_OTLP_ENDPOINT is no address"),
        ({ENDPOINT: "http://me:hidden@collector:port"}, "OTEL_EXPORTER_OTLP_ENDPOINT is"),
        (THERE | {"OTEL_EXPORTER_OTLP_HEADERS": "a=1,key hidden"}, "OTEL_EXPORTER_OTLP_HEADERS is no list"),
        ({ENDPOINT: "http://[::1"}, "OTEL_EXPORTER_OTLP_ENDPOINT is"),
    ],
)
def test_what_is_not_known_is_said_and_sends_nothing(environ, sentence, caplog):
    with caplog.at_level(logging.WARNING):
        assert open_telemetry(environ, CollectorRegistry(), "1") is None
    assert sentence in caplog.text
    assert "hidden" not in caplog.text


def test_one_signal_that_is_not_known_leaves_the_other():
    plan = read_telemetry_plan(THERE | {"OTEL_METRICS_EXPORTER": "prometheus"})
    assert (plan.traces, plan.metrics, len(plan.complaints)) == (True, False, 1)


def test_a_number_that_the_sdk_refuses_is_a_sentence_and_no_server_stops_for_it(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    with caplog.at_level(logging.WARNING):
        assert open_telemetry(THERE | {"OTEL_METRICS_EXPORTER": "none"}, CollectorRegistry(), "1") is None
    assert "does not start: max_queue_size must be a positive integer." in caplog.text
    assert "Traceback" not in caplog.text


def test_without_the_part_the_server_goes_on_and_says_what_to_type(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with caplog.at_level(logging.WARNING):
        assert open_telemetry(THERE, CollectorRegistry(), "1") is None
    assert "pip install 'vedette[telemetry]'" in caplog.text


def test_nothing_of_it_is_loaded_before_it_is_asked_for():
    program = (
        "import sys, vedette.server.run; print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
