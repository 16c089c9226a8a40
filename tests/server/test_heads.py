"""Which heads are refused, and with what: each rule by its own edge."""

import logging
import resource
import sys
from types import SimpleNamespace

import pytest

from vedette.server.connections import MOST_CONNECTIONS, SILENCE_S, ConnectionLimiter, connection_limit
from vedette.server.heads import (
    MOST_HEADERS,
    NO_CODING,
    NO_VERSION,
    OLD_CODING,
    ONE_HOST,
    TOO_LARGE,
    fault_of_head,
    refusal,
)

HOST = (b"host", b"x:8080")
CHUNKED = (b"transfer-encoding", b"chunked")


def fault(target=b"/", fields=(HOST,), version="1.1"):
    return fault_of_head(target, [*fields], version)


@pytest.mark.parametrize(
    "target", [b"/", b"/a?b=http://y/", b"*", b"http://x:8080/a", b"http://x:8080?a", b"http://x:8080"]
)
def test_a_target_of_the_host_itself_is_taken(target):
    assert fault(target) is None


@pytest.mark.parametrize("target", [b"http://x/a", b"http://y:8080/", b"x:8080", b"http://", b"", b"a/"])
def test_a_target_of_another_host_is_refused(target):
    assert fault(target) == ONE_HOST


@pytest.mark.parametrize("host", [b"", b"x", b"127.0.0.1:1", b"[::1]:8080", b"a_b.c~d!$&'()*+;=%20"])
def test_a_host_may_be_a_name_or_an_address_with_its_port(host):
    assert fault(fields=[(b"host", host)]) is None


@pytest.mark.parametrize("host", [b"a/b", b"a b", b"a@b", b"a,b", b'"', b"a#b", b"a?b", b"a\\b", b"\xe9"])
def test_a_host_that_ends_in_another_place_is_refused(host):
    assert fault(fields=[(b"host", host)]) == ONE_HOST


def test_one_host_is_needed_by_http_1_1_alone_and_never_two():
    assert fault(fields=[]) == ONE_HOST
    assert fault(fields=[], version="1.0") is None
    assert fault(fields=[HOST, HOST]) == ONE_HOST
    assert fault(fields=[HOST, HOST], version="1.0") == ONE_HOST


@pytest.mark.parametrize(
    ("version", "answer"), [("1.1", None), ("1.0", None), ("0.9", NO_VERSION), ("2.0", NO_VERSION)]
)
def test_two_versions_are_spoken(version, answer):
    assert fault(version=version) == answer


def test_two_hundred_fields_are_the_most():
    others = [(b"x", b"y")] * (MOST_HEADERS - 1)
    assert MOST_HEADERS == 200
    assert fault(fields=[HOST, *others]) is None
    assert fault(fields=[HOST, *others, (b"x", b"y")]) == TOO_LARGE


@pytest.mark.parametrize(
    ("codings", "version", "answer"),
    [
        ([b"chunked"], "1.1", None),
        ([b"Chunked"], "1.1", None),
        ([b"chunked"], "1.0", OLD_CODING),
        ([b"gzip"], "1.1", NO_CODING),
        ([b"gzip, chunked"], "1.1", NO_CODING),
        ([b"chunked", b"chunked"], "1.1", NO_CODING),
        ([b"chunked", b"identity"], "1.1", NO_CODING),
        ([b""], "1.1", NO_CODING),
    ],
)
def test_the_only_coding_is_chunked_once(codings, version, answer):
    assert (
        fault(fields=[HOST, *((b"transfer-encoding", coding) for coding in codings)], version=version)
        == answer
    )


def test_a_fault_of_the_host_is_said_before_one_of_the_framing():
    assert fault(fields=[(b"transfer-encoding", b"gzip")]) == ONE_HOST


def test_a_refusal_is_a_whole_answer_that_ends_its_line():
    assert refusal(431, "Too Large", "It is ü.") == (
        b"HTTP/1.1 431 Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
        b"content-length: 10\r\nconnection: close\r\n\r\nIt is \xc3\xbc.\n"
    )


class PlayedLine:
    def __init__(self, idle_since):
        self.idle_since, self.ends = idle_since, 0

    def end(self):
        self.ends += 1


def test_of_idle_lines_the_one_that_was_so_longest_makes_room_and_a_busy_one_never():
    limiter = ConnectionLimiter(3)
    busy, young, old, newcomer = (PlayedLine(since) for since in (None, 9.0, 0.0, None))
    assert [limiter.admit(line) for line in (busy, young, old)] == [True] * 3
    assert limiter.admit(newcomer)
    assert [line.ends for line in (busy, young, old)] == [0, 0, 1]
    young.idle_since = None
    assert not limiter.admit(PlayedLine(None))
    limiter.leave(busy)
    limiter.leave(busy)
    assert limiter.admit(PlayedLine(None))


def test_a_flood_of_lines_is_one_line_of_the_log_a_minute(caplog):
    caplog.set_level(logging.WARNING, logger="vedette.server")
    moments = [0.0]
    limiter = ConnectionLimiter(0, lambda: moments[0])
    for moment, count in ((0.0, 1), (SILENCE_S - 1, 1), (SILENCE_S, 2), (SILENCE_S + 1, 2)):
        moments[0] = moment
        assert not limiter.admit(PlayedLine(None))
        assert len(caplog.records) == count


INFINITE = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("limits", "raised", "most"),
    [
        ((1024, 524_288), (2 * MOST_CONNECTIONS, 524_288), MOST_CONNECTIONS),
        ((1024, 2000), (2000, 2000), 1000),
        ((1024, INFINITE), (2 * MOST_CONNECTIONS, INFINITE), MOST_CONNECTIONS),
        ((2 * MOST_CONNECTIONS, INFINITE), None, MOST_CONNECTIONS),
        ((2 * MOST_CONNECTIONS - 1, 2 * MOST_CONNECTIONS - 1), (4095, 4095), 2047),
        ((INFINITE, INFINITE), None, MOST_CONNECTIONS),
        ((1_000_000, 1_000_000), None, MOST_CONNECTIONS),
    ],
)
def test_there_are_as_many_lines_as_half_of_the_files_that_may_be_opened(monkeypatch, limits, raised, most):
    calls = []
    played = SimpleNamespace(
        RLIMIT_NOFILE=resource.RLIMIT_NOFILE,
        RLIM_INFINITY=INFINITE,
        getrlimit=lambda _: limits,
        setrlimit=lambda _, new: calls.append(new),
    )
    monkeypatch.setitem(sys.modules, "resource", played)
    assert connection_limit() == most
    assert calls == ([raised] if raised else [])
