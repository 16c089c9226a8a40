"""Trials of a tiny model without a server: a project, a version, a bucket of plain pictures."""

import io
from typing import Any

import numpy as np
from PIL import Image

from doubles.houses import HERE, a_caller
from doubles.trained import put_version_in
from vedette.api.house import Caller, House
from vedette.api.own import OPERATIONS
from vedette.datasets.dataset import Filter, NewDataset
from vedette.projects.version import Version
from vedette.trials.running import TRIALS

BUCKET = "line-pictures"
ALICE, BEN = a_caller("vedette"), a_caller("vedette", name="ben")
BRIGHT, DARK, RED = (255, 255, 255), (5, 5, 5), (250, 10, 10)


def a_png(color: Any, size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour; the tiny anomaly model takes a bright one for an anomaly."""
    width, height = size
    file = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), color, np.uint8)).save(file, "PNG")
    return file.getvalue()


class TriedProject:
    """A project with a tiny version, a training dataset and pictures to try it on."""

    def __init__(
        self, house: House, service: str = "lookoutvision", task: str = "anomaly", **more: Any
    ) -> None:
        self.house = house
        self.version: Version = put_version_in(
            house.datasets._database,
            house.settings.data,
            service,
            "line",
            task,
            account=HERE,
            region=ALICE.region,
            **more,
        )
        self.project = self.version.project
        house.blobs.make_bucket(BUCKET, account=HERE, region=ALICE.region)
        house.datasets.create(self.project, NewDataset("train", None, ALICE.principal, {}))

    def put(self, name: str, data: bytes, bucket: str = BUCKET) -> str:
        """Store an object, and return its address."""
        self.house.blobs.put(bucket, name, data)
        return f"s3://{bucket}/{name}"

    def call(self, operation: str, caller: Caller = ALICE, **request: Any) -> dict[str, Any]:
        """Call an operation of our own on the project."""
        return OPERATIONS[operation](self.house, caller, {"ProjectArn": str(self.project.arn), **request})

    def begin(self, address: str = f"s3://{BUCKET}/in/", name: str = "Monday", **more: Any) -> str:
        """Begin a trial, and return its id."""
        is_named = more.keys() & {"SourceRefs", "DatasetType"}
        place = more if is_named else {"Address": address, **more}
        answer = self.call("StartTrialDetection", VersionName=self.version.name, TrialName=name, **place)
        return answer["Trial"]["TrialId"]

    def run(self, *words: Any, **more: Any) -> str:
        """Begin a trial, wait for its end, and return its id."""
        trial = self.begin(*words, **more)
        assert self.house.jobs.wait(60, TRIALS)
        return trial

    def describe(self, trial: str) -> dict[str, Any]:
        """Return a trial."""
        return self.call("DescribeTrialDetection", TrialId=trial)["Trial"]

    def pictures(self, trial: str, **view: Any) -> list[dict[str, Any]]:
        """Return pictures of a trial."""
        return self.call("ListTrialPictures", TrialId=trial, **view)["Pictures"]

    def verify(self, trial: str, *verdicts: tuple[Any, ...], caller: Caller = ALICE) -> dict[str, Any]:
        """Say (number, verdict, revision, line) of guesses."""
        names = ("PictureId", "Verdict", "Revision", "Line")
        edits = [dict(zip(names, verdict, strict=False)) for verdict in verdicts]
        return self.call("VerifyTrialPictures", caller, TrialId=trial, Verdicts=edits)

    def add(self, trial: str, kind: str = "train", **more: Any) -> dict[str, Any]:
        """Add what was verified."""
        return self.call("AddTrialPictures", TrialId=trial, DatasetType=kind, **more)

    def lines(self, kind: str = "train") -> list[str]:
        """Return the lines of a dataset."""
        dataset = self.house.datasets.find(self.project, kind)
        entries, _ = self.house.datasets.contents.page(dataset, Filter(), most=1000)
        return [entry.line for entry in entries]
