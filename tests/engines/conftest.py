"""A real Ray cluster for those tests that ask for one: the lane `make test-ray`."""

import os
from types import SimpleNamespace

import pytest

from doubles.ray_process import RayNodes

SHARE = "cores=1,memory=0.3"


@pytest.fixture(scope="session")
def ray_nodes():
    if address := os.environ.get("VEDETTE_TEST_RAY"):  # one that stands already, for a slow machine
        yield SimpleNamespace(address=address)
        return
    nodes = RayNodes()
    yield nodes
    nodes.close()


@pytest.fixture
def ray_plan(ray_nodes, tmp_path_factory):
    from vedette.engines.ray_plan import read_plan

    cache = tmp_path_factory.getbasetemp() / "node"
    return read_plan(ray_nodes.address, SHARE, SHARE, str(cache))
