"""Jobs are begun at once, in turns, once, and again after anything that stopped them."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from doubles.jobs_played import Played, Stage
from vedette.errors import Missing
from vedette.jobs.context import LeaseLost
from vedette.jobs.kind import JobInterrupted, NewJob, Retry
from vedette.jobs.tables import jobs
from vedette.store.db import open_database


@pytest.fixture
def stage(database):
    return Stage(database)


@pytest.fixture
def opened():
    """Return a function that notes a runner, to be closed at the end."""
    runners = []

    def note(runner):
        runners.append(runner)
        return runner

    yield note
    for runner in runners:
        runner.close()


def rows(database, column=jobs.c.subject):
    with database.read() as connection:
        return list(connection.execute(select(column).order_by(jobs.c.id)).scalars())


def let_leases_pass(database):
    with database.write() as connection:
        connection.execute(update(jobs).values(lease_ms=1))


def until(claim):
    deadline = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def hold(stage):
    """Return a play that says it runs and goes on when the test lets it."""
    entered = threading.Event()

    def play(context):
        entered.set()
        assert stage.gate.wait(30)

    return entered, play


def hold_until_left(context):
    assert context.pause(30)
    raise JobInterrupted


def test_a_job_runs_at_once_and_its_row_goes(stage, opened):
    runner = opened(stage.runner())
    stage.add(runner, "one")
    assert runner.wait(30)
    assert (stage.runs, stage.failures, rows(stage.database)) == (["one"], [], [])


@pytest.mark.parametrize("days", [1, -1, 400, -400])
def test_a_job_runs_once_whatever_the_clock_shows(stage, opened, clock, days):
    entered, stage.plays["one"] = hold(stage)
    runner = opened(stage.runner(clock, concurrency=2))
    stage.add(runner, "one")
    assert entered.wait(30)
    clock.leap(days=days)
    runner.beat()
    stage.add(runner, "two")
    until(lambda: "two" in stage.runs)
    runner.beat()
    stage.gate.set()
    assert runner.wait(30)
    assert stage.runs == ["one", "two"]


def test_a_job_of_a_transaction_that_was_undone_never_runs(stage, opened):
    runner = opened(stage.runner())
    with stage.database.write() as connection:
        number = runner.add(connection, NewJob("played", "one", "1", Played("one")))
        connection.rollback()
    runner.begin("played", number)
    assert runner.wait(30)
    assert stage.runs == []


def test_a_subject_has_one_job_of_a_kind(stage, opened):
    runner = opened(stage.runner())
    first = stage.add(runner, "one", begin=False)
    assert stage.add(runner, "one") == first
    assert runner.wait(30)
    assert stage.runs == ["one"]
    assert stage.add(runner, "one", begin=False) != first, "a number is never given twice"


def test_jobs_of_one_account_run_in_the_order_in_which_they_were_added(stage, opened):
    runner = opened(stage.runner())
    _, stage.plays["0"] = hold(stage)
    for number in range(8):
        stage.add(runner, str(number))
    stage.gate.set()
    assert runner.wait(30)
    assert stage.runs == [str(number) for number in range(8)]


def test_whoever_adds_many_jobs_waits_for_himself_alone(stage, opened):
    runner = opened(stage.runner())
    entered, stage.plays["first"] = hold(stage)
    stage.add(runner, "first", "much")
    assert entered.wait(30)
    for number in range(5):
        stage.add(runner, f"much{number}", "much")
    for number in range(2):
        stage.add(runner, f"few{number}", "few")
    stage.gate.set()
    assert runner.wait(30)
    assert stage.runs == ["first", "few0", "much0", "few1", "much1", "much2", "much3", "much4"]


def test_who_has_nothing_under_way_comes_before_who_has(stage, opened):
    runner = opened(stage.runner(concurrency=2))
    long, short = threading.Event(), threading.Event()
    stage.plays["long"] = lambda context: long.wait(30)
    stage.plays["short"] = lambda context: short.wait(30)
    stage.add(runner, "long", "a")
    stage.add(runner, "short", "b")
    until(lambda: len(stage.runs) == 2)
    stage.add(runner, "a again", "a")
    stage.add(runner, "b again", "b")
    short.set()
    until(lambda: len(stage.runs) == 4)
    long.set()
    assert stage.runs[2:] == ["b again", "a again"]


def test_so_many_run_at_once_and_no_more(stage, opened):
    runner = opened(stage.runner(concurrency=3))
    for number in range(8):
        stage.plays[str(number)] = lambda context: stage.gate.wait(30)
        stage.add(runner, str(number), str(number % 4))
    until(lambda: len(stage.runs) == 3)
    runner.beat()
    assert len(stage.runs) == 3
    stage.gate.set()
    assert runner.wait(30)
    assert len(stage.runs) == 8


def test_what_a_stop_interrupts_is_taken_up_by_the_next_start(stage, opened):
    first = stage.runner()
    stage.plays["one"] = hold_until_left
    stage.add(first, "one")
    stage.add(first, "two")
    until(lambda: stage.runs == ["one"])
    first.close()
    assert (rows(stage.database), rows(stage.database, jobs.c.owner)) == (["one", "two"], ["", ""])
    del stage.plays["one"]
    second = opened(stage.runner())
    second.start()
    assert second.wait(30)
    assert (stage.runs, stage.failures, rows(stage.database)) == (["one", "one", "two"], [], [])


def test_what_is_added_while_the_server_stops_waits(stage, opened):
    first = stage.runner()
    first.stop_taking()
    stage.add(first, "one")
    first.close()
    assert stage.runs == []
    second = opened(stage.runner())
    second.start()
    assert second.wait(30)
    assert stage.runs == ["one"]


def test_a_crashed_servers_job_is_taken_up(stage, opened):
    """On SQLite at the next start, since the folder is one server's; elsewhere when its lease has passed."""
    crashed = opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    stage.add(crashed, "one")
    assert entered.wait(30)
    if stage.database.file is None:
        let_leases_pass(stage.database)
    del stage.plays["one"]
    second = opened(stage.runner())
    second.start()
    assert second.wait(30)
    assert stage.runs == ["one", "one"]
    stage.gate.set()


def test_a_living_servers_job_is_nobody_elses(stage, opened):
    first, second = opened(stage.runner()), opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    number = stage.add(first, "one")
    assert entered.wait(30)
    second.beat()
    second.begin("played", number)
    assert second.wait(30)
    stage.gate.set()
    assert first.wait(30)
    assert stage.runs == ["one"]


def test_another_server_takes_what_this_one_has_no_thread_for(stage, opened):
    first, second = opened(stage.runner()), opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    stage.add(first, "one")
    assert entered.wait(30)
    stage.add(first, "two")
    second.beat()
    assert second.wait(30)
    assert (stage.runs, rows(stage.database)) == (["one", "two"], ["one"])
    stage.gate.set()


def test_a_run_whose_lease_was_lost_shows_nothing(stage, opened):
    """A server that was suspended for a minute wakes to find its job done by another."""
    first, second = opened(stage.runner()), opened(stage.runner())
    raised = []

    def show(context):
        assert stage.gate.wait(30)
        try:
            with stage.database.write() as connection:
                connection.exec_driver_sql("delete from accounts")
                context.end(connection)
        except LeaseLost as why:
            raised.append(why)
            raise

    stage.plays["one"] = show
    stage.add(first, "one")
    until(lambda: stage.runs == ["one"])
    with stage.database.write() as connection:
        connection.exec_driver_sql(
            "insert into accounts (id, name, created_ms) values ('111122223333', 'plant', 0)"
        )
    del stage.plays["one"]
    let_leases_pass(stage.database)
    second.beat()
    assert second.wait(30)
    stage.gate.set()
    assert first.wait(30)
    with stage.database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from accounts").scalar() == 1
    assert (len(raised), stage.runs, stage.failures) == (1, ["one", "one"], [])


def test_a_run_whose_lease_was_lost_does_not_end_the_other_servers_job(stage, opened):
    first, second, both = opened(stage.runner()), opened(stage.runner()), threading.Event()
    stage.plays["one"] = lambda context: both.wait(30) if len(stage.runs) > 1 else stage.gate.wait(30)
    stage.add(first, "one")
    until(lambda: stage.runs == ["one"])
    let_leases_pass(stage.database)
    second.beat()
    until(lambda: stage.runs == ["one", "one"])
    stage.gate.set()
    assert first.wait(30)
    assert rows(stage.database) == ["one"]
    both.set()
    assert second.wait(30)
    assert (rows(stage.database), stage.failures) == ([], [])


def test_a_beat_tells_a_run_that_its_job_is_another_servers(stage, opened):
    first, second = opened(stage.runner()), opened(stage.runner())
    stage.plays["one"] = hold_until_left
    stage.add(first, "one")
    until(lambda: stage.runs == ["one"])
    del stage.plays["one"]
    let_leases_pass(stage.database)
    second.beat()
    assert second.wait(30)
    first.beat()
    assert first.wait(30)
    assert (stage.runs, stage.failures, rows(stage.database)) == (["one", "one"], [], [])


def test_a_beat_renews_leases_and_writes_progress_down(stage, opened):
    runner, other = opened(stage.runner()), stage.runner()
    stage.plays["one"] = lambda context: (context.report({"done": 3, "of": 4}), stage.gate.wait(30))
    stage.add(runner, "one")
    until(lambda: runner._running and all(one.progress for one in runner._running.values()))
    # Who runs it knows at once, also on a disk that takes no word of it; others know what is written down.
    assert (runner.progress("played", "one"), other.progress("played", "one")) == ({"done": 3, "of": 4}, None)
    let_leases_pass(stage.database)
    runner.beat()
    assert other.progress("played", "one") == {"done": 3, "of": 4}
    assert rows(stage.database, jobs.c.lease_ms)[0] > 1
    stage.gate.set()
    assert runner.wait(30)
    assert runner.progress("played", "one") is None


def test_a_run_that_may_be_tried_again_is_and_then_fails(stage, opened):
    def stumble(context):
        raise Retry(f"try {context.tries}")

    runner = opened(stage.runner(tries=3))
    stage.plays["one"] = stumble
    stage.add(runner, "one")
    assert runner.wait(30)
    assert (stage.runs, stage.failures) == (["one"] * 3, [("one", "Retry try 3")])
    assert rows(stage.database) == []


def test_who_watches_hears_of_every_run_with_the_kind_of_its_failure(stage, opened):
    runner, heard = opened(stage.runner()), []
    runner.watch = lambda kind, number, tries, seconds, failure: heard.append((kind, tries, failure))
    stage.plays["two"] = lambda context: 1 / 0
    for subject in ("one", "two"):
        stage.add(runner, subject)
    assert runner.wait(30)
    assert len({kind for kind, _, _ in heard}) == 1
    assert sorted((tries, failure) for _, tries, failure in heard) == [(1, ""), (1, "ZeroDivisionError")]


def test_tries_are_counted_over_a_restart(stage, opened):
    def stumble_then_stop(context):
        if context.tries == 2:
            raise JobInterrupted
        raise Retry("it was killed")

    def stumble(context):
        raise Retry("it was killed")

    first = stage.runner(tries=3)
    stage.plays["one"] = stumble_then_stop
    stage.add(first, "one")
    assert first.wait(30)
    first.close()
    stage.plays["one"] = stumble
    second = opened(stage.runner(tries=3))
    second.start()
    assert second.wait(30)
    assert (stage.runs, stage.failures) == (["one"] * 4, [("one", "Retry it was killed")])


def test_a_failure_is_written_down_when_that_can_be(stage, opened, caplog):
    refused = iter((OSError(errno.ENOSPC, "no room"), OSError(errno.ENOSPC, "no room")))
    write_down = stage._fail

    def fail(*arguments):
        if (problem := next(refused, None)) is not None:
            raise problem
        write_down(*arguments)

    stage._fail = fail
    runner = opened(stage.runner())
    stage.plays["one"] = lambda context: 1 / 0
    stage.add(runner, "one")
    assert runner.wait(30)
    assert stage.failures == [("one", "ZeroDivisionError division by zero")]
    assert caplog.text.count("is not written down yet") == 2


def test_a_failure_that_nobody_waits_for_any_more_ends_the_job(stage, opened):
    def fail(*arguments):
        raise Missing("The version was deleted.", kind="version")

    stage._fail = fail
    runner = opened(stage.runner())
    stage.plays["one"] = lambda context: 1 / 0
    stage.add(runner, "one")
    assert runner.wait(30)
    assert rows(stage.database) == []


def test_a_job_that_has_not_begun_is_cancelled_at_once(stage, opened):
    runner = opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    stage.add(runner, "one")
    assert entered.wait(30)
    number = stage.add(runner, "two")
    assert runner.cancel(number)
    stage.gate.set()
    assert runner.wait(30)
    assert stage.runs == ["one"]


def test_a_job_that_runs_is_asked_to_leave_off(stage, opened):
    runner, called = opened(stage.runner()), []

    def play(context):
        with context.calling(lambda: called.append(True)):
            hold_until_left(context)

    stage.plays["one"] = play
    number = stage.add(runner, "one")
    until(lambda: stage.runs == ["one"])
    assert not runner.cancel(number)
    assert runner.wait(30)
    assert (called, stage.failures, rows(stage.database)) == ([True], [("one", "JobCancelled")], [])


def test_a_job_that_another_server_runs_is_cancelled_with_its_next_beat(stage, opened):
    first, second = opened(stage.runner()), opened(stage.runner())
    stage.plays["one"] = hold_until_left
    number = stage.add(first, "one")
    until(lambda: stage.runs == ["one"])
    assert not second.cancel(number)
    first.beat()
    assert first.wait(30)
    assert stage.failures == [("one", "JobCancelled")]


def test_somebody_may_wait_for_a_job_wherever_it_runs(stage, opened):
    first, second = opened(stage.runner()), opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    number = stage.add(first, "one")
    assert entered.wait(30)
    assert not second.wait_for(number, 0.01)
    stage.gate.set()
    assert second.wait_for(number, 30)


def test_a_job_can_be_run_by_who_added_it(stage, opened):
    runner = opened(stage.runner())
    entered, stage.plays["one"] = hold(stage)
    stage.add(runner, "one")
    assert entered.wait(30)
    runner.run_here(stage.add(runner, "two", begin=False, runs_here=True))
    runner.beat()
    assert stage.runs == ["one", "two"]
    stage.gate.set()


def test_threads_that_come_upon_a_job_at_once_run_it_once(stage, opened):
    runner = opened(stage.runner(concurrency=3))
    for number in range(60):
        stage.add(runner, str(number), str(number % 3))
    assert runner.wait(60)
    assert sorted(stage.runs, key=int) == [str(number) for number in range(60)]


def test_what_this_release_does_not_know_is_left_and_named(stage, opened, caplog):
    runner = opened(stage.runner())
    stage.add(runner, "one", begin=False)
    stage.add(runner, "two", begin=False)
    with stage.database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.subject == "one").values(kind="newer"))
        connection.execute(update(jobs).where(jobs.c.subject == "two").values(order='{"newer":1}'))
        connection.execute(update(jobs).values(owner=""))
    runner.beat()
    runner.beat()
    until(lambda: "is left as it is: name: Field required" in caplog.text)
    let_leases_pass(stage.database)
    runner.beat()
    assert runner.wait(30)
    assert caplog.text.count("is left as it is") == 1
    assert caplog.text.count("jobs of the kind newer are left: this release does not know it") == 1
    assert (stage.runs, rows(stage.database)) == ([], ["one", "two"])


def test_a_database_that_is_away_stops_no_thread_for_good(stage, opened, monkeypatch):
    runner = opened(stage.runner())
    monkeypatch.setattr(runner._claims, "_claim", lambda queue: 1 / 0)
    monkeypatch.setattr(runner._claims, "_next_handed", lambda queue: None)
    stage.add(runner, "one")
    assert runner.wait(30)
    monkeypatch.undo()
    let_leases_pass(stage.database)
    runner.beat()
    assert runner.wait(30)
    assert stage.runs == ["one"]


PROGRAM = """
import sys
from pathlib import Path
from doubles.jobs_played import Played, Stage
from vedette.store.db import open_database

stage = Stage(open_database("", Path(sys.argv[1])))
stage.plays["one"] = lambda context: (print("begun", flush=True), context.pause(60))
runner = stage.runner()
for name in ("one", "two", "three"):
    stage.add(runner, name)
runner.wait(60)
"""


def test_kill_9_loses_no_job_and_does_none_twice(sqlite_maker, opened):
    address, folder = sqlite_maker.new()
    paths = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(signal.SIGKILL)
    database = open_database(address, folder)
    stage = Stage(database)
    runner = stage.runner()
    runner.start()
    assert runner.wait(30)
    runner.close()
    assert (stage.runs, rows(database)) == (["one", "two", "three"], [])
    database.close()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=12))
def test_however_jobs_are_spread_over_servers_each_runs_once(sqlite_maker, spread):
    database = open_database(*sqlite_maker.new())
    stage = Stage(database)
    runners = [stage.runner(concurrency=2) for _ in range(2)]
    for number, (server, account) in enumerate(spread):
        stage.add(runners[server], str(number), str(account))
        runners[1 - server].beat()
    for runner in runners:
        assert runner.wait(30)
        runner.close()
    assert Counter(stage.runs) == {str(number): 1 for number in range(len(spread))}
    assert (rows(database), stage.failures) == ([], [])
    database.close()
