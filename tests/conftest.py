"""What every lane shares: a real server on a free port, and the folder of real pictures."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from doubles.databases import (  # noqa: F401  (fixtures, found by their names)
    address,
    clock,
    database,
    house,
    postgres_maker,
    sqlite_maker,
)
from doubles.servers import RunningServer, start_server, stop_server

ROOT = Path(__file__).parent.parent

# A property is about values; how long an example took says more about the machine's other work.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


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
