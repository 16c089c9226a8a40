"""A new version over the air while pictures are asked, and one whose golden pictures fail.

An agent in its own process belongs to a server that is played in this one. A client asks it 20 pictures a
second, 576 × 768 RGB by shared memory, each call on time whether or not the one before has answered.
Meanwhile the server orders one version after the other, and then one whose golden pictures are wrong. A
switch takes as long as there is no answer: from the last of the old version to the first of the new one.
"""

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np

from bench.common import machine, percentile, row
from bench.edge_agent import COOKIES, SharedPicture, agent, packages, pixels_of
from doubles.devices import DeviceClient
from doubles.order_server import OrderServer, running_order_server
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.packaging.building import build_component
from vedette.runtime.component_archives import zip_component
from vedette.runtime.components import ComponentFacts
from vedette.runtime.device_orders import OrderedModel
from vedette.runtime.golden import GoldenAnswer, write_answers
from vedette.runtime.model import load

RATE, CALLERS = 20.0, 16
SWITCHES = 5
SOON_S = 120.0


@dataclass(frozen=True)
class TimedAnswer:
    """An answer: when it came, how long it took, and the threshold of the version that gave it."""

    at: float
    seconds: float
    threshold: float


class Asker:
    """A client that asks at a rate, whatever the answers do."""

    def __init__(self, client: DeviceClient, pixels: np.ndarray) -> None:
        self._client = client
        self._picture = SharedPicture(pixels.nbytes)
        self._picture.memory.buf[: pixels.nbytes] = pixels.tobytes()
        height, width, _ = pixels.shape
        handle = self._picture.handle(self._picture.memory)
        self._bitmap = pb.Bitmap(width=width, height=height, shared_memory_handle=handle)
        self._ended = threading.Event()
        self.answers: list[TimedAnswer] = []
        self.failures: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        """Stop asking."""
        self._ended.set()
        self._thread.join()
        self._picture.close()

    def _run(self) -> None:
        due = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as pool:
            while not self._ended.is_set():
                pool.submit(self._ask)
                due += 1 / RATE
                time.sleep(max(0.0, due - time.perf_counter()))

    def _ask(self) -> None:
        began = time.perf_counter()
        try:
            result = self._client.detect("belt", self._bitmap)
        except grpc.RpcError as error:
            self.failures.append(f"{error.code().name}: {error.details()}")
            return
        now = time.perf_counter()
        self.answers.append(TimedAnswer(now, now - began, round(result.anomaly_threshold, 3)))


def make_version(
    server: OrderServer, package: Path, place: Path, version: str, threshold: float, golden: Path
) -> OrderedModel:
    """Return a version of the model with a threshold of its own, and golden pictures."""
    more = {f"golden/{file.name}": file for file in golden.iterdir()}
    facts = ComponentFacts("belt", version)
    component = build_component(package, facts, place / version, thresholds={"anomaly": threshold}, more=more)
    archive = place / f"{version}.zip"
    with archive.open("wb") as stream:
        zip_component(component, stream)
    return server.keep(archive.read_bytes(), "belt", version, component.digest)


def golden_pictures(package: Path, place: Path, *, is_right: bool) -> Path:
    """Return a folder with golden pictures whose answers are right, or are not."""
    place.mkdir()
    model, answers = load(package), {}
    for number, picture in enumerate(sorted((COOKIES / "training-images").glob("*.jpg"))[:4], 1):
        file = place / f"{number}.jpg"
        file.write_bytes(picture.read_bytes())
        score = model.detect(file).score or 0.0
        answers[f"golden/{number}.jpg"] = GoldenAnswer((), score if is_right else 1 - score, 0.5)
    write_answers(place, answers)
    return place


def wait(claim: object, seconds: float = SOON_S) -> float:
    """Wait until something holds; return how long that took."""
    began = time.perf_counter()
    while not claim():  # type: ignore[operator]
        assert time.perf_counter() - began < seconds, "it does not come"
        time.sleep(0.01)
    return time.perf_counter() - began


def gap(answers: list[TimedAnswer], threshold: float) -> float:
    """Return how long there was no answer before the first of a new version."""
    first = min(answer.at for answer in answers if answer.threshold == threshold)
    return first - max(answer.at for answer in answers if answer.at < first)


def main() -> None:
    """Measure, and print beside the bars."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder, running_order_server() as server:
        place = Path(folder)
        package = packages(place) / "anomaly"
        right = golden_pictures(package, place / "right", is_right=True)
        wrong = golden_pictures(package, place / "wrong", is_right=False)
        thresholds = [round(0.3 + 0.05 * number, 3) for number in range(SWITCHES + 1)]
        versions = [
            make_version(server, package, place, f"1.{number}.0", threshold, right)
            for number, threshold in enumerate(thresholds)
        ]
        bad = make_version(server, package, place, "2.0.0", 0.9, wrong)
        models = place / "device"
        models.mkdir()
        server.give(1, versions[0])
        words = ("--server", server.address, "--token", server.token, "--poll", "0.5")
        with agent(models, place, *words) as (client, _, _):
            wait(lambda: server.model().get("state") == "RUNNING")
            measure(server, client, versions, thresholds, bad)


def measure(
    server: OrderServer,
    client: DeviceClient,
    versions: list[OrderedModel],
    thresholds: list[float],
    bad: OrderedModel,
) -> None:
    """Order one version after the other while the client asks."""
    [pixels] = pixels_of(sorted((COOKIES / "training-images").glob("*.jpg"))[:1])
    asker = Asker(client, pixels)
    try:
        time.sleep(3)
        gaps, until_switched = [], []
        for number, (version, threshold) in enumerate(zip(versions[1:], thresholds[1:], strict=True), 2):
            server.give(number, version)
            until_switched.append(
                wait(lambda threshold=threshold: any(a.threshold == threshold for a in asker.answers[-40:]))
            )
            time.sleep(1)
            gaps.append(gap(list(asker.answers), threshold))
        server.give(100, bad)
        rolled_back = wait(lambda: server.model().get("refused_digest") == bad.digest)
        time.sleep(2)
    finally:
        asker.close()
    seconds = [answer.seconds for answer in asker.answers]
    strangers = {answer.threshold for answer in asker.answers} - set(thresholds)
    count = len(asker.answers)
    row(f"calls failed of {count:,} at {RATE:g} a second, {len(gaps)} switches", str(len(asker.failures)),
        "0", not asker.failures)  # fmt: skip
    row("longest switch: without an answer", f"{max(gaps):.3f} s", "≤ 1 s", max(gaps) <= 1)
    median, late, longest = (percentile(seconds, share) * 1000 for share in (0.5, 0.99, 1.0))
    print(f"median {median:.0f} ms, 99th {late:.0f} ms, longest {longest:.0f} ms; from order to first "
          f"new answer {max(until_switched):.1f} s at most")  # fmt: skip
    refusal = f"refused after {rolled_back:.1f} s, {len(strangers)} of its answers"
    row("a package whose golden pictures fail", refusal, "rolled back by itself", not strangers)
    for failure in asker.failures[:5]:
        print(failure)


if __name__ == "__main__":
    main()
