"""Schedules as EventBridge writes them, held against dates that a calendar says."""

from datetime import UTC, datetime, timedelta

import pytest

from vedette.errors import Wrong
from vedette.functions.schedule import parse_schedule

START = datetime(2026, 11, 30, 6, 37, 12, tzinfo=UTC)  # a Monday


def ticks(text, count=3, start=START):
    schedule, moments, moment = parse_schedule(text), [], start
    for _ in range(count):
        moment = schedule.after(moment)
        if moment is None:
            break
        moments.append(f"{moment:%Y-%m-%d %H:%M}")
    return moments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-11-30 10:00", "2026-12-01 10:00", "2026-12-02 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-11-30 12:15", "2026-12-01 12:15", "2026-12-02 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-30 18:00", "2026-12-01 18:00", "2026-12-02 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00", "2027-02-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-30 06:45", "2026-11-30 07:00", "2026-11-30 07:15"]),
        ("cron(0/10 * ? * mon-fri *)", ["2026-11-30 06:40", "2026-11-30 06:50", "2026-11-30 07:00"]),
        ("cron(0/30 20-2 ? * * *)", ["2026-11-30 20:00", "2026-11-30 20:30", "2026-11-30 21:00"]),
        ("cron(0 0 L * ? *)", ["2026-12-31 00:00", "2027-01-31 00:00", "2027-02-28 00:00"]),
        ("cron(0 9 LW * ? *)", ["2026-11-30 09:00", "2026-12-31 09:00", "2027-01-29 09:00"]),
        ("cron(0 9 1W * ? *)", ["2026-12-01 09:00", "2027-01-01 09:00", "2027-02-01 09:00"]),
        ("cron(0 9 15W 8 ? *)", ["2027-08-16 09:00", "2028-08-15 09:00", "2029-08-15 09:00"]),
        ("cron(0 9 31W * ? *)", ["2026-12-31 09:00", "2027-01-29 09:00", "2027-03-31 09:00"]),
        ("cron(0 12 ? * 2#1 *)", ["2026-12-07 12:00", "2027-01-04 12:00", "2027-02-01 12:00"]),
        ("cron(0 12 ? * 6L *)", ["2026-12-25 12:00", "2027-01-29 12:00", "2027-02-26 12:00"]),
        ("cron(0 12 ? * L *)", ["2026-12-05 12:00", "2026-12-12 12:00", "2026-12-19 12:00"]),
        ("cron(0 12 ? JAN,jul SUN 2027-2028)", ["2027-01-03 12:00", "2027-01-10 12:00", "2027-01-17 12:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        ("cron(37 6 30 11 ? 2026)", []),
        ("cron(0 0 30 2 ? *)", []),
        ("rate(1 minute)", ["2026-11-30 06:38", "2026-11-30 06:39", "2026-11-30 06:40"]),
        ("rate(2 hours)", ["2026-11-30 08:37", "2026-11-30 10:37", "2026-11-30 12:37"]),
    ],
)
def test_ticks_come_when_the_calendar_says(text, expected):
    assert ticks(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is rate"),
        ("rate(1 minutes)", "rate\\(1 minute\\)"),
        ("rate(5 minute)", "rate\\(1 minute\\)"),
        ("rate(0 minutes)", "it is rate"),
        ("rate(99999999 days)", "ten years"),
        ("rate(5 seconds)", "it is rate"),
        ("cron(0 10 * * *)", "cron\\(minutes"),
        ("cron(0 10 * * * *)", "one of day-of-month"),
        ("cron(0 10 ? * ? *)", "one of day-of-month"),
        ("cron(60 10 * * ? *)", "'60' is no number from 0 to 59"),
        ("cron(0 24 * * ? *)", "'24' is no number"),
        ("cron(0 10 0 * ? *)", "'0' is no number from 1"),
        ("cron(0 10 ? * 8 *)", "'8' is no number"),
        ("cron(0 10 ? FOO MON *)", "'FOO' is no number"),
        ("cron(0 10 * * ? 1969)", "'1969' is no number"),
        ("cron(0/0 10 * * ? *)", "'0' is no number"),
        ("cron(0 10 40W * ? *)", "'40' is no number"),
        ("cron(0 10 ? * MON#6 *)", "'MON#6' is no number"),
        ("cron(², 1 * * ? *)", "is no number"),
        ("at(2026-12-01T00:00:00)", "it is rate"),
    ],
)
def test_what_is_no_schedule_is_refused_with_why(text, reason):
    with pytest.raises(Wrong, match=reason):
        parse_schedule(text)


def test_every_minute_that_fits_is_found_and_no_other():
    """The search by months and days, held against looking at each minute of five months."""
    schedule = parse_schedule("cron(7/20 5,22 ? 2-4 TUE *)")
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    minutes = (begin + timedelta(minutes=number) for number in range(150 * 1440))
    fitting = [
        moment
        for moment in minutes
        if moment.minute in (7, 27, 47)
        and moment.hour in (5, 22)
        and moment.month in (2, 3, 4)
        and moment.isoweekday() == 2
    ]
    found = schedule.until(begin + timedelta(days=150, minutes=-1), fitting[0], begin)
    assert found == fitting


@pytest.mark.parametrize("text", ["rate(7 minutes)", "cron(0/7 * * * ? *)"])
def test_after_a_long_while_only_a_day_of_ticks_is_looked_at(text):
    schedule = parse_schedule(text)
    due = schedule.after(START)
    now = due + timedelta(days=400, minutes=3)
    moments = schedule.until(now, due, now - timedelta(days=1))
    assert 200 < len(moments) <= 217
    assert now - timedelta(days=1) <= moments[0]
    assert moments[-1] <= now
    following = schedule.after(now, due)
    assert now < following <= now + timedelta(minutes=7)
    if text.startswith("rate"):
        assert (following - due) % timedelta(minutes=7) == timedelta()
