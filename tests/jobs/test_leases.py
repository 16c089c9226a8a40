"""Who owns a job and for how long, by the one clock that servers share."""

import pytest

from doubles.houses import MovedClock
from doubles.jobs_played import Played
from vedette.jobs.kind import JobBegun, JobCancelled, JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.jobs.store import LEASE_MS, JobTable, Turn

ORDER = Played("one", b"body")


@pytest.fixture
def tables(database, clock):
    if database.file is None:
        pytest.skip("PostgreSQL's clock is its own")
    return JobTable("a" * 32, clock), JobTable("b" * 32, clock)


def job(subject, account="1"):
    return NewJob("played", subject, account, ORDER)


def free(table, connection, running=()):
    return [turn.first for turn in table.turns(connection, ["played"], running)]


def test_a_lease_lasts_fifteen_seconds_and_is_somebody_elses_after_that(database, clock, tables):
    mine, other = tables
    assert LEASE_MS == 15_000
    with database.write() as connection:
        number = mine.add(connection, job("one"), owned=True)
        assert mine.owned(connection, number).subject == "one"
        assert other.owned(connection, number) is None
        clock.move(milliseconds=LEASE_MS)
        assert free(other, connection) == []
        clock.move(milliseconds=1)
        assert free(other, connection) == [number]
        assert free(other, connection, [number]) == []
        assert other.claim(connection, number).tries == 0
        assert mine.owned(connection, number) is None
        assert not mine.end(connection, number)
        assert other.end(connection, number)
        assert not other.exists(connection, number)


def test_a_job_that_nobody_owns_is_free_at_once(database, tables):
    mine, other = tables
    with database.write() as connection:
        number = mine.add(connection, job("one"), owned=False)
        assert mine.owned(connection, number) is None
        assert free(other, connection) == [number]


def test_a_renewal_lasts_as_long_again_and_says_what_was_lost_and_what_cancelled(database, clock, tables):
    mine, other = tables
    with database.write() as connection:
        numbers = [mine.add(connection, job(name), owned=True) for name in ("kept", "lost", "cancelled")]
        clock.move(milliseconds=LEASE_MS + 1)
        other.claim(connection, numbers[1])
        mine.cancel(connection, numbers[2])
        renewed = mine.renew(connection, dict.fromkeys(numbers))
        assert renewed == {numbers[0]: False, numbers[2]: True}
        clock.move(milliseconds=LEASE_MS)
        assert free(other, connection) == []


def test_progress_stays_until_the_next_report(database, tables):
    mine, _ = tables
    with database.write() as connection:
        number = mine.add(connection, job("one"), owned=True)
        assert mine.progress(connection, "played", "one") is None
        mine.renew(connection, {number: {"done": 1}})
        mine.renew(connection, {number: None})
        assert mine.progress(connection, "played", "one") == {"done": 1}
        assert mine.progress(connection, "other", "one") is None
        assert mine.progress(connection, "played", "other") is None


def test_a_server_gives_up_its_own_jobs_or_all_others_but_its_own(database, tables):
    mine, other = tables
    with database.write() as connection:
        own, theirs = mine.add(connection, job("a"), owned=True), other.add(connection, job("b"), owned=True)
        mine.release(connection, everybodys=True)
        assert free(mine, connection) == [theirs]
        mine.release(connection)
        assert {turn.free for turn in mine.turns(connection, ["played"], ())} == {2}
        assert mine.owned(connection, own) is None


def test_an_account_has_its_oldest_job_how_many_wait_and_how_many_run(database, tables):
    mine, other = tables
    with database.write() as connection:
        mine.add(connection, job("running"), owned=True)
        first, _ = [mine.add(connection, job(name), owned=False) for name in "ab"]
        second = mine.add(connection, job("c", "2"), owned=False)
        mine.add(connection, NewJob("other", "d", "3", ORDER), owned=False)
        turns = other.turns(connection, ["played"], ())
    assert sorted(turns, key=lambda turn: turn.account) == [Turn("1", first, 2, 1), Turn("2", second, 1, 0)]


def test_only_what_nobody_has_begun_can_be_withdrawn(database, clock, tables):
    mine, other = tables
    with database.write() as connection:
        number = mine.add(connection, job("one"), owned=True)
        assert not other.withdraw(connection, number, ())
        clock.move(milliseconds=LEASE_MS + 1)
        assert not mine.withdraw(connection, number, [number])
        assert other.withdraw(connection, number, ())
        assert not other.withdraw(connection, number, ())


# What rooms ask of a runner


class Bench:
    """A runner whose only thread runs `act`."""

    def __init__(self, database, act=lambda context, order: None):
        self.queue = WorkQueue("played", 1)
        self.failures = []
        self.runner = JobRunner(database, MovedClock(), again_s=0.01)
        self.runner.register(JobKind("played", Played, self.queue, act, self._fail))
        self.database = database

    def add(self, name, **options):
        with self.database.write() as connection:
            return self.runner.add(connection, job(name), **options)

    def _fail(self, context, order, problem):
        self.failures.append((order, type(problem), context.tries, context.subject))


def test_a_dropped_job_goes_with_the_transaction_and_one_that_has_ended_cannot_be_dropped(database):
    bench = Bench(database)
    bench.runner.stop_taking()
    number = bench.add("one")
    with database.write() as connection:
        bench.runner.drop(number, connection)
        connection.rollback()
    assert bench.runner.number("played", "one") == number
    with database.write() as connection:
        bench.runner.drop(number, connection)
    assert bench.runner.number("played", "one") is None
    with database.write() as connection, pytest.raises(JobBegun):
        bench.runner.drop(number, connection)
    bench.runner.close()


def test_a_job_is_withdrawn_before_it_begins_and_counts_as_such_after_it_ended(database):
    bench = Bench(database)
    number = bench.add("one", runs_here=True)
    assert not bench.runner.withdraw(number)
    bench.runner.run_here(number)
    assert bench.runner.withdraw(number)
    waiting = bench.add("two") if bench.runner.stop_taking() is None else 0
    assert bench.runner.withdraw(waiting)
    assert bench.runner.number("played", "two") is None
    bench.runner.close()


def test_whoever_waits_while_the_server_stops_is_told_that_the_job_has_not_ended(database):
    bench = Bench(database)
    bench.runner.stop_taking()
    assert not bench.runner.wait_for(bench.add("one"), 60)
    bench.runner.close()


def test_a_job_fails_with_its_order_its_subject_and_its_try(database):
    def act(context, order):
        raise ValueError

    bench = Bench(database, act)
    bench.runner.run_here(bench.add("one", runs_here=True))
    assert bench.failures == [(ORDER, ValueError, 1, "one")]
    assert bench.runner.number("played", "one") is None
    bench.runner.close()


def test_a_job_that_was_cancelled_before_its_run_never_runs(database):
    runs = []
    bench = Bench(database, lambda context, order: runs.append(order))
    number = bench.add("one", runs_here=True)
    assert not bench.runner.cancel(number)
    bench.runner.run_here(number)
    assert (runs, bench.failures) == ([], [(ORDER, JobCancelled, 1, "one")])
    bench.runner.close()


def test_a_job_that_begins_while_the_server_stops_is_asked_to_leave_off(database):
    left = []

    def act(context, order):
        left.append(context.should_leave())
        raise JobInterrupted

    bench = Bench(database, act)
    number = bench.add("one", runs_here=True)
    bench.runner.stop_taking()
    bench.runner.run_here(number)
    assert (left, bench.failures, bench.runner.number("played", "one")) == ([True], [], number)
    bench.runner.close()


def test_a_kind_is_declared_once_and_a_queue_alike_everywhere(database):
    bench = Bench(database)
    again = JobKind("played", Played, bench.queue, print, print)
    with pytest.raises(AssertionError, match="declared once"):
        bench.runner.register(again)
    wider = JobKind("other", Played, WorkQueue("played", 2), print, print)
    with pytest.raises(AssertionError, match="declared alike"):
        bench.runner.register(wider)
    bench.runner.close()
