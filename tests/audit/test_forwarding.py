"""What is forwarded: every signed line, again where it may not be there, whatever fails in between."""

import fcntl
import json
import re
import socket
import threading
from datetime import UTC, datetime

import pytest

from doubles.receivers import write_certificate
from vedette.audit.event import AuditCaller, AuditEvent
from vedette.audit.forwarding import MOST_AT_ONCE, TargetRelay, state_of, waiting_for
from vedette.audit.lines import parts_of
from vedette.audit.targets import FileTarget, SyslogTarget, read_address
from vedette.audit.trail import AuditTrail
from vedette.clock import milliseconds
from vedette.dialects.cloudtrail import record_of
from vedette.errors import Wrong
from vedette.server.audit_targets import examine_targets
from vedette.settings import Settings

START = datetime(2026, 11, 29, 14, 30, tzinfo=UTC)
ANN = AuditCaller("user", "arn:aws:iam::111111111111:user/ann", "111111111111", "AIDAANN", "ann", "AKIAANN")


class Store:
    """A target in memory that can be made to fail."""

    def __init__(self):
        self.lines, self.error, self.dies_after = [], None, False

    def put(self, lines):
        if self.error:
            raise self.error
        self.lines += [json.loads(line.text) for line in lines]
        if self.dies_after:
            raise KeyboardInterrupt

    def close(self):
        pass

    def names(self):
        return [line["eventName"] for line in self.lines]


@pytest.fixture
def trail(tmp_path):
    trail = AuditTrail(tmp_path, days=0, clock=lambda: START)
    trail.sign()
    yield trail
    trail.close()


@pytest.fixture(autouse=True)
def _signed_by_hand(monkeypatch):
    """Have nothing signed or packed but where a test says so."""
    monkeypatch.setattr("vedette.audit.trail.SIGNED_S", 3600.0)


def note(trail, *names, status=200, parameters=None):
    for name in names:
        event = AuditEvent(
            name, milliseconds(START), "iam", name, "eu-west-1", ANN, parameters=parameters, status=status
        )
        trail.note(event)
    trail.sign()


def relay_to(tmp_path, target, name="syslog"):
    return TargetRelay(tmp_path, name, target, record_of, clock=lambda: START)


def test_what_is_signed_from_now_on_is_forwarded_once_and_in_order_over_restarts(tmp_path, trail):
    note(trail, "Before")
    store = Store()
    relay = relay_to(tmp_path, store)
    note(trail, "One", "Two", parameters={"UserName": "bob"})
    assert relay.forward()
    assert relay.forward()
    note(trail, "Three")
    assert relay_to(tmp_path, store).forward()
    assert store.names() == ["One", "Two", "Three"]
    assert store.lines[0]["requestParameters"] == {"userName": "bob"}
    assert store.lines[0]["trail"]["chain"] == trail.chain.name
    assert waiting_for(tmp_path, "syslog") == 0


def test_nothing_is_left_out_where_a_target_is_away_and_doctor_says_that_it_is(tmp_path, trail):
    store = Store()
    relay = relay_to(tmp_path, store)
    settings = Settings(data=tmp_path, audit_syslog="udp://logs")
    store.error = ConnectionRefusedError("nobody listens")
    note(trail, *(f"Event{n}" for n in range(2 * MOST_AT_ONCE + 3)))
    assert not relay.forward()
    [check] = examine_targets(settings, lambda: START)
    assert (check.verdict, check.subject) == ("bad", "audit to syslog")
    assert check.sentence == "not forwarded for 0 minutes: nobody listens; 403 events wait"
    store.error = None
    assert relay.forward()
    assert store.names() == [f"Event{n}" for n in range(2 * MOST_AT_ONCE + 3)]
    [check] = examine_targets(settings, lambda: START)
    assert (check.verdict, check.sentence) == ("good", "forwarded; 0 events on their way")


def test_a_server_that_is_killed_after_the_lines_left_sends_them_again(tmp_path, trail):
    store = Store()
    relay = relay_to(tmp_path, store)
    note(trail, "One")
    store.dies_after = True
    with pytest.raises(KeyboardInterrupt):
        relay.forward()
    store.dies_after = False
    note(trail, "Two")
    assert relay_to(tmp_path, store).forward()
    assert store.names() == ["One", "One", "Two"]


def test_lines_go_on_over_parts_that_end_and_are_packed(tmp_path, monkeypatch):
    monkeypatch.setattr("vedette.audit.trail.PART_BYTES", 2000)
    trail = AuditTrail(tmp_path, days=0, clock=lambda: START)
    trail.sign()
    store = Store()
    relay = relay_to(tmp_path, store)
    names = [f"Event{n}" for n in range(40)]
    for name in names:
        note(trail, name)
        if name.endswith("5"):
            trail._end_parts()
        assert relay.forward()
    assert len(parts_of(trail.chain)) > 3
    trail.close()
    assert relay.forward()
    assert store.names() == names


def test_what_was_removed_as_too_old_before_it_was_forwarded_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("vedette.audit.trail.PART_BYTES", 1500)
    now = [START]
    trail = AuditTrail(tmp_path, days=1, clock=lambda: now[0])
    trail.sign()
    store = Store()
    relay = relay_to(tmp_path, store)
    note(trail, *(f"Event{n}" for n in range(20)))
    now[0] = START.replace(month=12, day=5)
    assert trail.remove_old() > 0
    trail.sign()
    assert relay.forward()
    state = state_of(tmp_path, "syslog")
    assert store.names()[-1] == "RemoveOldEvents"
    assert 0 < state.missed == 21 - len(store.names())
    [check] = examine_targets(Settings(data=tmp_path, audit_syslog="tcp://logs"), lambda: START)
    assert (check.verdict, f"{state.missed} events were removed" in check.sentence) == ("bad", True)
    trail.close()


@pytest.mark.parametrize("later", [1, 30])
def test_a_chain_that_a_backup_brought_back_goes_from_its_beginning(tmp_path, trail, later):
    store = Store()
    relay = relay_to(tmp_path, store)
    note(trail, "One", "Two", "Three")
    assert relay.forward()
    trail.close()
    [part] = parts_of(trail.chain)
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join(lines[:2]))
    again = AuditTrail(tmp_path, days=0, clock=lambda: START)
    note(again, *(f"Later{n}" for n in range(later)))
    relay = relay_to(tmp_path, store)
    relay.forward()
    relay.forward()
    again.close()
    assert store.names()[3:] == ["OpenTrail", "One", "OpenTrail", *(f"Later{n}" for n in range(later))]


def test_of_two_servers_one_forwards(tmp_path, trail):
    store = Store()
    relay = relay_to(tmp_path, store)
    note(trail, "One")
    with (tmp_path / "audit-targets" / ".syslog.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert relay.forward()
        assert store.lines == []
    assert relay.forward()
    assert store.names() == ["One"]


def test_a_thread_forwards_and_what_is_signed_at_the_end_goes_out(tmp_path):
    store = Store()
    relay = relay_to(tmp_path, store)
    relay.start()
    trail = AuditTrail(tmp_path, days=0, clock=lambda: START)
    note(trail, "One")
    trail.close()
    relay.close()
    assert store.names() == ["OpenTrail", "One"]


# Files


def line_of(text):
    return type("Line", (), {"time": "2026-11-29T14:30:00Z", "name": "x", "was_refused": False,
                             "text": text, "brief": b"{}"})()  # fmt: skip


def test_a_file_is_rotated_and_the_oldest_goes(tmp_path):
    file = tmp_path / "events.jsonl"
    target = FileTarget(file, most_bytes=10, most_files=3)
    for number in range(7):
        target.put([line_of(b'{"n":%d,"":""}' % number)])
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["events.jsonl.1", "events.jsonl.2"]
    assert (tmp_path / "events.jsonl.1").read_bytes() == b'{"n":6,"":""}\n'
    assert (tmp_path / "events.jsonl.2").read_bytes() == b'{"n":5,"":""}\n'
    target.put([line_of(b"{}")])
    assert file.stat().st_mode & 0o777 == 0o600


def test_half_a_line_that_a_kill_left_is_ended_and_a_link_is_not_followed(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_bytes(b'{"n":1}\n{"n":')
    FileTarget(file, most_bytes=1000, most_files=2).put([line_of(b'{"n":2}')])
    assert file.read_bytes() == b'{"n":1}\n{"n":\n{"n":2}\n'
    link = tmp_path / "link"
    link.symlink_to(file)
    with pytest.raises(OSError, match="symbolic"):
        FileTarget(link, most_bytes=1000, most_files=2).put([line_of(b"{}")])


# Syslog

HEAD = re.compile(r"<(\d+)>1 2026-11-29T14:30:00Z \S+ vedette \d+ (\S+) - (\{.*\})", re.DOTALL)


def messages_of(stream):
    """Return the counted messages of a stream (RFC 6587)."""
    messages = []
    while stream:
        length, _, rest = stream.partition(b" ")
        messages.append(rest[: int(length)].decode())
        stream = rest[int(length) :]
    return messages


class Collector:
    """A syslog server by TCP or TLS that keeps what it is sent; `closes` ends each connection at once."""

    def __init__(self, context=None, *, closes=False):
        self.context, self.closes, self.received = context, closes, []
        self.read_to_the_end = threading.Semaphore(0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                accepted, _ = self.listener.accept()
                with accepted:
                    self._receive(accepted)
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def _receive(self, accepted):
        with self.context.wrap_socket(accepted, server_side=True) if self.context else accepted as connection:
            if self.closes:
                return
            self.received.append(b"")
            while data := connection.recv(65536):
                self.received[-1] += data
        self.read_to_the_end.release()

    def close(self):
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.thread.join()


@pytest.fixture
def collect():
    collectors = []

    def start(context=None, *, closes=False):
        collectors.append(Collector(context, closes=closes))
        return collectors[-1]

    yield start
    for collector in collectors:
        collector.close()


def finish(target, collector):
    """Close the target, and return the messages once the collector has read to the end."""
    target.close()
    assert collector.read_to_the_end.acquire(timeout=30)
    collector.close()
    return [message for stream in collector.received for message in messages_of(stream)]


def test_syslog_by_tcp_says_who_did_what_with_a_priority_for_what_was_refused(tmp_path, trail, collect):
    collector = collect()
    target = SyslogTarget(f"tcp://127.0.0.1:{collector.port}")
    relay = relay_to(tmp_path, target)
    note(trail, "CreateUser", parameters={"UserName": "Zoë\nline"})
    note(trail, "DeleteUser", status=403)
    assert relay.forward()
    heads = [HEAD.fullmatch(message).groups() for message in finish(target, collector)]
    assert [(priority, name) for priority, name, _ in heads] == [("110", "CreateUser"), ("109", "DeleteUser")]
    record = json.loads(heads[0][2])
    assert record["requestParameters"] == {"userName": "Zoë\nline"}
    assert "\n" not in heads[0][2]


def test_lines_that_a_closed_connection_swallowed_are_sent_again(tmp_path, trail, collect, monkeypatch):
    closing = collect(closes=True)
    relay = relay_to(tmp_path, SyslogTarget(f"tcp://127.0.0.1:{closing.port}"))
    note(trail, "One")
    monkeypatch.setattr("vedette.audit.targets.SETTLE_S", 30.0)
    assert not relay.forward()
    monkeypatch.undo()
    collector = collect()
    target = SyslogTarget(f"tcp://127.0.0.1:{collector.port}")
    assert relay_to(tmp_path, target).forward()
    assert [HEAD.fullmatch(message)[2] for message in finish(target, collector)] == ["One"]


def test_syslog_by_tls_believes_the_certificates_of_its_file_alone(tmp_path, trail, collect, certificate):
    collector = collect(certificate)
    address = f"tls://127.0.0.1:{collector.port}"
    authority = tmp_path / "tls" / "certificate.pem"
    stranger, known = SyslogTarget(address), SyslogTarget(address, authority)
    relay = relay_to(tmp_path, stranger)
    note(trail, "One")
    assert not relay.forward()
    assert "certificate" in state_of(tmp_path, "syslog").problem
    assert relay_to(tmp_path, known).forward()
    assert [HEAD.fullmatch(message)[2] for message in finish(known, collector)] == ["One"]


@pytest.fixture
def certificate(tmp_path):
    (tmp_path / "tls").mkdir()
    return write_certificate(tmp_path / "tls")


def test_syslog_by_datagrams_leaves_out_what_is_too_long_and_tells_that_nobody_listens(tmp_path, trail):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        target = SyslogTarget(f"udp://127.0.0.1:{server.getsockname()[1]}")
        relay = relay_to(tmp_path, target)
        note(trail, "One", parameters={"Text": "x" * 80_000})
        assert relay.forward()
        _, name, text = HEAD.fullmatch(server.recv(70_000).decode()).groups()
    assert name == "One"
    assert json.loads(text)["requestParameters"] is None
    note(trail, "Two")
    outcomes = [relay.forward()]
    note(trail, "Three")
    outcomes.append(relay.forward())
    assert False in outcomes
    assert "refused" in state_of(tmp_path, "syslog").problem


@pytest.mark.parametrize(
    "address",
    [
        "logs",
        "http://logs",
        "tcp://",
        "udp://logs:0x1",
        "tcp://logs:99999",
        "tls://logs/path",
        "tcp://a@logs",
    ],
)
def test_an_address_that_is_none_is_refused_with_a_sentence(tmp_path, address):
    with pytest.raises(Wrong, match="no address of a syslog server"):
        read_address(address)
    [check] = examine_targets(Settings(data=tmp_path, audit_syslog=address))
    assert check.verdict == "bad"


def test_the_thread_looks_again_until_it_is_told_to_stop_and_once_more_then(trail, tmp_path, monkeypatch):
    monkeypatch.setattr("vedette.audit.forwarding.LOOK_S", 0.0)
    relay, looks = TargetRelay(tmp_path, "store", Store(), record_of), []

    def forward():
        looks.append(len(looks))
        if len(looks) == 3:
            relay._stop.set()
        return True

    monkeypatch.setattr(relay, "forward", forward)
    relay.start()
    relay._thread.join(10)
    assert looks == [0, 1, 2, 3]


@pytest.mark.parametrize(("operation", "category"), [("PutObject", "Data"), ("CreateBucket", "Management")])
def test_a_record_says_whether_it_is_of_data(operation, category):
    record = record_of(AuditEvent("id", milliseconds(START), "s3", operation, "", ANN))
    assert (record["eventCategory"], record["managementEvent"]) == (category, category == "Management")
