"""What an alarm says of the last periods."""

import json

import pytest

from vedette.errors import Unbuilt, Wrong
from vedette.monitoring.alarm import (
    ALARM,
    OK,
    UNKNOWN,
    AlarmRule,
    UnreadableRule,
    dump_rule,
    judge,
    load_rule,
)
from vedette.monitoring.metrics import named
from vedette.monitoring.queries import MetricQuery, MetricStatistic

METRIC = named("Plant", "Rejected 裂", [("Line", 'a"b'), ("A", "2")])


def a_rule(**more):
    query = MetricQuery("m1", MetricStatistic(METRIC, "Sum", 1))
    fields = {"period": 1, "periods": 3, "to_alarm": 2, "threshold": 5.0}
    fields |= {"comparison": "GreaterThanThreshold", "queries": (query,), "is_simple": True}
    return AlarmRule(**fields | more)


N = None


@pytest.mark.parametrize(
    ("missing", "values", "before", "state"),
    [
        ("missing", [6, 7, 1], OK, ALARM),
        ("missing", [6, 1, 1], ALARM, OK),
        ("missing", [5, 5, 5], ALARM, OK),
        ("missing", [N, N, N], OK, UNKNOWN),
        ("missing", [N, 6, 6], OK, ALARM),
        ("missing", [N, N, 1], ALARM, OK),
        ("breaching", [N, N, 1], OK, ALARM),
        ("breaching", [N, 1, 1], ALARM, OK),
        ("notBreaching", [N, N, N], ALARM, OK),
        ("notBreaching", [6, 6, N], OK, ALARM),
        ("ignore", [N, N, N], ALARM, ALARM),
        ("ignore", [N, N, 1], ALARM, ALARM),
        ("ignore", [N, 1, 1], ALARM, OK),
        ("ignore", [6, 6, N], OK, ALARM),
    ],
)
def test_m_of_n_with_each_way_to_treat_missing_figures(missing, values, before, state):
    assert judge(a_rule(missing=missing), values, before)[0] == state


@pytest.mark.parametrize(
    ("values", "unsure", "before", "state"),
    [
        # Two of three would be enough: with those that nobody can be sure of it might be an alarm.
        ([6], 2, OK, OK),
        ([1, 1], 1, ALARM, OK),
        ([6, 1], 1, ALARM, ALARM),
        ([6, 6], 1, OK, ALARM),
        ([], 3, UNKNOWN, UNKNOWN),
    ],
)
def test_periods_of_too_few_samples_leave_the_state_where_they_could_decide_it(values, unsure, before, state):
    assert judge(a_rule(), values, before, unsure)[0] == state


# What a release that knows nothing of low samples reads of a rule: it fails on any other member.
OF_RELEASE_BEFORE = {
    "queries", "is_simple", "period", "periods", "to_alarm", "threshold", "comparison", "missing",
    "description", "actions",
}  # fmt: skip


@pytest.mark.parametrize("low_samples", ["", "evaluate", "ignore"])
def test_a_rule_is_stored_as_servers_of_the_release_before_read_it(low_samples):
    rule = a_rule(low_samples=low_samples, actions={"ALARM": ("a", "b"), "OK": ()})
    stored = json.loads(dump_rule(rule))
    assert set(stored) == OF_RELEASE_BEFORE
    assert stored["actions"]["ALARM"] == ["a", "b"]
    assert load_rule(dump_rule(rule)) == rule


def test_low_samples_that_were_stored_as_a_member_are_read():
    stored = json.loads(dump_rule(a_rule())) | {"low_samples": "ignore"}
    assert load_rule(json.dumps(stored)) == a_rule(low_samples="ignore")
    with pytest.raises(Wrong, match="evaluate, ignore"):
        a_rule(low_samples="perhaps")


@pytest.mark.parametrize(
    "changed",
    [
        {"of_a_newer_release": 1},
        {"comparison": "LessThanLowerOrGreaterThanUpperThreshold"},
        {"queries": [{"id": "m1", "account": "1"}]},
        {"queries": None},
        {"actions": []},
        {"actions": {"LOW_SAMPLES": ["perhaps"]}},
    ],
)
def test_a_rule_that_is_none_says_so(changed):
    with pytest.raises(UnreadableRule):
        load_rule(json.dumps(json.loads(dump_rule(a_rule())) | changed))
    with pytest.raises(UnreadableRule):
        load_rule("{")


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanOrEqualToThreshold", [OK, ALARM, ALARM]),
        ("GreaterThanThreshold", [OK, OK, ALARM]),
        ("LessThanThreshold", [ALARM, OK, OK]),
        ("LessThanOrEqualToThreshold", [ALARM, ALARM, OK]),
    ],
)
def test_each_comparison(comparison, states):
    rule = a_rule(comparison=comparison, periods=1, to_alarm=1)
    assert [judge(rule, [value], OK)[0] for value in (4.0, 5.0, 6.0)] == states


def test_what_cannot_be_an_alarm_is_refused():
    for more in ({"to_alarm": 4}, {"to_alarm": 0}, {"missing": "perhaps"}, {"period": 60, "periods": 200}):
        with pytest.raises(Wrong):
            a_rule(**more)
    with pytest.raises(Unbuilt, match="bands"):
        a_rule(comparison="LessThanLowerThreshold")


def test_a_rule_is_stored_as_it_was():
    expression = MetricQuery("e1", None, "m1 * 2", "twice", False, 5)
    rule = a_rule(actions={"ALARM": ("arn:aws:sns:a:b:c",)}, description="x")
    assert load_rule(dump_rule(rule)) == rule
    both = a_rule(queries=(*rule.queries, expression), is_simple=False)
    assert load_rule(dump_rule(both)) == both
