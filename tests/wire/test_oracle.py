"""All 45 operations, both ways, with botocore on the other side of the wire."""

from urllib.parse import quote, urlsplit

import pytest
from botocore import parsers, serialize
from hypothesis import HealthCheck, given, settings

from doubles.payloads import values
from vedette.wire import json11, models, rest_json
from vedette.wire.http import Headers, Request

OPERATIONS = [
    *(("rekognition", name) for name in models.operations("rekognition")),
    *(("lookoutvision", name) for name in models.operations("lookoutvision")),
]
few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def as_sent(request):
    """Return botocore's request as our server would see it."""
    address = urlsplit(request["url_path"])
    body = request["body"]
    headers = [(name, str(value)) for name, value in request["headers"].items()]
    query = request.get("query_string") or {}
    return Request(
        request["method"],
        address.path,
        encoded(query),
        Headers(headers),
        body.encode("utf-8") if isinstance(body, str) else bytes(body or b""),
    )


def encoded(query):
    pairs = query if isinstance(query, list) else list(query.items())
    flat = [(name, one) for name, value in pairs for one in (value if isinstance(value, list) else [value])]
    return "&".join(f"{quote(str(name), safe='')}={quote(str(value), safe='')}" for name, value in flat)


def ours_reads(service, operation, sent):
    if service == "rekognition":
        assert json11.target(service, sent).name == operation.name
        return json11.parse(operation, sent)
    found, params = rest_json.route(service, sent.method, sent.raw_path)
    assert found.name == operation.name
    return rest_json.parse(found, sent, params)


def botocore_reads(service, operation, answer):
    protocol = {"rekognition": "json", "lookoutvision": "rest-json"}[service]
    raw = {
        "status_code": answer.status,
        "headers": {name.lower(): value for name, value in answer.headers},
        "body": answer.body,
    }
    return parsers.create_parser(protocol).parse(raw, operation.output_shape)


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_what_botocore_writes_we_read(service, name):
    operation = models.operation(service, name)
    serializer = serialize.create_serializer({"rekognition": "json", "lookoutvision": "rest-json"}[service])

    @few
    @given(values(operation.input_shape))
    def reads(arguments):
        sent = as_sent(serializer.serialize_to_request(arguments, operation))
        assert ours_reads(service, operation, sent) == arguments

    reads()


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_what_we_write_botocore_reads(service, name):
    operation = models.operation(service, name)
    serialise = json11.serialise if service == "rekognition" else rest_json.serialise

    @few
    @given(values(operation.output_shape))
    def reads(result):
        read = botocore_reads(service, operation, serialise(operation, result))
        assert read.pop("ResponseMetadata")["HTTPStatusCode"] in {200, 202}
        assert read == result

    reads()
