"""DetectCustomLabels beside what it cannot do without: decode, resize, one run of the network.

Two units, eight clients, pictures of some 500 KB in the request. Both ways take turns, seconds each, so
that a busy machine slows both alike; processor time a picture is shown besides, which noise adds little to.
"""

import base64
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from bench.common import children, machine, median, own_server, percentile, processor_s, row
from bench.storm import cookies, probe, put_model, signed, start, stop, storm
from vedette.runtime.model import load

ROUNDS = 5
SECONDS = 3.0
LONE = 150
# A session as it comes lets its threads spin after a run, 35 ms of processor time on two cores
# (docs/experiments.md, 2026-11-28). Whatever comes next would have one core instead of two.
REST_S = 0.06


def bare(session: Any, data: Path, size: tuple[int, int]) -> None:
    """Do only what cannot be left out."""
    with Image.open(data) as image:
        image.draft("RGB", (2 * size[1], 2 * size[0]))
        small = image.convert("RGB").resize((size[1], size[0]), Image.Resampling.BILINEAR)
    session.run(["scores"], {"pictures": np.asarray(small)[None]})


def open_bare(package: Path, threads: int) -> tuple[Any, tuple[int, int]]:
    """Return a session as it comes, and the network's input size."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    model = load(package).facts
    return onnxruntime.InferenceSession(str(package / "model.onnx"), options), model.input_size


def work(package: Path, pictures: list[Path], go: Any, text: Any) -> None:
    """Work as one of two bare processes, whenever told for how long."""
    session, size = open_bare(package, 1)
    bare(session, pictures[0], size)
    text.put(None)
    while (seconds := go.recv()) is not None:
        began, own, count = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() < began + seconds:
            bare(session, pictures[count % len(pictures)], size)
            count += 1
        text.put((count / (time.perf_counter() - began), (time.process_time() - own) / count))


def main() -> None:
    pictures = cookies(16)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        package = probe(Path(place) / "model")
        with own_server() as server:
            arn = put_model(server, package, "cookies")
            start(server, arn, 2)
            throughput(server, package, arn, pictures)
            stop(server, arn)
            start(server, arn, 1)
            latency(server, package, arn, pictures)


def throughput(server: Any, package: Path, arn: str, pictures: list[Path]) -> None:
    """Let bare processes and the server take turns."""
    context = multiprocessing.get_context("spawn")
    text = context.Queue()
    lines = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=work, args=(package, pictures, item[1], text)) for item in lines]
    for worker in workers:
        worker.start()
    for _ in workers:
        text.get()
    requests = [as_bytes(server, arn, path) for path in pictures]
    storm(server, requests, clients=8, seconds=1)
    pids = [server.process.pid, *children(server.process.pid)]
    shares, works, speeds = [], [], []
    for _ in range(ROUNDS):
        for line in lines:
            line[0].send(SECONDS)
        result = [text.get() for _ in lines]
        before = sum(map(processor_s, pids))
        wire = storm(server, requests, clients=8, seconds=SECONDS)
        spent = (sum(map(processor_s, pids)) - before) / max(1, len(wire.good))
        speeds.append(wire.per_second)
        shares.append(wire.per_second / sum(speed for speed, _ in result))
        works.append(median([item for _, item in result]) / spent)
        assert wire.count(200) == len(wire.answers), wire.answers
    for line in lines:
        line[0].send(None)
    row(
        "detect throughput beside bare, 2 units, 8 clients",
        f"{median(shares):.2f} ({min(shares):.2f}–{max(shares):.2f}; {median(speeds):.0f} pictures a second)",
        "≥ 0.80",
        median(shares) >= 0.80,
    )
    row("the same in processor time a picture", f"{median(works):.2f}", "≥ 0.80", median(works) >= 0.80)


def latency(server: Any, package: Path, arn: str, pictures: list[Path]) -> None:
    """Let one lone request by bytes, one by S3 and the bare way take turns."""
    session, size = open_bare(package, multiprocessing.cpu_count())
    s3 = server.client("s3")
    s3.create_bucket(Bucket="bench")
    for path in pictures:
        s3.put_object(Bucket="bench", Key=path.name, Body=path.read_bytes())
    by_bytes = [as_bytes(server, arn, path) for path in pictures]
    by_object = [
        signed(
            server,
            {"ProjectVersionArn": arn, "Image": {"S3Object": {"Bucket": "bench", "Name": path.name}}},
        )
        for path in pictures
    ]
    ways = {
        "bare": lambda number: bare(session, pictures[number], size),
        "bytes": sender(server, by_bytes),
        "object": sender(server, by_object),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(LONE):
        for way, do in ways.items():
            time.sleep(REST_S)
            began = time.perf_counter()
            do(turn % len(pictures))
            times[way].append((time.perf_counter() - began) * 1000)
    added = [wire - alone for wire, alone in zip(times["bytes"], times["bare"], strict=True)]
    row("a lone request over bare, p50", f"{median(added):.1f} ms", "≤ 4 ms", median(added) <= 4)
    row("the same, p99", f"{percentile(added, 0.99):.1f} ms", "≤ 15 ms", percentile(added, 0.99) <= 15)
    share = median(times["object"]) / median(times["bytes"])
    row("S3 object beside bytes, p50", f"{share:.2f} of the time", "≤ 1.05", share <= 1.05)


def sender(server: Any, requests: list[bytes]) -> Any:
    """Return what sends one of the requests over a line that stays open."""
    import http.client
    import socket
    from urllib.parse import urlsplit

    line = socket.create_connection(("127.0.0.1", urlsplit(server.address).port or 80))

    def send(number: int) -> None:
        line.sendall(requests[number])
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert answer.status == 200, answer.read()
        answer.read()

    return send


def as_bytes(server: Any, arn: str, path: Path) -> bytes:
    """Return the request with the picture in it."""
    data = base64.b64encode(path.read_bytes()).decode()
    return signed(server, {"ProjectVersionArn": arn, "Image": {"Bytes": data}})


if __name__ == "__main__":
    main()
