"""`vedette usage` adds up hours, units and pictures of a month, by version, project and account."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from vedette.cli.usage import UsageBy, edges_of, read_usage
from vedette.errors import Wrong
from vedette.metering.tables import hours, minutes, unit_spans

HOUR_MS = 3_600_000
BOARDS = "arn:aws:rekognition:us-east-1:111111111111:project/boards/version/v1/1760000000000"
DOORS = "arn:aws:lookoutvision:us-east-1:111111111111:model/doors/2"
OTHER = "arn:aws:lookoutvision:eu-west-1:222222222222:model/doors/1"
NAME, SINCE_MS, UNTIL_MS = edges_of("2026-10", datetime(2026, 11, 29, tzinfo=UTC))


@pytest.fixture
def used(database):
    spans = [
        (BOARDS, 2, SINCE_MS - HOUR_MS, SINCE_MS + 3 * HOUR_MS),  # an hour of it is September's
        (BOARDS, 1, SINCE_MS + 5 * HOUR_MS, SINCE_MS + 6 * HOUR_MS),
        (DOORS, 4, UNTIL_MS - HOUR_MS // 2, UNTIL_MS + HOUR_MS),  # half an hour of it is October's
        (OTHER, 1, SINCE_MS, SINCE_MS + HOUR_MS),
        (OTHER, 1, UNTIL_MS, UNTIL_MS + HOUR_MS),
    ]
    with database.write() as connection:
        for arn, units, began_ms, until_ms in spans:
            row = {"arn": arn, "units": units, "began_ms": began_ms, "until_ms": until_ms}
            connection.execute(insert(unit_spans).values(**row))
        since, until = SINCE_MS // 60_000, UNTIL_MS // 60_000
        for table, minute in ((minutes, since + 7), (hours, since), (hours, until), (minutes, until + 1)):
            figure = {"total": 12.0, "samples": 12, "least": 1.0, "most": 1.0}
            connection.execute(insert(table).values(arn=BOARDS, minute=minute, figure="answered", **figure))
    return database


def hours_of(lines):
    return {key: (line.hours, line.unit_hours, line.counts.get("answered", 0)) for key, line in lines.items()}


def test_a_month_has_its_own_hours_alone(used):
    lines = read_usage(used, SINCE_MS, UNTIL_MS, UsageBy.VERSION)
    place = ("111111111111", "us-east-1")
    assert hours_of(lines) == {
        (*place, "rekognition", "boards", "v1"): (4.0, 7.0, 12.0),
        (*place, "lookoutvision", "doors", "2"): (0.5, 2.0, 0),
        ("222222222222", "eu-west-1", "lookoutvision", "doors", "1"): (1.0, 1.0, 0),
    }


def test_lines_are_of_versions_projects_or_accounts(used):
    by_account = read_usage(used, SINCE_MS, UNTIL_MS, UsageBy.ACCOUNT)
    assert hours_of(by_account) == {("111111111111",): (4.5, 9.0, 12.0), ("222222222222",): (1.0, 1.0, 0)}
    doors = read_usage(used, SINCE_MS, UNTIL_MS, UsageBy.PROJECT, account="111111111111", project="doors")
    assert hours_of(doors) == {("111111111111", "us-east-1", "lookoutvision", "doors"): (0.5, 2.0, 0)}


@pytest.mark.parametrize(
    "month", ["2026-13", "october", "2026", "0000-01", "1969-12", "9999-12", "2026-10-01"]
)
def test_what_is_no_month_is_told(month):
    with pytest.raises(Wrong, match=r"month|year"):
        edges_of(month, datetime(2026, 11, 29, tzinfo=UTC))


def test_a_year_ends_in_december():
    _, since_ms, until_ms = edges_of("", datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert (until_ms - since_ms) == 31 * 24 * HOUR_MS


def test_a_running_server_s_usage_is_printed(server):
    head, *_ = server.vedette("usage", "--csv", "--by", "account").splitlines()
    assert head == "month,account,hours,unit hours,pictures,findings,anomalies,errors"
    assert server.vedette("usage").split()[:3] == ["month", "account", "region"]
