"""The line to a unit on another machine is for who knows its secret, whatever others do at its port."""

import contextlib
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vedette.engines import unit_door
from vedette.engines.carrying import NodeTrouble
from vedette.engines.unit_door import HALF, Ports, UnitDoor, enter

HERE = "127.0.0.1"


@pytest.fixture
def door(monkeypatch):
    monkeypatch.setattr(unit_door, "PROVE_S", 0.4)
    return UnitDoor(HERE, Ports())


@pytest.fixture
def visit(door):
    visitors = []

    def begin():
        visitors.append(socket.create_connection((HERE, door.tell()["port"]), 5))
        visitors[-1].settimeout(10)
        return visitors[-1]

    yield begin
    for visitor in visitors:
        visitor.close()


def secret_of(door):
    return bytes.fromhex(door.tell()["secret"])


def is_dropped(visitor):
    """Say whether the other side closes without a word."""
    with contextlib.suppress(ConnectionResetError):
        return visitor.recv(1) == b""
    return True


def test_who_knows_the_secret_has_a_line_in_both_directions(door):
    ours = enter(HERE, **door.tell())
    theirs = door.line(5)
    ours.sendall(b"to the unit")
    theirs.sendall(b"to the server")
    assert (theirs.recv(99), ours.recv(99)) == (b"to the unit", b"to the server")
    assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    ours.close()
    theirs.close()


def test_what_is_sent_right_behind_the_secret_belongs_to_the_line(door, visit):
    visitor = visit()
    visitor.sendall(secret_of(door)[:HALF] + b"a frame")
    with door.line(5) as line:
        assert line.recv(99) == b"a frame"


@pytest.mark.parametrize("words", [b"\0" * HALF, b"GET / HTTP/1.1\r\nHost: node\r\n\r\n" + b"x" * 99])
def test_who_says_something_else_is_dropped_and_keeps_nobody_out(door, visit, words):
    visitor = visit()
    visitor.sendall(words)
    assert is_dropped(visitor)
    enter(HERE, **door.tell()).close()
    door.line(5).close()


def test_who_is_wrong_by_the_last_byte_is_dropped(door, visit):
    wrong = bytearray(secret_of(door)[:HALF])
    wrong[-1] ^= 1
    visitor = visit()
    visitor.sendall(wrong)
    assert is_dropped(visitor)


def test_the_second_half_is_no_key(door, visit):
    visitor = visit()
    visitor.sendall(secret_of(door)[HALF:])
    assert is_dropped(visitor)


@pytest.mark.parametrize("words", [b"", b"half"])
def test_the_silent_and_the_slow_keep_nobody_out_and_are_dropped(door, visit, words):
    began = time.monotonic()
    visitors = [visit() for _ in range(5)]
    for visitor in visitors:
        visitor.sendall(words)
    assert is_dropped(visitors[0])
    assert time.monotonic() - began > unit_door.PROVE_S
    late = visit()
    late.sendall(words)
    enter(HERE, **door.tell()).close()
    door.line(5).close()
    assert all(is_dropped(visitor) for visitor in [*visitors, late])


def test_more_visitors_than_are_heard_do_not_keep_the_true_one_out(door, visit, monkeypatch):
    monkeypatch.setattr(unit_door, "VISITORS", 4)
    crowd = [visit() for _ in range(12)]
    with enter(HERE, **door.tell()) as ours, door.line(5) as theirs:
        ours.sendall(b"1")
        assert theirs.recv(1) == b"1"
    assert all(is_dropped(visitor) for visitor in crowd)


def test_visitors_that_break_off_harm_nothing(door, visit):
    for _ in range(5):
        visitor = visit()
        visitor.sendall(b"half")
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visitor.close()  # by a reset
    enter(HERE, **door.tell()).close()
    door.line(5).close()


def test_nobody_enters_twice(door):
    told = door.tell()
    with enter(HERE, **told), door.line(5), pytest.raises(NodeTrouble, match="cannot be reached at port"):
        enter(HERE, **told)


def test_a_door_that_nobody_enters_is_shut(monkeypatch):
    monkeypatch.setattr(unit_door, "PROVE_S", 0.1)
    monkeypatch.setattr(unit_door, "OPEN_S", 0.2)
    door = UnitDoor(HERE, Ports())
    told = door.tell()
    with pytest.raises(TimeoutError):
        door.line(5)
    door.join(5)
    with pytest.raises(NodeTrouble, match=f"^The unit on the node {HERE} cannot be reached at port "):
        enter(HERE, **told)


def test_somebody_else_at_the_port_is_told_from_the_unit():
    with socket.create_server((HERE, 0)) as impostor, ThreadPoolExecutor() as beside:
        entering = beside.submit(enter, HERE, impostor.getsockname()[1], "ab" * 2 * HALF)
        other, _ = impostor.accept()
        with other:
            other.sendall(other.recv(HALF)[::-1][:-1] + b"?")
            with pytest.raises(NodeTrouble, match="somebody else answers"):
                entering.result(10)


def test_a_port_that_answers_otherwise_or_not_at_all_is_said(monkeypatch):
    monkeypatch.setattr(unit_door, "ENTER_S", 0.3)
    with socket.create_server((HERE, 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(
            NodeTrouble, match=f"on the node {HERE} cannot be reached at port {port}: timed out"
        ):
            enter(HERE, port, "ab" * 2 * HALF)
    with pytest.raises(
        NodeTrouble, match=r"Connection refused\. This machine needs the ports of VEDETTE_RAY"
    ):
        enter(HERE, port, "ab" * 2 * HALF)


def test_ports_are_those_that_are_set():
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NodeTrouble, match=f"^Nothing can listen at one of the ports {port} to {port} of"):
            UnitDoor(HERE, Ports(port, port))
    door = UnitDoor(HERE, Ports(port, port))
    assert door.tell()["port"] == port
    enter(HERE, **door.tell()).close()
    door.line(5).close()


def test_an_address_of_another_machine_is_refused_in_a_sentence():
    with pytest.raises(NodeTrouble, match=r"^Nothing can listen at any port of the node 192\.0\.2\.1"):
        UnitDoor("192.0.2.1", Ports())


def test_every_port_of_a_range_is_tried_once():
    assert sorted(Ports(20000, 20003)) == [20000, 20001, 20002, 20003]
    assert list(Ports()) == [0]
