"""What every lane shares: a real server on a free port, and the folder of real pictures."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from doubles.databases import (  # noqa: F401  (fixtures, found by their names)
    address,
    clock,
    compiled_once,
    database,
    house,
    postgres_maker,
    sqlite_maker,
)
from doubles.houses import SqliteMaker
from doubles.process_state import differences, process_state
from doubles.servers import FORKS, RunningServer, start_server, stop_server

pytest_plugins = ["tools.lane_parts"]

ROOT = Path(__file__).parent.parent

# A property is about values; how long an example took says more about the machine's other work.
settings.register_profile("unhurried", deadline=None)
# CI judges a change, so it tries the same examples on every run; new ones are looked for at a desk.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable" if os.environ.get("CI") else "unhurried")

MEMORY = Path("/dev/shm")
# Several times what a run of every lane leaves behind.
ROOM = 4 * 1024**3
BEFORE = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the run's files in memory where the system offers that: each fsync of a disk takes milliseconds.

    What is synced and when is no less tested: no test can cut the power. `--basetemp` names another place.
    """
    del config
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Note what belongs to the whole process."""
    item.stash[BEFORE] = process_state()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail the test that leaves the process another one than it met: else innocent ones fail after it."""
    result = yield
    changes = differences(item.stash[BEFORE], process_state())
    assert not changes, " ".join(["This test leaves a change of the whole process.", *changes])
    return result


@pytest.fixture(scope="session", autouse=True)
def forks(sqlite_maker: SqliteMaker) -> Iterator[None]:  # noqa: F811  (the fixture)
    """Have the servers of this run forked from one that has imported everything."""
    FORKS.wanted, FORKS.seed = True, sqlite_maker.new
    yield
    FORKS.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole run; tests keep apart by the names they give."""
    running = start_server(tmp_path_factory.mktemp("server") / "data")
    yield running
    assert stop_server(running) == 0


@pytest.fixture(scope="session")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The same over https, with a certificate of our own."""
    running = start_server(tmp_path_factory.mktemp("tls-server") / "data", "--tls", "self")
    yield running
    assert stop_server(running) == 0


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder of real pictures, where this checkout has one beside it."""
    place = Path(os.environ.get("VEDETTE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"there are no pictures at {place}; set VEDETTE_TEST_DATA to a folder that has them")
    return place
