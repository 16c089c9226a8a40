"""What it costs a detection that its version keeps a sample of what it is asked: over the wire, in one run.

`python -m bench.feedback_wire`. Lone requests with pictures of some 500 KB, each another, in blocks that take
turns: nothing kept, the usual tenth, and everything (drawn, measured for drift, written into a bucket). Then
four clients at once, likewise. A block begins when what the one before left to do is done.
"""

import base64
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from bench.common import RunningServer, machine, median, own_server, percentile, row
from bench.detect_wire import REST_S, sender
from bench.storm import cookies, probe, put_model, signed, start, storm
from vedette.cli.client import open_client
from vedette.feedback import records
from vedette.feedback.drift import LookedAtPicture
from vedette.store.db import open_database
from vedette.vision.features import measure_features

BLOCKS, LONE = 10, 25
CLIENTS, SECONDS, ROUNDS = 4, 3.0, 4
SETTLE_S = 1.5
WAYS: dict[str, dict[str, Any]] = {
    "nothing": {"Enabled": False},
    "a tenth": {"Enabled": True, "Share": 0.1, "MostPerDay": 1000},
    "everything": {"Enabled": True, "Share": 1.0, "MostPerDay": 1000},
}
# Sampling happens after the answer, by a thread and a process of low priority: what is left for a lone
# request is noise, and less than this.
MOST_P50_MS, MOST_P99_MS = 2.0, 15.0


def main() -> None:
    """Measure on a fresh server."""
    pictures = cookies(16)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        package = probe(Path(place) / "model")
        with own_server() as server:
            arn = put_model(server, package, "cookies")
            server.client("s3").create_bucket(Bucket="kept")
            teach(server, pictures)
            start(server, arn, 1)
            lone(server, arn, pictures)
            crowd(server, arn, pictures)


def teach(server: RunningServer, pictures: list[Path]) -> None:
    """Write down what drift is held against, as a training's pictures measured."""
    rows = []
    for path in pictures:
        with Image.open(path) as picture:
            rows.append(LookedAtPicture(measure_features(picture), "normal", 0.1))
    with closing(open_database("", server.data)) as database, database.write() as connection:
        body = records.pack_pictures(rows)
        records.put_drift(connection, 1, 1, status="ready", message="", reference=body)


def choose(server: RunningServer, arn: str, way: str) -> int:
    """Tell the version what to keep, once the work of before is done; return how much it has kept."""
    time.sleep(SETTLE_S)
    own = open_client("vedette", endpoint=server.address, data=server.data)
    answer = own.update_feedback(ModelArn=arn, Address="s3://kept/asked/", **WAYS[way])
    return int(answer["Feedback"]["Kept"])


def lone(server: RunningServer, arn: str, pictures: list[Path]) -> None:
    """Let lone requests of the ways take turns."""
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    number = 0
    for _ in range(BLOCKS):
        for way in WAYS:
            choose(server, arn, way)
            requests = [another(server, arn, pictures, number + place) for place in range(LONE)]
            number += LONE
            send = sender(server, requests)
            for place in range(LONE):
                time.sleep(REST_S)
                began = time.perf_counter()
                send(place)
                times[way].append((time.perf_counter() - began) * 1000)
    base = times["nothing"]
    print(f"kept meanwhile: {choose(server, arn, 'nothing')} pictures of {2 * BLOCKS * LONE}")
    print(f"lone, nothing kept: p50 {median(base):.1f} ms, p99 {percentile(base, 0.99):.1f} ms")
    for way in ("a tenth", "everything"):
        more = median(times[way]) - median(base)
        tail = percentile(times[way], 0.99) - percentile(base, 0.99)
        p50, p99 = median(times[way]), percentile(times[way], 0.99)
        bar = f"≤ {MOST_P50_MS:.0f} ms"
        row(f"lone, {way} kept: p50 {p50:.1f} ms, more", f"{more:.1f} ms", bar, more <= MOST_P50_MS)
        row(
            f"the same, p99 {p99:.1f} ms, more",
            f"{tail:.1f} ms",
            f"≤ {MOST_P99_MS:.0f} ms",
            tail <= MOST_P99_MS,
        )


def crowd(server: RunningServer, arn: str, pictures: list[Path]) -> None:
    """Let four clients at once of the ways take turns; print what they got done."""
    speeds: dict[str, list[float]] = {way: [] for way in WAYS}
    tails: dict[str, list[float]] = {way: [] for way in WAYS}
    refused = dict.fromkeys(WAYS, 0)
    for turn in range(ROUNDS):
        requests = [another(server, arn, pictures, 100_000 + 64 * turn + place) for place in range(64)]
        for way in WAYS:
            choose(server, arn, way)
            result = storm(server, requests, clients=CLIENTS, seconds=SECONDS)
            # A unit that is asked by more than it can answer in time refuses some at once.
            refused[way] += len(result.answers) - result.count(200)
            speeds[way].append(result.per_second)
            tails[way] += [seconds * 1000 for seconds in result.good]
    base = median(speeds["nothing"])
    for way in WAYS:
        share, p50, p99 = median(speeds[way]) / base, median(tails[way]), percentile(tails[way], 0.99)
        print(
            f"{CLIENTS} clients, {way} kept: {median(speeds[way]):.0f} a second ({share:.2f} of nothing), "
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {refused[way]} refused"
        )


def another(server: RunningServer, arn: str, pictures: list[Path], number: int) -> bytes:
    """Return a request with a picture that was not asked about before: its file has a comment of its own."""
    data = pictures[number % len(pictures)].read_bytes()
    comment = f"picture {number}".encode()
    # After the start of the image comes a comment (JPEG: COM, and the length of the segment).
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    body = base64.b64encode(data[:2] + segment + data[2:]).decode()
    return signed(server, {"ProjectVersionArn": arn, "Image": {"Bytes": body}})


if __name__ == "__main__":
    main()
