"""When rules are carried out, and when they wait for a person."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from vedette.api.s3 import lifecycle_runner
from vedette.api.s3.lifecycle_runner import LifecycleRunner
from vedette.clock import milliseconds
from vedette.store.blobs.caution import lifecycle_pause, pause_lifecycle, resume_lifecycle
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.rules import Days
from vedette.store.blobs.timemarks import TimeMark, clock_problem, mark_time

DOCUMENT = (
    b"<LifecycleConfiguration><Rule><ID>r</ID><Filter/><Status>Enabled</Status>"
    b"<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>"
)
DAY = timedelta(days=1)
SHORT = Days(1.0)


class Machine:
    """A machine whose clock can be set, started again, and left alone for a while."""

    def __init__(self, root):
        self.root = root
        self.wall = datetime(2026, 11, 20, tzinfo=UTC)
        self.up_s = 1000.0
        self.boot = "first"
        self.blobs = FolderBlobs(root, clock=lambda: self.wall)
        self.start()

    def start(self):
        """Start the server; its first tick is part of that."""
        self.runner = LifecycleRunner(
            self.blobs, SHORT, clock=lambda: self.wall, mark=lambda ms: TimeMark(ms, self.up_s, self.boot)
        )
        self.runner._watch_clock()

    def wait(self, time):
        self.wall += time
        self.up_s += time.total_seconds()

    def make(self, bucket, rules=DOCUMENT):
        self.blobs.buckets.create(bucket, account="1", region="us-east-1")
        self.blobs.put(bucket, "a", b"1")
        self.blobs.buckets.put_document(bucket, "lifecycle", rules)

    def look(self):
        self.runner._next_look = 0.0
        self.runner.tick()
        return [name for name in self.blobs.expiry.buckets() if list(self.blobs.list(name))]

    def reason(self):
        standing = lifecycle_pause(self.root)
        return standing.reason if standing else ""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(lifecycle_runner, "PAUSE_S", 0.0)
    machine = Machine(tmp_path)
    yield machine
    machine.blobs.close()


def test_a_look_removes_what_is_due_and_says_so(machine):
    machine.make("bucket-a")
    assert machine.look() == ["bucket-a"]
    machine.wait(DAY)
    assert machine.look() == []
    record = machine.blobs.expiry.record()
    assert record.removed == {"bucket-a": {"objects": 1, "versions": 0, "markers": 0, "uploads": 0}}
    assert record.looked_ms == milliseconds(machine.wall)


@pytest.mark.parametrize("days", [2, -2])
def test_a_clock_that_is_set_stops_the_rules_until_somebody_has_looked(machine, days):
    machine.make("bucket-a")
    machine.wait(2 * DAY)
    machine.wall += days * DAY
    assert machine.look() == ["bucket-a"]
    assert machine.reason() == f"the machine's clock was set {'forward' if days > 0 else 'back'} by 2.0 days"
    machine.wait(9 * DAY)
    assert machine.look() == ["bucket-a"]
    resume_lifecycle(machine.root)
    assert machine.look() == []


def test_a_clock_that_was_set_while_no_server_ran_is_noticed(machine):
    machine.make("bucket-a")
    machine.wall += 40 * DAY
    machine.start()
    assert machine.look() == ["bucket-a"]
    assert "set forward by 40.0 days" in machine.reason()


def test_a_server_that_was_off_goes_on(machine):
    machine.make("bucket-a")
    machine.wait(40 * DAY)
    machine.start()
    assert machine.look() == []


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (3, ""),
        (-3, "the machine's clock shows a time 3.0 days before the last look"),
        (32, "the last look at the rules was 32.0 days ago, before the machine was started again"),
    ],
)
def test_after_a_start_of_the_machine_only_what_cannot_be_stops_the_rules(machine, days, reason):
    machine.make("bucket-a")
    machine.wall += days * DAY
    machine.boot, machine.up_s = "second", 5.0
    machine.start()
    assert machine.look() == ([] if not reason else ["bucket-a"])
    assert machine.reason() == reason


def test_rules_that_were_there_before_any_look_wait(tmp_path):
    with_rules = Machine(tmp_path)
    with_rules.make("bucket-a")
    with with_rules.blobs._index.writing() as db:
        db.execute("DELETE FROM expiry_looks")
    with_rules.start()
    with_rules.wait(9 * DAY)
    assert with_rules.look() == ["bucket-a"]
    assert "on bucket-a" in with_rules.reason()
    with_rules.blobs.close()


def test_a_restore_or_a_repair_stops_the_rules(machine, caplog):
    machine.make("bucket-a")
    machine.wait(9 * DAY)
    pause_lifecycle(machine.root, "The index was rebuilt.")
    assert (machine.look(), machine.look()) == (["bucket-a"], ["bucket-a"])
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert "looked: The index was rebuilt. When" in said[0]
    assert "vedette lifecycle resume" in said[0]


def test_a_document_that_cannot_be_read_to_the_end_removes_nothing_and_is_named(machine):
    machine.make("bucket-a", DOCUMENT.replace(b"<Filter/>", b"<Filter><Newer>1</Newer></Filter>"))
    machine.make("bucket-b")
    machine.wait(9 * DAY)
    assert machine.look() == ["bucket-a"]
    assert machine.blobs.expiry.record().problems == [
        "bucket-a: Filter has an element Newer that is not known."
    ]


def test_a_look_that_fails_is_tried_again(machine, caplog, monkeypatch):
    machine.make("bucket-a")
    machine.wait(9 * DAY)
    monkeypatch.setattr(machine.runner, "_stop", Once())
    monkeypatch.setattr(machine.runner, "_watch_clock", lambda: 1 / 0)
    machine.runner._run()
    assert "tries again" in caplog.records[0].getMessage()


def test_a_full_disk_keeps_the_rules_from_looking_and_not_the_server_from_starting(machine, caplog):
    def full(_):
        raise sqlite3.OperationalError("database or disk is full")

    runner = LifecycleRunner(machine.blobs, Days(), clock=lambda: machine.wall, mark=full)
    runner.start()
    runner.close()
    assert "the time cannot be noted: database or disk is full" in caplog.records[0].getMessage()


class Once:
    """An event that lets one round pass."""

    def __init__(self):
        self.rounds = 0

    def wait(self, _):
        self.rounds += 1
        return self.rounds > 1


def test_a_page_that_took_long_is_followed_by_a_long_pause(machine, monkeypatch):
    pauses = []
    monkeypatch.setattr(machine.runner, "_stop", Pauses(pauses))
    for worked_s, paused_s in ((0.0, 0.0), (0.4, 0.8), (90.0, 5.0)):
        machine.runner._page_began = lifecycle_runner.time.monotonic() - worked_s
        assert machine.runner._goes_on()
        assert pauses.pop() == pytest.approx(paused_s, abs=0.2)


class Pauses:
    """An event that is never set, and writes down how long it was waited for."""

    def __init__(self, pauses):
        self.wait = pauses.append


def test_a_look_waits_for_its_time(machine):
    machine.make("bucket-a")
    machine.wait(9 * DAY)
    real = LifecycleRunner(machine.blobs, Days(), clock=lambda: machine.wall)
    real.tick()
    assert list(machine.blobs.list("bucket-a"))


def test_this_machine_marks_its_time_and_finds_nothing_wrong_with_it():
    first, second = mark_time(1_000), mark_time(1_000)
    assert clock_problem(first, second) == ""
    assert (first.boot == second.boot, second.up_s >= first.up_s) == (True, True)


def test_a_start_says_at_once_that_rules_wait_and_for_whom(tmp_path, caplog):
    machine = Machine(tmp_path)
    pause_lifecycle(tmp_path, "somebody wants to look first", lambda: machine.wall)
    with caplog.at_level("WARNING", logger=lifecycle_runner.log.name):
        machine.runner.start()
        machine.runner.close()
    assert "somebody wants to look first. When the buckets are" in caplog.text
    assert "vedette lifecycle resume" in caplog.text
