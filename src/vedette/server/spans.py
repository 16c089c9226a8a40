"""What a server's requests, pictures and jobs say in spans, where the operator asks for traces."""

from typing import TYPE_CHECKING

from vedette.metering.meter import Watch
from vedette.projects.version import read_version_arn
from vedette.server.observe import RequestRecord
from vedette.telemetry.sending import Telemetry
from vedette.wire.http import Request

if TYPE_CHECKING:
    from vedette.telemetry.tracing import Tracing


class ServerSpans:
    """Spans of one server. Names are OpenTelemetry's where it has them, else ours."""

    def __init__(self, tracing: "Tracing") -> None:
        self._tracing = tracing

    def begin(self, request: Request, record: RequestRecord) -> None:
        """Begin the span of a request, below its caller's where it names one."""
        headers = request.headers
        span = self._tracing.begin(headers.get("traceparent"), headers.get("tracestate"))
        record.span, record.trace_id = span, f"{span.get_span_context().trace_id:032x}"

    def end(self, record: RequestRecord) -> None:
        """End it, once the answer is out: nothing of its path, its sender or its pictures is told."""
        facts: dict[str, str | int | float] = {
            "http.request.method": record.method,
            "http.response.status_code": record.status,
            "http.response.body.size": record.sent_bytes,
            "vedette.service": record.service,
            "vedette.operation": record.operation,
            "vedette.request_id": record.request_id,
        }
        if record.code:
            facts["error.type"] = record.code
        name = record.method if record.operation == "none" else f"{record.service} {record.operation}"
        self._tracing.end(record.span, name, facts, failed=record.status >= 500)

    def watch(self, then: Watch) -> Watch:
        """Return a watch of the meter that makes a span of each picture too."""

        def record(arn: str, figure: str, value: float) -> None:
            then(arn, figure, value)
            if figure == "ms" and (identity := read_version_arn(arn)) is not None:
                facts = {"vedette.project": identity[1], "vedette.version": identity[2]}
                self._tracing.add_picture(facts, value / 1000)

        return record

    def add_job(self, kind: str, number: int, tries: int, seconds: float, failure: str) -> None:
        """Add a span for a job that has ended, or was left."""
        self._tracing.add_job(kind, {"vedette.job": number, "vedette.tries": tries}, seconds, failure)


def spans_of(telemetry: Telemetry | None) -> ServerSpans | None:
    """Return what makes spans, where they are asked for."""
    tracing = None if telemetry is None else telemetry.tracing
    return None if tracing is None else ServerSpans(tracing)
