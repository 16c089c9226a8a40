"""Trainings through the wire: cookies from CreateModel to TRAINED, and trainings whose server is killed.

The cookie set goes through the Lookout dialect as a customer's script would send it; beside it
stands the learning core alone on the same pictures. Then bench.training_kill has its turn.

    python -m bench.training_wire [--kills 10] [--workers 5] [--budget balanced] [--skip cookies|kills]
"""

import argparse
import json
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.common import PICTURES, RunningServer, machine, own_server, row
from bench.training_kill import DIALECTS, kill_trainings
from vedette.engines.local import LocalEngine
from vedette.engines.port import LAST, Job

LIMIT_S = 120.0
MANIFEST = "dataset-files/manifests/template.manifest"


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=5)
    parser.add_argument("--budget", default="balanced")
    parser.add_argument("--skip", choices=["cookies", "kills", ""], default="")
    arguments = parser.parse_args()
    print(machine())
    if arguments.skip != "cookies":
        cookies(arguments.budget)
    if arguments.skip != "kills":
        for dialect in DIALECTS:
            kill_trainings(dialect, random.Random(1), servers=arguments.kills, workers=arguments.workers)


def cookies(budget: str) -> None:
    """Train with the cookie set, through the wire and without it."""
    folder = PICTURES / "cookies" / "dataset-files"
    if not folder.is_dir():
        print(f"There are no cookies at {folder}; set VEDETTE_TEST_DATA.")
        return
    os.environ["VEDETTE_TRAINING_BUDGET"] = budget
    with own_server() as server:
        text = put_cookies(server, folder)
        client = server.client("lookoutvision")
        make_project(server, text)
        began = time.perf_counter()
        client.create_model(ProjectName="p", OutputConfig={"S3Location": {"Bucket": "out"}})
        description = ended(server)
        seconds = time.perf_counter() - began
        processor = children_seconds(server.process.pid)
        result = json.loads(
            server.client("s3")
            .get_object(Bucket="out", Key=description["EvaluationResult"]["Key"])["Body"]
            .read()
        )
    row("cookies, CreateModel to TRAINED", f"{seconds:.0f} s", f"≤ {LIMIT_S:.0f} s", seconds <= LIMIT_S)
    bar = 2 * LIMIT_S
    row("the same, processor time of its worker", f"{processor:.0f} s", f"≤ {bar:.0f} s", processor <= bar)
    metrics = result["AggregatedEvaluationResults"]["Metrics"]
    wire = metrics["F1Score"]
    print(f"through the wire: {metrics}", flush=True)
    core = alone(folder, budget)
    row("their F1, beside the core's alone", f"{wire:.3f}", f"{core['f1']:.3f}", wire >= core["f1"] - 0.05)
    crack = next(label for label in core["labels"] if "iou" in label)["iou"]
    iou = metrics["PixelAnomalyClassMetrics"][0]["AIOU"]
    row("their mean overlap of masks, beside the core's", f"{iou:.3f}", f"{crack:.3f}", iou >= crack - 0.05)


def children_seconds(pid: int) -> float:
    """Return the processor time of the processes that a server has started and seen end."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def put_cookies(server: RunningServer, folder: Path) -> str:
    """Put the pictures into a bucket and return the manifest that names them there."""
    s3 = server.client("s3")
    for bucket in ("pictures", "out"):
        s3.create_bucket(Bucket=bucket)
    text = (folder / "manifests" / "template.manifest").read_text("utf-8")
    for part in ("training-images", "mask-images"):
        text = text.replace(f'"{part}/', f'"s3://pictures/{part}/')
        for file in sorted((folder / part).iterdir()):
            s3.put_object(Bucket="pictures", Key=f"{part}/{file.name}", Body=file.read_bytes())
    return "\n".join(line.strip() for line in text.splitlines())


def make_project(server: RunningServer, manifest: str) -> None:
    """Make a Lookout project with one dataset."""
    server.client("s3").put_object(Bucket="pictures", Key="m.manifest", Body=manifest.encode())
    client = server.client("lookoutvision")
    client.create_project(ProjectName="p")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Key": "m.manifest"}}}
    arguments = {"ProjectName": "p", "DatasetType": "train"}
    client.create_dataset(**arguments, DatasetSource=source)
    while "PROGRESS" in client.describe_dataset(**arguments)["DatasetDescription"]["Status"]:
        time.sleep(0.1)


def ended(server: RunningServer) -> dict[str, Any]:
    """Return the newest model when its training is over."""
    client = server.client("lookoutvision")
    while True:
        arguments = {"ProjectName": "p", "ModelVersion": "latest"}
        description: dict[str, Any] = client.describe_model(**arguments)["ModelDescription"]
        if description["Status"] != "TRAINING":
            if description["Status"] != "TRAINED":
                raise AssertionError(f"the training failed: {description['StatusMessage']}")
            return description
        time.sleep(0.5)


def alone(folder: Path, budget: str) -> dict[str, Any]:
    """Return the metrics of the learning core on the same pictures, without any server."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        order = {"train": str(folder / "manifests" / "template.manifest"), "out": f"{place}/m"}
        engine = LocalEngine()
        run = engine.submit(Job("train", {**order, "budget": budget, "cache": f"{place}/cache"}))
        (last,) = [event for event in engine.events(run) if event.kind in LAST]
        if last.kind != "done":
            raise AssertionError(last.facts)
        metrics: dict[str, Any] = last.facts["metrics"]
        return metrics


if __name__ == "__main__":
    main()
