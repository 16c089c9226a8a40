"""A training of Custom Labels: its manifests checked, and its results in the service's documents.

The forms are those of rekognition.md 4.7, 4.8, 6.5 and 6.6; which object a file becomes in the
output bucket is said in results.py.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vedette.dialects.preparing import Looked, Prepared, Split, TrainingFiles, look_at
from vedette.dialects.rekognition.manifest_checks import (
    Assessment,
    Pictures,
    UseCase,
    assess,
    divide,
    only,
    usable_lines,
    validation_lines,
)
from vedette.manifest.lines import Line, Manifest, write_line
from vedette.manifest.places import split_s3
from vedette.manifest.problems import CODES
from vedette.manifest.turned import turn_boxes
from vedette.vision.annotations import Box, Sample
from vedette.vision.turn import LYING, stored_box

LEAST_SIDE, MOST_SIDE = 64, 4096
MOST_RATIO = 20
MOST_BYTES = 15 * 1024**2

# A file that holds something else; no line of it is worth a report.
NO_MANIFEST = CODES["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"].message

TRAINING_JOB = "rekognition-custom-labels-training-job"
EVALUATION_JOB = "rekognition-custom-labels-evaluation-job"
TRUTH = "rekognition-custom-labels-training"
FOUND = "rekognition-custom-labels-evaluation"
DETAILS = f"{FOUND}-details"


def prepare(folder: TrainingFiles, *, has_test: bool, split: Split, account_buckets: Pictures) -> Prepared:
    """Check the frozen manifests, write the validation results, and return what is to be learnt."""
    denied = account_buckets.denied
    pictures = Pictures(
        denied,
        account_buckets.foreign,
        _broken_in(folder, denied),
        lambda address: folder.find(address) is None,
    )
    train, test = folder.lines("train"), folder.lines("test") if has_test else None
    if not (_has_lines(train) and (test is None or _has_lines(test))):
        return Prepared(refused=NO_MANIFEST)
    found = assess(train, test, pictures=pictures)
    if not found.is_accepted:
        _report(folder, found, train, test, pictures)
        return Prepared(refused=found.message)
    learn = _samples(folder, "train", pictures, found.train.use_case)
    if test is None:
        learn, held_out = split(learn)
        tested = {sample.source for sample in held_out}
        train, test = only(train, lambda source: source not in tested), only(train, tested.__contains__)
        found = divide(found, train, test, pictures=pictures)
    else:
        held_out = _samples(folder, "test", pictures, _test_case(found))
    _report(folder, found, train, test, pictures)
    return Prepared(learn, held_out)


def _report(
    folder: TrainingFiles, found: Assessment, train: Manifest, test: Manifest | None, pictures: Pictures
) -> None:
    """Write the manifest summary and the validation results."""
    folder.put("manifest_summary", found.summary())
    for kind, manifest in (("train_validation", train), ("test_validation", test)):
        if manifest is not None:
            folder.put_lines(kind, (line.text for line in validation_lines(manifest, pictures)))


def _has_lines(manifest: Manifest) -> bool:
    """Say whether a file is a manifest at all: some line of it is a JSON object, whatever that says."""
    return any(isinstance(line, Line) for line in manifest())


def _test_case(found: Assessment) -> UseCase:
    return "OBJECT_LOCALIZATION" if found.brand else found.train.use_case


def _samples(folder: TrainingFiles, part: str, pictures: Pictures, case: UseCase) -> list[Sample]:
    samples = []
    for line, verdict in usable_lines(folder.lines(part), pictures, case):
        picture = folder.place_of(line.source)
        if case == "OBJECT_LOCALIZATION" and verdict.boxes is not None:
            boxes = turn_boxes(line, verdict.boxes, picture)
            samples.append(Sample(picture, (), boxes, source=line.source))
        else:
            samples.append(Sample(picture, verdict.labels, source=line.source))
    return samples


def _broken_in(folder: TrainingFiles, denied: Collection[str]) -> Callable[[str], bool]:
    """Return what says whether an address's picture cannot be used; each is looked at once.

    Where the bucket may not be read, that is what is wrong, and not its pictures.
    """
    known: dict[str, bool] = {}

    def is_broken(address: str) -> bool:
        if split_s3(address)[0] in denied:
            return False
        if address not in known:
            known[address] = not _is_usable(look_at(folder.find(address)))
        return known[address]

    return is_broken


def _is_usable(seen: Looked | None) -> bool:
    if seen is None or seen.bytes > MOST_BYTES:
        return False
    least, most = sorted((seen.width, seen.height))
    return least >= LEAST_SIDE and most <= MOST_SIDE and most <= MOST_RATIO * least


# What a training leaves


def write_results(
    folder: TrainingFiles,
    prepared: Prepared,
    evaluation: Mapping[str, Any],
    *,
    version_arn: str,
    now: datetime,
) -> float:
    """Write the summary and both snapshots; return the F1 score that the version shows."""
    moment = now.replace(tzinfo=None).isoformat(timespec="microseconds")
    folder.put("evaluation_summary", _summary(prepared, evaluation, version_arn, moment))
    tell = _box_truth if evaluation["task"] == "detection" else _label_truth
    folder.put_lines("train_snapshot", (_line(sample, tell(sample, moment)) for sample in prepared.train))
    by_name = {sample.source: sample for sample in prepared.test}
    folder.put_lines("test_snapshot", _tested(by_name, evaluation, moment))
    return float(evaluation["f1"])


def _summary(
    prepared: Prepared, evaluation: Mapping[str, Any], version_arn: str, moment: str
) -> dict[str, Any]:
    rows = sorted(evaluation["labels"], key=lambda row: -row["f1"])
    figures = {
        "Precision": evaluation["precision"],
        "Recall": evaluation["recall"],
        "F1Score": evaluation["f1"],
    }
    if evaluation["task"] == "detection":
        figures |= {"AveragePrecision": evaluation["map50"], "AverageRecall": evaluation["average_recall"]}
    else:
        figures["ConfusionMatrix"] = _confusion(evaluation)
    return {
        "Version": 1,
        "EvaluationDetails": {
            "ProjectVersionArn": version_arn,
            "EvaluationEndTimestamp": moment,
            "Labels": sorted(row["label"] for row in rows),
            "NumberOfTrainingImages": len(prepared.train),
            "NumberOfTestingImages": evaluation["pictures"],
        },
        "AggregatedEvaluationResults": figures,
        "LabelEvaluationResults": [
            {
                "Label": row["label"],
                "NumberOfTestingImages": row["test_pictures"],
                "Metrics": {
                    "Threshold": row["threshold"],
                    "Precision": row["precision"],
                    "Recall": row["recall"],
                    "F1Score": row["f1"],
                },
            }
            for row in rows
        ],
    }


def _confusion(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every cell, the empty ones too, since clients make a table of them.

    Where pictures bear several labels, the share is that of a label's pictures on which the other is called.
    """
    names = sorted(row["label"] for row in evaluation["labels"])
    shares = {(c["truth"], c["predicted"]): c["share"] for c in evaluation.get("confusion", ())}
    if "confusion" not in evaluation:
        shares = _called_together(evaluation["outcomes"])
    return [
        {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": shares.get((truth, predicted), 0.0)}
        for truth in names
        for predicted in names
    ]


def _called_together(outcomes: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    pictures: dict[str, int] = {}
    called: dict[tuple[str, str], int] = {}
    for outcome in outcomes:
        for truth in outcome["truth"]:
            pictures[truth] = pictures.get(truth, 0) + 1
            for finding in outcome["findings"]:
                pair = (truth, finding["label"])
                called[pair] = called.get(pair, 0) + 1
    return {pair: count / pictures[pair[0]] for pair, count in called.items()}


def _tested(by_name: Mapping[str, Sample], evaluation: Mapping[str, Any], moment: str) -> Iterable[str]:
    is_boxes = evaluation["task"] == "detection"
    for outcome in evaluation["outcomes"]:
        sample = by_name[outcome["picture"]]
        if is_boxes:
            names = sorted(row["label"] for row in evaluation["labels"])
            values = _box_truth(sample, moment) | _box_findings(sample, outcome, names, moment)
        else:
            values = _label_truth(sample, moment) | _label_findings(outcome, moment)
        yield _line(sample, values)


def _label_truth(sample: Sample, moment: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, label in enumerate(sample.labels):
        values[f"{TRUTH}-{number}"] = 1
        values[f"{TRUTH}-{number}-metadata"] = {
            "confidence": 1.0,
            "job-name": TRAINING_JOB,
            "class-name": label,
            "human-annotated": "yes",
            "creation-date": moment,
            "type": "groundtruth/image-classification",
        }
    return values


def _label_findings(outcome: Mapping[str, Any], moment: str) -> dict[str, Any]:
    """Return one attribute for each label of the model, with what it was at the label's threshold."""
    values: dict[str, Any] = {}
    for number, (label, what) in enumerate(outcome["outcomes"].items()):
        values[f"{FOUND}-{number}"] = 1
        values[f"{FOUND}-{number}-metadata"] = {
            "confidence": outcome["scores"].get(label, 0.0),
            "job-name": EVALUATION_JOB,
            "class-name": label,
            "human-annotated": "no",
            "creation-date": moment,
            "type": "groundtruth/image-classification",
            DETAILS: _details(what, is_present=label in outcome["truth"]),
        }
    return values


def _box_truth(sample: Sample, moment: str) -> dict[str, Any]:
    if sample.boxes is None:  # a picture of a brand, which is labelled as a whole
        return _label_truth(sample, moment)
    names = sorted({name for name, _ in sample.boxes})
    boxes = [(names.index(name), box) for name, box in sample.boxes]
    return {
        f"{TRUTH}-0": _annotations(sample, boxes),
        f"{TRUTH}-0-metadata": {
            "job-name": TRAINING_JOB,
            "class-map": {str(number): name for number, name in enumerate(names)},
            "human-annotated": "yes",
            "objects": [{"confidence": 1.0}] * len(boxes),
            "creation-date": moment,
            "type": "groundtruth/object-detection",
        },
    }


def _box_findings(
    sample: Sample, outcome: Mapping[str, Any], names: list[str], moment: str
) -> dict[str, Any]:
    found = outcome["findings"]
    boxes = [(names.index(each["label"]), Box(**each["box"])) for each in found]
    return {
        FOUND: _annotations(sample, boxes),
        f"{FOUND}-metadata": {
            "confidence": max((each["confidence"] for each in found), default=0.0),
            "job-name": EVALUATION_JOB,
            "class-map": {str(number): name for number, name in enumerate(names)},
            "human-annotated": "no",
            "objects": [
                {
                    "confidence": each["confidence"],
                    DETAILS: _details(each["outcome"], is_present=each["is_present"]),
                }
                for each in found
            ],
            "creation-date": moment,
            "type": "groundtruth/object-detection",
        },
    }


def _annotations(sample: Sample, boxes: Sequence[tuple[int, Box]]) -> dict[str, Any]:
    """Return boxes in whole pixels of the picture, as it is stored."""
    seen = look_at(sample.picture) or Looked("PNG", 0, 0, 0)
    width, height = (seen.height, seen.width) if seen.orientation in LYING else (seen.width, seen.height)
    return {
        "annotations": [
            {"class_id": number, **_pixels(stored_box(box, seen.orientation), width, height)}
            for number, box in boxes
        ],
        "image_size": [{"width": width, "height": height, "depth": 3}],
    }


def _pixels(box: Box, width: int, height: int) -> dict[str, int]:
    return {
        "left": round(box.left * width),
        "top": round(box.top * height),
        "width": max(1, round(box.width * width)),
        "height": max(1, round(box.height * height)),
    }


def _details(what: str, *, is_present: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "ground-truth-labelling-jobs": [TRAINING_JOB],
        "is-true-positive": what == "tp",
        "is-true-negative": what == "tn",
        "is-false-positive": what == "fp",
        "is-false-negative": what == "fn",
        "is-present-in-ground-truth": is_present,
    }


def _line(sample: Sample, values: Mapping[str, Any]) -> str:
    return write_line({"source-ref": sample.source, **values}).text
