"""Copy a version into another project, also of another account that a project policy allows it to."""

from common import arguments, client, run, wait
from models import find_version


def main() -> None:
    """Copy it, and wait until it can be started there."""
    args = arguments(
        __doc__,
        "source_project_arn",
        "source_version_arn",
        "destination_project_arn",
        "destination_version_name",
        "training_results",
    )
    bucket, _, prefix = args.training_results.removeprefix("s3://").partition("/")
    copy = client("rekognition").copy_project_version(
        SourceProjectArn=args.source_project_arn,
        SourceProjectVersionArn=args.source_version_arn,
        DestinationProjectArn=args.destination_project_arn,
        VersionName=args.destination_version_name,
        OutputConfig={"S3Bucket": bucket, "S3KeyPrefix": prefix},
    )
    arn = copy["ProjectVersionArn"]
    version = wait(lambda: find_version(args.destination_project_arn, arn), {"COPYING_IN_PROGRESS"})
    print(f"{version['Status']}: {arn}")


if __name__ == "__main__":
    run(main)
