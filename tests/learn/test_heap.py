"""What a step frees, the next one takes without the system clearing pages anew."""

import subprocess
import sys

import pytest

COUNT = """
import resource
import numpy
{first}
def step():
    taken = [numpy.ones(2_000_000, numpy.float32) for _ in range(4)]
    del taken
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep memory in their own way")
def test_steps_take_the_pages_of_the_step_before() -> None:
    kept = _faults("import vedette.learn.heap as heap; assert heap.keep_freed_memory()")
    # One step touches 8,000 pages; keeping them leaves a handful of faults for all twenty.
    assert kept < 2_000


def _faults(first: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(first=first)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)
