"""Create a project."""

from common import arguments, client, run


def main() -> None:
    """Create it and print its ARN."""
    args = arguments(__doc__, "project_name")
    answer = client("lookoutvision").create_project(ProjectName=args.project_name)
    print(answer["ProjectMetadata"]["ProjectArn"])


if __name__ == "__main__":
    run(main)
