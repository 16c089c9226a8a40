"""Heat maps: do they point at what they are about, and how long do they take, warm and cold?

Models of every kind are trained on drawn pictures with the smallest budget, and judged on others. The times
are of whole requests to a server. BENCH_PICTURES changes how many pictures are judged, 40 of each kind.
"""

import contextlib
import io
import os
import tempfile
import time
from pathlib import Path

import vedette
from bench.common import machine, median, own_server, percentile, row
from bench.storm import put_model, start, stop
from doubles.pointing import PointingScore, placed
from vedette.cli.client import open_client

PICTURES = int(os.environ.get("BENCH_PICTURES", "40"))
LEARNT = 60
KINDS = ("classification", "multilabel", "detection", "anomaly", "segmentation")
# On drawn pictures a faithful map points at the thing nearly always; a blind guess at a quarter of them.
LEAST_HITS = 0.85
WARM_MS, COLD_S = 400, 2.0
TIMES, COLD_STARTS = 20, 5


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory() as place, own_server() as server:
        client = open_client("vedette", endpoint=server.address, data=server.data)
        for kind in KINDS:
            folder = Path(place) / kind
            package = learn(kind, folder)
            judge(kind, package, folder)
            arn = put_model(server, package, kind)
            image = next(placed(kind, 2, folder / "shown", seed=11)).image
            request = {"ModelArn": arn, "Bytes": as_png(image.resize((640, 640)))}
            cold(kind, client, request, server, package)
            warm(f"{kind}, not running", client, request)
            start(server, arn, 1)
            warm(f"{kind}, running", client, request)
            stop(server, arn)


def learn(kind: str, folder: Path) -> Path:
    """Train a model of a kind."""
    samples = [picture.sample for picture in placed(kind, LEARNT, folder / "learnt", seed=1)]
    with contextlib.redirect_stdout(io.StringIO()):
        vedette.train(samples, out=folder / "model", budget="fast")
    return folder / "model"


def judge(kind: str, package: Path, folder: Path) -> None:
    """Play the pointing game with pictures that the model did not see."""
    model, score = vedette.load(package), PointingScore()
    for picture in placed(kind, PICTURES, folder / "judged", seed=9):
        score.add(model, picture)
    blind = score.blind / max(1, score.maps)
    measured = f"{score.share:.0%} of {score.maps} (blind: {blind:.0%})"
    row(f"{kind}: points at it", measured, f"≥ {LEAST_HITS:.0%}", score.share >= LEAST_HITS)


def cold(kind: str, client, request: dict, server, package: Path) -> None:
    """Ask versions that nobody asked before."""
    seconds = []
    for number in range(COLD_STARTS):
        arn = put_model(server, package, f"{kind}-{number}")
        began = time.perf_counter()
        client.get_heat_map(**{**request, "ModelArn": arn})
        seconds.append(time.perf_counter() - began)
    worst = max(seconds)
    row(f"{kind}: cold", f"{median(seconds):.2f} s, worst {worst:.2f} s", f"≤ {COLD_S:g} s", worst <= COLD_S)


def warm(what: str, client, request: dict) -> None:
    """Ask a version that was asked a moment ago."""
    client.get_heat_map(**request)
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get_heat_map(**request)
        times.append((time.perf_counter() - began) * 1000)
    p95 = percentile(times, 0.95)
    row(f"{what}: warm", f"{median(times):.0f} ms, p95 {p95:.0f} ms", f"≤ {WARM_MS} ms", p95 <= WARM_MS)


def as_png(image) -> bytes:
    """Return a picture as it is sent."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
