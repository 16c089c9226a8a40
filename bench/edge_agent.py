"""The edge agent beside what it cannot do without: resize, one run of the network, in one process.

A client in this process asks an agent in its own, 576 × 768 RGB, one call after the other, a picture in
shared memory or in the message. Both ways take turns, seconds each, so that a busy machine slows both alike;
processor time a picture is shown besides. Then: start to first answer, memory (PSS) of all processes, and
the answers of a server and an agent to the same hundred pictures.
"""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import onnxruntime
from PIL import Image

import vedette
from bench.common import PICTURES, children, machine, median, own_server, processor_s, row
from doubles.devices import DeviceClient
from doubles.trained import put_version
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.runtime.model import load
from vedette.vision.annotations import Mask, Sample

COOKIES = PICTURES / "cookies" / "dataset-files"
ROUNDS, SECONDS = 5, 3.0
# A session as it comes lets its threads spin after a run, 35 ms of processor time on two cores.
REST_S = 0.1
OUTPUTS = {"anomaly": ["score"], "segmentation": ["score", "masks"]}
SHARES = {"shared memory": 0.9, "bytes": 0.8}


def samples(kind: str) -> list[Sample]:
    """Return the cookies as a training takes them."""
    chosen = []
    for path in sorted((COOKIES / "training-images").glob("*.jpg")):
        mask = COOKIES / "mask-images" / f"{path.stem}.png"
        is_anomalous = path.name.startswith("anomaly")
        has_mask = kind == "segmentation" and is_anomalous
        shown = Mask(mask, {"#23a436": "cracked"}) if has_mask else None
        chosen.append(Sample(path, is_anomalous=is_anomalous, mask=shown))
    return chosen


def pixels_of(paths: list[Path]) -> list[np.ndarray]:
    """Return pictures as cameras have them."""
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths]


def packages(place: Path) -> Path:
    """Return a folder with a model of each kind, trained once where VEDETTE_BENCH_MODELS names a folder."""
    folder = Path(os.environ.get("VEDETTE_BENCH_MODELS", place / "models"))
    folder.mkdir(parents=True, exist_ok=True)
    for kind in OUTPUTS:
        if not (folder / kind).is_dir():
            vedette.train(samples(kind), out=folder / kind, budget="fast")
    return folder


@contextlib.contextmanager
def agent(models: Path, place: Path, *words: str) -> Iterator[tuple[DeviceClient, int, float]]:
    """Yield a client of an agent that was just started, the agent's process, and when that was."""
    address = f"unix://{place}/agent.sock"
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "vedette",
        "edge",
        "agent",
        "--models",
        models,
        "--socket",
        address,
        *words,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        with grpc.insecure_channel(address) as channel:
            yield DeviceClient(channel), process.pid, began
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def open_bare(package: Path, kind: str) -> Callable[[np.ndarray], Any]:
    """Return what does only what cannot be left out, with a session as it comes."""
    session = onnxruntime.InferenceSession(str(package / "model.onnx"))
    height, width = load(package).facts.input_size

    def run(pixels: np.ndarray) -> Any:
        image = Image.frombuffer("RGB", (pixels.shape[1], pixels.shape[0]), pixels, "raw", "RGB", 0, 1)
        small = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        return session.run(OUTPUTS[kind], {"pictures": np.asarray(small)[None]})

    return run


class SharedPicture:
    """A client's segment, written for each picture as a camera does."""

    def __init__(self, size: int) -> None:
        self.memory = SharedMemory(create=True, size=size)
        self.mask = SharedMemory(create=True, size=size)
        self.size = size

    def handle(self, memory: SharedMemory) -> pb.SharedMemoryHandle:
        return pb.SharedMemoryHandle(name=memory.name, size=self.size)

    def close(self) -> None:
        for memory in (self.memory, self.mask):
            memory.close()
            memory.unlink()


def speeds(client: DeviceClient, pid: int, models: Path, kind: str, pictures: list[np.ndarray]) -> None:
    """Let the bare way, shared memory and bytes take turns."""
    bare = open_bare(models / kind, kind)
    height, width, _ = pictures[0].shape
    shared = SharedPicture(pictures[0].nbytes)
    handle, mask = shared.handle(shared.memory), shared.handle(shared.mask)

    def by_memory(pixels: np.ndarray) -> None:
        shared.memory.buf[: pixels.nbytes] = pixels.reshape(-1).data
        client.detect(kind, pb.Bitmap(width=width, height=height, shared_memory_handle=handle), mask=mask)

    def by_bytes(pixels: np.ndarray) -> None:
        client.detect(kind, pb.Bitmap(width=width, height=height, byte_data=pixels.tobytes()))

    ways: dict[str, Callable[[np.ndarray], Any]] = {
        "bare": bare,
        "shared memory": by_memory,
        "bytes": by_bytes,
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    work: dict[str, list[float]] = {way: [] for way in ways}
    pids = [os.getpid(), pid, *children(pid)]
    for way in ways.values():
        way(pictures[0])
    for _ in range(ROUNDS):
        for name, way in ways.items():
            time.sleep(REST_S)
            before, began, count = sum(map(processor_s, pids)), time.perf_counter(), 0
            while time.perf_counter() < began + SECONDS:
                way(pictures[count % len(pictures)])
                count += 1
            rates[name].append(count / (time.perf_counter() - began))
            work[name].append((sum(map(processor_s, pids)) - before) / count)
    shared.close()
    print(f"| {kind}, bare | {median(rates['bare']):.1f} a second, {median(work['bare']) * 1e3:.1f} ms | | |")
    for name, bar in SHARES.items():
        shares = [rate / alone for rate, alone in zip(rates[name], rates["bare"], strict=True)]
        row(
            f"{kind}, {name}, beside bare",
            f"{median(shares):.2f} ({min(shares):.2f}–{max(shares):.2f}; {median(rates[name]):.1f} a second, "
            f"{median(work[name]) * 1e3:.1f} ms of processor time)",
            f"≥ {bar}",
            median(shares) >= bar,
        )


def first_answer(models: Path, place: Path, kind: str, pixels: np.ndarray) -> None:
    """Show how long the first answer takes, and the memory of an agent with one model."""
    times = []
    for _ in range(3):
        with agent(models, place, "--start", kind) as (client, pid, began):
            client.await_status(kind, "RUNNING")
            bitmap = pb.Bitmap(width=pixels.shape[1], height=pixels.shape[0], byte_data=pixels.tobytes())
            client.detect(kind, bitmap)
            times.append(time.perf_counter() - began)
            for _ in range(20):
                client.detect(kind, bitmap)
            memory = sum(pss_mib(process) for process in (pid, *children(pid)))
    row(f"{kind}, start to first answer", f"{median(times):.2f} s", "≤ 3 s", median(times) <= 3)
    row(f"{kind}, PSS of all processes", f"{memory:.0f} MiB", "≤ 300 MiB", memory <= 300)


def pss_mib(pid: int) -> float:
    """Return a process's share of memory, what it shares with others divided."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def same_answers(models: Path, place: Path, kind: str, pictures: list[np.ndarray]) -> None:
    """Ask a server and an agent the same hundred pictures."""
    with own_server() as server, agent(models, place, "--start", kind) as (client, _, _):
        client.await_status(kind, "RUNNING")
        account = server.client("sts").get_caller_identity()["Account"]
        version = put_version(server.data, "lookoutvision", "cookies", kind, account=account)
        folder = server.data / "versions" / version.folder / "package"
        for file in folder.iterdir():
            file.write_bytes((models / kind / file.name).read_bytes())
        lookout = server.client("lookoutvision")
        lookout.start_model(ProjectName="cookies", ModelVersion="1", MinInferenceUnits=1)
        while status(lookout) != "HOSTED":
            time.sleep(0.1)
        differing = sum(
            not is_same(answer_of(lookout, pixels), client.detect(kind, bitmap(pixels)))
            for pixels in pictures
        )
    row(f"{kind}, server and agent on {len(pictures)} pictures", f"{differing} differ", "0", not differing)


def status(lookout: Any) -> str:
    description = lookout.describe_model(ProjectName="cookies", ModelVersion="1")["ModelDescription"]
    return str(description["Status"])


def bitmap(pixels: np.ndarray) -> Any:
    return pb.Bitmap(width=pixels.shape[1], height=pixels.shape[0], byte_data=pixels.tobytes())


def answer_of(lookout: Any, pixels: np.ndarray) -> Any:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return lookout.detect_anomalies(
        ProjectName="cookies", ModelVersion="1", ContentType="image/png", Body=buffer.getvalue()
    )["DetectAnomalyResult"]


def is_same(wire: Any, edge: Any) -> bool:
    """Say whether both answers are the same, to the last bit that the edge's 32-bit floats hold."""
    verdict = wire["IsAnomalous"] == edge.is_anomalous and np.float32(wire["Confidence"]) == edge.confidence
    types = [
        (
            entry["Name"],
            np.float32(entry["PixelAnomaly"]["TotalPercentageArea"]),
            entry["PixelAnomaly"]["Color"],
        )
        for entry in wire.get("Anomalies", [])
    ]
    own = [(e.name, e.pixel_anomaly.total_percentage_area, e.pixel_anomaly.hex_color) for e in edge.anomalies]
    mask = b""
    if "AnomalyMask" in wire:
        mask = Image.open(io.BytesIO(wire["AnomalyMask"])).convert("RGB").tobytes()
    return verdict and types == own and mask == edge.anomaly_mask.byte_data


def main() -> None:
    paths = [
        *sorted((COOKIES / "training-images").glob("*.jpg")),
        *sorted(COOKIES.parent.rglob("test-*.jpg")),
    ]
    if not paths:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as text:
        place = Path(text)
        models = packages(place)
        pictures = pixels_of(paths)
        turned = [np.ascontiguousarray(pixels[:, ::-1]) for pixels in pictures]
        for kind in sys.argv[1:] or OUTPUTS:
            first_answer(models, place, kind, pictures[0])
            with agent(models, place, "--start", kind) as (client, pid, _):
                client.await_status(kind, "RUNNING")
                speeds(client, pid, models, kind, pictures[:16] + pictures[-16:])
            same_answers(models, place, kind, (pictures + turned)[:100])


if __name__ == "__main__":
    main()
