"""A training of Lookout for Vision: its datasets checked, and its results in the service's documents.

The rules are those of lookout.md 1.3 to 1.6 and 3.5, the documents those of 6.4 and 6.5.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vedette.dialects.lookout.dataset_checks import Count, count_verdicts, model_type, shortfalls
from vedette.dialects.lookout.line_rules import judge_line
from vedette.dialects.lookout.training_pictures import Judged, look_over, say_left_out
from vedette.dialects.preparing import MaskFolder, Prepared, Split, TrainingFiles
from vedette.manifest.anomaly import ATTRIBUTE, read_class
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import PAIR_END, BadLine, Line, read_line, write_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.problems import CODES, Flaw
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import ANOMALY, NORMAL, Mask, Sample

DIFFERENT_SIZES = "Images in the dataset must have the same dimensions."
DETECTED = f"{ATTRIBUTE}-detected"


def prepare(folder: TrainingFiles, *, has_test: bool, split: Split, one_size: bool) -> Prepared:
    """Check the frozen datasets and return what is to be learnt, without the pictures that cannot be used."""
    parts: dict[str, Judged] = {}
    for part in ("train", "test") if has_test else ("train",):
        judged = _judge(folder, part)
        if isinstance(judged, Flaw):
            return Prepared(refused=judged.message)
        parts[part] = judged
    usable = look_over(folder, parts, one_size=one_size)
    if isinstance(usable, Flaw):
        same = usable.code == "LOOKOUT_IMAGE_DIFFERS"
        return Prepared(refused=f"{DIFFERENT_SIZES} {usable.message}" if same else usable.message)
    counts = {part: count_verdicts(verdict for _, verdict in judged) for part, judged in usable.parts.items()}
    if missing := shortfalls(counts["train"], counts.get("test")):
        said = [*(found.message for found in missing), say_left_out(usable.left_out)]
        return Prepared(refused=" ".join(said).strip())
    learn = _samples(folder, usable.parts["train"], counts["train"])
    if has_test:
        held_out = _samples(folder, usable.parts["test"], counts["train"])
    else:
        learn, held_out = split(learn)
    lines = {line.source: line.text for judged in usable.parts.values() for line, _ in judged}
    return Prepared(learn, held_out, left_out=usable.left_out, facts={"lines": lines})


def _judge(folder: TrainingFiles, part: str) -> list[tuple[Line, Verdict]] | Flaw:
    """Return the labelled lines of a dataset; a line that is wrong refuses it, as at its import."""
    found: list[tuple[Line, Verdict]] = []
    for line in folder.lines(part)():
        if isinstance(line, BadLine):
            return Flaw("LOOKOUT_JSON", f"Line {line.number}: {CODES['LOOKOUT_JSON'].message}")
        verdict = judge_line(strip_marks(line))
        if verdict.errors:
            first = verdict.errors[0]
            return Flaw(first.code, f"Line {line.number}: {first.message}")
        if verdict.state == "valid":
            found.append((line, verdict))
    return found


def _samples(folder: TrainingFiles, judged: Judged, train: Count) -> list[Sample]:
    """Return the samples; masks count only where the training dataset makes it a segmentation."""
    with_masks = model_type(train) == "segmentation"
    return [
        Sample(
            folder.place_of(line.source),
            verdict.labels if with_masks else (),
            is_anomalous=verdict.is_anomalous,
            mask=Mask(folder.place_of(verdict.mask.ref), dict(verdict.mask.colors))
            if with_masks and verdict.mask
            else None,
            source=line.source,
        )
        for line, verdict in judged
    ]


# What a training leaves


def write_results(
    folder: TrainingFiles,
    prepared: Prepared,
    evaluation: Mapping[str, Any],
    *,
    model: Mapping[str, str],
    masks: MaskFolder,
    now: datetime,
) -> dict[str, float]:
    """Write both documents; return the three figures that the model shows. `model`: arn, project, version."""
    moment = now.replace(tzinfo=None).isoformat(timespec="microseconds")
    maker = {
        "human-annotated": "no",
        "creation-date": moment,
        "job-name": "training-job/anomaly-detection",
        "model-arn": model["arn"],
        "project-name": model["project"],
        "model-version": model["version"],
    }
    folder.put_lines("evaluation_manifest", _manifest_lines(prepared, evaluation, masks, maker))
    figures = {
        "Precision": evaluation["precision"],
        "Recall": evaluation["recall"],
        "F1Score": evaluation["f1"],
    }
    metrics: dict[str, Any] = {
        "ROCAUC": evaluation["auroc"],
        "AveragePrecision": evaluation["average_precision"],
        **figures,
    }
    if evaluation["task"] == "segmentation":
        metrics["PixelAnomalyClassMetrics"] = [
            {
                "Precision": row["precision"],
                "Recall": row["recall"],
                "F1Score": row["f1"],
                "AIOU": row["iou"] or 0.0,
                "ClassName": row["label"],
            }
            for row in evaluation["labels"]
            if "iou" in row
        ]
    folder.put(
        "evaluation_result",
        {
            "Version": 1,
            "EvaluationDetails": {
                "ModelArn": model["arn"],
                "EvaluationEndTimestamp": moment,
                "NumberOfTrainingImages": len(prepared.train),
                "NumberOfTestingImages": evaluation["pictures"],
            },
            "AggregatedEvaluationResults": {"Metrics": metrics},
        },
    )
    return figures


def confidence(score: float, threshold: float) -> float:
    """Return how sure a verdict is: a half at the threshold, and 1 at either end of the scale."""
    if score >= threshold:
        return 0.5 + 0.5 * (score - threshold) / max(1.0 - threshold, 1e-9)
    return 0.5 + 0.5 * (threshold - score) / max(threshold, 1e-9)


def _manifest_lines(
    prepared: Prepared, evaluation: Mapping[str, Any], masks: MaskFolder, maker: Mapping[str, str]
) -> Iterator[str]:
    threshold = evaluation["thresholds"][ANOMALY]
    for outcome in evaluation["outcomes"]:
        line = strip_marks(read_line(prepared.facts["lines"][outcome["picture"]]))
        values = _as_service_writes(line)
        values.setdefault("source-ref-metadata", {"creation-date": maker["creation-date"]})
        called = outcome["is_anomalous"]
        values[DETECTED] = int(called)
        values[f"{DETECTED}-metadata"] = {
            "class-name": ANOMALY if called else NORMAL,
            "confidence": confidence(outcome["score"], threshold),
            "type": "groundtruth/image-classification",
            **maker,
        }
        values |= masks.tell(outcome["picture"], maker)
        yield write_line(values).text


def _as_service_writes(line: Line) -> dict[str, Any]:
    """Return a line's values with its class under the service's own name and number.

    Customers' manifests call the attribute what they like and number the classes either way round; who
    reads an evaluation manifest knows the names of lookout.md 6.4 and holds one number against the other.
    """
    values = dict(line.values)
    for pair in read_pairs(line):
        is_anomalous = read_class(pair) if pair.kind == "class" and not pair.name.endswith("-ref") else None
        if is_anomalous is None:
            continue
        del values[pair.name], values[pair.name + PAIR_END]
        name = ANOMALY if is_anomalous else NORMAL
        values[ATTRIBUTE] = int(is_anomalous)
        values[ATTRIBUTE + PAIR_END] = {**pair.metadata, "class-name": name}
        break
    return values
