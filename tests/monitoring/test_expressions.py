"""Expressions: what they come to, what they refuse, and that they end."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import Refusal, Unbuilt, Wrong
from vedette.monitoring.expressions import Evaluation, WorkBudget, refuse_elsewhere
from vedette.monitoring.grammar import parse
from vedette.monitoring.queries import MetricQuery, checked
from vedette.monitoring.series import ManySeries, Series, Span

SPAN = Span(0, 30, 5)
M1 = Series("one", {0: 1.0, 5: 3.0, 15: 9.0}, SPAN, "m1")
M2 = Series("two", {0: 10.0, 5: 0.0, 10: 20.0}, SPAN, "errors2")


def computed(text, budget=None):
    known = {"m1": M1, "m2": M2, "n": 2.0, "many": ManySeries((M1, M2))}
    return Evaluation(known, [M1, M2], SPAN, budget or WorkBudget()).value(parse(text))


def points(text):
    return dict(computed(text).points)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 ^ 2 - -4", 23),
        ("2 ^ 3 ^ 2", 512),
        ("(1 + 2) * 3", 9),
        ("10 / 4 / 5", 0.5),
        ("1 < 2 AND 3 >= 4 OR 5 == 5", 1),
        ("1e3 + .5", 1000.5),
        ("SUM(m1)", 13),
        ("AVG(m1)", 13 / 3),
        ("MIN(m1)", 1),
        ("MAX(m1)", 9),
        ("STDDEV(m2)", (200 / 3) ** 0.5),
        ("DATAPOINT_COUNT(m1)", 3),
        ("DATAPoint_COUNT(m1)", 3),
        ("METRIC_COUNT(METRICS())", 2),
        ("PERIOD(m1)", 300),
        ("ABS(0-3) + CEIL(1.2) + FLOOR(1.8)", 6),
    ],
)
def test_numbers(text, value):
    assert computed(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m1 + m2", {0: 11, 5: 3}),
        ("m1 / m2", {0: 0.1}),
        ("2 * m1", {0: 2, 5: 6, 15: 18}),
        ("m1 - n", {0: -1, 5: 1, 15: 7}),
        ("m1 > 2", {0: 0, 5: 1, 15: 1}),
        ("SUM(m1) * m1", {0: 13, 5: 39, 15: 117}),
        ("SUM(m1) * m1 / m1", {0: 13, 5: 13, 15: 13}),
        ("SUM([m1, m2])", {0: 11, 5: 3, 10: 20, 15: 9}),
        ("AVG(METRICS())", {0: 5.5, 5: 1.5, 10: 20, 15: 9}),
        ('MAX(METRICS("err"))', {0: 10, 5: 0, 10: 20}),
        ("RATE(m1)", {5: 2 / 300, 15: 6 / 600}),
        ("DIFF(m1)", {5: 2, 15: 6}),
        ("DIFF_TIME(m1)", {5: 300, 15: 600}),
        ("RUNNING_SUM(m1)", {0: 1, 5: 4, 15: 13}),
        ("FILL(m1, 0)", {0: 1, 5: 3, 10: 0, 15: 9, 20: 0, 25: 0}),
        ("FILL(m1, REPEAT)", {0: 1, 5: 3, 10: 3, 15: 9, 20: 9, 25: 9}),
        ("FILL(m1, LINEAR)", {0: 1, 5: 3, 10: 6, 15: 9}),
        ("FILL(m1, m2)", {0: 1, 5: 3, 10: 20, 15: 9}),
        ("m1 + FILL(m2, 0)", {0: 11, 5: 3, 15: 9}),
        ("IF(m1 > 2, m1, 0)", {0: 0, 5: 3, 15: 9}),
        ("IF(m1 > 2, m1)", {5: 3, 15: 9}),
        ("IF(1, m2, m1)", {0: 10, 5: 0, 10: 20}),
        ("TIME_SERIES(7)", {0: 7, 5: 7, 10: 7, 15: 7, 20: 7, 25: 7}),
        ("FIRST(METRICS())", {0: 1, 5: 3, 15: 9}),
        ("LAST(REMOVE_EMPTY(METRICS()))", {0: 10, 5: 0, 10: 20}),
        ("DATAPOINT_COUNT([m1, m2])", {0: 2, 5: 2, 10: 1, 15: 1}),
        ("LOG10(m2)", {0: 1, 10: pytest.approx(1.30103)}),
        ("m1 ^ 2000", {0: 1}),
    ],
)
def test_series(text, expected):
    assert points(text) == pytest.approx(expected)


def test_several_series_are_computed_one_by_one():
    value = computed("METRICS() * 2")
    assert [dict(one.points) for one in value.members] == [{0: 2, 5: 6, 15: 18}, {0: 20, 5: 0, 10: 40}]


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "(1", "1)", "m1 m2", "SUM(", "SUM()", "SUM(1)", "SUM(m1, m2)", "nothing", "NOTHING(m1)",
        "m1 + 'x'", "METRICS(1)", "many + many", "FILL(m1)", "FILL(m1, many)", "[1, 2]", "IF(m1)", "1 # 2",
        "FIRST(m1)", "PERIOD(1)", "TIME_SERIES(m1)", "REPEAT", "\x00", "__import__('os')", "m1.points",
        "('" * 900, "(" * 2000, "-" * 2000 + "1", "2^" * 900 + "2", "SUM(" * 500, "[" * 2000,
        "+".join(["m1"] * 600),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_a_sentence(text):
    with pytest.raises(Wrong):
        computed(text)


def test_what_is_not_there_yet_says_so():
    with pytest.raises(Unbuilt, match="SEARCH"):
        computed("SEARCH('{AWS/Rekognition}', 'Sum')")


@pytest.mark.parametrize("text", ["SORT(METRICS(), AVG, DESC)", "2 * SUM([SORT(METRICS(), MAX, ASC, 3)])"])
def test_a_function_that_is_not_there_yet_is_named_and_not_its_words(text):
    with pytest.raises(Unbuilt, match=r"^SORT\(\) in expressions is not supported yet\.$"):
        refuse_elsewhere(parse(text))
    with pytest.raises(Unbuilt, match="SORT"):
        checked([MetricQuery("e1", expression=text)])


def test_an_expression_over_everything_ends_with_a_sentence():
    long = Series("long", dict.fromkeys(range(100_000), 1.0), Span(0, 100_000, 1), "m1")
    known = {"m1": long, "many": ManySeries((long,) * 10)}
    text = "+".join(["SUM(many)"] * 100)
    began = time.process_time()
    with pytest.raises(Wrong, match="too many values"):
        Evaluation(known, [long], long.span, WorkBudget()).value(parse(text))
    assert time.process_time() - began < 60


LETTERS = ["m1", "m2", "many", "n", "SUM", "FILL", "IF", "METRICS", "(", ")", ",", "+", "-", "*", "/", "^",
           "1", "0", ">", "AND", "REPEAT", "[", "]", "'e'", " "]  # fmt: skip


@given(st.lists(st.sampled_from(LETTERS), max_size=40))
def test_no_text_brings_it_down(words):
    with contextlib.suppress(Refusal):
        computed(" ".join(words))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_no_value_is_endless(first, second):
    one = Series("one", {0: first}, SPAN, "m1")
    two = Series("two", {0: second}, SPAN, "m2")
    for text in (
        "m1 + m2",
        "m1 * m2",
        "m1 / m2",
        "m1 ^ m2",
        "RUNNING_SUM(m1 * m2)",
        "LOG(m1)",
        "SUM([m1, m2])",
    ):
        value = Evaluation({"m1": one, "m2": two}, [one, two], SPAN, WorkBudget()).value(parse(text))
        assert all(abs(number) < float("inf") for number in value.points.values())
