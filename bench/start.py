"""Start to ready, warm, and resident memory idle. Bars: ≤ 3 s, ≤ 150 MiB."""

import tempfile
import time
from pathlib import Path

from bench.common import machine, median, resident_mib, row, start_server, stop_server

STARTS = 5


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        data = Path(place) / "data"
        stop_server(start_server(data))
        times = []
        resident = 0.0
        for _ in range(STARTS):
            began = time.perf_counter()
            server = start_server(data)
            times.append(time.perf_counter() - began)
            server.client("rekognition").describe_projects()
            time.sleep(1)
            resident = max(resident, resident_mib(server.process.pid))
            stop_server(server)
    row(
        "start to ready, warm", f"{median(times):.2f} s (worst {max(times):.2f})", "≤ 3 s", median(times) <= 3
    )
    row("resident, idle", f"{resident:.0f} MiB", "≤ 150 MiB", resident <= 150)


if __name__ == "__main__":
    main()
