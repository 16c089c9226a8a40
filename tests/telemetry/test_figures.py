"""The figures for a collector are those of /metrics, name by name."""

from opentelemetry.sdk.resources import Resource
from prometheus_client.parser import text_string_to_metric_families

from vedette.server.observe import Metrics, RequestRecord
from vedette.telemetry.figures import read_figures

VERSION = "arn:aws:rekognition:us-east-1:000000000000:project/parts/version/first/1700000000000"


def counted():
    metrics = Metrics()
    for seconds in (0.0004, 0.004, 0.004, 120.0):
        record = RequestRecord("1", "POST", "/", service="s3", operation="PutObject", status=200)
        record.seconds, record.sent_bytes = seconds, 7
        metrics.count(record)
    metrics.record(VERSION, "desired_units", 2)
    metrics.record(VERSION, "ms", 12.5)
    return metrics


def points(data):
    (resource,) = data.resource_metrics
    (scope,) = resource.scope_metrics
    return {metric.name: metric.data for metric in scope.metrics}


def test_each_number_of_the_page_is_there():
    metrics = counted()
    told = points(read_figures(metrics.registry, Resource({}), 1))
    page = list(text_string_to_metric_families(metrics.page().decode()))
    numbers = {family.name: family for family in page if family.type in ("counter", "gauge")}
    filled = {
        name for name, family in numbers.items() if [s for s in family.samples if "_created" not in s.name]
    }
    assert filled <= set(told)
    for name in filled:
        expected = {
            tuple(sorted(sample.labels.items())): sample.value
            for sample in numbers[name].samples
            if sample.name in (name, f"{name}_total")
        }
        got = {tuple(sorted(point.attributes.items())): point.value for point in told[name].data_points}
        assert got == expected, name


def test_a_histogram_counts_between_its_bounds_and_adds_up():
    (point,) = points(read_figures(counted().registry, Resource({}), 1))[
        "vedette_request_seconds"
    ].data_points
    assert dict(point.attributes) == {"service": "s3", "operation": "PutObject"}
    assert (point.count, round(point.sum, 4)) == (4, 120.0084)
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
    assert sum(point.bucket_counts) == 4
    by_bound = dict(zip(point.explicit_bounds, point.bucket_counts, strict=False))
    assert (by_bound[0.001], by_bound[0.005], point.bucket_counts[-1]) == (1, 2, 1)
