"""Print a project's versions, or the one of a name: state, F1, and where the results lie."""

from common import arguments, client, run


def main() -> None:
    """Ask for the versions and print them."""
    args = arguments(__doc__, "project_arn", version=None)
    names = {"VersionNames": [args.version]} if args.version else {}
    answer = client("rekognition").describe_project_versions(ProjectArn=args.project_arn, **names)
    for version in answer["ProjectVersionDescriptions"]:
        print(version["ProjectVersionArn"])
        print(f"  created:  {version['CreationTimestamp']}")
        print(f"  status:   {version['Status']} {version.get('StatusMessage', '')}")
        print(
            f"  units:    {version.get('MinInferenceUnits', '–')} to {version.get('MaxInferenceUnits', '–')}"
        )
        output = version["OutputConfig"]
        print(f"  output:   s3://{output['S3Bucket']}/{output.get('S3KeyPrefix', '')}")
        if "BillableTrainingTimeInSeconds" in version:
            print(f"  trained:  {version['BillableTrainingTimeInSeconds'] / 60:.1f} minutes")
        if "EvaluationResult" in version:
            summary = version["EvaluationResult"]["Summary"]["S3Object"]
            print(f"  F1:       {version['EvaluationResult']['F1Score']:.3f}")
            print(f"  summary:  s3://{summary['Bucket']}/{summary['Name']}")
        if "ManifestSummary" in version:
            manifests = version["ManifestSummary"]["S3Object"]
            print(f"  manifest summary: s3://{manifests['Bucket']}/{manifests['Name']}")


if __name__ == "__main__":
    run(main)
