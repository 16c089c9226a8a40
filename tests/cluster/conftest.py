"""Two servers that share a database, a folder and an S3, once for all tests that harm none of them."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles.clusters import Cluster, a_cluster


@pytest.fixture(scope="session")
def shared_pair(postgres_maker, tmp_path_factory) -> Iterator[Cluster]:
    """Two servers, A and B."""
    address, _ = postgres_maker.new()
    with a_cluster(address, tmp_path_factory.mktemp("cluster"), "A", "B") as cluster:
        yield cluster


@pytest.fixture
def pair(shared_pair) -> Cluster:
    """The same, for a test that leaves both alive."""
    return shared_pair


@pytest.fixture
def lone(postgres_maker, tmp_path) -> Iterator[Cluster]:
    """A cluster of this test's own, with no server yet."""
    address, _ = postgres_maker.new()
    with a_cluster(address, tmp_path) as cluster:
        yield cluster


@pytest.fixture
def name() -> str:
    """A name that no other test gives."""
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of this test's."""
    return tmp_path
