"""A batch of the server beside what it cannot do without: decode, resize, one run of the network.

Two bare processes and a batch take turns, so that a busy machine slows both, with the same low priority.
Processor time a picture is shown besides: where others use the machine, that is the figure to go by, since
each process of a batch has a session of its own, to which the kernel gives a share of its own. Pictures of
some 500 KB lie in a bucket; how many a round has can be named: `python -m bench.batch 1000`.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.common import children, machine, median, own_server, processor_s, row
from bench.detect_wire import work
from bench.storm import cookies, probe, put_model
from doubles.console import signed_in
from vedette.engines.pool import NICE

ROUNDS = 3
SECONDS = 6.0
PICTURES = 200
BUCKET = "bench"
# Each look costs the server some milliseconds, as a page costs it.
POLL_S = 0.5


def niced(package: Path, pictures: list[Path], go: Any, text: Any) -> None:
    """Work as a bare process with a batch's priority."""
    os.nice(NICE)
    work(package, pictures, go, text)


class ServerBatch:
    """Runs batches of one project, each into a folder of its own."""

    def __init__(self, server: Any, arn: str) -> None:
        self._server = server
        self._browser = signed_in(server)
        self._project, _, version = arn.partition("/version/")
        name = self._project.rpartition("/")[2]
        described = server.client("rekognition").describe_projects(ProjectNames=[name])
        self._arn = described["ProjectDescriptions"][0]["ProjectArn"]
        self._version = version.partition("/")[0]
        self._count = 0

    def run(self) -> tuple[int, float, float]:
        """Return how many pictures, in how many seconds, and of how many of the processors'."""
        self._count += 1
        before, began = self._spent(), time.perf_counter()
        state = self._ask(
            "StartBatchDetection",
            VersionName=self._version,
            BatchName=f"round {self._count}",
            Source=f"s3://{BUCKET}/in",
            Address=f"s3://{BUCKET}/out/{self._count}",
        )
        while state["Status"] in ("listing", "running"):
            time.sleep(POLL_S)
            state = self._ask("DescribeBatchDetection", BatchId=state["BatchId"])
        wall_s = time.perf_counter() - began
        assert (state["Status"], state["Failed"]) == ("done", 0), state
        return state["Done"], wall_s, self._spent() - before

    def _ask(self, operation: str, **members: Any) -> Any:
        return self._browser.call("vedette", operation, ProjectArn=self._arn, **members).json["Batch"]

    def _spent(self) -> float:
        pids = [self._server.process.pid, *children(self._server.process.pid)]
        return sum(map(processor_s, pids))


def main() -> None:
    pictures = cookies(60)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    with tempfile.TemporaryDirectory() as place, own_server() as server:
        package = probe(Path(place) / "model")
        batch = ServerBatch(server, put_model(server, package, "cookies"))
        s3 = server.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for number in range(count):
            path = pictures[number % len(pictures)]
            s3.put_object(Bucket=BUCKET, Key=f"in/{number:06}.jpg", Body=path.read_bytes())
        batch.run()  # its processes start, and load the model
        compare(batch, package, pictures)


def compare(batch: ServerBatch, package: Path, pictures: list[Path]) -> None:
    """Let bare processes and batches take turns."""
    context = multiprocessing.get_context("spawn")
    text = context.Queue()
    lines = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=niced, args=(package, pictures, item[1], text)) for item in lines]
    for worker in workers:
        worker.start()
    for _ in workers:
        text.get()
    shares, works, speeds = [], [], []
    for _ in range(ROUNDS):
        for line in lines:
            line[0].send(SECONDS)
        result = [text.get() for _ in lines]
        count, wall_s, spent_s = batch.run()
        speeds.append(count / wall_s)
        shares.append(speeds[-1] / sum(speed for speed, _ in result))
        works.append(median([own_s for _, own_s in result]) / (spent_s / count))
    for line in lines:
        line[0].send(None)
    row(
        "a batch beside bare decode and network",
        f"{median(shares):.2f} ({min(shares):.2f}–{max(shares):.2f}; {median(speeds):.0f} pictures a second)",
        "≥ 0.90",
        median(shares) >= 0.90,
    )
    row("the same in processor time a picture", f"{median(works):.2f}", "≥ 0.90", median(works) >= 0.90)


if __name__ == "__main__":
    main()
