"""Usage: what versions were asked, and how long they ran, by periods that the caller names."""

import dataclasses
from datetime import timedelta

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.errors import Denied, Wrong
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")


def version(house, service, project="doors", account=HERE):
    made = house.projects.create(Scope(service, account, ALICE.region), NewProject(project))
    return str(house.versions.create(made, NewVersion("v1" if service == "rekognition" else ""))[0].arn)


def usage(house, edges, caller=ALICE, **more):
    return OPERATIONS["ListUsage"](house, caller, {"Edges": edges, **more})["Versions"]


@pytest.fixture
def days(clock):
    return [clock() - timedelta(days=1), clock(), clock() + timedelta(days=1)]


def test_what_was_asked_is_added_up_by_period_before_and_after_it_is_written(house, clock, days):
    arn = version(house, "lookoutvision")
    clock.move(hours=-1)
    house.meter.count(arn, {"answered": 1, "ms": 20.0, "findings": 0, "anomalies": 1})
    house.meter.count(arn, {"throttled": 1})
    house.meter.write()
    clock.move(hours=2)
    house.meter.count(arn, {"answered": 1, "ms": 30.0})
    house.meter.count(arn, {"answered": 1, "ms": 50.0})
    house.meter.count(arn, {"invalid": 1})
    expected = {
        "ModelArn": arn,
        "Service": "lookoutvision",
        "ProjectName": "doors",
        "VersionName": "1",
        "Images": [1, 2],
        "Anomalies": [1, 0],
        "Findings": [0, 0],
        "Invalid": [0, 1],
        "Throttled": [1, 0],
        "Errors": [0, 0],
        "AverageMilliseconds": [20.0, 40.0],
        "MostMilliseconds": [20.0, 50.0],
        "Hours": [0.0, 0.0],
        "UnitHours": [0.0, 0.0],
    }
    assert usage(house, days) == [expected]
    house.meter.write()
    assert usage(house, days) == [expected]


def test_a_day_of_a_zone_that_is_half_an_hour_off_is_cut_within_the_hour(house, clock):
    arn = version(house, "rekognition")
    clock.move(minutes=-clock().minute)
    noon = clock()
    for _ in range(4 * 60):
        house.meter.count(arn, {"answered": 1})
        clock.move(minutes=1)
    edges = [noon + timedelta(minutes=minutes) for minutes in (-90, 30, 45, 150, 330)]
    for _ in range(2):
        assert usage(house, edges)[0]["Images"] == [30, 15, 105, 90]
        house.meter.write()


def test_hours_are_those_of_the_spans(house, days, database, clock):
    arn = version(house, "rekognition")
    spans = house.meter.spans
    ticks = [0.0]
    spans.ticks = lambda: ticks[0]
    clock.move(hours=-3)
    spans.note(arn, 2)
    for _ in range(6 * 60):
        clock.move(minutes=1)
        ticks[0] += 60
        spans.note(arn, 2)
    (row,) = usage(house, days)
    assert (row["Hours"], row["UnitHours"]) == ([3.0, 3.0], [6.0, 6.0])


def test_a_deleted_version_keeps_its_figures(house, clock, days):
    arn = version(house, "rekognition")
    house.meter.count(arn, {"answered": 5})
    made = house.versions.find_by_arn(arn, ALICE.region)
    house.versions.remove(house.versions.move(house.versions.move(made, "failed"), "deleting"))
    assert [(row["ProjectName"], row["VersionName"], row["Images"]) for row in usage(house, days)] == [
        ("doors", "v1", [0, 5])
    ]


def test_a_project_shows_its_own_versions_alone_and_nobody_anothers_account(house, days):
    doors, plates = version(house, "lookoutvision"), version(house, "lookoutvision", "plates")
    theirs = version(house, "lookoutvision", account=ELSEWHERE)
    same = version(house, "rekognition")
    for arn in (doors, plates, theirs, same):
        house.meter.count(arn, {"answered": 1})
    project = doors.replace(":model/", ":project/").rpartition("/")[0]
    assert [row["ModelArn"] for row in usage(house, days, ProjectArn=project)] == [doors]
    assert {row["ModelArn"] for row in usage(house, days)} == {doors, plates, same}


def test_edges_are_in_order(house, days):
    with pytest.raises(Wrong, match="in order"):
        usage(house, days[::-1])
    with pytest.raises(Wrong, match="in order"):
        usage(house, [days[0], days[0]])


def test_who_has_no_right_sees_nothing(house, days):
    nobody = dataclasses.replace(ALICE, principal=dataclasses.replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        usage(house, days, nobody)
