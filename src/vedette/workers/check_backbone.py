"""The job `check-backbone`: a file of weights opened in a process of its own, and how fast it is here.

order   file
result  network, megabytes, milliseconds: of one picture at its own side, the middle of five
"""

import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent
from vedette.file_access import size_of

TIMES = 5


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Open the weights, and run the network a few times."""
    del emit, cancelled  # it takes seconds
    import torch

    from vedette.learn.net.backbones.file import open_file

    path = Path(order["file"])
    backbone, member = open_file(path)
    side = backbone.sides[0]
    picture = torch.full((1, 3, side, side), 127.0)
    times = []
    with torch.inference_mode():
        for _ in range(TIMES + 1):
            began = time.perf_counter()
            backbone(picture)
            times.append(time.perf_counter() - began)
    return {
        "network": member,
        "megabytes": round(size_of(path) / 1e6, 1),
        "milliseconds": round(1000 * statistics.median(times[1:]), 1),
    }
