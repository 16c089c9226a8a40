"""What is old by counted time: whatever the clock did meanwhile, nothing counts as older than it is."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from doubles.houses import MovedClock
from vedette.clock import milliseconds
from vedette.jobs.passed import PassedTime
from vedette.jobs.tables import passed_time

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def passed(database, clock):
    return PassedTime(database, clock, clock.ticks)


def before(database, passed, days=30):
    passed.look()
    with database.read() as connection:
        return passed.moment_before(connection, days * DAY_MS)


def test_what_was_stamped_30_days_ago_is_old(database, passed, clock):
    passed.look()
    stamp = milliseconds(clock())
    clock.move(hours=1)
    assert before(database, passed) is None
    clock.move(days=30)
    moment = before(database, passed)
    assert stamp < moment <= milliseconds(clock()) - 30 * DAY_MS


def test_a_stop_loses_an_hour_at_most(database, passed, clock):
    for _ in range(6):
        PassedTime(database, clock, clock.ticks).look()
        for _ in range(5 * 24):
            clock.move(hours=1)
            passed.look()
    assert before(database, passed, days=29) is not None


def test_the_days_that_a_machine_was_off_are_not_counted(database, passed, clock):
    passed.look()
    clock.leap(days=90)
    assert before(database, PassedTime(database, clock, clock.ticks)) is None


def test_two_servers_count_an_hour_once(database, passed, clock):
    other = PassedTime(database, clock, clock.ticks)
    passed.look()
    other.look()
    for _ in range(20 * 24):
        clock.move(hours=1)
        passed.look()
        other.look()
    assert before(database, passed) is None
    assert before(database, passed, days=19) is not None


steps = st.tuples(
    st.floats(0, 12 * 24),  # hours that pass
    st.sampled_from([0, 0, 0, 1, -1, 24, -24, 31 * 24, -31 * 24, 400 * 24, -400 * 24]),  # hours of a leap
    st.booleans(),  # a server that starts anew
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(history=st.lists(steps, min_size=3, max_size=14))
def test_nothing_is_taken_for_older_than_it_is(database, history):
    with database.write() as connection:
        connection.execute(delete(passed_time))
    clock = MovedClock()
    passed, stamps = PassedTime(database, clock, clock.ticks), []
    for hours, leap, is_new in history:
        clock.leap(hours=leap)
        stamps.append((milliseconds(clock()), clock.ticks()))
        if is_new:
            passed = PassedTime(database, clock, clock.ticks)
        passed.look()
        clock.move(hours=hours)
        moment = before(database, passed) or -(10**15)
        ages = [clock.ticks() - ticks for stamp, ticks in stamps if stamp < moment]
        assert all(age >= 30 * DAY_MS / 1000 for age in ages)
