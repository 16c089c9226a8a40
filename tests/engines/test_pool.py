"""A pool of warm processes: an order that kills one costs itself alone."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doubles.pools import PoolHere
from vedette.engines.pool import OrderLimits, Pool, WorkerLost

TESTS = Path(__file__).parent.parent
JOB = "doubles.jobs:answer"


@pytest.fixture(autouse=True)
def processes_find_the_job(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


@pytest.fixture(params=[PoolHere, Pool])
def either(request):
    pool = request.param(JOB, 1)
    yield pool
    pool.close()


@pytest.fixture
def pool():
    made = Pool(JOB, 1, OrderLimits(timeout_s=10.0))
    yield made
    made.close()


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def is_alive(process):
    """Whether it still runs; one that nobody has waited for is dead all the same."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_order_is_answered(either):
    event = either.ask({"number": 4})
    assert (event.kind, event.facts["twice"]) == ("done", 8)


def test_an_order_that_fails_is_told_as_an_event(either):
    event = either.ask({"how": "fail"})
    assert (event.kind, event.facts["sentence"]) == ("failed", "ValueError: This cannot be doubled.")


def test_a_closed_pool_takes_no_orders(either):
    either.close()
    with pytest.raises(WorkerLost, match="the server stops"):
        either.ask({"number": 4})


def test_one_process_answers_many_orders(pool):
    found = {pool.ask({"number": number}).facts["process"] for number in range(5)}
    assert len(found) == 1
    assert os.getpid() not in found


def test_an_order_that_kills_its_process_costs_itself_alone(pool):
    first = pool.ask({"number": 1}).facts["process"]
    with pytest.raises(WorkerLost, match="its process was killed by signal 9"):
        pool.ask({"how": "die"})
    second = pool.ask({"number": 2}).facts
    assert second["twice"] == 4
    assert second["process"] != first
    assert not is_running(first)


def test_an_order_that_takes_too_long_is_given_up():
    pool = Pool(JOB, 1, OrderLimits(timeout_s=0.2))
    with pytest.raises(WorkerLost, match=r"it took more than 0\.2 s"):
        pool.ask({"how": "sleep"})
    pool.close()


def test_an_order_that_wants_too_much_memory_fails(pool):
    event = pool.ask({"how": "hoard"})
    assert (event.kind, event.facts["sentence"]) == ("failed", "MemoryError: ")
    assert pool.ask({"number": 2}).facts["twice"] == 4


def test_closing_ends_a_process_over_its_order(pool):
    process = pool.ask({"number": 1}).facts["process"]
    told = []

    def wait():
        with pytest.raises(WorkerLost) as lost:
            pool.ask({"how": "sleep"})
        told.append(str(lost.value))

    thread = threading.Thread(target=wait)
    thread.start()
    while pool._free.qsize():  # until the order has its process
        pass
    pool.close()
    thread.join(10)
    assert len(told) == 1
    assert not is_running(process)


def test_threads_share_a_pool():
    pool = Pool(JOB, 2)
    found = []
    work = lambda number: found.append(pool.ask({"number": number}).facts)  # noqa: E731
    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    pool.close()
    assert sorted(facts["twice"] for facts in found) == list(range(0, 16, 2))
    assert 1 <= len({facts["process"] for facts in found}) <= 2


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc, which Linux has")
def test_processes_end_with_a_server_that_was_killed():
    program = (
        "import os, signal; from vedette.engines.pool import Pool;"
        f"pool = Pool({JOB!r}, 1);"
        "print(pool.ask({'number': 1}).facts['process'], flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert said.returncode == -9
    deadline = time.monotonic() + 20
    while is_alive(int(said.stdout)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(int(said.stdout))
