"""Spans of pictures and jobs, beside those of requests."""

import asyncio

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from vedette.server.observe import RequestRecord
from vedette.server.spans import ServerSpans
from vedette.telemetry.tracing import Tracing
from vedette.trace_context import traceparent
from vedette.wire.http import Headers, Request

VERSION = "arn:aws:rekognition:us-east-1:000000000000:project/parts/version/first/1700000000000"


@pytest.fixture
def sent():
    return InMemorySpanExporter()


@pytest.fixture
def tracing(sent):
    return Tracing(sent, Resource({}), "1")


def test_a_picture_is_below_its_request_and_took_as_long_as_it_took(tracing, sent):
    spans, counted = ServerSpans(tracing), []
    record = RequestRecord(
        "1", "POST", "/", service="rekognition", operation="DetectCustomLabels", status=200
    )

    async def answer():
        spans.begin(Request("POST", "/", "", Headers([])), record)
        watch = spans.watch(lambda *of: counted.append(of))
        # As the meter is told, in the loop's next round and with the task's context.
        asyncio.get_running_loop().call_soon(watch, VERSION, "ms", 250.0)
        asyncio.get_running_loop().call_soon(watch, VERSION, "findings", 3)
        await asyncio.sleep(0)
        spans.end(record)

    asyncio.run(answer())
    tracing.close()
    picture, request = sent.get_finished_spans()
    assert picture.name == "picture"
    assert picture.parent.span_id == request.context.span_id
    assert dict(picture.attributes) == {"vedette.project": "parts", "vedette.version": "first"}
    assert picture.end_time - picture.start_time >= 250_000_000
    assert counted == [(VERSION, "ms", 250.0), (VERSION, "findings", 3)]


def test_what_is_counted_outside_of_a_request_makes_no_span(tracing, sent):
    ServerSpans(tracing).watch(lambda *_: None)(VERSION, "ms", 1.0)
    tracing.close()
    assert sent.get_finished_spans() == ()


def test_a_job_is_a_trace_of_its_own_and_names_the_kind_of_its_failure(tracing, sent):
    spans = ServerSpans(tracing)
    spans.add_job("import", 7, 1, 2.0, "")
    spans.add_job("import", 8, 2, 0.5, "Wrong")
    tracing.close()
    good, bad = sent.get_finished_spans()
    assert (good.name, dict(good.attributes)) == ("job import", {"vedette.job": 7, "vedette.tries": 1})
    assert good.parent is None
    assert good.status.is_unset
    assert bad.attributes["error.type"] == "Wrong"
    assert not bad.status.is_ok
    assert bad.status.description is None


def test_the_trace_of_a_task_is_not_another_s(tracing):
    spans = ServerSpans(tracing)

    async def answer(number):
        record = RequestRecord(str(number), "GET", "/")
        spans.begin(Request("GET", "/", "", Headers([])), record)
        await asyncio.sleep(0)
        return traceparent.get().split("-")[1] == record.trace_id

    async def several():
        return await asyncio.gather(*(asyncio.create_task(answer(number)) for number in range(8)))

    assert asyncio.run(several()) == [True] * 8
    assert traceparent.get() == ""
    tracing.close()
