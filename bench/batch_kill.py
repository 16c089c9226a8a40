"""A batch of 10,000 pictures of some 500 KB whose server is killed ten times: every picture has one result.

The server is killed with -9, with all its processes, after a random number of further results; then it is
started again on what is left. How many pictures, how many kills and which seed can be named:

    python -m bench.batch_kill [--pictures 10000] [--kills 10] [--seed 17]
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.common import RunningServer, machine, row, start_server, stop_server
from bench.killing import kill
from bench.storm import cookies, probe, put_model
from doubles.console import signed_in

POLL_S = 1.0
UNDER_WAY = ("listing", "running")
BUCKET = "bench"


class KilledBatch:
    """One batch, watched through servers that come and go."""

    def __init__(self, place: Path, pictures: int) -> None:
        self._data = place / "data"
        self.server: RunningServer = start_server(self._data)
        arn = put_model(self.server, probe(place / "model"), "cookies")
        self._fill(pictures)
        self._project, _, version = arn.partition("/version/")
        name = self._project.rpartition("/")[2]
        described = self.server.client("rekognition").describe_projects(ProjectNames=[name])
        self._names = {"ProjectArn": described["ProjectDescriptions"][0]["ProjectArn"]}
        place_of = {"Source": f"s3://{BUCKET}/in", "Address": f"s3://{BUCKET}/out"}
        wish = {"VersionName": version.partition("/")[0], "BatchName": "night", **place_of}
        self._names["BatchId"] = self._ask("StartBatchDetection", **self._names, **wish)["BatchId"]

    def _fill(self, count: int) -> None:
        s3, files = self.server.client("s3"), cookies(60)
        s3.create_bucket(Bucket=BUCKET)

        def put(number: int) -> None:
            body = files[number % len(files)].read_bytes()
            s3.put_object(Bucket=BUCKET, Key=f"in/{number:06}.jpg", Body=body)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(put, range(count)))

    def _ask(self, operation: str, **members: Any) -> Any:
        return signed_in(self.server).call("vedette", operation, **members).json["Batch"]

    def state(self) -> Any:
        return self._ask("DescribeBatchDetection", **self._names)

    def kill_at(self, count: int) -> int:
        """Kill the server once so many results are there, or the batch is over; return how many there are."""
        while (state := self.state())["Done"] < count and state["Status"] in UNDER_WAY:
            time.sleep(POLL_S)
        kill(self.server)
        self.server = start_server(self._data)
        return int(state["Done"])

    def end(self) -> Any:
        while (state := self.state())["Status"] in UNDER_WAY:
            time.sleep(POLL_S)
        return state

    def results(self) -> Counter[str]:
        """Return how many results each picture has."""
        s3, counts = self.server.client("s3"), Counter[str]()
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="out/results-"):
            for item in page["Contents"]:
                body = s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
                counts.update(json.loads(line)["source"] for line in body.splitlines())
        return counts


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--pictures", type=int, default=10_000)
    words.add_argument("--kills", type=int, default=10)
    words.add_argument("--seed", type=int, default=17)
    options = words.parse_args()
    print(f"{machine()}; seed {options.seed}", flush=True)
    chance = random.Random(options.seed)
    moments = sorted(chance.randrange(options.pictures) for _ in range(options.kills))
    with tempfile.TemporaryDirectory(prefix="vedette-batch-kill-") as place:
        batch = KilledBatch(Path(place), options.pictures)
        print("the pictures are in the bucket", flush=True)
        began = time.perf_counter()
        seen = [batch.kill_at(moment) for moment in moments]
        state = batch.end()
        wall_s = time.perf_counter() - began
        counts = batch.results()
        stop_server(batch.server)
    wanted = {f"s3://{BUCKET}/in/{number:06}.jpg" for number in range(options.pictures)}
    once = sum(counts[source] == 1 for source in wanted)
    stray = sum(count for source, count in counts.items() if source not in wanted)
    print(f"killed with so many results there: {seen}; {state['Status']} after {wall_s:.0f} s")
    subject = f"killed {options.kills} times amid {options.pictures} pictures, with one result each"
    is_met = once == options.pictures and not stray and state["Status"] == "done"
    row(subject, f"{once} ({stray} stray, {state['Failed']} failed)", f"{options.pictures}", is_met)


if __name__ == "__main__":
    main()
