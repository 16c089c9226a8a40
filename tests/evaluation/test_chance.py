"""One exact statement about few pictures: a test, and an interval that never contradicts it."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from vedette.evaluation.chance import SURE, find_lead, share_interval, sign_test

CHANGES = st.integers(0, 60)


@given(CHANGES, CHANGES)
def test_the_sign_test_is_scipys(better, worse):
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert sign_test(better, worse) == pytest.approx(expected, rel=1e-9)


def test_the_sign_test_of_thousands_neither_overflows_nor_vanishes():
    assert sign_test(5000, 5000) == pytest.approx(1.0)
    assert sign_test(9000, 100) < 1e-300
    assert sign_test(5200, 4800) == pytest.approx(binomtest(5200, 10000).pvalue, rel=1e-6)


@given(CHANGES, CHANGES)
def test_an_interval_of_a_share_is_scipys_exact_one(part, rest):
    expected = (0.0, 1.0)
    if part + rest:
        expected = binomtest(part, part + rest).proportion_ci(1 - SURE, method="exact")
    assert share_interval(part, part + rest) == pytest.approx(tuple(expected), abs=1e-9)


def test_an_interval_of_ten_thousand_pictures_is_scipys_too():
    for part in (0, 1, 20, 5000, 9999, 10_000):
        expected = binomtest(part, 10_000).proportion_ci(1 - SURE, method="exact")
        assert share_interval(part, 10_000) == pytest.approx(tuple(expected), abs=1e-8)


@given(CHANGES, CHANGES, CHANGES)
def test_the_interval_leaves_nothing_out_just_where_the_test_is_sure(better, worse, unchanged):
    pictures = better + worse + unchanged
    lead = find_lead(better, worse, pictures)
    if pictures:
        assert -1 <= lead.low <= lead.share <= lead.high <= 1
    assert (lead.low > 0 or lead.high < 0) == (sign_test(better, worse) < SURE)
    back = find_lead(worse, better, pictures)
    assert (back.share, back.low, back.high) == pytest.approx((-lead.share, -lead.high, -lead.low), abs=1e-12)


def test_four_better_of_twelve_may_be_chance_and_six_may_not():
    four, six = find_lead(4, 0, 12), find_lead(6, 0, 12)
    assert (sign_test(4, 0), sign_test(6, 0)) == pytest.approx((0.125, 0.03125))
    assert (four.share, four.low, four.high) == pytest.approx((1 / 3, -0.1333, 0.6511), abs=1e-3)
    assert (six.share, six.low, six.high) == pytest.approx((0.5, 0.0171, 0.7891), abs=1e-3)


def test_of_nothing_there_is_no_lead_and_of_unchanged_pictures_it_is_around_none():
    assert (find_lead(0, 0, 0).low, find_lead(0, 0, 0).high) == (0, 0)
    lead = find_lead(0, 0, 12)
    assert (lead.share, lead.low, lead.high) == pytest.approx((0, -0.2646, 0.2646), abs=1e-3)


@pytest.mark.parametrize("pictures", [5, 12, 30])
def test_the_interval_holds_the_truth_in_nineteen_of_twenty_sets_whatever_it_is(pictures):
    leads = {
        (better, worse): find_lead(better, worse, pictures)
        for better in range(pictures + 1)
        for worse in range(pictures + 1 - better)
    }
    for better_share in (0.0, 0.05, 0.2, 0.5, 0.9):
        for worse_share in (0.0, 0.05, 0.1):
            truth = better_share - worse_share
            odds = sum(
                chance_of(counts, (better_share, worse_share), pictures)
                for counts, lead in leads.items()
                if lead.low - 1e-9 <= truth <= lead.high + 1e-9
            )
            assert odds >= 1 - SURE, (better_share, worse_share)


def chance_of(counts, shares, pictures):
    """How likely so many of the pictures get better and worse, each by its own chance."""
    (better, worse), (better_share, worse_share) = counts, shares
    same = pictures - better - worse
    ways = comb(pictures, better) * comb(pictures - better, worse)
    return ways * better_share**better * worse_share**worse * (1 - better_share - worse_share) ** same
