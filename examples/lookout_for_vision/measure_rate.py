"""Measure how many pictures a second a model answers, with `--clients` asking side by side."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import arguments, client, run
from resources import content_type


def main() -> None:
    """Ask about one picture for some seconds, and print the rate and the times."""
    args = arguments(__doc__, "project_name", "model_version", "image", clients=4, seconds=10.0)
    lookout, data = client("lookoutvision"), Path(args.image).read_bytes()
    end = time.monotonic() + args.seconds

    def ask(_: int) -> list[float]:
        times = []
        while time.monotonic() < end:
            began = time.monotonic()
            lookout.detect_anomalies(
                ProjectName=args.project_name,
                ModelVersion=args.model_version,
                ContentType=content_type(args.image),
                Body=data,
            )
            times.append(time.monotonic() - began)
        return times

    with ThreadPoolExecutor(args.clients) as pool:
        times = sorted(time for part in pool.map(ask, range(args.clients)) for time in part)
    print(f"{len(times) / args.seconds:.1f} a second, median {times[len(times) // 2] * 1000:.0f} ms")


if __name__ == "__main__":
    run(main)
