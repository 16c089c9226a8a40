"""The server's threads share a heap, so that what one frees the next one uses."""

import subprocess
import sys

import pytest

# Threads one after another take and free 8 MB in small pieces, each leaving a piece behind; then the heaps
# that the process maps beside the first are counted: glibc maps each at a whole number of 64 MiB.
COUNT_HEAPS = """
import ctypes, sys, threading
from vedette.server.heaps import share_heap
shared = share_heap() if sys.argv[1] == "shared" else None
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
held, together = [], threading.Barrier(6)

def work():
    together.wait()
    pieces = [libc.malloc(4000) for _ in range(2000)]
    held.append(pieces.pop())
    for piece in pieces:
        libc.free(piece)
    together.wait()

threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(shared, len({address >> 26 for address in held}))
"""


def count_heaps(way):
    answer = subprocess.run(
        [sys.executable, "-c", COUNT_HEAPS, way], capture_output=True, text=True, check=True
    )
    shared, count = answer.stdout.split()
    return shared, int(count)


@pytest.mark.skipif(sys.platform != "linux", reason="heaps of glibc are looked at")
def test_threads_share_a_heap_and_would_not_without():
    shared, count = count_heaps("shared")
    if shared == "False":
        pytest.skip("not glibc")
    # The first heap may lie across a boundary of 64 MiB.
    assert count <= 2
    assert count_heaps("as it is")[1] >= 4


# What is mapped for itself is given back when it is freed. A freed array of 24 MB makes glibc put the next
# ones into the heap, where a small piece behind them keeps them.
KEEP_FREED = """
import ctypes, sys
from vedette.server.heaps import share_heap
shared = share_heap() if sys.argv[1] == "shared" else None
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

def fill(size):
    piece = libc.malloc(size)
    ctypes.memset(piece, 1, size)
    return piece

libc.free(fill(24 << 20))
before = resident()
arrays = [fill(8 << 20) for _ in range(4)]
pieces = [fill(1000) for _ in range(1000)]
for array in arrays:
    libc.free(array)
print(shared, (resident() - before) >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="heaps of glibc are looked at")
def test_large_arrays_go_back_to_the_system_and_would_not_without():
    ran = {
        way: subprocess.run(
            [sys.executable, "-c", KEEP_FREED, way], capture_output=True, text=True, check=True
        ).stdout.split()
        for way in ("shared", "as it is")
    }
    if ran["shared"][0] == "False":
        pytest.skip("not glibc")
    assert int(ran["shared"][1]) <= 3
    assert int(ran["as it is"][1]) >= 20
