"""Print the confusion matrix of a classification model: what was taken for what, in per cent."""

import json

from common import arguments, client, run
from models import find_version


def main() -> None:
    """Read the version's evaluation from its bucket, and print a row a true label."""
    args = arguments(__doc__, "project_name", "version_name")
    projects = client("rekognition").describe_projects(ProjectNames=[args.project_name])[
        "ProjectDescriptions"
    ]
    if not projects:
        raise ValueError(f"There is no project {args.project_name}.")
    version = find_version(projects[0]["ProjectArn"], args.version_name)
    if "EvaluationResult" not in version:
        raise ValueError(f"The version has no evaluation: {version['Status']}.")
    place = version["EvaluationResult"]["Summary"]["S3Object"]
    body = client("s3").get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
    results = json.loads(body)["AggregatedEvaluationResults"]
    if "ConfusionMatrix" not in results:
        raise ValueError("The evaluation has no confusion matrix: is it a classification model?")
    cells = {(c["GroundTruthLabel"], c["PredictedLabel"]): c["Value"] for c in results["ConfusionMatrix"]}
    labels = sorted({label for pair in cells for label in pair})
    width = max(12, *(len(label) + 2 for label in labels))
    print("true \\ found".ljust(width) + "".join(label.rjust(width) for label in labels))
    for truth in labels:
        row = (f"{100 * cells.get((truth, found), 0):.1f} %".rjust(width) for found in labels)
        print(truth.ljust(width) + "".join(row))


if __name__ == "__main__":
    run(main)
