"""A version that Custom Labels trained, as its evaluation summary tells of it.

The guide's page on the summary nests the figures of all labels under `Metrics`; its example, its client and
the files of the service do not. Both are read.
"""

from typing import Any

from vedette.dialects.past_models import PastLabel, PastModel, PastReading
from vedette.dialects.rekognition.names import NAMES


def read_past_model(content: bytes, place: str) -> PastModel:
    """Return the version that an evaluation summary is of."""
    reading = PastReading(content, place)
    details = reading.table(reading.document.get("EvaluationDetails"), "EvaluationDetails")
    arn = reading.arn(details, "ProjectVersionArn")
    names = NAMES.model.read(arn.resource) if arn.service == "rekognition" else None
    if names is None:
        reading.refuse(f"is of {arn}, which is no version of Custom Labels")
    totals = reading.table(reading.document.get("AggregatedEvaluationResults"), "AggregatedEvaluationResults")
    nested = totals.get("Metrics")
    figures = {**totals, **(nested if isinstance(nested, dict) else {})}
    labels = reading.rows(reading.document.get("LabelEvaluationResults"), "LabelEvaluationResults")
    f1 = reading.share(figures, "F1Score")
    return PastModel(
        arn=str(arn),
        project=names["project"],
        name=names["name"],
        created_ms=int(names["created"]),
        ended_ms=reading.moment_ms(details, "EvaluationEndTimestamp"),
        # Only models that find boxes have these two; a confusion matrix is of labels of whole pictures.
        task="detection" if "AverageRecall" in figures else "multilabel",
        train_pictures=reading.count(details, "NumberOfTrainingImages"),
        test_pictures=reading.count(details, "NumberOfTestingImages"),
        precision=reading.share(figures, "Precision"),
        recall=reading.share(figures, "Recall"),
        f1=f1,
        metrics={"F1Score": f1},
        labels=[_label(reading, row) for row in labels],
    )


def _label(reading: PastReading, row: dict[str, Any]) -> PastLabel:
    metrics = reading.table(row.get("Metrics"), "Metrics of a label")
    return PastLabel(
        label=reading.text(row, "Label"),
        precision=reading.share(metrics, "Precision"),
        recall=reading.share(metrics, "Recall"),
        f1=reading.share(metrics, "F1Score"),
        test_pictures=reading.count(row, "NumberOfTestingImages"),
        threshold=reading.share(metrics, "Threshold"),
    )
