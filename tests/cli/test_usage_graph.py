"""The guide's graph of hours and units, asked by boto3, comes to what `vedette usage` prints."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from doubles.servers import start_server, stop_server
from vedette.cli.usage import edges_of
from vedette.clock import system_clock
from vedette.metering.tables import hours, unit_spans
from vedette.store.db import open_database

HOUR_MS = 3_600_000
# Hours of the month, by version of the project: from hour, so many hours, units.
RUNS = {"v1": [(0, 3, 2), (5, 1, 1), (600, 2, 4)], "v2": [(30, 10, 1)]}
# What the guide's graph asks: the metric hidden, its units and its hours as a value of each data point.
EXPRESSIONS = {"e1": "SUM(m1)*m1/m1", "e2": "DATAPOINT_COUNT(m1)*m1/m1"}


@pytest.fixture
def month():
    """The month before this one, by its name and edges."""
    first = system_clock().astimezone(UTC).replace(day=1)
    return edges_of(f"{first - timedelta(days=1):%Y-%m}", first)


@pytest.fixture
def used(tmp_path, month):
    """A server whose models ran in that month."""
    server = start_server(tmp_path / "data")
    _, since_ms, _ = month
    database = open_database("", tmp_path / "data")
    with database.write() as connection:
        for version, runs in RUNS.items():
            account = server.client("sts").get_caller_identity()["Account"]
            arn = f"arn:aws:rekognition:us-east-1:{account}:project/boards/version/{version}/1760000000000"
            for start, count, units in runs:
                began_ms = since_ms + start * HOUR_MS
                until_ms = began_ms + count * HOUR_MS
                span = {"arn": arn, "units": units, "began_ms": began_ms, "until_ms": until_ms}
                connection.execute(insert(unit_spans).values(**span))
                for minute in range(began_ms // 60_000, until_ms // 60_000, 60):
                    numbers = {"total": 60.0 * units, "samples": 60, "least": units, "most": units}
                    row = {"arn": arn, "minute": minute, "figure": "in_service_units"}
                    connection.execute(insert(hours).values(**row, **numbers))
    database.close()
    yield server
    assert stop_server(server) == 0


def graph_of(cloudwatch, version, month):
    """Return hours and units of a version as the graph shows them."""
    _, since_ms, until_ms = month
    dimensions = [{"Name": "ProjectName", "Value": "boards"}, {"Name": "VersionName", "Value": version}]
    metric = {"Namespace": "AWS/Rekognition", "MetricName": "InServiceInferenceUnits"}
    statistic = {"Metric": metric | {"Dimensions": dimensions}, "Period": 3600, "Stat": "Average"}
    queries = [{"Id": "m1", "MetricStat": statistic, "ReturnData": False}]
    queries += [{"Id": id_, "Expression": text, "Label": id_} for id_, text in EXPRESSIONS.items()]
    span = {
        "StartTime": datetime.fromtimestamp(since_ms / 1000, UTC),
        "EndTime": datetime.fromtimestamp(until_ms / 1000, UTC),
    }
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, **span)
    values = {result["Id"]: set(result["Values"]) for result in answer["MetricDataResults"]}
    # Each data point has the whole, so that any of them may be shown.
    [units], [hours_run] = values["e1"], values["e2"]
    points = cloudwatch.get_metric_statistics(
        **metric, Dimensions=dimensions, Period=86400, Statistics=["SampleCount", "Sum"], **span
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) / 60 == units
    assert sum(point["SampleCount"] for point in points) / 60 == hours_run
    return hours_run, units


def test_the_graph_of_each_version_is_its_line_of_usage(used, month):
    cloudwatch = used.client("cloudwatch")
    printed = used.vedette("usage", "--csv", "--month", month[0], "--project", "boards")
    lines = {line["version"]: line for line in csv.DictReader(printed.splitlines())}
    assert {version: graph_of(cloudwatch, version, month) for version in RUNS} == {
        version: (float(line["hours"]), float(line["unit hours"])) for version, line in lines.items()
    }
    assert {version: (line["hours"], line["unit hours"]) for version, line in lines.items()} == {
        "v1": ("6.00", "15.00"), "v2": ("10.00", "10.00")
    }  # fmt: skip
