"""Projects of both services with pictures to label, made as a customer makes them."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from doubles.drawn_boxes import draw_scene
from doubles.drawn_masks import draw_plate
from doubles.servers import RunningServer


def put_pictures(server: RunningServer, bucket: str, pictures: list[Image.Image]) -> list[str]:
    """Put pictures into a bucket, which is made, and return their addresses."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=bucket)
    addresses = []
    for number, picture in enumerate(pictures):
        out = io.BytesIO()
        picture.save(out, "PNG")
        key = f"pictures/{number:03d}.png"
        s3.put_object(Bucket=bucket, Key=key, Body=out.getvalue())
        addresses.append(f"s3://{bucket}/{key}")
    return addresses


def scenes(count: int, side: int = 256) -> list[Image.Image]:
    """Return pictures of a disc and a square each."""
    rng = np.random.default_rng(5)
    return [draw_scene(rng, shapes=("disc", "square"), side=side, span=(0.2, 0.3))[0] for _ in range(count)]


def plates(count: int, side: int = 256) -> list[Image.Image]:
    """Return plates with a stain each."""
    rng = np.random.default_rng(6)
    return [draw_plate(rng, ("stain",), side)[0] for _ in range(count)]


def detection_project(server: RunningServer, name: str, pictures: list[Image.Image]) -> str:
    """Make a Custom Labels project whose training dataset has these pictures without labels."""
    sources = put_pictures(server, name, pictures)
    rekognition = server.client("rekognition")
    project = rekognition.create_project(ProjectName=name)["ProjectArn"]
    dataset = rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN")["DatasetArn"]
    rekognition.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": _lines(sources)})
    _wait(
        lambda: rekognition.describe_dataset(DatasetArn=dataset)["DatasetDescription"]["Status"],
        "UPDATE_COMPLETE",
    )
    return str(project)


def anomaly_project(server: RunningServer, name: str, pictures: list[Image.Image]) -> None:
    """Make a Lookout project whose training dataset has these pictures without labels."""
    sources = put_pictures(server, name, pictures)
    lookout = server.client("lookoutvision")
    lookout.create_project(ProjectName=name)
    lookout.create_dataset(ProjectName=name, DatasetType="train")
    lookout.update_dataset_entries(ProjectName=name, DatasetType="train", Changes=_lines(sources))
    _wait(lambda: _dataset_of(server, name)["Status"], "UPDATE_COMPLETE")


def _dataset_of(server: RunningServer, name: str) -> dict[str, Any]:
    lookout = server.client("lookoutvision")
    answer: dict[str, Any] = lookout.describe_dataset(ProjectName=name, DatasetType="train")
    return dict(answer["DatasetDescription"])


def entries_of(server: RunningServer, name: str, service: str) -> list[dict[str, Any]]:
    """Return the entries of a project's training dataset, as the service lists them."""
    if service == "lookoutvision":
        lookout = server.client("lookoutvision")
        pages = lookout.get_paginator("list_dataset_entries").paginate(ProjectName=name, DatasetType="train")
        return [json.loads(line) for page in pages for line in page["DatasetEntries"]]
    rekognition = server.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    (dataset,) = [one["DatasetArn"] for one in project["Datasets"] if one["DatasetType"] == "TRAIN"]
    pages = rekognition.get_paginator("list_dataset_entries").paginate(DatasetArn=dataset)
    return [json.loads(line) for page in pages for line in page["DatasetEntries"]]


def mask_of(server: RunningServer, entry: dict[str, Any], home: Path) -> Image.Image:
    """Return the mask of an entry, as it lies in its bucket."""
    bucket, _, key = entry["anomaly-mask-ref"].removeprefix("s3://").partition("/")
    path = home / "mask.png"
    path.write_bytes(server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    return Image.open(path)


def _lines(sources: list[str]) -> bytes:
    return "\n".join(json.dumps({"source-ref": source}) for source in sources).encode()


def _wait(state: Callable[[], str], wanted: str) -> None:
    until = time.monotonic() + 30
    while state() != wanted:
        assert time.monotonic() < until, state()
        time.sleep(0.05)
