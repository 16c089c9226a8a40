"""What AWS leaves of a training in its output bucket, in the forms of both guides."""

import json

ACCOUNT = "123456789012"
OWNER = f"arn:aws:rekognition:us-east-1:{ACCOUNT}"


def summary_of(name="v3", project="boards", *, created=1_700_000_000_000, is_nested=False, finds_boxes=True):
    """Return an evaluation summary of Custom Labels."""
    figures = {"Precision": 0.91, "Recall": 0.88, "F1Score": 0.89}
    figures |= {"AveragePrecision": 0.87, "AverageRecall": 0.93} if finds_boxes else {"ConfusionMatrix": []}
    rows = [("comparator", 11, 0.41, 0.95, 0.9, 0.92), ("ir_led", 12, 0.37, 0.87, 0.86, 0.86)]
    return {
        "Version": 1,
        "EvaluationDetails": {
            "ProjectVersionArn": f"{OWNER}:project/{project}/version/{name}/{created}",
            "EvaluationEndTimestamp": "2023-11-14T23:29:58.431007",
            "Labels": ["comparator", "ir_led"],
            "NumberOfTrainingImages": 80,
            "NumberOfTestingImages": 20,
        },
        "AggregatedEvaluationResults": {"Metrics": figures} if is_nested else figures,
        "LabelEvaluationResults": [
            {
                "Label": label,
                "NumberOfTestingImages": count,
                "Metrics": {"Threshold": least, "Precision": precision, "Recall": recall, "F1Score": f1},
            }
            for label, count, least, precision, recall, f1 in rows
        ],
    }  # fmt: skip


def result_of(number=2, project="doors", *, types=("scratch",)):
    """Return an evaluation result of Lookout for Vision."""
    metrics = {"ROCAUC": 0.99, "AveragePrecision": 0.98, "Precision": 0.97, "Recall": 0.93, "F1Score": 0.95}
    if types:
        figures = {"Precision": 0.8, "Recall": 0.7, "F1Score": 0.75, "AIOU": 0.6}
        metrics["PixelAnomalyClassMetrics"] = [{**figures, "ClassName": name} for name in types]
    return {
        "Version": 1,
        "EvaluationDetails": {
            "ModelArn": f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:model/{project}/{number}",
            "EvaluationEndTimestamp": "2024-05-02T09:31:40.250000",
            "NumberOfTrainingImages": 60,
            "NumberOfTestingImages": 15,
        },
        "AggregatedEvaluationResults": {"Metrics": metrics},
    }


def encode(document):
    """Return a document as its file holds it."""
    return json.dumps(document).encode()
