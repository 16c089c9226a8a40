"""Manifest lines as tests want them, and a dataset room without a server."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doubles.engine import InAThread
from doubles.houses import HERE, MovedClock
from vedette.datasets.dataset import CopySource, Dataset, Filter, ManifestSource, NewDataset, NewLines
from vedette.datasets.datasets import Datasets
from vedette.identity.principal import Principal, root_of
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject, Projects
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.db import Database

BUCKET = "pictures"


def a_ref(name: object, bucket: str = BUCKET) -> str:
    return f"s3://{bucket}/boards/{name}.png"


def a_line(name: object, *labels: str, bucket: str = BUCKET, **more: Any) -> str:
    """A line with image-level labels; without any, a picture that nobody has labelled."""
    values: dict[str, Any] = {"source-ref": a_ref(name, bucket)}
    for number, label in enumerate(labels):
        values[f"a{number}"] = 1
        values[f"a{number}-metadata"] = {
            "class-name": label,
            "confidence": 1,
            "human-annotated": "yes",
            "creation-date": "2026-05-04T11:00:00.000",
            "type": "groundtruth/image-classification",
        }
    return json.dumps({**values, **more})


def a_box_line(
    name: object, *labels: str, box: tuple[float, ...] = (10, 20, 30, 40), bucket: str = BUCKET
) -> str:
    """A line with a box for each label."""
    names = sorted(set(labels))
    left, top, width, height = box
    return json.dumps(
        {
            "source-ref": a_ref(name, bucket),
            "boxes": {
                "image_size": [{"width": 640, "height": 480, "depth": 3}],
                "annotations": [
                    {
                        "class_id": names.index(label),
                        "left": left,
                        "top": top,
                        "width": width,
                        "height": height,
                    }
                    for label in labels
                ],
            },
            "boxes-metadata": {
                "objects": [{"confidence": 1}] * len(labels),
                "class-map": {str(number): label for number, label in enumerate(names)},
                "type": "groundtruth/object-detection",
                "human-annotated": "yes",
                "creation-date": "2026-05-04T11:00:00.000",
                "job-name": "labeling-job/boxes",
            },
        }
    )


def an_anomaly_line(name: object, class_name: str, bucket: str = BUCKET, **more: Any) -> str:
    """A line of Lookout's: normal, anomaly, or anything else for a picture that counts as unlabelled."""
    metadata = {
        "class-name": class_name,
        "confidence": 1,
        "human-annotated": "yes",
        "creation-date": "2026-05-04T11:00:00.000",
        "type": "groundtruth/image-classification",
    }
    values = {"source-ref": a_ref(name, bucket), "anomaly-label": 1, "anomaly-label-metadata": metadata}
    return json.dumps({**values, **more})


def refs_of(lines: Iterable[str]) -> list[str]:
    """The names of the pictures in these lines."""
    return [Path(json.loads(line)["source-ref"]).stem for line in lines]


@dataclass
class Room:
    """The datasets of one project, made through the room's front."""

    datasets: Datasets
    projects: Projects
    blobs: FolderBlobs
    project: Project
    clock: MovedClock
    jobs: JobRunner

    def start(self) -> None:
        """Take up what a stop left undone, as a server does."""
        self.datasets.start()
        self.jobs.start()

    caller: Principal = field(default_factory=lambda: root_of(HERE))

    def put(
        self, lines: Iterable[str] | bytes, key: str = "train.manifest", bucket: str = "manifests"
    ) -> ManifestSource:
        data = lines if isinstance(lines, bytes) else "\n".join(lines).encode()
        self.blobs.make_bucket(bucket, account=HERE, region="eu-west-1")
        self.blobs.put(bucket, key, data)
        return ManifestSource(bucket, key)

    def create(self, lines: Iterable[str] | bytes | None = None, kind: str = "train") -> Dataset:
        """Make a dataset and wait until it is there, or is not."""
        source = None if lines is None else self.put(lines)
        return self.create_from(source, kind)

    def create_from(self, source: Any, kind: str = "train") -> Dataset:
        self.datasets.create(self.project, NewDataset(kind, source, self.caller, {}))
        return self.settled(kind)

    def copy(self, dataset: Dataset, kind: str) -> Dataset:
        return self.create_from(CopySource(dataset), kind)

    def update(self, lines: Iterable[str] | bytes, kind: str = "train") -> Dataset:
        data = lines if isinstance(lines, bytes) else "\n".join(lines).encode()
        self.begin_update(data, kind)
        return self.settled(kind)

    def begin_update(self, data: bytes, kind: str = "train") -> None:
        """Ask for an update, and do not wait for it."""
        self.datasets.update(self.project, self.now(kind), NewLines(data, self.caller))

    def now(self, kind: str = "train") -> Dataset:
        return self.datasets.find(self.project, kind)

    def settled(self, kind: str = "train") -> Dataset:
        assert self.datasets.wait(60)
        return self.now(kind)

    def lines(self, kind: str = "train", most: int = 100, **conditions: Any) -> list[str]:
        """Every line that passes, walked page by page."""
        result: list[str] = []
        after, more = -1, True
        while more:
            page, more = self.datasets.contents.page(
                self.now(kind), Filter(**conditions), after=after, most=most
            )
            result += [entry.line for entry in page]
            after = page[-1].seq if page else after
        return result

    def labels(self, kind: str = "train") -> dict[str, tuple[int, int]]:
        result, _ = self.datasets.contents.labels(self.now(kind), most=1000)
        return {label.name: (label.pictures, label.boxed) for label in result}


@contextmanager
def a_room(
    database: Database, folder: Path, clock: MovedClock, *, service: str = "rekognition", **options: Any
) -> Iterator[Room]:
    """Yield a room with one project, whose background ends with the test."""
    projects = Projects(database, clock)
    blobs = FolderBlobs(folder / "buckets", clock=clock)
    options.setdefault("engine", InAThread())
    jobs = JobRunner(database, clock, again_s=0.01, ticks=clock.ticks)
    datasets = Datasets(
        database, projects, blobs, folder=folder / "datasets", jobs=jobs, clock=clock, **options
    )
    scope = Scope(service, HERE, "eu-west-1")  # type: ignore[arg-type]
    try:
        result, _ = projects.list(scope, names=["boards"])
        project = result[0] if result else projects.create(scope, NewProject("boards"))
        yield Room(datasets, projects, blobs, project, clock, jobs)
    finally:
        jobs.close()
        blobs.close()
