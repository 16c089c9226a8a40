"""Percentiles asked for and watched, as CloudWatch's clients do."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from doubles.houses import HERE, a_caller
from vedette.api.cloudwatch import OPERATIONS
from vedette.api.operations import Operation
from vedette.errors import Missing, Wrong
from vedette.metering.spreads import PeriodSpreads
from vedette.monitoring import queries as queries_of_figures
from vedette.monitoring import watch
from vedette.monitoring.alarm import judge
from vedette.monitoring.expressions import WorkBudget
from vedette.monitoring.monitoring import Monitoring
from vedette.monitoring.tables import alarms

TIMES = [float(value) for value in (20, 21, 22, 23, 24, 25, 26, 27, 28, 900)]
METRIC = {"Namespace": "Plant", "MetricName": "Cycle"}
RULE = {
    **METRIC,
    "AlarmName": "slow",
    "ExtendedStatistic": "p90",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 100.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture
def watched(house):
    monitoring = Monitoring(house.monitoring.alarms.database, house.meter, house.clock, account=HERE)
    object.__setattr__(house, "monitoring", monitoring)
    yield monitoring
    monitoring.watch.close()


@pytest.fixture
def call(house, watched):
    def call(name, **request):
        handler = OPERATIONS[name]
        handler = handler.handler if isinstance(handler, Operation) else handler
        return handler(house, a_caller("cloudwatch"), request)

    return call


def put(call, *values, **more):
    call("PutMetricData", Namespace="Plant", MetricData=[{"MetricName": "Cycle", "Values": values, **more}])


def ask(call, clock, statistics, member="ExtendedStatistics"):
    now = clock()
    answer = call(
        "GetMetricStatistics", **METRIC, StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=1), Period=3600, **{member: statistics},
    )  # fmt: skip
    return answer["Datapoints"]


def test_values_and_their_counts_have_percentiles_and_all_that_is_trimmed(call, clock):
    put(call, *TIMES)
    put(call, 21.0, 30.0, Counts=[80.0, 10.0])
    # Of a hundred: 20, 81 of 21, 22 … 28, ten of 30, 900.
    expected = {
        "p50": 21, "p90": 30, "p99": 30, "p99.9": 900, "p0": 20, "tm99": (20 + 81 * 21 + 175 + 300) / 99,
        "tc90": 90, "PR(:21)": 82, "TC(22:30)": 16, "TS(28:900)": 1200, "IQM": 21,
        "wm99": (20 + 81 * 21 + 175 + 330) / 100,
    }  # fmt: skip
    names = list(expected)
    [point] = ask(call, clock, names)
    assert point["ExtendedStatistics"] == pytest.approx(expected, rel=0.011)
    assert (point["Unit"], "Sum" in point) == ("None", False)
    queries = [
        {"Id": f"m{place}", "MetricStat": {"Metric": METRIC, "Period": 3600, "Stat": name}}
        for place, name in enumerate(names)
    ]
    expression = {"Id": "e", "Expression": "m1 - m0"}
    answer = call(
        "GetMetricData", MetricDataQueries=[*queries, expression], StartTime=clock() - timedelta(minutes=30),
        EndTime=clock() + timedelta(minutes=1),
    )  # fmt: skip
    values = [row["Values"] for row in answer["MetricDataResults"]]
    assert values == [[point["ExtendedStatistics"][name]] for name in names] + [[pytest.approx(9, rel=0.011)]]


def test_a_set_of_statistics_has_percentiles_only_where_all_its_values_are_the_same(call, clock):
    summary = {"SampleCount": 3.0, "Sum": 12.0, "Minimum": 4.0, "Maximum": 4.0}
    datum = {"MetricName": "Cycle", "StatisticValues": summary}
    call("PutMetricData", Namespace="Plant", MetricData=[datum])
    assert [point["ExtendedStatistics"] for point in ask(call, clock, ["p10", "p90"])] == [
        {"p10": 4, "p90": 4}
    ]
    datum["StatisticValues"] = summary | {"Sum": 15.0, "Maximum": 7.0}
    call("PutMetricData", Namespace="Plant", MetricData=[datum])
    assert ask(call, clock, ["p10", "p90", "PR(:5)"]) == []
    [point] = ask(call, clock, ["Sum", "Maximum"], "Statistics")
    assert (point["Sum"], point["Maximum"]) == (27, 7)


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"Statistics": ["Sum"], "ExtendedStatistics": ["p9"]}, "exclude each other"),
        ({"ExtendedStatistics": ["Average"]}, "belongs to Statistics"),
        ({"ExtendedStatistics": ["p101"]}, "between 0 and 100"),
        ({"ExtendedStatistics": ["q99"]}, "no statistic 'q99'"),
        ({}, "either"),
    ],
)
def test_what_is_no_extended_statistic_is_a_sentence(call, clock, asked, match):
    now = clock()
    with pytest.raises(Wrong, match=match):
        call(
            "GetMetricStatistics",
            **METRIC,
            StartTime=now - timedelta(minutes=5),
            EndTime=now,
            Period=60,
            **asked,
        )


def state(call):
    return call("DescribeAlarms", AlarmNames=["slow"])["MetricAlarms"][0]["StateValue"]


def test_an_alarm_watches_a_percentile_and_not_the_average(call, watched, clock):
    call("PutMetricAlarm", **RULE)
    [described] = call("DescribeAlarms", AlarmNames=["slow"])["MetricAlarms"]
    assert (described["ExtendedStatistic"], "Statistic" in described) == ("p90", False)
    # The average is above the threshold, nine of ten are not.
    put(call, *TIMES)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "OK"
    put(call, *TIMES, 901.0, 902.0)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "ALARM"


def test_too_few_samples_move_an_alarm_that_ignores_them_nowhere(call, watched, clock):
    call("PutMetricAlarm", **RULE, EvaluateLowSampleCountPercentile="ignore")
    [described] = call("DescribeAlarms", AlarmNames=["slow"])["MetricAlarms"]
    assert described["EvaluateLowSampleCountPercentile"] == "ignore"
    put(call, *[900.0] * 99)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "INSUFFICIENT_DATA"
    put(call, *[900.0] * 100)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
    put(call, 1.0)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
    # Nothing at all is missing figures, and not few.
    clock.move(minutes=2)
    watched.watch.judge_all()
    assert state(call) == "INSUFFICIENT_DATA"


def test_alarms_that_cannot_be_read_or_evaluated_stop_no_other(call, watched, clock, monkeypatch):
    """Of a newer release's alarm this server says nothing; one that meets a fault is logged."""
    call("PutMetricAlarm", **RULE | {"AlarmName": "a newer one"})
    call("PutMetricAlarm", **RULE | {"AlarmName": "broken", "Threshold": 17.0})
    call("PutMetricAlarm", **RULE)
    is_newer = alarms.c.name == "a newer one"
    with watched.alarms.database.write() as connection:
        rule = connection.execute(select(alarms.c.rule).where(is_newer)).scalar_one()
        values = {"rule": json.dumps(json.loads(rule) | {"of_a_newer_release": 1})}
        connection.execute(update(alarms).where(is_newer).values(values))

    def judge_failing(rule, *facts):
        if rule.threshold == 17.0:
            raise ZeroDivisionError
        return judge(rule, *facts)

    monkeypatch.setattr(watch, "judge", judge_failing)
    put(call, *[900.0] * 99)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
    assert [one["AlarmName"] for one in call("DescribeAlarms")["MetricAlarms"]] == ["broken", "slow"]
    # It can be put anew and deleted all the same.
    call("PutMetricAlarm", **RULE | {"AlarmName": "a newer one"})
    assert len(call("DescribeAlarms")["MetricAlarms"]) == 3
    call("DeleteAlarms", AlarmNames=["a newer one", "broken", "slow"])


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"Statistic": "Sum"}, "either a Statistic or an ExtendedStatistic"),
        ({"ExtendedStatistic": "Sum"}, "belongs to Statistic"),
        ({"ExtendedStatistic": "p100.1"}, "between 0 and 100"),
        ({"EvaluateLowSampleCountPercentile": "perhaps"}, "evaluate, ignore"),
        ({"EvaluateLowSampleCountPercentile": "ignore", "ExtendedStatistic": "tm90"}, "is a percentile"),
    ],
)
def test_an_alarm_that_cannot_be_is_refused_and_nothing_is_put(call, changed, match):
    with pytest.raises(Wrong, match=match):
        call("PutMetricAlarm", **RULE | changed)
    with pytest.raises(Missing):
        call("DeleteAlarms", AlarmNames=["slow"])


def test_buckets_cost_each_statistic_that_is_told_from_them(call, clock, monkeypatch):
    put(call, *TIMES)
    moment, cuts = clock(), [f"tm{percent}" for percent in range(10, 60)]

    def ask_for(names):
        metric = {"Namespace": "Plant", "MetricName": "Cycle"}
        queries = [
            {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Stat": name, "Period": 60}}
            for number, name in enumerate(names)
        ]
        times = {"StartTime": moment - timedelta(minutes=5), "EndTime": moment + timedelta(minutes=5)}
        return call("GetMetricData", MetricDataQueries=queries, **times)["MetricDataResults"]

    assert [len(row["Values"]) for row in ask_for(cuts)] == [1] * 50
    # Ten buckets of one minute, and fifty cuts of them.
    monkeypatch.setattr(queries_of_figures, "BUCKETS", 1)
    monkeypatch.setattr(WorkBudget.__init__, "__defaults__", (499,))
    with pytest.raises(Wrong, match="computes with too many values"):
        ask_for(cuts)
    assert len(ask_for(cuts[1:])) == 49


def test_a_group_of_figures_is_put_in_order_once_for_all_its_statistics(call, clock, monkeypatch):
    put(call, *TIMES)
    moment, made = clock(), []
    of = PeriodSpreads.of

    def of_noting(*facts):
        made.append(facts)
        return of(*facts)

    monkeypatch.setattr(PeriodSpreads, "of", of_noting)
    metric = {"Namespace": "Plant", "MetricName": "Cycle"}
    queries = [
        {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Stat": f"p{number}", "Period": 60}}
        for number in range(10, 60)
    ]
    times = {"StartTime": moment - timedelta(minutes=5), "EndTime": moment + timedelta(minutes=5)}
    rows = call("GetMetricData", MetricDataQueries=queries, **times)["MetricDataResults"]
    assert rows[0]["Values"] == [20.0]
    assert len(made) == 1


@pytest.mark.parametrize("count", [0, -1])
def test_a_page_of_no_values_is_refused(call, clock, count):
    expression = {"Id": "e", "Expression": "1 + 1"}
    with pytest.raises(Wrong, match=r"MaxDatapoints must be 1 or more\."):
        call(
            "GetMetricData", MetricDataQueries=[expression], StartTime=clock() - timedelta(minutes=5),
            EndTime=clock(), MaxDatapoints=count,
        )  # fmt: skip
