"""What a picture takes of the processor, in each process that it passes: measured once, drawn from later."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

FILE = Path(__file__).with_name("times.json")


@dataclass(frozen=True)
class ServiceTimes:
    """Seconds of the processor for one picture, request by request, and what the cores do to each other.

    `gap_s` is what a lone request takes by the clock beyond that: processes that are woken, a loopback line.
    `slowdown` is by what factor work takes longer where n + 1 cores are busy: they share caches and memory,
    and two of a cloud's cores are often one of the hardware's.
    """

    machine: str
    picture: str
    client_s: Sequence[float]
    front_s: Sequence[float]
    unit_s: Sequence[float]
    gap_s: float
    slowdown: Sequence[float]

    @classmethod
    def read(cls, path: Path = FILE) -> Self:
        """Return what `measure` wrote."""
        return cls(**json.loads(path.read_text("utf-8")))

    def write(self, path: Path = FILE) -> None:
        """Keep it, rounded to microseconds."""
        fields = asdict(self)
        for name in ("client_s", "front_s", "unit_s"):
            fields[name] = [round(value, 6) for value in fields[name]]
        path.write_text(json.dumps(fields, indent=1) + "\n", "utf-8")

    def draw(self, chance: random.Random) -> tuple[float, float, float]:
        """Return one request's times: client, front, unit. They go together, as a large picture's do."""
        row = chance.randrange(len(self.unit_s))
        return self.client_s[row], self.front_s[row], self.unit_s[row]
