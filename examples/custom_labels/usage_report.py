"""Print for how many hours a version ran and with how many inference units, by CloudWatch's figures."""

from datetime import UTC, datetime, timedelta
from typing import Any

from common import arguments, client, run

HOUR_S = 3600


def queries(project: str, version: str) -> list[dict[str, Any]]:
    """Return the guide's two expressions over the metric."""
    metric = {
        "Namespace": "AWS/Rekognition",
        "MetricName": "InServiceInferenceUnits",
        "Dimensions": [{"Name": "ProjectName", "Value": project}, {"Name": "VersionName", "Value": version}],
    }
    return [
        {
            "Id": "m1",
            "MetricStat": {"Metric": metric, "Period": HOUR_S, "Stat": "Average"},
            "ReturnData": False,
        },
        {"Id": "units", "Expression": "SUM(m1)*m1/m1", "Label": "Inference units used"},
        {"Id": "hours", "Expression": "DATAPOINT_COUNT(m1)*m1/m1", "Label": "Hours running"},
    ]


def main() -> None:
    """Ask for the last days, and print the totals."""
    args = arguments(__doc__, "project_name", "version_name", days=14)
    end = datetime.now(UTC) + timedelta(hours=1)
    answer = client("cloudwatch").get_metric_data(
        MetricDataQueries=queries(args.project_name, args.version_name),
        StartTime=end - timedelta(days=args.days, hours=1),
        EndTime=end,
    )
    for result in answer["MetricDataResults"]:
        total = max(result["Values"], default=0.0)
        print(f"{result['Label']}: {total:g}")


if __name__ == "__main__":
    run(main)
