"""A port at which nobody listens any more tells that a process has ended; silence tells nothing."""

import errno
import socket

import pytest

from vedette.engines.answering import refusing

HERE = "127.0.0.1"


def test_a_port_at_which_nobody_listens_refuses():
    with socket.create_server((HERE, 0)) as open_door, socket.socket() as shut_door:
        shut_door.bind((HERE, 0))
        doors = [door.getsockname() for door in (open_door, shut_door, open_door)]
        assert refusing(doors) == [False, True, False]
    assert refusing([]) == []


@pytest.mark.parametrize(
    ("number", "is_gone"),
    [
        (errno.ECONNREFUSED, True),
        (errno.EHOSTUNREACH, True),
        # A firewall drops what comes; our own network is down: nothing is known of the other side.
        (errno.ETIMEDOUT, False),
        (errno.ENETUNREACH, False),
    ],
)
def test_only_who_says_so_is_gone(number, is_gone):
    def connect(door, within_s):
        raise OSError(number, "no way")

    assert refusing([(HERE, 1)], connect) == [is_gone]


def test_who_is_silent_is_not_gone():
    def connect(door, within_s):
        raise TimeoutError("timed out")

    assert refusing([(HERE, 1)] * 20, connect) == [False] * 20
