"""Start a model, and wait until it answers."""

from common import POLL_S, arguments, client, run
from models import find_version


def main() -> None:
    """Start it with as many units as are asked for."""
    args = arguments(__doc__, "project_arn", "model_arn", "min_inference_units", max_inference_units=0)
    rekognition = client("rekognition")
    most = {"MaxInferenceUnits": args.max_inference_units} if args.max_inference_units else {}
    rekognition.start_project_version(
        ProjectVersionArn=args.model_arn, MinInferenceUnits=int(args.min_inference_units), **most
    )
    version = find_version(args.project_arn, args.model_arn)
    rekognition.get_waiter("project_version_running").wait(
        ProjectArn=args.project_arn,
        VersionNames=[args.model_arn.split("/")[-2]],
        WaiterConfig={"Delay": max(1, int(POLL_S)), "MaxAttempts": 1_000},
    )
    version = find_version(args.project_arn, args.model_arn)
    print(f"{version['Status']}: {version['StatusMessage']}")


if __name__ == "__main__":
    run(main)
