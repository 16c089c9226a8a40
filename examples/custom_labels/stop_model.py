"""Stop a model, and wait until it stands."""

from common import arguments, client, run, wait
from models import find_version


def main() -> None:
    """Stop it."""
    args = arguments(__doc__, "project_arn", "model_arn")
    client("rekognition").stop_project_version(ProjectVersionArn=args.model_arn)
    version = wait(lambda: find_version(args.project_arn, args.model_arn), {"STOPPING", "RUNNING"})
    print(version["Status"])


if __name__ == "__main__":
    run(main)
