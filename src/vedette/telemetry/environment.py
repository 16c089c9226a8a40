"""What the standard variables of OpenTelemetry ask for; the rest of them the SDK reads by itself.

One thing differs from the standard, on purpose: without an endpoint and without an exporter's name nothing
is sent, where the standard sends to this machine (decisions/0374).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

PROTOCOL = "http/protobuf"


@dataclass(frozen=True, slots=True)
class TelemetryPlan:
    """Which signals are sent, and sentences about what was asked for and cannot be."""

    traces: bool = False
    metrics: bool = False
    complaints: tuple[str, ...] = ()


def read_telemetry_plan(environ: Mapping[str, str]) -> TelemetryPlan:
    """Return what the environment asks for."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return TelemetryPlan()
    complaints: list[str] = []
    traces = _is_wanted("TRACES", environ, complaints)
    metrics = _is_wanted("METRICS", environ, complaints)
    return TelemetryPlan(traces, metrics, tuple(dict.fromkeys(complaints)))


def _is_wanted(signal: str, environ: Mapping[str, str], complaints: list[str]) -> bool:
    name = f"OTEL_{signal}_EXPORTER"
    exporter = environ.get(name, "").strip().lower()
    endpoint = _of(signal, "ENDPOINT", environ)
    if exporter == "none" or not (exporter or endpoint):
        return False
    if exporter not in ("", "otlp"):
        complaints.append(f"{name} is {exporter!r}: otlp and none are known; nothing of it is sent.")
        return False
    protocol = _of(signal, "PROTOCOL", environ) or PROTOCOL
    if protocol != PROTOCOL:
        complaints.append(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}: {PROTOCOL} alone is spoken.")
        return False
    if endpoint and not _is_address(endpoint):
        # Not shown: an address may hold a password.
        complaints.append("OTEL_EXPORTER_OTLP_ENDPOINT is no address: http(s)://host:port is one.")
        return False
    if any("=" not in pair for pair in _of(signal, "HEADERS", environ).split(",") if pair.strip()):
        # The SDK would show it in the log.
        complaints.append("OTEL_EXPORTER_OTLP_HEADERS is no list of name=value with commas between.")
        return False
    return True


def _of(signal: str, variable: str, environ: Mapping[str, str]) -> str:
    """Return a variable of this signal, else the one for all."""
    own = environ.get(f"OTEL_EXPORTER_OTLP_{signal}_{variable}", "").strip()
    return own or environ.get(f"OTEL_EXPORTER_OTLP_{variable}", "").strip()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
