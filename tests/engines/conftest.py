"""A real Ray cluster for those tests that ask for one: the lane `make test-ray`."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

TESTS = Path(__file__).parent.parent
SHARE = "cores=1,memory=0.3"


class RayNodes:
    """The cluster of doubles/ray_nodes.py, in a process of its own."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "doubles.ray_nodes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            text=True,
        )
        self.address = self._process.stdout.readline().strip()
        assert self.address, "the cluster did not start; its reason is above"

    def tell(self, word):
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


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
