"""A request of a client, damaged on the way, is still taken or refused, and nothing else happens."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.payloads import values
from vedette.wire import json11, json_values, models, rest_json
from vedette.wire.errors import ProtocolFault
from vedette.wire.http import Headers, Request

OPERATIONS = [
    (service, name) for service in ("rekognition", "lookoutvision") for name in models.operations(service)
]
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
strange = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2**31,
        2**63,
        1e308,
        0.5,
        "",
        "\0",
        "é\n",
        "x" * 3000,
        [],
        [None],
        [[]],
        {},
        {"": None},
        "aGk=",
    ]
)


def damaged(data, value):
    """Return the value with one of its parts, or itself, made strange."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 3)):
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: damaged(data, value[name])}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return [*value[1:], damaged(data, value[0])]
    return data.draw(strange)


def take(service, operation, body, params):
    headers = Headers([("Content-Type", "application/json"), ("X-Amzn-Client-Token", "t")])
    request = Request(operation.http["method"], "/", "maxResults=1&tagKeys=a", headers, body)
    parse = json11.parse if service == "rekognition" else rest_json.parse
    try:
        taken = parse(operation, request, params)
    except ProtocolFault as refused:
        return refused.kind
    # What was taken keeps to the shape, so that it can be written again.
    json_values.dump(operation.input_shape, taken)
    return "taken"


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_a_request_with_a_strange_part_is_taken_or_refused(service, name):
    operation = models.operation(service, name)
    kinds = {"taken", "syntax", "type", "constraint", "page-size", "large-picture", "too-deep"}

    @few
    @given(values(operation.input_shape), st.data())
    def never_breaks(arguments, data):
        whole = json.loads(json.dumps(arguments, default=str))
        part = damaged(data, whole)
        texts = {name: str(value) for name, value in whole.items()}
        assert take(service, operation, json.dumps(part).encode(), texts) in kinds

    never_breaks()


@given(st.data())
@few
def test_a_body_with_damaged_bytes_is_taken_or_refused(data):
    operation = models.operation("rekognition", "CreateProjectVersion")
    arguments = data.draw(values(operation.input_shape))
    body = bytearray(json_values.dump(operation.input_shape, arguments))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=3))
    assert take("rekognition", operation, bytes(body), {})
