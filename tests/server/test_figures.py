"""What `/metrics` says of models is what was counted of them, in the units it names."""

import pytest

from vedette.server.observe import Metrics

ARN = "arn:aws:rekognition:eu-west-1:111122223333:project/boards/version/1/1"
MODEL = 'project="boards",service="rekognition",version="1"'


def page_after(*counts):
    figures = Metrics()
    for figure, value in counts:
        figures.record(ARN, figure, value)
    return [line for line in figures.page().decode().splitlines() if MODEL in line and "_created" not in line]


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ([("findings", 3), ("findings", 2)], f"vedette_findings_total{{{MODEL}}} 5.0"),
        ([("anomalies", 1), ("anomalies", 1)], f"vedette_anomalies_total{{{MODEL}}} 2.0"),
        ([("ms", 1500.0), ("ms", 250.0)], f"vedette_picture_seconds_sum{{{MODEL}}} 1.75"),
        ([("ms", 1500.0), ("ms", 250.0)], f"vedette_picture_seconds_count{{{MODEL}}} 2.0"),
        ([("ms", 1500.0), ("ms", 250.0)], f'vedette_picture_seconds_bucket{{le="1.0",{MODEL}}} 1.0'),
        ([("answered", 1)], f'vedette_pictures_total{{outcome="answered",{MODEL}}} 1.0'),
        ([("throttled", 2)], f'vedette_pictures_total{{outcome="throttled",{MODEL}}} 2.0'),
        ([("desired_units", 2), ("desired_units", 3)], f'vedette_units{{{MODEL},which="desired"}} 3.0'),
    ],
)
def test_a_count_of_a_model_is_a_line_of_its_own(counts, line):
    assert line in page_after(*counts)


def test_what_is_no_figure_and_what_is_no_model_is_not_shown():
    assert page_after(("ok", 1)) == []
    figures = Metrics()
    figures.record("arn:aws:s3:::bucket", "findings", 1)
    assert b"vedette_findings_total{" not in figures.page()
