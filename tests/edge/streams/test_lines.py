"""Lines reach their receiver whole, in order, and nobody who makes them waits."""

import errno
import io
import os
import threading
import time

import pytest

from vedette.edge.streams import lines as module
from vedette.edge.streams.lines import FileReceiver, LineRefused, LineSender, PipeReceiver, ReceiverAway
from vedette.errors import Taken, Wrong

SOON_S = 30.0


class ScriptedReceiver:
    """Takes lines, or raises what is written down first."""

    name, most_at_once = "scripted", 2

    def __init__(self, *script):
        self.script, self.lines, self.is_closed = list(script), [], False

    def deliver(self, lines):
        if self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            step()
        self.lines += lines

    def close(self):
        self.is_closed = True


def numbered(count, first=0):
    return [b'{"number":%d}\n' % number for number in range(first, first + count)]


def sent_all(sender, count):
    deadline = time.monotonic() + SOON_S
    while sender.deliveries + sender.refusals + sender.dropped < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_lines_arrive_in_their_order_and_the_rest_at_the_end():
    receiver = ScriptedReceiver()
    sender = LineSender(receiver)
    for line in numbered(50):
        sender.put(line)
    sender.close(SOON_S)
    assert (receiver.lines, receiver.is_closed) == (numbered(50), True)
    assert (sender.deliveries, sender.dropped, sender.refusals, sender.waiting) == (50, 0, 0, 0)


def test_while_a_receiver_is_away_lines_wait_and_then_arrive(caplog):
    receiver = ScriptedReceiver(*[ReceiverAway("is away")] * 3)
    sender = LineSender(receiver, retry_s=0.001)
    for line in numbered(5):
        sender.put(line)
    sender.close(SOON_S)
    assert receiver.lines == numbered(5)
    assert [record.getMessage() for record in caplog.records] == [
        "scripted: is away",
        "scripted takes lines again",
    ]


def test_a_full_queue_drops_its_oldest_line_and_counts_it():
    held = threading.Event()
    receiver = ScriptedReceiver(held.wait)
    sender = LineSender(receiver, most_waiting=3)
    sender.put(numbered(1)[0])
    deadline = time.monotonic() + SOON_S
    while sender._queue:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    for line in numbered(5, 1):
        sender.put(line)
    assert (sender.dropped, sender.waiting) == (2, 4)
    held.set()
    sender.close(SOON_S)
    assert receiver.lines == numbered(1) + numbered(3, 3)


def test_of_a_file_no_line_is_dropped_since_its_frames_can_wait():
    held = threading.Event()
    receiver = ScriptedReceiver(held.wait)
    sender = LineSender(receiver, most_waiting=2, waits=True)
    putting = threading.Thread(target=lambda: [sender.put(line) for line in numbered(20)])
    putting.start()
    putting.join(0.1)
    assert putting.is_alive()
    held.set()
    putting.join(SOON_S)
    sender.close(SOON_S)
    assert (receiver.lines, sender.dropped) == (numbered(20), 0)


def test_who_waits_for_room_goes_on_when_the_watch_ends():
    receiver = ScriptedReceiver(*[ReceiverAway("is away")] * 1000)
    sender = LineSender(receiver, most_waiting=1, waits=True)
    putting = threading.Thread(target=lambda: [sender.put(line) for line in numbered(20)])
    putting.start()
    sender.stop_waiting()
    putting.join(SOON_S)
    assert not putting.is_alive()
    sender.close(0.0)
    assert sender.deliveries + sender.dropped == 20


def test_a_line_that_is_refused_is_counted_and_the_next_ones_are_sent():
    receiver = ScriptedReceiver(LineRefused("says 400"))
    receiver.most_at_once = 1
    sender = LineSender(receiver)
    for line in numbered(3):
        sender.put(line)
    sender.close(SOON_S)
    assert (receiver.lines, sender.refusals) == (numbered(2, 1), 1)


def test_a_pipe_that_nobody_reads_any_more_is_gone():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        sender = LineSender(PipeReceiver(stream))
        sender.put(b"{}\n")
        deadline = time.monotonic() + SOON_S
        while not sender.is_gone:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        sender.put(b"{}\n")
        sender.close(SOON_S)


def test_a_pipe_gets_each_line_at_once():
    stream = io.BytesIO()
    sender = LineSender(PipeReceiver(stream))
    sender.put(b"{}\n")
    sent_all(sender, 1)
    assert stream.getvalue() == b"{}\n"
    sender.close(SOON_S)


def test_a_file_is_rotated_by_its_size_and_the_oldest_goes(tmp_path):
    path = tmp_path / "lines.jsonl"
    receiver = FileReceiver(path, most_bytes=40, most_files=3)
    for line in numbered(12):
        receiver.deliver([line])
    receiver.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "lines.jsonl",
        "lines.jsonl.1",
        "lines.jsonl.2",
    ]
    contents = [
        tmp_path.joinpath(name).read_bytes() for name in ("lines.jsonl.2", "lines.jsonl.1", "lines.jsonl")
    ]
    assert b"".join(contents) == b"".join(numbered(12))[-len(b"".join(contents)) :]
    assert all(len(content) <= 40 and content.endswith(b"\n") for content in contents)


def test_a_single_file_begins_anew(tmp_path):
    receiver = FileReceiver(tmp_path / "lines", most_bytes=30, most_files=1)
    for line in numbered(5):
        receiver.deliver([line])
    receiver.close()
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("lines", numbered(1, 4)[0])]


def test_what_lies_in_the_file_stays_and_a_cut_line_is_ended(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b'{"number":0}\n{"num')
    receiver = FileReceiver(path, most_bytes=1000, most_files=2)
    receiver.deliver(numbered(1, 1))
    receiver.close()
    assert path.read_bytes() == b'{"number":0}\n{"num\n{"number":1}\n'


def test_a_full_disk_makes_lines_wait_and_leaves_no_half_of_one(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    receiver = FileReceiver(path, most_bytes=1000, most_files=2)
    receiver.deliver(numbered(1))

    class FullStream:
        def __init__(self, stream):
            self.stream = stream

        def write(self, content):
            self.stream.write(bytes(content)[:3])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def __getattr__(self, name):
            return getattr(self.stream, name)

    with monkeypatch.context() as patched:
        patched.setattr(receiver, "_stream", FullStream(receiver._stream))
        with pytest.raises(ReceiverAway, match="No space left"):
            receiver.deliver(numbered(1, 1))
    receiver.deliver(numbered(1, 1))
    receiver.close()
    assert path.read_bytes() == b"".join(numbered(2))


def test_a_folder_that_goes_makes_lines_wait_and_moves_no_file_twice(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    receiver = FileReceiver(path, most_bytes=30, most_files=4)
    for line in numbered(4):
        receiver.deliver([line])

    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(receiver, "_opened", full)
        for _ in range(5):
            with pytest.raises(ReceiverAway, match="No space left"):
                receiver.deliver(numbered(1, 4))
    receiver.deliver(numbered(1, 4))
    receiver.close()
    contents = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert contents == {
        "lines": numbered(1, 4)[0],
        "lines.1": b"".join(numbered(2, 2)),
        "lines.2": b"".join(numbered(2)),
    }


def test_two_watches_do_not_write_to_one_file(tmp_path):
    receiver = FileReceiver(tmp_path / "lines", most_bytes=20, most_files=3)
    for _ in range(2):  # as it was opened, and as it was begun anew
        with pytest.raises(Taken, match="Another watch writes its lines"):
            FileReceiver(tmp_path / "lines", most_bytes=20, most_files=3)
        for line in numbered(3):
            receiver.deliver([line])
    receiver.close()
    FileReceiver(tmp_path / "lines", most_bytes=20, most_files=3).close()


def test_a_file_that_cannot_be_written_is_refused_at_the_start(tmp_path):
    with pytest.raises(Wrong, match="cannot be written: Is a directory"):
        FileReceiver(tmp_path, most_bytes=1, most_files=1)


def test_the_queue_is_bounded_by_an_hour_of_lines():
    assert module.MOST_WAITING == 10_000
