"""The Ray cluster of ray_nodes.py, in a process of its own, for tests and benchmarks."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


class RayNodes:
    """A head and two nodes, which can be killed and added."""

    def __init__(self, port=0):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "doubles.ray_nodes", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            text=True,
        )
        self.address = self._process.stdout.readline().strip()
        assert self.address, "the cluster did not start; its reason is above"

    def tell(self, word):
        """Have something done, and wait until it is; return what it says."""
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer.startswith("done"), answer
        return answer.removeprefix("done").strip()

    def close(self):
        """End all of it."""
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
