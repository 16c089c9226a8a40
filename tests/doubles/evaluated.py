"""Evaluations of made-up test pictures in all tasks, their columns read again, and versions with them."""

import gzip
import json
from pathlib import Path

import numpy as np

from doubles.packages import tiny_package
from doubles.trained import put_version
from vedette.dialects.registry import DIALECTS
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judged import JudgedPicture
from vedette.manifest.lines import read_line
from vedette.projects.version_states import NewVersion
from vedette.vision.annotations import Box, Finding, Sample

LEFT, RIGHT = Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.6, 0.3, 0.3)
KINDS = {"float32": "<f4", "uint32": "<u4", "bits": "u1"}


def sample(number, **truth):
    """A test picture in a bucket."""
    return Sample(Path(f"{number}.png"), source=f"s3://pictures/{number}.png", **truth)


def labelled(truth, scores):
    """Pictures with one label each, or several, and every label's score."""
    return [
        JudgedPicture(sample(number, labels=labels), scores=dict(zip(("red", "dark"), values, strict=True)))
        for number, (labels, values) in enumerate(zip(truth, scores, strict=True))
    ]


PICTURES = {
    "classification": labelled([("red",), ("red",), ("dark",)], [(0.9, 0.1), (0.4, 0.6), (0.2, 0.8)]),
    "multilabel": labelled([("red", "dark"), (), ("dark",)], [(0.9, 0.7), (0.8, 0.1), (0.2, 0.3)]),
    "detection": [
        JudgedPicture(
            sample(0, boxes=(("light", LEFT), ("light", RIGHT))),
            findings=(Finding("light", 0.9, LEFT), Finding("light", 0.3, Box(0.1, 0.6, 0.2, 0.2))),
        ),
        JudgedPicture(sample(1, boxes=()), findings=(Finding("light", 0.6, RIGHT),)),
    ],
    "anomaly": [
        JudgedPicture(sample(number, is_anomalous=truth), score=score)
        for number, (truth, score) in enumerate([(True, 0.9), (True, 0.4), (False, 0.6), (False, 0.1)])
    ],
    "segmentation": [
        JudgedPicture(
            sample(0, is_anomalous=True),
            score=0.9,
            findings=(Finding("rust", 0.8, area=0.02),),
            pixels={"rust": (10, 20, 20), "moss": (0, 0, 0)},
            pixel_count=1000,
        ),
        JudgedPicture(
            sample(1, is_anomalous=False), score=0.2, pixels={"rust": (0, 0, 0), "moss": (0, 0, 0)}
        ),
    ],
}
LABELS = {
    "classification": ("red", "dark"),
    "multilabel": ("red", "dark"),
    "detection": ("light",),
    "anomaly": ("anomaly",),
    "segmentation": ("rust", "moss"),
}


def evaluation_of(task, pictures=None, labels=None, **thresholds):
    """The evaluation of a task's pictures."""
    chosen = PICTURES[task] if pictures is None else pictures
    return evaluate(task, labels or LABELS[task], chosen, **thresholds)


def unpack_columns(data):
    """Return the head of packed columns, and every column by its name; bits one a byte."""
    plain = gzip.decompress(data)
    end = 4 + int.from_bytes(plain[:4], "little")
    head = json.loads(plain[4:end])
    columns = {}
    for column in head["columns"]:
        start = end + column["offset"]
        assert start % 8 == 0
        raw = np.frombuffer(plain[start : start + column["bytes"]], KINDS[column["kind"]])
        columns[column["name"]] = np.unpackbits(raw, bitorder="little") if raw.dtype == "u1" else raw
    return head, columns


def put_evaluated(house, project, task, document, *, name="", bucket="results"):
    """Make a trained version in a house, whose package holds this evaluation document."""
    version = house.versions.create(project, NewVersion(name, bucket=bucket, prefix="out/"))[0]
    tiny_package(house.trainings.folder(version).package, task, evaluation=document)
    return house.versions.move(version, "trained")


def judged_lines(service, lines, *, every=4):
    """Return test pictures of manifest lines as a model would judge them that is wrong at every fourth."""
    pictures = []
    for number, text in enumerate(lines):
        line = read_line(text)
        verdict = DIALECTS[service].judge_line(line, strict=False)
        truth = Sample(
            Path("picture.png"),
            labels=verdict.labels,
            boxes=verdict.boxes,
            is_anomalous=verdict.is_anomalous,
            source=line.source,
        )
        pictures.append(_judged(truth, is_wrong=number % every == every - 1, lead=number / 100))
    return pictures


def _judged(truth, *, is_wrong, lead):
    high, low = 0.6 + lead % 0.4, 0.05 + lead % 0.3
    if truth.boxes is not None:
        moved = [(name, Box(0, 0, 0.1, 0.1) if is_wrong else box) for name, box in truth.boxes]
        found = tuple(Finding(name, high - 0.01 * at, box) for at, (name, box) in enumerate(moved))
        return JudgedPicture(truth, findings=found)
    if truth.is_anomalous is not None:
        return JudgedPicture(truth, score=high if truth.is_anomalous != is_wrong else low)
    return JudgedPicture(truth, scores=dict.fromkeys(truth.labels, low if is_wrong else high))


def put_beside(server, project, service, task, pictures, labels, *, account, **more):
    """Put a trained version with the evaluation of these pictures beside a server that is running."""
    for picture in pictures:  # a model has a score for every label
        if picture.scores or task in ("classification", "multilabel"):
            scores = {label: picture.scores.get(label, 0.3) for label in labels}
            object.__setattr__(picture, "scores", scores)
    document = write_evaluation(evaluation_of(task, pictures, labels))
    facts = {"evaluation": document, "thresholds": document["thresholds"], "labels": tuple(labels)}
    return put_version(server.data, service, project, task, account=account, **facts, **more)
