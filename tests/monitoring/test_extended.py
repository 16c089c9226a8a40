"""Percentiles and trimmed statistics, read by CloudWatch's names and no others."""

import pytest

from vedette.errors import Wrong
from vedette.metering.spreads import Cut
from vedette.monitoring.extended import read_extended


@pytest.mark.parametrize(
    ("text", "share", "kind", "cut"),
    [
        ("p0", 0.0, "", None),
        ("p99.9", 0.999, "", None),
        ("P100", 1.0, "", None),
        ("tm95", None, "tm", Cut(high=0.95, is_share=True)),
        ("TM(2%:98%)", None, "tm", Cut(0.02, 0.98, is_share=True)),
        ("TM(150:1000)", None, "tm", Cut(150, 1000)),
        ("TM(:95%)", None, "tm", Cut(high=0.95, is_share=True)),
        ("iqm", None, "tm", Cut(0.25, 0.75, is_share=True)),
        ("tc99.5", None, "tc", Cut(high=0.995, is_share=True)),
        ("TC(0.005:0.03)", None, "tc", Cut(0.005, 0.03)),
        ("ts90", None, "ts", Cut(high=0.9, is_share=True)),
        ("TS(80%:)", None, "ts", Cut(low=0.8, is_share=True)),
        ("wm98", None, "wm", Cut(high=0.98, is_share=True)),
        ("WM(-5:500)", None, "wm", Cut(-5, 500)),
        ("PR(:300)", None, "pr", Cut(high=300)),
        ("PR(100:)", None, "pr", Cut(low=100)),
    ],
)
def test_a_name_is_a_statistic(text, share, kind, cut):
    statistic = read_extended(text)
    assert statistic is not None
    if share is None:
        assert (statistic.share, statistic.kind, statistic.cut) == (None, kind, cut)
    else:
        assert (statistic.share, statistic.kind, statistic.cut) == (pytest.approx(share), "", None)


@pytest.mark.parametrize(
    "text",
    ["p101", "tm100.5", "TM(90%:10%)", "TM(5:5)", "TM(:)", "TM(10%:300)", "PR(10%:90%)", "WM(-5%:90%)"],
)
def test_numbers_that_cannot_be_are_refused_with_the_name(text):
    with pytest.raises(Wrong, match="statistic"):
        read_extended(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Average",
        "p",
        "p٩٠",
        "p-1",
        "p1e2",
        "pnan",
        "pinf",
        "TM",
        "TM(1,2)",
        "PR(1:2",
        "p99 ",
        "q9",
        "p" * 999,
    ],
)
def test_no_other_name_is_one(text):
    assert read_extended(text) is None


@pytest.mark.parametrize(
    ("text", "least"), [("p99", 1000), ("p50", 20), ("p5", 200), ("tm99", 0), ("p100", float("inf"))]
)
def test_a_percentile_needs_ten_samples_beyond_it(text, least):
    assert read_extended(text).least_samples == pytest.approx(least)
