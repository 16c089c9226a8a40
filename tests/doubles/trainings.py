"""A training room without a server, and an engine whose workers do as a test says."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doubles.houses import HERE, MovedClock, as_administrator
from doubles.lines import Room, a_line, a_room
from vedette.api.s3.reach import Reach
from vedette.engines.port import Event, Job
from vedette.identity.principal import Principal, root_of
from vedette.jobs.guard import Gate
from vedette.projects.project import Project
from vedette.projects.version import Version
from vedette.projects.versions import Versions
from vedette.store.db import Database
from vedette.training.folder import Folder
from vedette.training.order import NewTraining
from vedette.training.rooms import TrainingRules
from vedette.training.start import Trainings

Script = Callable[[Mapping[str, Any], threading.Event], Iterator[Event]]

NO_ROOM = "All nodes of the Ray cluster are taken."
KILLED = "The process of the job was killed by signal 9."


def succeed(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What a worker does when all is well."""
    del stop
    folder = Folder(Path(order["folder"]))
    yield Event("progress", {"stage": "judging", "done": 1, "of": 4, "seconds_left": 2.5})
    folder.package.mkdir(exist_ok=True)
    folder.put("manifest_summary", {"errors": []})
    folder.put("evaluation_summary", {"Version": 1})
    folder.finish(
        {
            "refused": "",
            "task": "classification",
            "metrics": {"F1Score": 0.75},
            "pictures": {},
            "seconds": 6.2,
        }
    )
    yield Event("done")


def divide(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What a worker does that keeps the first picture for testing."""
    folder = Folder(Path(order["folder"]))
    if order["divides"]:
        folder.divide([json.loads(folder.manifest("train").read_text("utf-8").splitlines()[0])["source-ref"]])
        yield Event("progress", {"stage": "dividing the dataset", "done": 1, "of": 1})
    yield from succeed(order, stop)


def draw(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What a worker does that draws a mask on a test picture."""
    folder = Folder(Path(order["folder"]))
    folder.masks.mkdir(parents=True)
    (folder.masks / "one.png").write_bytes(b"a mask")
    yield from succeed(order, stop)


def refuse(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What a worker does when the manifests are not fit to learn from."""
    del stop
    folder = Folder(Path(order["folder"]))
    folder.put("manifest_summary", {"errors": [1]})
    folder.finish({"refused": "The manifest file has too few labels.", "seconds": 0.1})
    yield Event("done")


def die(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What is seen of a worker that somebody killed."""
    del order, stop
    yield Event("failed", {"sentence": KILLED})


def find_no_room(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What is said where no machine takes a training."""
    del order, stop
    yield Event("failed", {"sentence": NO_ROOM, "waits": True})


def stumble(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """A worker with a mistake in it."""
    del order, stop
    yield Event("failed", {"sentence": "KeyError: 'x'", "traceback": "Traceback: KeyError: 'x'"})


def hang(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """A worker that works until it is told to leave off."""
    yield Event("progress", {"stage": "judging", "done": 1, "of": 4, "seconds_left": None})
    assert stop.wait(30)
    yield Event("cancelled", {"sentence": "It was asked to stop."})


def approve(order: Mapping[str, Any], stop: threading.Event) -> Iterator[Event]:
    """What a check does where nothing is wrong with the data."""
    del order, stop
    yield Event("done")


@dataclass
class Scripted:
    """Plays the next script for each training, the last one again and again, and `check` for each check."""

    scripts: list[Script]
    check: Script = approve
    orders: list[Mapping[str, Any]] = field(default_factory=list)
    checks: list[Mapping[str, Any]] = field(default_factory=list)
    stops: dict[str, threading.Event] = field(default_factory=dict)

    def submit(self, job: Job) -> str:
        is_check = job.name == "check-version"
        jobs = self.checks if is_check else self.orders
        jobs.append(job.order)
        run = f"{'check' if is_check else 'run'} {len(jobs)}"
        self.stops[run] = threading.Event()
        return run

    def events(self, run: str) -> Iterator[Event]:
        kind, _, number = run.partition(" ")
        if kind == "check":
            yield from self.check(self.checks[int(number) - 1], self.stops[run])
            return
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        yield from script(self.orders[int(number) - 1], self.stops[run])

    def cancel(self, run: str) -> None:
        self.stops[run].set()


@dataclass
class TrainingRoom:
    """The trainings of one project, asked for through the room's front."""

    room: Room
    versions: Versions
    trainings: Trainings
    engine: Scripted
    data: Path

    @property
    def project(self) -> Project:
        return self.room.project

    def order(self, name: str = "", **options: Any) -> Version:
        options.setdefault("bucket", "out")
        if self.project.scope.service == "rekognition":
            name = name or "v1"
        token = options.pop("token", None)
        return self.trainings.order(self.project, NewTraining(root_of(HERE), name=name, **options), token)

    def trained(self, name: str = "", **options: Any) -> Version:
        """Ask for a training and wait for its end."""
        return self.ended(self.order(name, **options))

    def ended(self, version: Version) -> Version:
        return self.trainings.wait(version, 30)

    def with_dataset(self, kind: str = "train", count: int = 4) -> None:
        """Give the project a dataset, with pictures that are a few bytes each."""
        self.room.blobs.make_bucket("pictures", account=HERE, region="eu-west-1")
        for number in range(count):
            self.room.blobs.put("pictures", f"boards/{kind}{number}.png", f"{kind} {number}".encode())
        self.room.create([a_line(f"{kind}{number}", "ab"[number % 2]) for number in range(count)], kind)


@contextmanager
def a_training_room(
    database: Database,
    folder: Path,
    clock: MovedClock,
    *scripts: Script,
    service: str = "rekognition",
    current: Callable[[Principal], Principal] = as_administrator,
    gate: Gate | None = None,
    **rules: Any,
) -> Iterator[TrainingRoom]:
    """Yield a room with one project, an output bucket, and an engine that plays the scripts."""
    with a_room(database, folder, clock, service=service) as room:
        room.blobs.make_bucket("out", account=HERE, region="eu-west-1")
        engine = Scripted(list(scripts or (succeed,)))
        versions = Versions(database, room.projects, clock)
        trainings = Trainings(
            versions,
            room.datasets,
            room.blobs,
            engine,
            folder,
            access=Reach(room.blobs, current),
            jobs=room.jobs,
            rules=TrainingRules(**rules),
            clock=clock,
            gate=gate,
        )
        trainings.start()
        room.jobs.start()
        yield TrainingRoom(room, versions, trainings, engine, folder)
