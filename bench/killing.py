"""What the benchmarks share that kill processes: rounds, clients that write until the end, what is left over.

A write whose answer never came may have happened or not; everything else must be exactly as the
answers said. How a benchmark knows that is its own.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.common import RunningServer, machine

CLIENTS = 4


class Writer(threading.Thread):
    """One client of a service: it writes until all is written or no answer comes."""

    service = ""

    def __init__(self, server: RunningServer, number: int, writes: int) -> None:
        super().__init__()
        self.client = server.client(self.service)
        self.number = number
        self.writes = writes
        self.done = 0

    def run(self) -> None:
        choose = random.Random(self.number)
        for count in range(self.writes):
            if not self.step(choose, count):
                return
            self.done += 1

    def step(self, choose: random.Random, count: int) -> bool:
        """Write once, and remember what is known now; say whether an answer came."""
        raise NotImplementedError


W = TypeVar("W", bound=Writer)


@dataclass(frozen=True)
class Round:
    """One server's life and end: its folder, how many writes are wanted, after how many it is killed."""

    place: Path
    writes: int
    after: float


def rounds(page: str, prefix: str) -> Iterator[Round]:
    """Yield as many rounds as the command line asks for, each in a folder that goes away again."""
    words = argparse.ArgumentParser(description=page)
    words.add_argument("--rounds", type=int, default=10)
    words.add_argument("--writes", type=int, default=1000)
    words.add_argument("--seed", type=int, default=None)
    arguments = words.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    choose = random.Random(seed)
    print(f"{machine()}; seed {seed}")
    print("| what | measured | bar | |\n|---|---|---|---|")
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory(prefix=prefix) as place:
            yield Round(Path(place), arguments.writes, choose.random() * arguments.writes)


def kill_amid(kind: type[W], server: RunningServer, round_: Round) -> list[W]:
    """Let clients write, kill the server after as many writes as the round says, and return the clients."""
    writers = [kind(server, number, round_.writes // CLIENTS) for number in range(CLIENTS)]
    for writer in writers:
        writer.start()
    while sum(writer.done for writer in writers) < round_.after and any(w.is_alive() for w in writers):
        time.sleep(0.001)
    kill(server)
    for writer in writers:
        writer.join()
    return writers


def kill(server: RunningServer) -> None:
    """End a server as a power cut would."""
    server.process.kill()
    server.process.wait()
    if server.process.stdout is not None:
        server.process.stdout.close()


def left_over(pids: Sequence[int]) -> int:
    """Return how many processes have not noticed within five seconds that their server has gone."""
    ends = time.perf_counter() + 5
    while (remaining := sum(Path(f"/proc/{pid}").exists() for pid in pids)) and time.perf_counter() < ends:
        time.sleep(0.1)
    return remaining
