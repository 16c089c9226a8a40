"""What a function may connect to: not a cloud's keys of the machine, no socket of another program."""

import errno
import json
import socket
import struct
from dataclasses import replace

import pytest

from functions.test_attacks import MEANS
from functions.test_environment import HANDLER, call
from functions.test_environment import start as start
from vedette.addresses import CLOUDS
from vedette.functions import confine
from vedette.functions.confine import Confinement, find_confinement
from vedette.functions.gate import REFUSED, is_refused

FOUND = find_confinement()
gated = pytest.mark.skipif(not FOUND.has_gate, reason="nothing here stops a connection")
METADATA = ("169.254.169.254", 80)
# Each way by which bytes get to an address of TCP; what it raised, or nothing.
TRY = """
import errno, os, socket, threading, ctypes
def outcome(do):
    try: do()
    except OSError as error: return error.errno
    return None
def connect(address, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
    with socket.socket(family, kind, protocol) as own:
        own.settimeout(2)
        return outcome(lambda: own.connect(address))
"""


def asked(start, body, event=None, confinement=FOUND, **more):
    environment = start(TRY + HANDLER + body, confinement, **more)
    return json.loads(call(environment, event).payload)


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def sockaddr(host, port=80):
    """An address as the kernel takes it."""
    if ":" not in host:
        return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton(host) + bytes(8)
    words = struct.pack("=H", socket.AF_INET6) + struct.pack(">HI", port, 0)
    return words + socket.inet_pton(socket.AF_INET6, host) + bytes(4)


@pytest.mark.parametrize(
    ("host", "port", "refused"),
    [
        ("169.254.169.254", 80, True), ("169.254.170.2", 80, True), ("169.254.0.23", 8080, True),
        ("100.100.100.200", 80, True), ("168.63.129.16", 32526, True), ("::ffff:169.254.169.254", 80, True),
        ("64:ff9b::a9fe:a9fe", 80, True), ("fd00:ec2::254", 80, True), ("fe80::a9fe:a9fe", 80, True),
        ("169.254.169.253", 53, False), ("127.0.0.1", 80, False), ("169.253.169.254", 80, False),
        ("10.1.2.3", 443, False), ("::1", 80, False), ("::ffff:10.1.2.3", 80, False),
        ("64:ff9b::a01:203", 80, False), ("fd00:ec3::254", 80, False),
    ],
)  # fmt: skip
def test_only_addresses_of_machines_keys_are_refused(host, port, refused):
    assert is_refused(sockaddr(host, port)) is refused


def test_an_address_that_is_none_goes_to_the_kernel():
    assert not is_refused(sockaddr("169.254.169.254")[:6])
    assert not is_refused(struct.pack("=H", socket.AF_UNSPEC) + bytes(14))


@gated
@pytest.mark.parametrize(
    "confinement",
    [replace(value, has_gate=True) for value in MEANS.values() if value.is_close],
    ids=lambda value: value.sentence,
)
def test_machines_keys_are_out_of_reach_and_all_else_is_not(start, listening, confinement):
    answers = asked(
        start,
        "    port = event[1]\n"
        "    dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "    dns.connect(('169.254.169.253', 53))\n"
        "    return [connect(tuple(event[0])), connect(('::ffff:169.254.169.254', 80), socket.AF_INET6),\n"
        "        connect(('127.0.0.1', port)), connect(('::ffff:127.0.0.1', port), socket.AF_INET6),\n"
        "        connect(('127.0.0.1', 1)), dns.getpeername()[0]]\n",
        [METADATA, listening.getsockname()[1]],
        confinement,
    )
    assert answers == [errno.EACCES, errno.EACCES, None, None, errno.ECONNREFUSED, "169.254.169.253"]


@gated
def test_no_other_way_leads_there(start):
    answers = asked(
        start,
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    def fast(do):\n"
        "        with socket.socket() as own: return outcome(lambda: do(own))\n"
        "    there, flag = tuple(event), 0x20000000\n"
        "    ring = libc.syscall(425, 8, ctypes.create_string_buffer(120))\n"
        "    number = ctypes.get_errno() if ring < 0 else 0\n"
        "    child, end = os.pipe()\n"
        "    if os.fork() == 0:\n"
        "        os.write(end, str(connect(there)).encode()); os._exit(0)\n"
        "    return [fast(lambda own: own.sendto(b'GET /', flag, there)),\n"
        "        fast(lambda own: own.sendmsg([b'GET /'], [], flag, there)), number,\n"
        "        connect(there, protocol=262), int(os.read(child, 9))]\n",
        METADATA,
    )
    fast, message, ring, multipath, forked = answers
    assert (fast, message, ring) == (errno.EOPNOTSUPP, errno.EOPNOTSUPP, errno.ENOSYS)
    assert (multipath in (errno.EACCES, errno.EPROTONOSUPPORT, errno.ENOPROTOOPT), forked) == (
        True,
        errno.EACCES,
    )


@gated
def test_what_is_written_over_an_address_meanwhile_changes_nothing(start, listening):
    """One thread asks for an address that is let, another puts the forbidden one in its place, on and on."""
    listening.listen(200)
    counts = asked(
        start,
        "    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    let, other = map(bytes, event)\n"
        "    place, over = ctypes.create_string_buffer(let, 16), []\n"
        "    def swap():\n"
        "        while not over:\n"
        "            ctypes.memmove(place, other, 16); ctypes.memmove(place, let, 16)\n"
        "    thread = threading.Thread(target=swap); thread.start()\n"
        "    counts = {}\n"
        "    for _ in range(100):\n"
        "        with socket.socket() as own:\n"
        "            number = 0 if libc.connect(own.fileno(), place, 16) == 0 else ctypes.get_errno()\n"
        "            peer = own.getpeername()[0] if number == 0 else ''\n"
        "            key = f'{number} {peer}'; counts[key] = counts.get(key, 0) + 1\n"
        "    over.append(1); thread.join()\n"
        "    return counts\n",
        [list(sockaddr("127.0.0.1", listening.getsockname()[1])), list(sockaddr(METADATA[0]))],
        timeout_s=60.0,
    )
    # Half of each leads to a port that nobody listens at. That of the keys would be without an answer.
    assert set(counts) <= {"0 127.0.0.1", f"{errno.EACCES} ", f"{errno.ECONNREFUSED} "}
    assert sum(counts.values()) == 100


@gated
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_sockets_of_other_programs_stay_closed_and_its_own_open(start, tmp_path, kind):
    with socket.socket(socket.AF_UNIX, kind) as daemon, socket.socket(socket.AF_UNIX, kind) as abstract:
        daemon.bind(str(tmp_path / "daemon"))
        (tmp_path / "daemon").chmod(0o777)
        abstract.bind("\0vedette-gate-" + tmp_path.name)
        if kind == socket.SOCK_STREAM:
            daemon.listen()
            abstract.listen()
        answers = asked(
            start,
            "    kind, path, name = event\n"
            "    own, folder = socket.socket(socket.AF_UNIX, kind), os.environ['TMPDIR']\n"
            "    own.bind(folder + '/own')\n"
            "    if kind == socket.SOCK_STREAM: own.listen()\n"
            "    os.symlink(path, folder + '/link')\n"
            "    os.chdir(folder)\n"
            "    return [connect(place, socket.AF_UNIX, kind)\n"
            "        for place in (path, '\\0' + name, 'link', folder + '/own', 'own', folder + '/none')]\n",
            [int(kind), str(tmp_path / "daemon"), "vedette-gate-" + tmp_path.name],
            replace(FOUND, has_own_user=False),
        )
    assert answers == [errno.EACCES, errno.EACCES, errno.ENOENT, None, None, errno.ENOENT]


@gated
def test_without_the_gate_landlock_alone_lets_both_through(start, tmp_path):
    """What the gate is for: this test tells when it is needed no more."""
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(tmp_path / "daemon"))
        daemon.listen()
        answer = asked(
            start,
            "    return connect(event, socket.AF_UNIX)\n",
            str(tmp_path / "daemon"),
            replace(FOUND, has_own_user=False, has_gate=False),
        )
    assert answer is None


@gated
def test_a_connection_that_waits_keeps_no_other_waiting(start, listening):
    listening.listen(0)
    answers = asked(
        start,
        "    here = ('127.0.0.1', event)\n"
        "    def hang():\n"
        "        socket.socket().connect(here)\n"
        "    threads = [threading.Thread(target=hang, daemon=True) for _ in range(8)]\n"
        "    for thread in threads: thread.start()\n"
        "    return connect(('127.0.0.1', 1))\n",
        listening.getsockname()[1],
        timeout_s=20.0,
    )
    assert answers == errno.ECONNREFUSED


def test_a_machine_that_cannot_is_told_so(monkeypatch):
    monkeypatch.setattr(confine, "GATE", confine.GATE.with_name("nothing.py"))
    confine._has_gate.cache_clear()
    try:
        assert find_confinement().has_gate is False
    finally:
        confine._has_gate.cache_clear()
    assert "gate" not in Confinement(has_own_user=True, landlock=1).sentence


def test_the_gate_and_calls_of_the_server_refuse_the_same_clouds():
    # The gate runs by its path and imports nothing of Vedette, so that the list stands twice.
    assert REFUSED == CLOUDS
