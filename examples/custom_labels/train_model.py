"""Train a model with a project's datasets, and wait for it."""

from common import POLL_S, arguments, client, run
from models import find_version


def main() -> None:
    """Start the training, wait as long as it takes, and print what came of it."""
    args = arguments(
        __doc__, "project_arn", "version_name", "output_bucket", "output_folder", tag_name=None, tag_value=""
    )
    rekognition = client("rekognition")
    version = rekognition.create_project_version(
        ProjectArn=args.project_arn,
        VersionName=args.version_name,
        OutputConfig={"S3Bucket": args.output_bucket, "S3KeyPrefix": args.output_folder},
        **({"Tags": {args.tag_name: args.tag_value}} if args.tag_name else {}),
    )
    print(f"Training: {version['ProjectVersionArn']}")
    rekognition.get_waiter("project_version_training_completed").wait(
        ProjectArn=args.project_arn,
        VersionNames=[args.version_name],
        WaiterConfig={"Delay": max(1, int(POLL_S)), "MaxAttempts": 10_000},
    )
    trained = find_version(args.project_arn, args.version_name)
    print(f"{trained['Status']}: {trained['StatusMessage']}")


if __name__ == "__main__":
    run(main)
