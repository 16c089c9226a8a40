"""What the audit trail costs a request: two servers, one with it and one without, are asked in turn.

`python -m bench.audit`. DescribeProjects only reads, so that it is not on record; DetectCustomLabels is,
before its answer leaves. tests/audit/test_verify.py holds that harm to a trail is found: 105 of 105.
"""

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.common import machine, median, own_server, row
from bench.describe import ask, signed_headers
from bench.detect_wire import REST_S, as_bytes, sender
from bench.storm import cookies, probe, put_model, start
from doubles.servers import RunningServer

DESCRIBED, DETECTED, MOST = 1500, 300, 1.02


def main() -> None:
    pictures = cookies(8)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        package = probe(Path(place) / "model")
        os.environ["VEDETTE_AUDIT"] = "no"
        with own_server() as without:
            os.environ["VEDETTE_AUDIT"] = "changes"
            with own_server() as audited:
                servers = {"audited": audited, "without": without}
                compare("DescribeProjects", {name: describing(s) for name, s in servers.items()}, DESCRIBED)
                ways = {name: detecting(s, package, pictures) for name, s in servers.items()}
                compare("DetectCustomLabels, a lone request", ways, DETECTED, rest_s=REST_S)


def describing(server: RunningServer) -> Callable[[int], None]:
    """Return what asks for the projects over a line that stays open."""
    import http.client
    from urllib.parse import urlsplit

    address = urlsplit(server.address)
    line = http.client.HTTPConnection(address.hostname or "", address.port)
    headers = signed_headers(server, b"{}")

    def describe(_: int) -> None:
        ask(line, b"{}", headers)

    return describe


def detecting(server: RunningServer, package: Path, pictures: list[Path]) -> Callable[[int], None]:
    """Return what asks a model of one unit for one of the pictures."""
    arn = put_model(server, package, "cookies")
    start(server, arn, 1)
    send = sender(server, [as_bytes(server, arn, path) for path in pictures])

    def detect(number: int) -> None:
        send(number % len(pictures))

    return detect


def compare(name: str, ways: Mapping[str, Callable[[int], None]], count: int, *, rest_s: float = 0.0) -> None:
    """Let both take turns, each first in every other one, and print their medians."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(count):
        for way in sorted(ways, reverse=bool(turn % 2)):
            time.sleep(rest_s)
            began = time.perf_counter()
            ways[way](turn)
            times[way].append((time.perf_counter() - began) * 1000)
    with_trail, without = median(times["audited"]), median(times["without"])
    share = with_trail / without
    row(
        f"{name}, p50 with the trail and without",
        f"{with_trail:.2f}, {without:.2f} ms: {share:.3f}",
        f"≤ {MOST}",
        share <= MOST,
    )


if __name__ == "__main__":
    main()
