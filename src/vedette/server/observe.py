"""The server's log, a line a request, and its metrics for Prometheus."""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from vedette.functions.store import Function
from vedette.projects.version import read_version_arn

log = logging.getLogger("vedette.requests")

# A request takes from half a millisecond (a description) to minutes (a large object).
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

MODEL = ["service", "project", "version"]
OUTCOMES = frozenset({"answered", "invalid", "throttled", "errors"})
UNITS = {"desired_units": "desired", "in_service_units": "in service"}


@dataclass(slots=True)
class RequestRecord:
    """One request, for the log and the metrics."""

    request_id: str
    method: str
    path: str
    client: str = ""
    service: str = "none"
    operation: str = "none"
    principal: str = ""
    status: int = 0
    code: str = ""
    seconds: float = 0.0
    sent_bytes: int = 0
    # How many like it were answered since the last line of them, and have none.
    repeats: int = 0
    # Where the operator asks for traces.
    trace_id: str = ""
    span: Any = None


class Metrics:
    """The counters of one server; a registry of their own, so that tests can start several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "vedette_requests",
            "Requests answered.",
            ["service", "operation", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "vedette_request_seconds",
            "Time from a request's head to its answer's last byte.",
            ["service", "operation"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.sent_bytes = Counter(
            "vedette_sent_bytes", "Bytes of answers.", ["service"], registry=self.registry
        )
        self.under_way = Gauge(
            "vedette_requests_under_way", "Requests being answered.", registry=self.registry
        )
        # To find a series by its labels takes longer than to count; there are as many as the page has lines.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}
        self._stages: dict[tuple[str, str, str], str] = {}
        self._add_models()

    def _add_models(self) -> None:
        self.pictures = Counter(
            "vedette_pictures",
            "Pictures sent to a model: answered, invalid, throttled or errors.",
            [*MODEL, "outcome"],
            registry=self.registry,
        )
        self.findings = Counter(
            "vedette_findings", "Labels, objects and anomaly types found.", MODEL, registry=self.registry
        )
        self.anomalies = Counter(
            "vedette_anomalies", "Pictures found anomalous.", MODEL, registry=self.registry
        )
        self.picture_seconds = Histogram(
            "vedette_picture_seconds",
            "Time from a picture's admission to its findings.",
            MODEL,
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.units = Gauge(
            "vedette_units",
            "Inference units: desired and in service.",
            [*MODEL, "which"],
            registry=self.registry,
        )
        self.training = Gauge(
            "vedette_training_share",
            "How much of its present stage a training under way has done, 0 to 1.",
            [*MODEL, "stage"],
            registry=self.registry,
        )
        self.function_events = Counter(
            "vedette_function_events",
            "Events of functions: handled, retried, failed for good, stopped in a circle, or untold.",
            ["account", "function", "outcome"],
            registry=self.registry,
        )

    def record_event(self, function: Function, outcome: str) -> None:
        """Record what became of an event of a function."""
        self.function_events.labels(function.place.account, function.name, outcome).inc()

    def record_training(self, arn: str, facts: Mapping[str, Any] | None) -> None:
        """Record the progress of a training; None when it has ended."""
        identity = read_version_arn(arn)
        if identity is None:
            return
        of = (identity[0].service, identity[1], identity[2])
        before = self._stages.pop(of, None)
        if before and (facts is None or before != facts["stage"]):
            self.training.remove(*of, before)
        if facts is not None:
            self._stages[of] = facts["stage"]
            self.training.labels(*of, facts["stage"]).set(facts["done"] / max(1, facts["of"]))

    def record(self, arn: str, figure: str, value: float) -> None:
        """Record what the meter counts of a model."""
        identity = read_version_arn(arn)
        if identity is None:
            return
        of = (identity[0].service, identity[1], identity[2])
        if figure in OUTCOMES:
            self.pictures.labels(*of, figure).inc(value)
        elif figure in UNITS:
            self.units.labels(*of, UNITS[figure]).set(value)
        elif figure == "ms":
            self.picture_seconds.labels(*of).observe(value / 1000)
        elif figure in ("findings", "anomalies"):
            getattr(self, figure).labels(*of).inc(value)

    def count(self, request: RequestRecord) -> None:
        """Add one answered request."""
        of = (request.service, request.operation, request.status)
        series = self._series.get(of)
        if series is None:
            series = self._series[of] = self._series_of(*of)
        requests, seconds, sent_bytes = series
        requests.inc()
        seconds.observe(request.seconds)
        if request.sent_bytes:
            sent_bytes.inc(request.sent_bytes)

    def _series_of(self, service: str, operation: str, status: int) -> tuple[Counter, Histogram, Counter]:
        requests = self.requests.labels(service, operation, str(status))
        return requests, self.seconds.labels(service, operation), self.sent_bytes.labels(service)

    def page(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        return bytes(generate_latest(self.registry))


# So long one line stands for all that an open page reads again and again, such as figures each second.
REPEAT_S = 60.0
# What pages read so, by the first words of operations; a model that is downloaded has its line each time.
REPEATED = ("Describe", "List", "Get", "Detect", "Preview", "Query", "Count")
# Of so many the repeats are remembered; a person has some ten pages open.
MOST_REPEATED = 1000


@dataclass(slots=True)
class RequestLog:
    """Writes a line for each request, and one a minute for what pages of the console repeat.

    Metrics count every one. What was refused, what changes something and what programs ask has its line.
    """

    now: Callable[[], float] = time.monotonic
    # By who reads what: when its last line was, and how many came since.
    reads: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)

    def note(self, request: RequestRecord) -> None:
        """Write the request's line unless it repeats one of this minute; internal errors as errors."""
        level = logging.ERROR if request.status >= 500 else logging.INFO
        if not log.isEnabledFor(level) or (_is_page_s_read(request) and self._is_repeat(request)):
            return
        # Not log.log, which walks the stack for the line that logs: always this one.
        log.handle(
            log.makeRecord(
                log.name, level, __file__, 0, "%s", (request.operation,), None, extra={"request": request}
            )
        )

    def _is_repeat(self, request: RequestRecord) -> bool:
        key = (request.principal, request.client, request.path)
        now = self.now()
        since, count = self.reads.get(key, (0.0, 0))
        if key in self.reads and now - since < REPEAT_S:
            self.reads[key] = since, count + 1
            return True
        request.repeats = count
        self.reads.pop(key, None)
        if len(self.reads) >= MOST_REPEATED:
            # The one whose line is the oldest: dictionaries keep their order.
            del self.reads[next(iter(self.reads))]
        self.reads[key] = now, 0
        return False


def _is_page_s_read(request: RequestRecord) -> bool:
    return request.service == "console" and request.status == 200 and request.operation.startswith(REPEATED)


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, object] = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        request = getattr(record, "request", None)
        if isinstance(request, RequestRecord):
            line |= {
                "request_id": request.request_id,
                "client": request.client,
                "principal": request.principal,
                "service": request.service,
                "operation": request.operation,
                "method": request.method,
                "path": request.path,
                "status": request.status,
                "code": request.code,
                "duration_ms": round(request.seconds * 1000, 2),
                "sent": request.sent_bytes,
            }
            line |= {"repeats": request.repeats} if request.repeats else {}
            line |= {"trace_id": request.trace_id} if request.trace_id else {}
        else:
            line["message"] = record.getMessage()
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


class HumanLines(logging.Formatter):
    """One short line a request, for a person watching."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line of text."""
        stamp = self.formatTime(record, "%H:%M:%S")
        request = getattr(record, "request", None)
        if isinstance(request, RequestRecord):
            subject = (
                f"{request.service}:{request.operation}"
                if request.service != "none"
                else f"{request.method} {request.path}"
            )
            code = f" {request.code}" if request.code else ""
            principal = f" {request.principal}" if request.principal else ""
            duration = f"{request.seconds * 1000:.1f} ms"
            text = f"{stamp} {request.status}{code} {subject} {duration}{principal} {request.request_id}"
            text += f" (and {request.repeats} like it)" if request.repeats else ""
        else:
            text = f"{stamp} {record.levelname.lower()} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


def set_up_logging(form: str) -> None:
    """Send our lines to standard error: `human`, `json`, or `auto` (human on a terminal)."""
    human = form == "human" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(HumanLines() if human else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("vedette").setLevel(logging.INFO)
