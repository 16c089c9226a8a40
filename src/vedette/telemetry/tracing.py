"""Spans: one a request, under it one for a picture that a unit looked at, and one a job.

A span says what a line of the log says, and less: no paths, no principals, no names of pictures.
"""

import time
from collections.abc import Mapping
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from vedette.trace_context import traceparent

Facts = Mapping[str, str | int | float]
_request: ContextVar[Span | None] = ContextVar("span of the request", default=None)


class Tracing:
    """Makes spans, and leaves them to a thread that sends them; where it cannot, they are dropped."""

    def __init__(self, exporter: SpanExporter, resource: Resource, release: str) -> None:
        # Whether a trace is kept is the standard variables' affair too (OTEL_TRACES_SAMPLER).
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._processor = BatchSpanProcessor(exporter)
        self._provider.add_span_processor(self._processor)
        self._tracer = self._provider.get_tracer("vedette", release)
        self._reader = TraceContextTextMapPropagator()

    def begin(self, parent: str, state: str) -> Span:
        """Begin a request's span, below the caller's where it names one; the task works for it from then."""
        carrier = {"traceparent": parent, "tracestate": state} if parent else {}
        above = self._reader.extract(carrier, Context())
        span = self._tracer.start_span("request", above, kind=SpanKind.SERVER)
        own = span.get_span_context()
        traceparent.set(f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}")
        _request.set(span)
        return span

    def end(self, span: Span, name: str, facts: Facts, *, failed: bool) -> None:
        """End a request's span, now that it is known what it was."""
        span.update_name(name)
        for fact, value in facts.items():
            span.set_attribute(fact, value)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def add_picture(self, facts: Facts, seconds: float) -> None:
        """Add a span for a picture of the present request, which took so long until now."""
        above = _request.get()
        if above is not None and above.is_recording():
            began = time.time_ns() - int(seconds * 1e9)
            context = set_span_in_context(above, Context())
            self._tracer.start_span("picture", context, start_time=began, attributes=dict(facts)).end()

    def add_job(self, kind: str, facts: Facts, seconds: float, failure: str) -> None:
        """Add a span for a job that took so long until now; a trace of its own."""
        began = time.time_ns() - int(seconds * 1e9)
        span = self._tracer.start_span(f"job {kind}", Context(), start_time=began, attributes=dict(facts))
        if failure:
            span.set_attribute("error.type", failure)
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def close(self) -> None:
        """Send what is left, as far as that goes at once."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]
