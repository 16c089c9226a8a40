"""Delete a version that does not run, after you have typed `delete`."""

from common import arguments, client, confirmed, run, wait_until_gone


def main() -> None:
    """Ask, delete, and wait until it is gone."""
    args = arguments(__doc__, "project_arn", "model_arn")
    if not confirmed(f"{args.model_arn} will be gone for good."):
        print("Not deleted.")
        return
    rekognition = client("rekognition")
    rekognition.delete_project_version(ProjectVersionArn=args.model_arn)
    name = args.model_arn.split("/")[-2]

    def is_there() -> bool:
        answer = rekognition.describe_project_versions(ProjectArn=args.project_arn, VersionNames=[name])
        return bool(answer["ProjectVersionDescriptions"])

    wait_until_gone(is_there)
    print("Deleted.")


if __name__ == "__main__":
    run(main)
