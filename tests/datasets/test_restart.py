"""Works survive a stop, a crash and a worker that dies; nobody ever sees half of one."""

import errno
import threading

import pytest

from doubles.engine import InAThread
from doubles.houses import HERE
from doubles.lines import a_line, a_ref, a_room
from vedette.datasets import importing, works
from vedette.datasets.dataset import CopySource, NewDataset
from vedette.engines.local import LocalEngine
from vedette.engines.port import Event
from vedette.identity.principal import root_of
from vedette.store.db import open_database
from vedette.store.disk import NO_SPACE

LINES = [a_line(number, f"l{number % 9}") for number in range(3000)]


class Held(InAThread):
    """An engine whose jobs say nothing before the test lets them."""

    def __init__(self):
        super().__init__()
        self.asked, self.let = threading.Event(), threading.Event()

    def events(self, run):
        self.asked.set()
        self.let.wait(30)
        yield from super().events(run)


class Dying(InAThread):
    """An engine whose jobs die half way."""

    def events(self, run):
        for event in super().events(run):
            yield event
            if event.kind == "progress":
                break
        yield Event("failed", {"sentence": "The process of the job was killed by signal 9."})


def begin(room, lines=LINES):
    return room.datasets.create(room.project, NewDataset("train", room.put(lines), root_of(HERE), {}))


def rows(database, table):
    with database.read() as connection:
        if table == "works":
            query = "select count(*) from jobs where kind <> 'dataset-sweep'"
            return connection.exec_driver_sql(query).scalar()
        return connection.exec_driver_sql(f"select count(*) from dataset_{table}").scalar()


def test_an_import_that_was_stopped_is_done_at_the_next_start(database, clock, tmp_path):
    engine = Held()
    with a_room(database, tmp_path, clock, engine=engine, small=0) as room:
        begin(room)
        assert engine.asked.wait(30)
        room.jobs.stop_taking()
        engine.let.set()
    assert rows(database, "works") == 1
    with a_room(database, tmp_path, clock) as room:
        assert room.now().status == "creating"
        room.start()
        made = room.settled()
        assert (made.status, made.counts.total) == ("created", 3000)
        assert room.lines() == LINES
    assert (rows(database, "works"), rows(database, "parts"), rows(database, "entries")) == (0, 1, 3000)


def test_an_update_that_was_promised_is_kept_over_a_stop(database, clock, tmp_path):
    with a_room(database, tmp_path, clock) as room:
        room.create(LINES[:10])
        room.jobs.stop_taking()
        room.begin_update(LINES[10].encode())
    with a_room(database, tmp_path, clock) as room:
        assert (room.now().status, room.now().counts.total) == ("updating", 10)
        room.start()
        assert (room.settled().status, room.now().counts.total) == ("updated", 11)


def test_an_import_whose_process_dies_fails_and_leaves_nothing(database, clock, tmp_path):
    with a_room(database, tmp_path, clock, engine=Dying(), small=0) as room:
        begin(room)
        made = room.settled()
        assert (made.status, made.fault, made.counts.total) == ("create-failed", "service", 0)
        assert room.lines() == []
        room.datasets.delete(room.project, made)
        room.datasets.wait(30)
    assert (rows(database, "parts"), rows(database, "entries"), rows(database, "works")) == (0, 0, 0)


def test_another_process_reads_as_this_one_does(sqlite_maker, clock, tmp_path):
    database = open_database(*sqlite_maker.new())
    with a_room(database, tmp_path, clock, engine=LocalEngine(), small=0) as room:
        made = room.create(LINES)
        assert (made.status, made.counts.total, made.bucket) == ("created", 3000, "pictures")
        assert room.lines() == LINES
        failed = room.update([*LINES[:5], a_line("x", bucket="others")])
        assert (failed.status, failed.message) == (
            "update-failed",
            "The manifest file contains images from multiple S3 buckets.",
        )
        assert list((tmp_path / "datasets").iterdir()) == []
    database.close()


@pytest.mark.parametrize("kind", ["copy", "distribute"])
def test_copies_and_distributions_are_taken_up_again(database, clock, tmp_path, kind):
    with a_room(database, tmp_path, clock) as room:
        room.create([a_line(number, "a") for number in range(50)])
        if kind == "distribute":
            room.create(None, "test")
        room.jobs.stop_taking()
        if kind == "distribute":
            room.datasets.division.distribute(room.now(), room.now("test"), room.caller)
        else:
            room.datasets.create(room.project, NewDataset("test", CopySource(room.now()), root_of(HERE), {}))
    with a_room(database, tmp_path, clock) as room:
        room.start()
        assert room.settled("test").counts.total == (10 if kind == "distribute" else 50)
        assert room.now().counts.total == (40 if kind == "distribute" else 50)


def test_a_division_is_taken_up_again(database, clock, tmp_path):
    lines = [a_line(number, "a") for number in range(1500)]
    tested = [a_ref(number) for number in range(0, 1500, 5)]
    with a_room(database, tmp_path, clock) as room:
        train = room.create(lines)
        room.jobs.stop_taking()
        assert room.datasets.division.divide(train.id, tested, {})
        assert (room.now().status, rows(database, "works")) == ("updating", 1)
    with a_room(database, tmp_path, clock) as room:
        assert not room.datasets.division.divide(train.id, tested, {}), "the interrupted one comes first"
        room.start()
        room.datasets.wait(30)
        assert room.datasets.division.divide(train.id, tested, {})
        assert (room.now().counts.total, room.now("test").counts.total) == (1200, 300)
        assert sorted(room.lines() + room.lines("test")) == sorted(lines)
    assert (rows(database, "works"), rows(database, "parts"), rows(database, "entries")) == (0, 2, 1500)


class Choking(InAThread):
    """An engine whose jobs find no room for their files."""

    def events(self, run):
        yield Event("failed", {"sentence": NO_SPACE, "refusal": "NoSpace"})


@pytest.mark.parametrize("where", ["worker", "server"])
def test_an_import_on_a_full_disk_fails_with_that_sentence(where, database, clock, tmp_path, monkeypatch):
    engine = Choking() if where == "worker" else InAThread()
    with a_room(database, tmp_path, clock, engine=engine, small=0 if where == "worker" else 1 << 30) as room:
        if where == "server":
            monkeypatch.setattr(importing, "_link", fail_with(OSError(errno.ENOSPC, "no room")))
        begin(room)
        made = room.settled()
        assert (made.status, made.fault, made.message) == ("create-failed", "service", NO_SPACE)


def test_an_import_leaves_the_last_room_to_deleting(database, clock, tmp_path):
    """While the reserve is given up: a large import would use what a delete needs."""
    with a_room(database, tmp_path, clock) as room:
        database.is_short_of_room = lambda: True
        begin(room)
        made = room.settled()
        assert (made.status, made.fault, made.message) == ("create-failed", "service", NO_SPACE)
        room.datasets.delete(room.project, made)
        room.datasets.wait(30)
    assert (rows(database, "parts"), rows(database, "entries"), rows(database, "works")) == (0, 0, 0)


def test_an_end_that_cannot_be_written_down_is_written_down_later(
    database, clock, tmp_path, monkeypatch, caplog
):
    ends, failed = works.changes.fail, []

    def fail(*arguments, **options):
        if not failed:
            failed.append(True)
            raise OSError(errno.ENOSPC, "no room")
        ends(*arguments, **options)

    monkeypatch.setattr(works.changes, "fail", fail)
    with a_room(database, tmp_path, clock, engine=Choking(), small=0) as room:
        begin(room)
        assert (room.settled().status, failed) == ("create-failed", [True])
    assert "is not written down yet" in caplog.text


def fail_with(error):
    def fail(*arguments):
        raise error

    return fail
