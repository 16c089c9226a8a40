"""Figures that neither guide has: confidence and drift, by the dimensions that the guides' own have."""

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.cloudwatch import OPERATIONS
from vedette.errors import Wrong
from vedette.metering.confidence import counted_confidence
from vedette.monitoring.metrics import Place, named

DOORS = f"arn:aws:rekognition:eu-west-1:{HERE}:project/doors/version/v1/1777896000000"
PLATES = f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/1"
HERE_IN_EUROPE = Place(HERE, "eu-west-1")


def test_confidence_is_of_the_picture_else_of_the_surest_finding_and_else_none():
    assert counted_confidence(0.75, [0.9]) == {"confidence": 75}
    assert counted_confidence(None, iter([0.25, 0.5])) == {"confidence": 50}
    assert counted_confidence(0.0, []) == {"confidence": 0}
    assert counted_confidence(None, []) == {}


def test_they_are_listed_and_found_by_the_version_of_either_service(house):
    house.meter.count(DOORS, {"confidence": 90.0, "drift": 45.0})
    house.meter.count(PLATES, {"confidence": 70.0})
    metrics = house.monitoring.metrics
    listed = [metric for metric in metrics.list_all(HERE_IN_EUROPE) if metric.namespace == "Vedette"]
    version, model = ("VersionName", "v1"), ("ModelVersion", "1")
    project = ("ProjectName", "doors")
    assert set(listed) == {
        named("Vedette", "Confidence", [project]),
        named("Vedette", "Confidence", [project, version]),
        named("Vedette", "Confidence", [project, model]),
        named("Vedette", "Drift", [project]),
        named("Vedette", "Drift", [project, version]),
    }
    index = metrics.index(HERE_IN_EUROPE)
    arns = [source.arns for source in index.sources(named("Vedette", "Confidence", [project, version]))]
    assert arns == [(DOORS,)]
    both = index.sources(named("Vedette", "Confidence", [project]))
    assert {source.arns for source in both} == {(DOORS,), (PLATES,)}
    assert index.sources(named("Vedette", "Confidence", [project]), "Count") == []
    assert index.sources(named("Vedette", "Confidence", [])) == []
    assert metrics.index(Place("999999999999", "eu-west-1")).sources(listed[0]) == []


def test_nobody_puts_figures_among_them(house):
    with pytest.raises(Wrong, match="Namespace is invalid"):
        OPERATIONS["PutMetricData"](
            house,
            a_caller("cloudwatch"),
            {"Namespace": "Vedette", "MetricData": [{"MetricName": "Drift", "Value": 1.0}]},
        )
