"""A server tells a collector of its requests, and answers as well where there is none."""

import json
import urllib.request

import pytest
from botocore.exceptions import ClientError
from prometheus_client.parser import text_string_to_metric_families

from doubles.collectors import plain, running_collector, variables_for
from doubles.servers import start_server, stop_server

TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{ABOVE}-01"


def traced(client, traceparent):
    """Have a client say which trace it works for."""

    def add(request, **_):
        request.headers["traceparent"] = traceparent

    client.meta.events.register("before-send", add)
    return client


@pytest.fixture(scope="module")
def collector():
    with running_collector() as running:
        yield running


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="module")
def told(tmp_path_factory, collector, log):
    """A server that tells the collector, with another one as its S3, which tells it too."""
    folder = tmp_path_factory.mktemp("told")
    s3 = start_server(folder / "s3", **variables_for(collector, OTEL_SERVICE_NAME="bucket-server"))
    key, secret = s3.key
    server = start_server(
        folder / "server",
        log=log,
        VEDETTE_S3_ENDPOINT=s3.address,
        VEDETTE_S3_ACCESS_KEY=key,
        VEDETTE_S3_SECRET_KEY=secret,
        **variables_for(collector),
    )
    yield server
    assert stop_server(server) == 0
    assert stop_server(s3) == 0


def test_a_request_has_a_span_below_its_caller_s(told, collector, log):
    client = traced(told.client("rekognition"), TRACEPARENT)
    client.describe_projects()
    (span,) = collector.wait_for(lambda c: c.named("rekognition DescribeProjects"))
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, ABOVE)
    facts = plain(span.attributes)
    request_id = facts.pop("vedette.request_id")
    assert facts.pop("http.response.body.size") > 0
    assert facts == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "vedette.service": "rekognition",
        "vedette.operation": "DescribeProjects",
    }
    assert span.end_time_unix_nano > span.start_time_unix_nano
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [line["trace_id"] for line in lines if line.get("request_id") == request_id] == [TRACE]


def test_a_refusal_is_named_and_is_no_fault_of_the_server(told, collector):
    with pytest.raises(ClientError):
        told.client("rekognition").delete_project(
            ProjectArn="arn:aws:rekognition:us-east-1:000000000000:project/none/1700000000000"
        )
    (span,) = collector.wait_for(lambda c: c.named("rekognition DeleteProject"))
    assert plain(span.attributes)["error.type"] == "ResourceNotFoundException"
    assert (span.parent_span_id, span.status.code) == (b"", 0)


def test_a_broken_name_of_a_trace_begins_a_new_one(told, collector):
    name = "rekognition ListTagsForResource"
    for broken in ("nonsense", f"00-{'0' * 32}-{ABOVE}-01", f"ff-{TRACE}-{ABOVE}-01", "0" * 3000):
        client = traced(told.client("rekognition"), broken)
        with pytest.raises(ClientError):
            client.list_tags_for_resource(
                ResourceArn="arn:aws:rekognition:us-east-1:000000000000:project/n/1"
            )
    spans = collector.wait_for(lambda c: len(c.named(name)) == 4 and c.named(name))
    assert all(span.parent_span_id == b"" for span in spans)
    assert len({span.trace_id for span in spans} | {bytes.fromhex(TRACE)}) == 5


def test_the_trace_is_given_on_to_the_s3(told, collector):
    client = traced(told.client("s3"), f"00-{'c' * 32}-{ABOVE}-01")
    client.create_bucket(Bucket="given-on")

    def of_trace(c, name):
        return [span for span in c.named(name) if span.trace_id.hex() == "c" * 32]

    (asked,) = collector.wait_for(lambda c: of_trace(c, "s3 Forward"))
    (given,) = collector.wait_for(lambda c: of_trace(c, "s3 CreateBucket"))
    assert asked.parent_span_id.hex() == ABOVE
    assert given.parent_span_id == asked.span_id


def test_a_caller_that_keeps_no_trace_is_obeyed(told, collector):
    traced(told.client("sts"), f"00-{'d' * 32}-{ABOVE}-00").get_caller_identity()
    traced(told.client("sts"), f"00-{'e' * 32}-{ABOVE}-01").get_caller_identity()
    collector.wait_for(
        lambda c: [s for s in c.named("sts GetCallerIdentity") if s.trace_id.hex() == "e" * 32]
    )
    assert not [span for span in collector.spans if span.trace_id.hex() == "d" * 32]


def test_nothing_secret_and_no_name_of_a_picture_is_told(told, collector):
    client = traced(told.client("s3"), f"00-{'f' * 32}-{ABOVE}-01")
    client.create_bucket(Bucket="hidden-bucket")
    client.put_object(Bucket="hidden-bucket", Key="secret-picture.png", Body=b"x")
    collector.wait_for(lambda c: [s for s in c.named("s3 PutObject") if s.trace_id.hex() == "f" * 32])
    key, secret = told.key
    everything = b"".join(collector.raw)
    for hidden in (key, secret, "secret-picture", "hidden-bucket", str(told.data), "arn:aws:iam"):
        assert hidden.encode() not in everything, hidden


def test_the_figures_are_those_of_the_page(told, collector):
    told.client("sts").get_caller_identity()
    name = "vedette_requests"

    def counts(points):
        return {tuple(sorted(plain(point.attributes).items())): point.as_double for point in points}

    def agree(c):
        if name not in c.figures:
            return False
        with urllib.request.urlopen(told.address + "/metrics") as answer:
            page = answer.read().decode()
        families = {family.name: family for family in text_string_to_metric_families(page)}
        shown = {
            tuple(sorted(sample.labels.items())): sample.value
            for sample in families[name].samples
            if sample.name == f"{name}_total"
        }
        # Two servers tell; of the other one as many operations are known.
        return counts(c.figures[name].sum.data_points) == shown

    assert collector.wait_for(agree)
    assert collector.figures[name].sum.is_monotonic
    assert collector.figures["vedette_request_seconds"].histogram.data_points


def test_who_tells_is_named(told, collector):
    told.client("sts").get_caller_identity()
    collector.wait_for(lambda c: {r["service.name"] for r in c.resources} >= {"vedette", "bucket-server"})
    assert len({resource["service.instance.id"] for resource in collector.resources}) == 2


def test_a_stuck_collector_keeps_nobody_waiting(tmp_path):
    with running_collector(stuck=True) as collector:
        server = start_server(tmp_path / "data", **variables_for(collector))
        for _ in range(30):
            server.client("sts").get_caller_identity()
        collector.wait_for(lambda c: c.raw)
        for _ in range(30):
            server.client("sts").get_caller_identity()
        assert stop_server(server) == 0


def test_a_collector_that_is_not_there_is_named_in_the_log(tmp_path):
    with running_collector() as gone:
        variables = variables_for(gone)
    log = tmp_path / "log"
    server = start_server(tmp_path / "data", log=log, **variables)
    for _ in range(30):
        server.client("sts").get_caller_identity()
    assert stop_server(server) == 0
    assert "opentelemetry" in log.read_text("utf-8")


def test_a_server_that_nobody_asked_tells_nobody(tmp_path):
    with running_collector() as collector:
        server = start_server(tmp_path / "data", **variables_for(collector, OTEL_SDK_DISABLED="true"))
        server.client("sts").get_caller_identity()
        assert stop_server(server) == 0
        assert collector.raw == []
