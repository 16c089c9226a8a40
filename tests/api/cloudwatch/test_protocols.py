"""CloudWatch by its three protocols: the same answers, the same refusals."""

import gzip
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import orjson
import pytest
from botocore.exceptions import ClientError

from doubles.cloudwatch import ask_cbor, ask_json, send_signed
from vedette.wire import cbor

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  (the server counts by its own clock)
SINCE, UNTIL = NOW - timedelta(hours=1), NOW + timedelta(minutes=5)


@pytest.fixture(scope="module")
def cloudwatch(server):
    return server.client("cloudwatch")


@pytest.fixture
def namespace(cloudwatch):
    """A namespace of this test's own, with one metric: 3 and 5 a minute ago."""
    name = f"Plant/{uuid4().hex}"
    datum = {"MetricName": "Rejected", "Timestamp": NOW - timedelta(minutes=1), "Unit": "Count"}
    dimensions = [{"Name": "Line", "Value": "4 & <5> 裂"}]
    cloudwatch.put_metric_data(
        Namespace=name,
        MetricData=[{**datum, "Value": value, "Dimensions": dimensions} for value in (3.0, 5.0)],
    )
    return name


def asked(namespace, moment=lambda moment: moment):
    return {
        "Namespace": namespace,
        "MetricName": "Rejected",
        "Dimensions": [{"Name": "Line", "Value": "4 & <5> 裂"}],
        "StartTime": moment(SINCE),
        "EndTime": moment(UNTIL),
        "Period": 60,
        "Statistics": ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
    }


EXPECTED = {"Sum": 8.0, "Average": 4.0, "Minimum": 3.0, "Maximum": 5.0, "SampleCount": 2.0, "Unit": "Count"}


def test_a_figure_is_the_same_by_all_three(server, cloudwatch, namespace):
    minute = (NOW - timedelta(minutes=1)).replace(second=0)
    (point,) = cloudwatch.get_metric_statistics(**asked(namespace))["Datapoints"]
    assert point == {"Timestamp": minute, **EXPECTED}
    request = asked(namespace, datetime.timestamp)
    status, headers, answer = ask_json(server, "GetMetricStatistics", request)
    assert (status, headers["content-type"]) == (200, "application/x-amz-json-1.0")
    expected = {"Label": "Rejected", "Datapoints": [{"Timestamp": minute.timestamp(), **EXPECTED}]}
    assert answer == expected
    status, headers, answer = ask_cbor(server, "GetMetricStatistics", request)
    assert (status, headers["smithy-protocol"], headers["content-type"]) == (
        200, "rpc-v2-cbor", "application/cbor",
    )  # fmt: skip
    assert answer == expected
    metrics = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert metrics == [
        {"Namespace": namespace, "MetricName": "Rejected", "Dimensions": asked(namespace)["Dimensions"]}
    ]


def test_an_operation_without_an_answer_has_none_in_all_three(server, namespace):
    request = {"Namespace": namespace, "MetricData": [{"MetricName": "Made", "Value": 1.5}]}
    assert ask_json(server, "PutMetricData", request)[::2] == (200, {})
    assert ask_cbor(server, "PutMetricData", request)[::2] == (200, None)


def test_a_packed_body_is_unpacked_and_a_false_or_a_swelling_one_refused(server, namespace):
    request = orjson.dumps({"Namespace": namespace, "MetricData": [{"MetricName": "Made", "Value": 2}]})
    packed = {"Content-Encoding": "gzip"}
    assert ask_json(server, "PutMetricData", None, body=gzip.compress(request), **packed)[0] == 200
    form = {
        "Action": "PutMetricData",
        "Version": "2010-08-01",
        "Namespace": namespace,
        "MetricData.member.1.MetricName": "Made",
        "MetricData.member.1.Value": "3",
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **packed}
    assert send_signed(server, "/", kind, gzip.compress(urlencode(form).encode()), None)[0] == 200
    for body in (request, gzip.compress(bytes(64 << 20)), gzip.compress(request)[:-9]):
        status, headers, _ = ask_json(server, "PutMetricData", None, body=body, **packed)
        assert (status, headers["x-amzn-query-error"]) == (400, "MalformedQueryString;Sender")
    found = server.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName="Made",
        StartTime=SINCE,
        EndTime=NOW + timedelta(days=1),  # the lane may have been collected a while ago
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in found["Datapoints"]) == 5.0


def test_a_refusal_has_query_s_code_in_all_three_and_its_shape_in_the_newer(server, cloudwatch, namespace):
    request = asked(namespace, datetime.timestamp) | {"Period": 30}
    with pytest.raises(ClientError, match="no multiple of 60 seconds") as error:
        cloudwatch.get_metric_statistics(**asked(namespace) | {"Period": 30})
    assert error.value.response["Error"]["Code"] == "InvalidParameterValue"
    for ask in (ask_json, ask_cbor):
        status, headers, answer = ask(server, "GetMetricStatistics", request)
        assert (status, headers["x-amzn-query-error"]) == (400, "InvalidParameterValue;Sender")
        assert answer["__type"] == "InvalidParameterValueException"
        assert "no multiple of 60 seconds" in answer["message"]
        assert ask(server, "NoSuchThing", {})[1]["x-amzn-query-error"] == "InvalidAction;Sender"
        status, headers, answer = ask(server, "PutMetricStream", {})
        assert headers["x-amzn-query-error"] == "UnsupportedOperation;Sender"
        assert "is not supported yet" in answer["message"]
        status, headers, _ = ask(server, "ListMetrics", {}, key=("AKIAEXAMPLE", "x" * 40))
        assert (status, headers["x-amzn-query-error"]) == (403, "InvalidClientTokenId;Sender")


@pytest.mark.parametrize(
    "body",
    [
        b"\xff", b"\x1c", b"\xbb" + b"\xff" * 8, b"\x9b" + b"\x7f" * 8, b"\x81" * 100, b"\xa1\x01\x02",
        b"\xa2\x61a\x01\x61a\x02", b"\xa1\x61a", b"\x61\xff", b"\x00\x00", b"\x7f\x01\xff", b"\xc1\x61a",
        b"\xbf\x69Namespace\x01\xff", b"\x80", b"\xa1\x7f\x7f\x61a\xff\xff\x01", b"\xa1\x7f\xc2\x61a\xff\x01",
    ],
)  # fmt: skip
def test_a_body_that_is_no_cbor_is_refused(server, body):
    status, headers, _ = ask_cbor(server, "ListMetrics", None, body=body)
    assert (status, headers["x-amzn-query-error"]) == (400, "MalformedQueryString;Sender")


def test_maps_and_texts_of_no_stated_length_are_read(server, namespace):
    body = b"\xbf\x7f\x64Name\x65space\xff\x78" + bytes([len(namespace)]) + namespace.encode() + b"\xff"
    status, _, answer = ask_cbor(server, "ListMetrics", None, body=body)
    assert (status, [metric["MetricName"] for metric in answer["Metrics"]]) == (200, ["Rejected"])


ODD_NUMBERS = {
    "half not a number": b"\xf9\x7e\x00", "half infinity": b"\xf9\x7c\x00",
    "infinity": b"\xfa\xff\x80\x00\x00",
    "large": b"\xc2\x49\x01" + bytes(8), "large and negative": b"\xc3\x49\x01" + bytes(8),
    "decimal": b"\xc4\x82\x01\x02", "bytes": b"\x41a", "yes": b"\xf5",
}  # fmt: skip


@pytest.mark.parametrize("number", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_a_number_that_is_none_is_refused_as_a_figure_a_moment_and_a_threshold(server, namespace, number):
    mark = cbor.dump(424242)
    alarm = {
        "AlarmName": namespace, "Namespace": namespace, "MetricName": "Made", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 424242,
        "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    requests = [
        ("PutMetricData", {"Namespace": namespace, "MetricData": [{"MetricName": "Made", "Value": 424242}]}),
        ("GetMetricStatistics", asked(namespace, datetime.timestamp) | {"StartTime": 424242}),
        ("GetMetricStatistics", asked(namespace, datetime.timestamp) | {"Period": 424242}),
        ("PutMetricAlarm", alarm),
    ]
    for operation, request in requests:
        body = cbor.dump(request).replace(mark, number)
        status, headers, answer = ask_cbor(server, operation, None, body=body)
        assert (status, headers["content-type"], headers["x-amzn-query-error"][-7:]) == (
            400, "application/cbor", ";Sender",
        ), (operation, answer)  # fmt: skip
        assert answer["message"]


def test_a_number_of_64_bits_is_a_figure_and_no_period(server, namespace):
    for number in (-(2**64), 2**64 - 1):
        request = {"Namespace": namespace, "MetricData": [{"MetricName": "Wide", "Value": number}]}
        assert ask_cbor(server, "PutMetricData", request)[0] == 200
        status, headers, _ = ask_cbor(
            server, "GetMetricStatistics", asked(namespace, datetime.timestamp) | {"Period": number}
        )
        assert (status, headers["x-amzn-query-error"]) == (400, "MalformedQueryString;Sender")
