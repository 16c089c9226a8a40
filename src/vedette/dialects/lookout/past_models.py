"""A model that Lookout for Vision trained, as its evaluation result tells of it."""

from typing import Any

from vedette.dialects.lookout.names import NAMES
from vedette.dialects.past_models import PastLabel, PastModel, PastReading

# The next model's number is above it, and a column holds numbers up to two thousand millions.
HIGHEST = 999_999


def read_past_model(content: bytes, place: str) -> PastModel:
    """Return the model that an evaluation result is of."""
    reading = PastReading(content, place)
    details = reading.table(reading.document.get("EvaluationDetails"), "EvaluationDetails")
    arn = reading.arn(details, "ModelArn")
    names = NAMES.model.read(arn.resource) if arn.service == "lookoutvision" else None
    if names is None or int(names["name"]) > HIGHEST:
        reading.refuse(f"is of {arn}, which is no model of Lookout for Vision")
    totals = reading.table(reading.document.get("AggregatedEvaluationResults"), "AggregatedEvaluationResults")
    metrics = reading.table(totals.get("Metrics"), "Metrics")
    figures = {name: reading.share(metrics, name) for name in ("Precision", "Recall", "F1Score")}
    types = metrics.get("PixelAnomalyClassMetrics")
    ended_ms = reading.moment_ms(details, "EvaluationEndTimestamp")
    return PastModel(
        arn=str(arn),
        project=names["project"],
        name=names["name"],
        created_ms=ended_ms,  # its ARN does not tell when its training began
        ended_ms=ended_ms,
        task="anomaly" if types is None else "segmentation",
        train_pictures=reading.count(details, "NumberOfTrainingImages"),
        test_pictures=reading.count(details, "NumberOfTestingImages"),
        precision=figures["Precision"],
        recall=figures["Recall"],
        f1=figures["F1Score"],
        metrics=figures,
        labels=[_label(reading, row) for row in reading.rows(types, "PixelAnomalyClassMetrics")],
    )


def _label(reading: PastReading, row: dict[str, Any]) -> PastLabel:
    return PastLabel(
        label=reading.text(row, "ClassName"),
        precision=reading.share(row, "Precision"),
        recall=reading.share(row, "Recall"),
        f1=reading.share(row, "F1Score"),
        iou=reading.share(row, "AIOU"),
    )
