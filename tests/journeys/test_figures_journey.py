"""What CloudWatch's clients read is what was asked of models, by all of the guides' names."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from doubles.programs import PROJECT, red_picture, serve_version
from doubles.servers import start_server, stop_server

GOOD, BROKEN = 5, 2


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A server where both services' models were asked: some pictures, and some that are none."""
    server = start_server(tmp_path_factory.mktemp("figures") / "data")
    try:
        for service in ("rekognition", "lookoutvision"):
            arn = str(serve_version(server, service).version.arn)
            client = server.client(service)

            def ask(picture, service=service, client=client, arn=arn):
                if service == "rekognition":
                    client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": picture})
                else:
                    client.detect_anomalies(
                        ProjectName=PROJECT, ModelVersion="1", ContentType="image/jpeg", Body=picture
                    )

            for _ in range(GOOD):
                ask(red_picture())
            for _ in range(BROKEN):
                with pytest.raises(ClientError):
                    ask(b"\xff\xd8\xff no picture")
        yield server
    finally:
        stop_server(server)


def around_now():
    now = datetime.now(UTC)  # noqa: TID251  (the server counts by its own clock)
    return {"StartTime": now - timedelta(minutes=30), "EndTime": now + timedelta(minutes=5)}


def statistic(server, namespace, name, statistic, **dimensions):
    points = server.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Period=3600,
        Statistics=[statistic],
        **around_now(),
    )["Datapoints"]
    return sum(point[statistic] for point in points) if points else None


@pytest.mark.parametrize("version", [{}, {"ModelVersion": "1"}])
def test_lookout_s_metrics_are_those_of_its_guide(asked, version):
    def value(name, kind="Sum"):
        return statistic(asked, "AWS/LookoutVision", name, kind, ProjectName=PROJECT, **version)

    counts = ("ProcessedImageCount", "SuccessfulRequestCount", "DetectedAnomalyCount", "InvalidImageCount")
    assert [value(name) for name in counts] == [GOOD, GOOD, GOOD, BROKEN]
    assert [value(name) for name in ("ThrottledCount", "ErrorCount")] == [None, None]
    assert value("Time", "SampleCount") == GOOD
    assert value("Time", "Average") > 0
    units = ("Min", "Max", "Desired", "InService")
    assert [value(f"{name}InferenceUnits", "Maximum") for name in units] == [1, 1, 1, 1]
    assert statistic(asked, "AWS/LookoutVision", "Time", "Sum", ProjectName="another") is None


def test_rekognition_s_calls_and_units_are_there(asked):
    calls = {"Operation": "DetectCustomLabels"}
    names = ("SuccessfulRequestCount", "UserErrorCount")
    assert [statistic(asked, "AWS/Rekognition", name, "Sum", **calls) for name in names] == [GOOD, BROKEN]
    assert statistic(asked, "AWS/Rekognition", "ResponseTime", "Average", **calls) > 0
    found = asked.client("cloudwatch").list_metrics(Namespace="AWS/Rekognition")["Metrics"]
    (versions,) = [
        metric["Dimensions"] for metric in found
        if metric["MetricName"] == "InServiceInferenceUnits" and len(metric["Dimensions"]) == 2
    ]  # fmt: skip
    assert {pair["Name"] for pair in versions} == {"ProjectName", "VersionName"}


def test_the_guide_s_graph_of_hours_and_units_comes_out(asked):
    """The definition that the guide prints: a hidden series, and two expressions over it."""
    found = asked.client("cloudwatch").list_metrics(
        Namespace="AWS/Rekognition", MetricName="InServiceInferenceUnits",
        Dimensions=[{"Name": "ProjectName"}, {"Name": "VersionName"}],
    )["Metrics"]  # fmt: skip
    stat = {"Metric": found[0], "Period": 3600, "Stat": "Average"}
    queries = [
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
        {"Id": "e1", "Expression": "SUM(m1)*m1", "Label": "Inference units used"},
        {"Id": "e2", "Expression": "DATAPoint_COUNT(m1)*m1/m1", "Label": "Hours running"},
    ]
    client = asked.client("cloudwatch")
    units, hours = client.get_metric_data(MetricDataQueries=queries, **around_now())["MetricDataResults"]
    count = len(hours["Values"])
    assert (units["Id"], units["Label"], units["StatusCode"]) == ("e1", "Inference units used", "Complete")
    assert hours["Values"] == [float(count)] * count
    # While the first unit starts there is none: the hour's average is below one.
    shown = client.get_metric_data(MetricDataQueries=[queries[0] | {"ReturnData": True}], **around_now())
    of_hours = shown["MetricDataResults"][0]["Values"]
    assert all(0 < value <= 1 for value in of_hours)
    assert units["Values"] == pytest.approx([sum(of_hours) * value for value in of_hours], rel=0.5)
    assert hours["Timestamps"] == sorted(hours["Timestamps"], reverse=True)
